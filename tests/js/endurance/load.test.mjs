// Many messages: none is lost or sent twice on any way in, and those that wait are on disk, not in memory. MESSAGES and QUEUED set how many.

import assert from "node:assert/strict";
import test from "node:test";
import { each, startGateway } from "../../../benches/support/gateway.mjs";
import { Smsc } from "../gateway/support.mjs";

const MESSAGES = Number(process.env.MESSAGES ?? 1_000);
const QUEUED = Number(process.env.QUEUED ?? 20_000);

const batches = (count, size, name) => Array.from({ length: count / size }, (_, i) =>
  Array.from({ length: size }, (_, j) => ({ from: "12345", to: `+49151${j % 10}0000`, text: `${name} ${i * size + j}`, report: "none" })));

async function take(response) {
  assert.equal(response.status, 202);
  await response.arrayBuffer();
}

test(`${MESSAGES} messages on each way in reach the SMSC once`, async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway({ SMPP_URL: smsc.url, SMPP_OPTIONS: '{"window":100}' });
  t.after(gateway.end);
  await gateway.bound();
  const ways = {
    single: () => each(batches(MESSAGES, 1, "single"), 32, async ([message]) => take(await gateway.post("/v1/messages", message))),
    array: () => each(batches(MESSAGES, 100, "array"), 4, async (some) => take(await gateway.post("/v1/messages", some))),
    rpc: () => each(batches(MESSAGES, 100, "rpc"), 1, async (messages) => take(await gateway.post("/rpc", { messages }))),
    many: () => each(batches(MESSAGES, 100, "many"), 4, async (messages) => take(await gateway.post("/rpc", { messages, many: true }))),
  };
  for (const [name, send] of Object.entries(ways)) {
    await t.test(name, async () => {
      await send();
      await gateway.empty();
      const got = smsc.texts().filter((text) => text.startsWith(`${name} `));
      assert.equal(got.length, MESSAGES);
      assert.equal(new Set(got).size, MESSAGES);
    });
  }
});

test(`${QUEUED} messages wait in bounded memory, and one more is told to come back`, async (t) => {
  const gateway = await startGateway({ SMPP_URL: "smpp://nobody@127.0.0.1:9", SMPP_MAX_QUEUE: QUEUED });
  t.after(gateway.end);
  const fill = (count) => each(batches(count, 500, "waits"), 4, async (some) => take(await gateway.post("/v1/messages", some)));
  await fill(QUEUED / 4);
  const before = gateway.rss();
  await fill(QUEUED * 3 / 4);
  const after = gateway.rss();
  t.diagnostic(`${Math.round(before / 2 ** 20)} MiB with ${QUEUED / 4}, ${Math.round(after / 2 ** 20)} MiB with ${QUEUED}`);
  assert.equal((await gateway.link()).queued, QUEUED);
  assert.ok(after < 1.5 * before, `${before} became ${after}`);
  const answer = await gateway.post("/v1/messages", batches(1, 1, "one more")[0][0]);
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
  assert.equal((await gateway.link()).queued, QUEUED);
});
