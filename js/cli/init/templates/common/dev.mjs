// npm run dev: an SMSC simulator, and beside it `wrangler dev`. With your own SMPP_URL in .dev.vars, run `npx wrangler dev` alone.

import { spawn } from "node:child_process";
import { createSimulator } from "smpp-edge/server";

const simulator = await createSimulator({ port: 2775 }).catch(({ code, message }) => {
  console.error(code === "EADDRINUSE" ? "Port 2775 on 127.0.0.1 is in use, perhaps by another simulator: stop that, or run `npx wrangler dev`, which uses it" : message);
  process.exit(1);
});
console.log(`SMSC simulator on ${simulator.url}`);
// --test-scheduled: without it wrangler warns that it runs no crons. The links start with the first request.
const wrangler = spawn("npx", ["wrangler", "dev", "--test-scheduled", ...process.argv.slice(2)], { stdio: "inherit", shell: process.platform === "win32" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => wrangler.kill(signal));
wrangler.on("exit", async (code) => {
  await simulator.close();
  process.exitCode = code ?? 1;
});
