// What a message and a receipt cost does not grow with what is stored: the rows that a link's statements read, as workerd counts them.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { root, Smsc, startGateway, until } from "./support.mjs";

const main = join(root, "tests/js/gateway/counting-worker.ts");
const COUNT = 100;

/** Rows read while `work` runs. */
async function read(gateway, work) {
  const { body: before } = await gateway.get("/rows-read");
  await work();
  return (await gateway.get("/rows-read")).body - before;
}

test("a message reads as many rows with 4,000 scheduled as with none", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const gateway = await startGateway(t, { main, vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  const send = async (name) => {
    const { status, body } = await gateway.post("/v1/messages", Array.from({ length: COUNT }, (_, i) => ({ from: "12345", to: "+491511", text: `${name} ${i}`, report: "none" })));
    assert.equal(status, 202);
    await gateway.message(body.at(-1).id, "accepted");
    await until("the last answer", () => smsc.submitted.length % COUNT === 0);
  };
  await send("first");
  const few = await read(gateway, () => send("few"));
  const later = new Date(Date.now() + 86_400_000).toISOString();
  for (let i = 0; i < 8; i++) {
    const { status } = await gateway.post("/v1/messages", Array.from({ length: 500 }, () => ({ from: "12345", to: "+491511", text: "later", report: "none", scheduleAt: later })));
    assert.equal(status, 202);
  }
  const many = await read(gateway, () => send("many"));
  t.diagnostic(`${few} rows read for ${COUNT} messages with none, ${many} with 4,000`);
  // How many turns it takes is not always the same: each looks for what is due.
  assert.ok(many < 2 * few + 10 * COUNT, `${few} became ${many}`);
});

test("a receipt of an unknown message reads as many rows with 2,000 of them there as with few", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { main, vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  let next = 0;
  const deliver = async (count) => {
    const done = next + count;
    const one = async () => {
      while (next < done) await smsc.deliverReport(`unknown-${next++}`, "DELIVRD", "491511", "12345");
    };
    await Promise.all(Array.from({ length: 20 }, one));
  };
  await deliver(COUNT);
  const few = await read(gateway, () => deliver(COUNT));
  await deliver(2_000);
  const many = await read(gateway, () => deliver(COUNT));
  t.diagnostic(`${few} rows read for ${COUNT} receipts with ${COUNT} there, ${many} with 2,000`);
  assert.equal(smsc.acknowledged.filter(({ status }) => status === 0).length, next);
  assert.ok(many < 2 * few + 10 * COUNT, `${few} became ${many}`);
});
