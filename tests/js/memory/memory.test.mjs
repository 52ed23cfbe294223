// Memory over many messages and many clients. In short, or in full with SMPP_EDGE_MEMORY=full: a million messages each way, and
// 100 clients opened and closed 100 times. The figures are shown.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { execute, start } from "../../../scripts/lib.mjs";

const full = process.env.SMPP_EDGE_MEMORY === "full";
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const MIB = 2 ** 20;
/** What wasm memory grows by. */
const PAGE = 65_536;

/** Starts an SMSC in a process of its own, and gives its port. */
async function startSmsc(onEnd, name, ...args) {
  const smsc = start(process.execPath, [file(name), ...args], { stdio: ["pipe", "pipe", "inherit"] });
  onEnd(() => smsc.stdin.end());
  const [port] = await once(createInterface({ input: smsc.stdout }), "line");
  return port;
}

let responder;
let endResponder;
before(async () => {
  responder = await startSmsc((end) => (endResponder = end), "responder.mjs");
});
after(() => endResponder());

/** Does it, and gives what was measured after each step. */
async function measure(t, what, steps, each, port = responder) {
  const { code, output } = await execute(process.execPath, ["--expose-gc", file("subject.mjs"), port, what, String(steps), String(each)], { timeout: 9 * 60_000, env: { ...process.env, NODE_TEST_CONTEXT: undefined } });
  assert.equal(code, 0, output);
  const samples = output.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(samples.length, steps);
  for (const [i, { rss, heapUsed, wasm }] of samples.entries()) {
    if (i % Math.ceil(steps / 10) === 0 || i === steps - 1) t.diagnostic(`${(i + 1) * each}: process ${(rss / MIB).toFixed(1)}, heap ${(heapUsed / MIB).toFixed(2)}, wasm ${(wasm / MIB).toFixed(2)} MiB`);
  }
  return samples;
}

/**
 * The first steps find their size: the messages that a report may still come for are remembered, up to a number. Wasm memory has the size of
 * its fullest moment: a larger read than any before may take a page more, once.
 */
function flat([, , settled, ...later]) {
  for (const { heapUsed, arrayBuffers, wasm } of later) {
    assert(wasm <= settled.wasm + PAGE, `wasm memory grew from ${settled.wasm} to ${wasm}`);
    assert(heapUsed < settled.heapUsed + 2 * MIB, `the heap grew from ${settled.heapUsed} to ${heapUsed}`);
    assert(arrayBuffers < settled.arrayBuffers + MIB, `buffers grew from ${settled.arrayBuffers} to ${arrayBuffers}`);
  }
}

for (const what of ["sendSms", "sendMany"]) {
  test(`${full ? "1,000,000" : "60,000"} messages by ${what} leave memory flat`, async (t) => flat(await measure(t, what, full ? 100 : 6, 10_000)));
}

test(`${full ? "1,000,000" : "60,000"} long messages, some refused at first, are each taken once and leave memory flat`, async (t) => {
  const [steps, each] = [full ? 100 : 6, 10_000];
  const port = await startSmsc((end) => t.after(end), "deliverer.mjs", String(steps * each));
  flat(await measure(t, "inbound", steps, each, port));
});

test(`${full ? "100 clients opened and closed 100 times" : "25 clients opened and closed 8 times"} leave no handle, timer or memory behind`, async (t) => {
  const samples = await measure(t, "clients", full ? 100 : 8, full ? 100 : 25);
  for (const { handles } of samples) assert.deepEqual(handles, []);
  flat(samples);
});
