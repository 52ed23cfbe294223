// The examples of the README, as a reader would run them: against the simulator, in the runtimes they are for.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { createSimulator } from "smpp-edge/server";
import { at, bun, deno, execute, node24 } from "../../../scripts/lib.mjs";
import { startGateway, until } from "../gateway/support.mjs";

const readme = readFileSync(at("README.md"), "utf8");
const example = (name) => at("examples", name);

async function startSimulator(t) {
  const simulator = await createSimulator({ port: 0, delay: 50 });
  t.after(() => simulator.close());
  return simulator;
}

test("the README shows the files in examples/, to the letter", () => {
  const blocks = [...readme.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.deepEqual(blocks, ["node.mjs", "worker/worker.ts"].map((name) => readFileSync(example(name), "utf8")));
});

test("every file that the README links to is there", () => {
  for (const [, target] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) assert(existsSync(at(target)), target);
});

for (const [name, command, args] of [
  ["Node", node24(), []],
  ["Deno", deno(), ["run", "--allow-all", "--no-lock"]],
  ["Bun", bun(), []],
]) {
  test(`examples/node.mjs on ${name} sends a message and waits for its report`, { skip: !command && `there is no ${name} for this platform on npm` }, async (t) => {
    const simulator = await startSimulator(t);
    const environment = { ...process.env, SMPP_URL: simulator.url, DENO_NO_UPDATE_CHECK: "1" };
    const { code, output } = await execute(command, [...args, example("node.mjs")], { timeout: 60_000, env: environment });
    assert.match(output, /^accepted as \S+\ndelivered at \d{4}-\d\d-\d\dT\S+Z\n$/);
    assert.equal(code, 0);
    const submitted = simulator.messages().map(({ from, to, text }) => [from.addr, to.addr, text]);
    assert.deepEqual(submitted, [["12345", "1234567890", "Hello World"]]);
  });
}

test("examples/worker sends by RPC and is told of the report and of an inbound message", async (t) => {
  const simulator = await startSimulator(t);
  const worker = await startGateway(t, { config: example("worker/wrangler.toml"), vars: { SMPP_URL: simulator.url } });
  assert.equal((await worker.call("GET", "/")).status, 400);
  const { status, body } = await worker.call("GET", "/?to=%2B1234567890");
  assert.equal(status, 202);
  await until("the report", () => worker.output().includes(`message ${body.id} is delivered`));
  await simulator.deliver({ from: "+4915112345", to: "12345", text: "Grüße" });
  await until("the message", () => worker.output().includes("4915112345 writes: Grüße"));
});
