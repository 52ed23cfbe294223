// The SMSC of `smpp-edge/testing`, in the process of the test and without a port.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type ConnectOptions, type SmppClient } from "smpp-edge";
import { createTestSmsc, type SimulationOptions, type TestSmsc } from "smpp-edge/testing";

async function bound(t: TestContext, options: ConnectOptions = {}, of: SimulationOptions = {}): Promise<{ smsc: TestSmsc; smpp: SmppClient }> {
  const smsc = createTestSmsc(of);
  t.after(() => smsc.close());
  const smpp = await connect(smsc.url, { socket: smsc.socket, ...options });
  t.after(() => smpp.close());
  return { smsc, smpp };
}

test("messages, receipts and inbound messages pass", async (t) => {
  const heard: (string | undefined)[] = [];
  const { smsc, smpp } = await bound(t, { onMessage: ({ text }) => void heard.push(text) });
  const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "x".repeat(400), report: "always" });
  assert.equal(sent.segments.length, 3);
  assert.equal((await sent.delivered({ timeout: 10_000 })).status, "delivered");
  await smsc.deliver({ from: "+1234567890", to: "12345", text: "y".repeat(400) });
  assert.deepEqual(heard, ["y".repeat(400)]);
  assert.equal(smsc.messages().length, 3);
  assert.deepEqual([...smsc.sessions].map(({ systemId }) => systemId), ["smppclient1"]);
});

test("it refuses a wrong password, and a number that asks for it", async (t) => {
  const { smsc, smpp } = await bound(t);
  await assert.rejects(connect("smpp://smppclient1:wrong@anywhere", { socket: smsc.socket }), { name: "ESME_RINVPASWD" });
  await assert.rejects(smpp.sendSms({ from: "12345", to: "+12349990006", text: "x" }), { name: "ESME_RINVDSTADR", outcome: "rejected" });
});

test("outcomes are chosen, and faults need no timers of Node's", async (t) => {
  const { smpp } = await bound(t, {}, { outcome: "undeliverable", late: 10 });
  const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "x", report: "always" });
  assert.equal((await sent.delivered({ timeout: 10_000 })).status, "undeliverable");
  assert.equal((await smpp.sendSms({ from: "12345", to: "+12349990010", text: "late" })).status, "accepted");
});

test("a cut connection is made again", async (t) => {
  const { smsc, smpp } = await bound(t, { reconnect: { min: 1, max: 1 } });
  const [before] = smsc.sessions;
  smsc.drop();
  while (smsc.sessions.size === 0 || smsc.sessions.has(before!)) await sleep(1);
  assert.equal((await smpp.sendSms({ from: "12345", to: "+1234567890", text: "again" })).status, "accepted");
});

test("a thousand messages go through, with several binds", async (t) => {
  const { smsc, smpp } = await bound(t, { binds: 3, window: 50 });
  const { accepted, failed } = await smpp.sendMany(Array.from({ length: 1_000 }, (_, i) => ({ from: "12345", to: `+1555000${1000 + i}`, text: `${i}` })));
  assert.deepEqual([accepted, failed, smsc.messages().length], [1_000, 0, 1_000]);
});

test("after close() it takes no connection", async () => {
  const smsc = createTestSmsc();
  const smpp = await connect(smsc.url, { socket: smsc.socket, reconnect: false });
  await smsc.close();
  await assert.rejects(connect(smsc.url, { socket: smsc.socket }), /the test's SMSC is closed/);
  await smpp.close();
});
