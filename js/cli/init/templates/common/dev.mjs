// npm run dev: an SMSC simulator, and beside it `wrangler dev`. With your own SMPP_URL in .dev.vars, run `npx wrangler dev` alone.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createSimulator } from "smpp-edge/server";

const simulator = await createSimulator({ port: 2775, controlPort: 0 }).catch(({ code, message }) => {
  console.error(code === "EADDRINUSE" ? "Port 2775 on 127.0.0.1 is in use, perhaps by another simulator: stop that, or run `npx wrangler dev`, which uses it" : message);
  process.exit(1);
});
console.log(`SMSC simulator on ${simulator.url}
An inbound message: curl ${simulator.controlUrl}/deliver -H "content-type: application/json" -d '{"from":"+1234567890","to":"12345","text":"Hi"}'`);
// --test-scheduled: without it wrangler warns that it runs no crons. The links start with the first request.
// Not by npx, which would take the signals and leave wrangler running.
const program = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin", "wrangler.js");
const wrangler = spawn(process.execPath, [program, "dev", "--test-scheduled", ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => wrangler.kill(signal));
wrangler.on("exit", async (code) => {
  await simulator.close();
  process.exitCode = code ?? 1;
});
