// The examples of the README, as a reader would run them: against the simulator, in the runtimes they are for.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { createSimulator } from "smpp-edge/server";
import { root, startGateway, until } from "../gateway/support.mjs";

const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(js|ts)\n(.*?)^```$/gms)].map(([, , code]) => code);
const example = (name) => readFileSync(join(root, "examples", name), "utf8");

async function startSimulator(t) {
  const simulator = await createSimulator({ port: 0, delay: 50 });
  t.after(() => simulator.close());
  return { simulator, url: simulator.url };
}

test("the README shows the files in examples/, to the letter", () => {
  assert.deepEqual(blocks, [example("node.mjs"), example("worker/worker.ts")]);
});

test("every file that the README links to is there", () => {
  for (const [, target] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) assert.doesNotThrow(() => readFileSync(join(root, target)), target);
});

test("examples/node.mjs sends a message and waits for its report", async (t) => {
  const { simulator, url } = await startSimulator(t);
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, "examples/node.mjs")], { env: { ...process.env, SMPP_URL: url } });
  assert.match(stdout, /^accepted as \S+\ndelivered at \d{4}-\d\d-\d\dT\S+Z\n$/);
  assert.deepEqual(
    simulator.messages().map(({ from, to, text }) => [from.addr, to.addr, text]),
    [["12345", "1234567890", "Hello World"]],
  );
});

test("examples/worker sends by RPC and is told of the report and of an inbound message", async (t) => {
  const { simulator, url } = await startSimulator(t);
  const worker = await startGateway(t, { config: join(root, "examples/worker/wrangler.toml"), vars: { SMPP_URL: url } });
  assert.equal((await worker.call("GET", "/")).status, 400);
  const { status, body } = await worker.call("GET", "/?to=%2B1234567890");
  assert.equal(status, 202);
  await until("the report", () => worker.output().includes(`message ${body.id} is delivered`));
  await simulator.deliver({ from: "+4915112345", to: "12345", text: "Grüße" });
  await until("the message", () => worker.output().includes("4915112345 writes: Grüße"));
});
