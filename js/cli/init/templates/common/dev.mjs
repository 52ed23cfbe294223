// npm run dev: an SMSC simulator, and beside it `wrangler dev`. With your own SMPP_URL in .dev.vars, run `npx wrangler dev` alone.

import { spawn } from "node:child_process";
import { createSimulator } from "smpp-edge/server";

const simulator = await createSimulator({ port: 2775 });
console.log(`SMSC simulator on ${simulator.url}`);
const wrangler = spawn("npx", ["wrangler", "dev", ...process.argv.slice(2)], { stdio: "inherit", shell: process.platform === "win32" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => wrangler.kill(signal));
wrangler.on("exit", async (code) => {
  await simulator.close();
  process.exitCode = code ?? 1;
});
