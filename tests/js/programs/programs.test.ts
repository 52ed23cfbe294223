// Programs drawn at random, each over the whole API of the client against an SMSC and sockets of random behaviour, in virtual time. Of
// each one: every promise settles in bounded time and as documented, nothing is uncaught, the event loop is never starved, and nothing
// is left behind. `npm run programs` runs 20,000.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("programs drawn at random leave nothing unsettled, uncaught or starved", async () => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = await new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? code)));
  assert.equal(ended, 0, output);
});
