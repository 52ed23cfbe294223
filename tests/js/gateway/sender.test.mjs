// How the sender feeds the client: with a client of the test's own.

import assert from "node:assert/strict";
import test from "node:test";
import { SmppError, ThrottledError } from "../../../js/client/index.ts";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { Sender } from "../../../js/gateway/link/sender.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { findRow } from "../../../js/gateway/link/store/rows.ts";
import { sqliteStorage } from "./sqlite.mjs";

const PLACE = { account: "main", link: 0 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A whole submit_sm, as far as its header goes, and an enquire_link. */
const pdu = (command) => Uint8Array.from([0, 0, 0, 16, 0, 0, 0, command, 0, 0, 0, 0, 0, 0, 0, 1]);
const SUBMIT_SM = pdu(4);
const ENQUIRE_LINK = pdu(0x15);

function start({ window = 10, rate, optedOut } = {}) {
  const db = new Database(sqliteStorage());
  createTables(db, "main/0");
  const queue = new MessageQueue(db, PLACE, () => {});
  const keys = [];
  const sender = new Sender({ queue, window, keyOf: (id) => id, accepted: (some) => keys.push(...some), idle: () => {}, optedOut });
  /** What the client was given: `text`, `validity`, `resolve`, `reject`. */
  const given = [];
  const client = {
    sendSms: ({ text, validity }) => new Promise((resolve, reject) => given.push({ text, validity, resolve, reject })),
    stats: () => ({ rate }),
  };
  const add = (count, change = {}) => queue.insert(Array.from({ length: count }, (_, i) => ({
    id: "", input: { to: "+491511", text: `m${i}` }, encoding: "gsm7", segments: 1, caller: "", due: 0, expires: null, ...change,
  })), Date.now());
  const status = (id) => findRow(db, PLACE, id).status;
  return { db, queue, sender, client, given, keys, add, status };
}

/** How the client ends a message of which nothing was written. */
const notSent = (code) => new SmppError("the link is gone", { code, command: "submit_sm", outcome: "not-sent", retryable: true });
const accepted = (id) => ({ status: "accepted", segments: [{ index: 0, messageId: id, status: "accepted" }] });

test("the window is never exceeded, and an answer makes room", async () => {
  const { sender, client, given, add, status } = start({ window: 3 });
  const ids = add(5);
  sender.start(client);
  await turn();
  assert.deepEqual(given.map(({ text }) => text), ["m0", "m1", "m2"]);
  sender.beforeWrite(SUBMIT_SM, Date.now());
  given[1].resolve(accepted("b"));
  await turn();
  assert.deepEqual(given.map(({ text }) => text), ["m0", "m1", "m2", "m3"]);
  assert.equal(status(ids[1]), "accepted");
});

test("messages that come one by one soon after others are given to the client together", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const { sender, client, given, add } = start();
  const come = async () => {
    add(1);
    sender.kick();
    await turn();
  };
  sender.start(client);
  await come();
  assert.equal(given.length, 1);
  await come();
  t.mock.timers.tick(4);
  await come();
  assert.equal(given.length, 1);
  t.mock.timers.tick(1);
  await turn();
  assert.equal(given.length, 3);
  t.mock.timers.tick(5);
  await come();
  assert.equal(given.length, 4);
  // An answer is nothing to wait after.
  t.mock.timers.tick(5);
  given[3].resolve(accepted("a"));
  await turn();
  await come();
  assert.equal(given.length, 5);
});

test("messages that wait for room are not gathered, nor those that a clock which was set back would hold up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const { sender, client, given, add } = start({ window: 2 });
  add(4);
  sender.start(client);
  await turn();
  given[0].resolve(accepted("a"));
  await turn();
  assert.equal(given.length, 3);
  given[1].resolve(accepted("b"));
  given[2].resolve(accepted("c"));
  await turn();
  assert.equal(given.length, 4);
  t.mock.timers.setTime(500_000);
  add(1);
  sender.kick();
  t.mock.timers.tick(5);
  await turn();
  assert.equal(given.length, 5);
});

test("a link that is bound again gathers nothing", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const { sender, client, given, add } = start();
  add(1);
  sender.start(client);
  await turn();
  sender.stop();
  add(1);
  sender.start(client);
  await turn();
  assert.equal(given.length, 2);
});

test("with a rate, what is not written is not in doubt, and other PDUs put nothing in doubt", async () => {
  const { queue, sender, client, given, add } = start({ window: 50, rate: 1 });
  add(5);
  sender.start(client);
  await turn();
  assert.equal(given.length, 1);
  sender.beforeWrite(ENQUIRE_LINK, Date.now());
  assert.equal(queue.sent, 0);
  const both = new Uint8Array([...ENQUIRE_LINK, ...SUBMIT_SM]);
  sender.beforeWrite(both, Date.now());
  assert.equal(queue.sent, 1);
  await turn();
  assert.equal(given.length, 2);
  assert.equal(queue.sent, 1);
  assert.equal(queue.waiting, 4);
});

test("what a lost link kept from leaving goes again first; what may have left is unknown", async () => {
  const { sender, client, given, add, status, queue } = start({ window: 2 });
  const ids = add(3);
  sender.start(client);
  await turn();
  sender.beforeWrite(SUBMIT_SM, Date.now());
  given[0].resolve(accepted("a"));
  await turn();
  assert.equal(given.at(-1).text, "m2");
  sender.stop();
  const lost = (outcome) => new SmppError("lost", { code: "connection-lost", command: "submit_sm", outcome, retryable: outcome === "not-sent" });
  given[1].reject(lost("unknown"));
  given[2].reject(lost("not-sent"));
  await turn();
  assert.deepEqual(ids.map(status), ["accepted", "unknown", "queued"]);
  assert.equal(queue.waiting, 1);
  sender.start(client);
  await turn();
  assert.deepEqual(given.map(({ text }) => text), ["m0", "m1", "m2", "m2"]);
});

test("an answer that comes late settles what was unknown", async () => {
  const { sender, client, given, add, status, keys } = start();
  const ids = add(3);
  sender.start(client);
  await turn();
  sender.beforeWrite(SUBMIT_SM, Date.now());
  const late = ids.map(() => Promise.withResolvers());
  late.forEach(({ promise }, i) => {
    const error = new SmppError("no answer in time", { code: "timeout", command: "submit_sm", outcome: "unknown" });
    Object.defineProperty(error, "late", { value: promise });
    given[i].reject(error);
  });
  await turn();
  assert.deepEqual(ids.map(status), ["unknown", "unknown", "unknown"]);
  late[0].resolve({ outcome: "accepted", sent: accepted("A") });
  late[1].resolve({ outcome: "rejected", error: new SmppError("refused", { code: 11, command: "submit_sm", outcome: "rejected" }) });
  // As long as one segment is in doubt, so is the message.
  late[2].resolve({ outcome: "accepted", sent: { status: "partial", segments: [...accepted("B").segments, { index: 1, messageId: "", status: "unknown" }] } });
  await turn();
  assert.deepEqual(ids.map(status), ["accepted", "failed", "unknown"]);
  assert.deepEqual(keys, ["A"]);
});

test("draining gives nothing more to the client, and ends with the last answer", async () => {
  const { sender, client, given, add } = start({ window: 2 });
  add(4);
  sender.start(client);
  await turn();
  let drained = false;
  const end = sender.drain().then(() => (drained = true));
  given[0].resolve(accepted("a"));
  await turn();
  assert.deepEqual([given.length, drained], [2, false]);
  given[1].resolve(accepted("b"));
  await end;
  assert.equal(given.length, 2);
});

test("a message that the SMSC is too busy for goes back to the queue, and only what the rate lets go next is given", async () => {
  const link = start({ window: 5 });
  const { sender, client, given, add, status, queue } = link;
  const ids = add(8);
  sender.start(client);
  await turn();
  sender.beforeWrite(SUBMIT_SM, Date.now());
  // The client pauses from now on.
  client.stats = () => ({ rate: 2 });
  const busy = new ThrottledError("throttled", { code: 0x58, command: "submit_sm", outcome: "rejected", retryable: true });
  for (const { reject } of given.slice(0, 5)) reject(busy);
  await turn();
  assert.deepEqual(ids.map(status), Array(8).fill("queued"));
  assert.equal(given.length, 6);
  const again = new MessageQueue(link.db, PLACE, () => {});
  again.recover(Date.now());
  assert.deepEqual([again.waiting, queue.waiting], [8, 8]);
  assert.deepEqual(ids.map(status), Array(8).fill("queued"));
});

test("while the rate is low, a single message that waits with the client keeps others back; a long one only for a moment", async (t) => {
  const now = Date.now();
  let passed = 0;
  t.mock.method(Date, "now", () => now + passed);
  for (const [segments, most] of [[1, 1], [2, 2]]) {
    passed = 0;
    const { sender, client, given, add } = start({ window: 50, rate: 2 });
    add(5, { segments });
    sender.start(client);
    await turn();
    assert.equal(given.length, 1);
    passed = 1_500;
    sender.kick();
    await turn();
    assert.equal(given.length, most);
  }
});

test("a message that the SMSC refuses for now is sent again after 1, 2, 4, … seconds, a minute at most, as long as it is valid, or for a day", async (t) => {
  const now = Date.now();
  let passed = 0;
  t.mock.method(Date, "now", () => now + passed);
  /** Refuses one message whenever it is sent, until `passed` is `end`; returns the seconds between the attempts. */
  const refuse = async (refusal, end, change) => {
    passed = 0;
    const { sender, client, given, add, queue, status } = start();
    const [id] = add(1, change);
    sender.start(client);
    const waits = [];
    for (let attempts = 1; status(id) === "queued"; attempts++) {
      while (given.length < attempts && status(id) === "queued") await turn();
      sender.beforeWrite(SUBMIT_SM, Date.now());
      if (passed >= end) passed = end;
      given.at(-1).reject(refusal);
      await turn();
      const due = queue.nextDue(Date.now());
      if (due === undefined) break;
      waits.push((due - Date.now()) / 1000);
      passed = Math.max(due - now, waits.length < 8 ? 0 : end);
      sender.kick();
    }
    return [status(id), waits];
  };
  const init = { command: "submit_sm", outcome: "rejected", retryable: true };
  for (const refusal of [new ThrottledError("full", { code: 0x14, ...init }), new SmppError("out of service", { code: 0x08, ...init })]) {
    const [last, waits] = await refuse(refusal, 86_400_000);
    assert.deepEqual([last, waits.slice(0, 8)], ["expired", [1, 2, 4, 8, 16, 32, 60, 60]]);
    const [short, few] = await refuse(refusal, Infinity, { expires: now + 6_500 });
    assert.deepEqual([short, few], ["expired", [1, 2, 4]]);
  }
});

test("a message without a validity is given up after a day of refusals, not before", async (t) => {
  const now = Date.now();
  for (const [passed, outcome] of [[86_390_000, "queued"], [86_400_000, "expired"]]) {
    const clock = t.mock.method(Date, "now", () => now);
    const { sender, client, given, add, status } = start();
    const [id] = add(1);
    clock.mock.mockImplementation(() => now + passed);
    sender.start(client);
    await turn();
    given[0].reject(new ThrottledError("full", { code: 0x14, command: "submit_sm", outcome: "rejected", retryable: true }));
    await turn();
    assert.equal(status(id), outcome);
    clock.mock.restore();
  }
});

test("the client gets a message with the seconds that are left of its validity", async (t) => {
  const now = Date.now();
  t.mock.method(Date, "now", () => now);
  const { sender, client, given, add } = start();
  add(1, { expires: now + 60_000 });
  add(1, { expires: now + 1_001 });
  add(1);
  sender.start(client);
  await turn();
  assert.deepEqual(given.map(({ validity }) => validity), [60, 2, undefined]);
});

test("a message whose validity is over when its turn comes is expired and not sent", async (t) => {
  const now = Date.now();
  t.mock.method(Date, "now", () => now);
  const { sender, client, given, add, status } = start();
  const ids = [...add(1, { expires: now }), ...add(1, { expires: now + 1 })];
  sender.start(client);
  await turn();
  assert.deepEqual([ids.map(status), given.length], [["expired", "queued"], 1]);
});

test("a message that the client has is not given to it again, whether scheduled or put back behind it", async (t) => {
  const now = Date.now();
  let passed = 0;
  t.mock.method(Date, "now", () => now + passed);
  const { sender, client, given, add, queue } = start();
  add(1, { input: { to: "+491511", text: "later", scheduleAt: new Date(now + 1_000).toISOString() }, due: now + 1_000 });
  assert.equal(queue.nextDue(now), now + 1_000);
  passed = 1_000;
  add(3);
  sender.start(client);
  await turn();
  sender.kick();
  await turn();
  assert.deepEqual(given.map(({ text }) => text), ["later", "m0", "m1", "m2"]);
  // The first of them did not leave; the others are with the client still.
  given[1].reject(notSent("connection-lost"));
  while (given.length < 5) await turn();
  await turn();
  assert.deepEqual(given.map(({ text }) => text), ["later", "m0", "m1", "m2", "m0"]);
});

test("what could not leave is sent again at once and writes no row, whichever way the link ended", async () => {
  for (const code of ["connection-lost", "connection-failed", "closed", "unbound", "aborted"]) {
    const { db, sender, client, given, add, status } = start();
    const [id] = add(1);
    sender.start(client);
    await turn();
    const rows = db.rowsWritten;
    given[0].reject(notSent(code));
    await turn();
    assert.deepEqual([code, status(id), given.length, db.rowsWritten - rows], [code, "queued", 2, 0]);
  }
});

test("what the SMSC refuses for good fails; of a long message that it took in part, an unanswered segment leaves it unknown", async () => {
  const { sender, client, given, add, status, keys } = start();
  const ids = add(3);
  sender.start(client);
  await turn();
  sender.beforeWrite(SUBMIT_SM, Date.now());
  given[0].reject(new SmppError("no such number", { code: 11, command: "submit_sm", outcome: "rejected", retryable: false }));
  given[1].resolve({ status: "partial", segments: [...accepted("a").segments, { index: 1, messageId: "", status: "rejected" }] });
  given[2].resolve({ status: "partial", segments: [...accepted("b").segments, { index: 1, messageId: "", status: "unknown" }] });
  await turn();
  assert.deepEqual([ids.map(status), keys], [["failed", "failed", "unknown"], ["a", "b"]]);
});

test("a rate that the client has meanwhile counts soon", async (t) => {
  const now = Date.now();
  let passed = 0;
  t.mock.method(Date, "now", () => now + passed);
  const { sender, client, given, add } = start();
  sender.start(client);
  await turn();
  client.stats = () => ({ rate: 1 });
  passed = 100;
  add(5);
  sender.kick();
  await turn();
  assert.equal(given.length, 1);
});

test("a long message that fills the window is the last one", async () => {
  const { sender, client, given, add } = start({ window: 6 });
  add(4, { segments: 3 });
  sender.start(client);
  await turn();
  assert.equal(given.length, 2);
});

test("long messages that the window has no room for wait for their turn, in order", async () => {
  const { sender, client, given, add } = start({ window: 4 });
  add(6, { segments: 3 });
  sender.start(client);
  await turn();
  sender.beforeWrite(SUBMIT_SM, Date.now());
  assert.deepEqual(given.map(({ text }) => text), ["m0", "m1"]);
  for (let i = 0; i < 6; i++) {
    given[i].resolve(accepted(`a${i}`));
    await turn();
    sender.beforeWrite(SUBMIT_SM, Date.now());
  }
  assert.deepEqual(given.map(({ text }) => text), ["m0", "m1", "m2", "m3", "m4", "m5"]);
});

test("after a crash every message on the wire is in doubt, the first one too, and none that was answered", async () => {
  const { db, sender, client, given, add, status } = start({ window: 3 });
  const ids = add(4);
  sender.start(client);
  await turn();
  sender.beforeWrite(SUBMIT_SM, Date.now());
  const recover = () => new MessageQueue(db, PLACE, () => {}).recover(Date.now());
  given[1].resolve(accepted("b"));
  await turn();
  recover();
  assert.deepEqual(ids.map(status), ["unknown", "accepted", "unknown", "queued"]);
});

test("after a crash messages are in doubt also where a scheduled one went before them", async (t) => {
  const now = Date.now();
  let passed = 0;
  t.mock.method(Date, "now", () => now + passed);
  const { db, sender, client, given, add, status } = start();
  const ids = add(2);
  ids.push(...add(1, { input: { to: "+491511", text: "later", scheduleAt: new Date(now + 1_000).toISOString() }, due: now + 1_000 }));
  passed = 1_000;
  sender.start(client);
  await turn();
  assert.deepEqual(given.map(({ text }) => text), ["later", "m0", "m1"]);
  sender.beforeWrite(SUBMIT_SM, Date.now());
  new MessageQueue(db, PLACE, () => {}).recover(Date.now());
  assert.deepEqual(ids.map(status), ["unknown", "unknown", "unknown"]);
});

test("what waited is checked for opt-outs before it is given to the client, in order, and what just came is not", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const checks = [];
  const optedOut = (messages) => new Promise((resolve, reject) => checks.push({ texts: messages.map(({ input }) => input.text), resolve: (...numbers) => resolve(new Set(numbers.map((i) => messages[i]))), reject }));
  const { sender, client, given, add, status } = start({ window: 3, optedOut });
  add(1);
  sender.start(client);
  await turn();
  assert.deepEqual([checks.length, given.length], [0, 1]);
  given[0].resolve(accepted("a"));
  await turn();
  sender.stop();
  const waited = add(2);
  t.mock.timers.tick(1_001);
  const moved = add(1, { id: "01m82fd79y4x1xmnxj1kjq1sjt-spare-0", hops: 1 });
  sender.start(client);
  await turn();
  assert.deepEqual([checks.at(-1).texts, given.length, sender.has(2)], [["m0", "m1", "m0"], 1, true]);
  // What comes meanwhile does not overtake, and nothing else is checked.
  const late = add(1, { input: { to: "+491511", text: "late" } });
  sender.kick();
  t.mock.timers.tick(5);
  await turn();
  assert.deepEqual([checks.length, given.length], [1, 1]);
  checks[0].resolve(0, 2);
  await turn();
  assert.deepEqual([status(waited[0]), status(waited[1]), status(moved[0])], ["failed", "queued", "failed"]);
  assert.deepEqual(given.slice(1).map(({ text }) => text), ["m1", "late"]);
  assert.equal(status(late[0]), "queued");

  // A link that is lost during a check, and a check that fails, give all back.
  sender.stop();
  given.forEach(({ resolve }, i) => resolve(accepted(`x${i}`)));
  await turn();
  const [last] = add(1, { input: { to: "+491511", text: "last" } });
  t.mock.timers.tick(1_001);
  sender.start(client);
  await turn();
  sender.stop();
  checks[1].resolve();
  await turn();
  assert.deepEqual([status(last), given.length, sender.has(6)], ["queued", 3, false]);
  t.mock.method(console, "error", () => {});
  t.mock.method(globalThis.scheduler ??= { wait: () => {} }, "wait", async () => {});
  sender.start(client);
  await turn();
  checks[2].reject(new Error("broken"));
  await turn();
  await turn();
  assert.equal(given.length, 3);
  checks[3].resolve();
  await turn();
  assert.equal(given[3].text, "last");
});

test("many messages that waited are checked in one go, whatever the window, and not again within a second", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const checks = [];
  const optedOut = async (messages) => {
    checks.push(messages.length);
    return new Set(messages.filter(({ input }) => input.to === "+491512"));
  };
  const { sender, client, given, add, status } = start({ window: 2, optedOut });
  const blocked = add(250, { input: { to: "+491512", text: "blocked" } });
  add(3);
  t.mock.timers.tick(1_001);
  sender.start(client);
  while (given.length < 2) await turn();
  assert.deepEqual(checks, [200, 53]);
  assert.deepEqual([...new Set(blocked.map(status))], ["failed"]);
  given[0].resolve(accepted("a"));
  await turn();
  await turn();
  assert.deepEqual([checks.length, given.length], [2, 3]);
});

test("a PDU of an application fails in a Worker that has no applications any more, and holds up nothing", async () => {
  const { sender, client, given, add, status } = start();
  const [left] = add(1, { input: { to: "+491511", pdu: "00" } });
  const [next] = add(1);
  sender.start(client);
  await turn();
  assert.equal(status(left), "failed");
  given[0].resolve(accepted("a"));
  await turn();
  assert.equal(status(next), "accepted");
});

test("draining while messages are checked sends none of them, and ends with the check", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const { promise, resolve } = Promise.withResolvers();
  const { sender, client, given, add, status } = start({ optedOut: () => promise });
  const ids = add(2);
  t.mock.timers.tick(1_001);
  sender.start(client);
  await turn();
  let drained = false;
  void sender.drain().then(() => (drained = true));
  await turn();
  assert.equal(drained, false);
  resolve(new Set());
  await turn();
  assert.deepEqual([drained, given.length, ids.map(status)], [true, 0, ["queued", "queued"]]);
});
