// The parts of a link by themselves: when its alarm and its timer run, when it binds again, and what becomes of what comes in.

import assert from "node:assert/strict";
import test from "node:test";
import { encodePdu } from "../../../js/engine/codec.ts";
import { init } from "../../../js/engine/init.ts";
import { AdmissionKeeper } from "../../../js/gateway/link/admission.ts";
import { Connection } from "../../../js/gateway/link/connection.ts";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { Receiver } from "../../../js/gateway/link/receiver.ts";
import { Registry } from "../../../js/gateway/link/registry.ts";
import { BEAT, Scheduler } from "../../../js/gateway/link/scheduler.ts";
import { admissionOf, linkNamed, registryOf } from "../../../js/gateway/link/stub.ts";
import { InboundSegments } from "../../../js/gateway/link/store/inbound-segments.ts";
import { InboundStore } from "../../../js/gateway/link/store/inbound.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { ReportStore } from "../../../js/gateway/link/store/reports.ts";
import { findRow } from "../../../js/gateway/link/store/rows.ts";
import { sqliteStorage } from "./sqlite.mjs";
import { Smsc, until } from "./support.mjs";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const PLACE = { account: "main", link: 0 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

function database() {
  const db = new Database(sqliteStorage());
  createTables(db, "main/0");
  return db;
}

/** A Durable Object's alarm. */
function alarm() {
  const calls = [];
  return {
    calls,
    at: null,
    async getAlarm() {
      calls.push("get");
      return this.at;
    },
    async setAlarm(at) {
      calls.push("set");
      this.at = at;
    },
    async deleteAlarm() {
      calls.push("delete");
      this.at = null;
    },
  };
}

test("an alarm is there within 30 seconds, whatever was there before, and is not asked for with each call", async () => {
  for (const [before, after] of [[null, NOW + BEAT], [NOW + BEAT + 1, NOW + BEAT], [NOW - 1, NOW + BEAT], [NOW + 5, NOW + 5], [NOW + BEAT, NOW + BEAT]]) {
    const storage = Object.assign(alarm(), { at: before });
    const scheduler = new Scheduler({ storage, nextDue: () => undefined, work: async () => {} });
    await scheduler.keepAlarm(NOW);
    assert.equal(storage.at, after);
    const asked = storage.calls.length;
    await scheduler.keepAlarm(NOW + BEAT - 1);
    assert.equal(storage.calls.length, asked);
    storage.at = null;
    await scheduler.keepAlarm(NOW + BEAT);
    assert.equal(storage.at, NOW + 2 * BEAT);
  }
  const storage = alarm();
  const scheduler = new Scheduler({ storage, nextDue: () => undefined, work: async () => {} });
  await scheduler.rearm(NOW);
  assert.deepEqual([storage.at, storage.calls], [NOW + BEAT, ["set"]]);
  await scheduler.keepAlarm(NOW + 1);
  assert.deepEqual(storage.calls, ["set"]);
  await scheduler.stop();
  assert.equal(storage.at, null);
  await scheduler.keepAlarm(NOW + 2);
  assert.equal(storage.at, NOW + 2 + BEAT);
});

test("the timer runs for what is due first, and goes on after work that failed", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
  const errors = t.mock.method(console, "error", () => {});
  let due;
  const runs = [];
  const scheduler = new Scheduler({
    storage: alarm(),
    nextDue: () => due,
    work: async (now) => {
      runs.push(now - NOW);
      due = runs.length < 3 ? now + 100 : undefined;
      if (runs.length === 1) throw new Error("broken");
    },
  });
  scheduler.arm(NOW);
  due = NOW + 5_000;
  scheduler.arm(NOW);
  due = NOW + 9_000;
  scheduler.arm(NOW);
  due = NOW + 1_000;
  scheduler.arm(NOW);
  t.mock.timers.tick(999);
  await turn();
  assert.deepEqual(runs, []);
  for (const wait of [1, 100, 100, 10_000]) {
    t.mock.timers.tick(wait);
    await turn();
  }
  assert.deepEqual(runs, [1_000, 1_100, 1_200]);
  assert.equal(errors.mock.callCount(), 1);
  // What is due long after the next alarm is looked at with that.
  due = NOW + 10 * BEAT;
  scheduler.arm(Date.now());
  t.mock.timers.tick(BEAT);
  await turn();
  assert.equal(runs.length, 4);
});

function connecting(account, options = {}) {
  const states = [];
  const clients = [];
  const events = { up: (client) => clients.push(client), down: (client) => clients.splice(clients.indexOf(client), 1), changed: (state, detail) => states.push(detail === undefined ? [state] : [state, detail]) };
  const connection = new Connection(account, { bindTimeout: 5_000, ...options }, events);
  return { connection, states, clients };
}

test("attempts that fail come after waits that double up to a minute; a bind that carried a message starts them anew", async (t) => {
  await init();
  const smsc = await Smsc.start(t);
  const { port } = smsc;
  await smsc.stop();
  const { connection, states } = connecting({ url: `smpp://smppclient1:password@127.0.0.1:${port}` });
  t.after(() => connection.close());
  const fail = async () => {
    const before = states.length;
    const due = connection.retryAt;
    const now = due ?? Date.now();
    connection.ensure(now - 1);
    if (due !== undefined) assert.equal(states.length, before, "not before it is due");
    connection.ensure(now);
    connection.ensure(now);
    await until("the failure", () => connection.state === "waiting" && states.length === before + 2);
    return (connection.retryAt - Date.now()) / 1000;
  };
  for (const most of [1, 2, 4, 8, 16, 32, 60, 60]) {
    const wait = await fail();
    assert.ok(wait > 0.5 * most && wait <= most, `${wait} of ${most}`);
  }
  assert.match(connection.error, /127\.0\.0\.1/);
  assert.ok(connection.downFor(Date.now() + 1_000) >= 1_000);
  connection.proved();
  assert.ok(await fail() <= 1);
  assert.equal(connection.boundAt, undefined);
});

test("a bind is reported up and down, and after a good one the next attempt comes soon", async (t) => {
  await init();
  const smsc = await Smsc.start(t);
  const { connection, states, clients } = connecting({ url: smsc.url });
  t.after(() => connection.close());
  connection.ensure(Date.now());
  await until("the bind", () => clients.length === 1);
  assert.deepEqual([states, connection.state, connection.downFor(Date.now() + 5), connection.retryAt, connection.error], [[["connecting"], ["bound"]], "bound", 0, undefined, undefined]);
  assert.ok(connection.boundAt <= Date.now());
  assert.equal(connection.client, clients[0]);
  connection.ensure(Date.now() + 1_000_000);
  assert.equal(states.length, 2);
  smsc.drop();
  await until("the loss", () => clients.length === 0);
  assert.equal(connection.state, "waiting");
  assert.deepEqual([connection.client, connection.boundAt], [undefined, undefined]);
  const down = connection.downFor(Date.now() + 1_000);
  assert.ok(down >= 1_000 && down < 60_000, `${down}`);
  assert.match(connection.error, /./);
  // By itself, a second later.
  await until("the next bind", () => clients.length === 1);
  assert.deepEqual([connection.downFor(Date.now()), connection.error], [0, undefined]);
  // It was lost soon: the next wait is longer. One that held is not.
  smsc.drop();
  await until("the loss", () => clients.length === 0);
  const wait = connection.retryAt - Date.now();
  assert.ok(wait > 1_000 && wait <= 2_000, String(wait));
  await until("the next bind", () => clients.length === 1);
  const now = Date.now.bind(Date);
  t.mock.method(Date, "now", () => now() + 31_000);
  smsc.drop();
  await until("the loss", () => clients.length === 0);
  assert.ok(connection.retryAt - Date.now() <= 1_000);
});

test("a bind that the SMSC still has from before, or that it is too busy for, is tried again soon", async (t) => {
  await init();
  const smsc = await Smsc.start(t);
  for (const status of [0x05, 0x08]) {
    smsc.refusal = status;
    const { connection } = connecting({ url: smsc.url });
    t.after(() => connection.close());
    connection.ensure(Date.now());
    await until("the refusal", () => connection.state === "waiting");
    assert.ok(connection.retryAt - Date.now() <= 1_000);
  }
});

test("a link that is lost in the moment it is bound counts as lost", async (t) => {
  await init();
  let end = () => {};
  /** A socket whose peer accepts the bind and is gone. */
  const socket = () => {
    const closed = Promise.withResolvers();
    const readable = new ReadableStream({
      start: (controller) => (end = (octets) => {
        controller.enqueue(octets);
        controller.close();
        closed.resolve();
      }),
    });
    const writable = new WritableStream({
      write: (octets) => end(Uint8Array.from([0, 0, 0, 17, 0x80, 0, 0, 9, 0, 0, 0, 0, ...octets.subarray(12, 16), 0])),
    });
    return { readable, writable, opened: Promise.resolve({}), closed: closed.promise, close: async () => {} };
  };
  const { connection, clients } = connecting({ url: "smpp://smppclient1:password@smsc" }, { socket });
  t.after(() => connection.close());
  connection.ensure(Date.now());
  await until("the loss", () => connection.state === "waiting");
  assert.deepEqual([connection.client, clients], [undefined, []]);
});

test("a refused password waits a minute; a closed connection makes no attempt", async (t) => {
  await init();
  const smsc = await Smsc.start(t);
  const wrong = connecting({ url: smsc.url.replace("password", "wrong") });
  wrong.connection.ensure(Date.now());
  await until("the refusal", () => wrong.connection.state === "waiting");
  const wait = wrong.connection.retryAt - Date.now();
  assert.ok(wait > 40_000 && wait <= 60_000, String(wait));
  assert.match(wrong.states.at(-1)[1], /password/i);
  await wrong.connection.close();
  const before = wrong.states.length;
  wrong.connection.ensure(Date.now() + 120_000);
  assert.equal(wrong.states.length, before);
  const good = connecting({ url: smsc.url });
  good.connection.ensure(Date.now());
  await until("the bind", () => good.clients.length === 1);
  await good.connection.close();
  await until("the unbind", () => smsc.sessions.length === 0);
  good.connection.ensure(Date.now() + 120_000);
  assert.notEqual(good.connection.state, "connecting");
});

/** A receiver on storage of its own, with what it handed on and what it offered to other links. */
function receiving({ taken = () => false, isOnly = false } = {}) {
  const db = database();
  const queue = new MessageQueue(db, PLACE, () => {});
  const store = new InboundStore(db, PLACE);
  const log = { events: [], offers: [], arrived: [], wakes: 0, stored: 0 };
  const receiver = new Receiver({
    place: PLACE, store, segments: new InboundSegments(db), joinOptions: {}, reports: new ReportStore(db, PLACE, () => {}),
    deliveries: { add: (id, type, data) => log.events.push({ id, type, data }) },
    keyOf: (id) => id.toLowerCase(),
    isOnly, storeAnswers: () => log.stored++,
    arrived: (message) => log.arrived.push(message),
    offer: async (offers) => {
      log.offers.push(offers.map(({ offer, recipient }) => [offer.key, recipient]));
      return offers.map(({ offer }) => taken(offer.key));
    },
    wake: () => log.wakes++,
  });
  /** A message that the SMSC accepted as `key`. */
  const sent = (key) => {
    const [id] = queue.insert([{ id: "", input: { to: "+491511", text: "x" }, encoding: "gsm7", segments: 1, caller: "", due: 0, expires: null }], NOW);
    const [message] = queue.fresh(queue.sent, 1).messages;
    queue.markSent([message], 0, NOW);
    queue.answered(message, "accepted", [{ index: 0, messageId: key, key, status: "accepted" }], NOW);
    return id;
  };
  /** The message's only segment, as it is stored. */
  const part = (id) => JSON.parse(findRow(db, PLACE, id).parts)[0];
  return { receiver, store, log, sent, part };
}

const report = (id, more = {}) => ({
  messageId: id, rawMessageId: id, status: "delivered", final: true, stat: "DELIVRD", errorCode: "000", from: { ton: 1, npi: 1, addr: "491511" }, to: { ton: 0, npi: 1, addr: "12345" },
  doneAt: new Date(NOW), raw: new Uint8Array([1]), pdu: new Uint8Array([2]), ...more,
});

test("a report is handed on with its message, once", async () => {
  const { receiver, log, sent } = receiving();
  const id = sent("a1");
  await receiver.report(report("A1"), NOW);
  await receiver.report(report("A1"), NOW + 1);
  assert.deepEqual(log.events.map(({ type, data }) => [type, data.id, data.account, data.raw, data.pdu, data.doneAt]), [["message.report", id, "main", "01", "02", new Date(NOW).toISOString()]]);
  assert.deepEqual([receiver.reports, log.wakes, log.stored, receiver.nextDue()], [2, 0, 2, undefined]);
  // On the way there may be several, each said once.
  sent("a2");
  for (const status of ["enroute", "enroute", "accepted", "accepted"]) await receiver.report(report("A2", { status, final: false }), NOW + 2);
  await receiver.report(report("A2"), NOW + 3);
  assert.deepEqual(log.events.slice(1).map(({ data }) => data.status), ["enroute", "accepted", "delivered"]);
});

test("a report of no message of this link is offered to the others, five times in half a minute, then handed on without one", async () => {
  const { receiver, store, log } = receiving();
  await receiver.report(report("b2"), NOW);
  assert.deepEqual([log.wakes, receiver.nextDue()], [1, NOW]);
  const at = [];
  for (let now = NOW; log.events.length === 0; now = receiver.nextDue()) {
    await receiver.search(now - 1);
    assert.equal(log.offers.length, at.length);
    at.push(now - NOW);
    const search = receiver.search(now);
    assert.equal(receiver.nextDue(), undefined, "not while a search goes on");
    await receiver.search(now);
    await search;
  }
  assert.deepEqual(at, [0, 1_000, 5_000, 15_000, 35_000]);
  assert.deepEqual(log.offers, Array.from({ length: 5 }, () => [["b2", "+491511"]]));
  assert.deepEqual(log.events.map(({ data }) => [data.id, data.messageId]), [[null, "b2"]]);
  assert.deepEqual([receiver.nextDue(), store.orphansOf("b2")], [undefined, []]);
});

test("where there is no other link, a report of no message waits for an answer, and is handed on after that", async () => {
  const { receiver, log, sent } = receiving({ isOnly: true });
  await Promise.all([receiver.report(report("d4"), NOW), receiver.report(report("e5"), NOW)]);
  assert.equal(log.stored, 1);
  const due = receiver.nextDue();
  assert.ok(due - NOW >= 30_000 && due - NOW <= 60_000, String(due - NOW));
  const id = sent("d4");
  receiver.answered(["d4"], NOW + 1);
  await receiver.search(due);
  assert.deepEqual(log.events.map(({ data }) => [data.id, data.messageId]), [[id, "d4"], [null, "e5"]]);
  assert.equal(receiver.nextDue(), undefined);
});

test("a report that another link takes is not handed on here, and the others are", async () => {
  const { receiver, log } = receiving({ taken: (key) => key === "mine" });
  for (const id of ["mine", "none"]) await receiver.report(report(id), NOW);
  for (let now = NOW; now !== undefined; now = receiver.nextDue()) await receiver.search(now);
  assert.deepEqual(log.events.map(({ data }) => data.messageId), ["none"]);
  assert.deepEqual(log.offers.map((offers) => offers.length), [2, 1, 1, 1, 1]);
});

test("a report whose message came to be known during the last search is handed on once, with it", async () => {
  const { receiver, log, sent } = receiving({ taken: (key) => {
    if (log.offers.length === 5) receiver.answered([key], NOW + 35_000);
    return false;
  } });
  await receiver.report(report("late"), NOW);
  let id;
  for (let now = NOW; now !== undefined; now = receiver.nextDue()) {
    if (log.offers.length === 4) id = sent("late");
    await receiver.search(now);
  }
  assert.deepEqual(log.events.map(({ data }) => data.id), [id]);
});

test("a receipt in two segments settles its message, with the time that it names", async () => {
  await init();
  const { receiver, log, sent, part } = receiving();
  const id = sent("a1");
  const text = new TextEncoder().encode("id:A1 sub:001 dlvrd:001 submit date:2611291100 done date:2611291130 stat:DELIVRD err:000 text:");
  [text.subarray(0, 40), text.subarray(40)].forEach((half, i) => {
    const short_message = new Uint8Array([5, 0, 3, 9, 2, i + 1, ...half]);
    const pdu = encodePdu({ command: "deliver_sm", sequence: i + 1, source_addr: "491511", destination_addr: "12345", esm_class: 0x44, short_message });
    receiver.segment({ key: "k", digest: `${i}`, total: 2, part: i + 1, pdu }, NOW);
  });
  assert.deepEqual(log.events.map(({ type, data }) => [type, data.id]), [["message.report", id]]);
  assert.equal(part(id).done, Date.parse("2026-11-29T11:30:00Z"));
});

test("reports that came before the answer which gave the message its id are applied in their order", async () => {
  const { receiver, log, sent } = receiving();
  await receiver.report(report("c3", { status: "enroute", final: false }), NOW);
  await receiver.report(report("c3"), NOW + 1);
  await receiver.report(report("other"), NOW + 1);
  const id = sent("c3");
  receiver.answered(["c3"], NOW + 2);
  assert.deepEqual(log.events.map(({ data }) => [data.id, data.status]), [[id, "enroute"], [id, "delivered"]]);
  receiver.answered(["c3"], NOW + 3);
  assert.equal(log.events.length, 2);
});

test("an inbound message is stored, handed on and shown under one id", () => {
  const { receiver, store, log } = receiving();
  receiver.message({ from: report("x").from, to: report("x").to, text: "hello", pdus: [new Uint8Array([3])], udh: new Uint8Array([5, 0]), complete: true }, NOW + 60_000);
  const [{ id, type, data }] = log.events;
  assert.deepEqual([type, data.id, data.text, data.pdus, data.udh, data.account], ["message.received", id, "hello", ["03"], "0500", "main"]);
  assert.deepEqual(store.list(undefined, 10).map((message) => [message.id, message.text, message.at, message.pdus]), [[id, "hello", new Date(NOW + 60_000).toISOString(), undefined]]);
  assert.deepEqual(log.arrived.map((message) => message.id), [id]);
  assert.equal(receiver.messages, 1);
});

test("keys of 8554d8e are asked for within a day of the object's first start, and adopted", async (t) => {
  const db = database();
  const asked = [];
  const legacy = async (home, caller, key) => {
    asked.push([home, caller, key]);
    return key === "old" ? { fingerprint: "f", nonce: "n", created: Date.now() - 1_000 } : undefined;
  };
  const idempotency = (key) => ({ key, fingerprint: "f", layout: "main/0 1", home: "main/0" });
  const keeper = new AdmissionKeeper(db, legacy, Date.now());
  assert.deepEqual(await keeper.admit("shop", undefined, 1, undefined), { admitted: true });
  const old = await keeper.admit("shop", undefined, 1, idempotency("old"));
  assert.deepEqual([old.repeated, old.legacy, old.nonce], [true, true, "n"]);
  await keeper.admit("shop", undefined, 1, idempotency("old"));
  assert.equal((await keeper.admit("shop", undefined, 1, idempotency("new"))).repeated, false);
  assert.deepEqual(asked, [["main/0", "shop", "old"], ["main/0", "shop", "new"]]);
  const now = Date.now();
  let passed = 72_000_000;
  t.mock.method(Date, "now", () => now + passed);
  // A restart in between does not make the day longer.
  assert.ok(new AdmissionKeeper(db, legacy, Date.now()));
  passed = 86_400_001;
  await new AdmissionKeeper(db, legacy, Date.now()).admit("shop", undefined, 1, idempotency("later"));
  assert.equal(asked.length, 2);
});

test("the registry names each link once, over restarts", async () => {
  const db = database();
  const registry = new Registry(db);
  for (const link of ["main/0", "main/1", "main/0"]) await registry.register(link);
  assert.deepEqual(await new Registry(db).registered(), ["main/0", "main/1"]);
});

test("a call that a reset ended is made again on a new stub, marked as such; an overloaded object and a fault of its code are not", async (t) => {
  t.mock.method(console, "error", () => {});
  globalThis.scheduler = { wait: async () => {} };
  t.after(() => delete globalThis.scheduler);
  const fault = (more) => Object.assign(new Error("no"), more);
  const attempt = async (...errors) => {
    const calls = [];
    let stubs = 0;
    const env = { SMPP_URL: "smpp://a:b@c", SMPP_LINK: { getByName: () => (stubs++, { enqueue: async (...values) => {
      calls.push(values[3]);
      const error = errors.shift();
      if (error) throw error;
      return { taken: true };
    } }) } };
    const outcome = await linkNamed(env, "main/0").enqueue([], false, undefined).then(({ taken }) => taken, (error) => error.problem?.status ?? error);
    return [outcome, calls, stubs];
  };
  assert.deepEqual(await attempt(), [true, [undefined], 1]);
  assert.deepEqual(await attempt(fault({ durableObjectReset: true }), fault({ retryable: true })), [true, [undefined, true, true], 3]);
  assert.deepEqual((await attempt(...Array.from({ length: 9 }, () => fault({ retryable: true })))).slice(0, 2), [503, [undefined, true, true, true]]);
  const busy = fault({ overloaded: true, retryable: true });
  assert.deepEqual(await attempt(busy), [busy, [undefined], 1]);
  const own = fault({});
  assert.deepEqual(await attempt(own), [own, [undefined], 1]);
  assert.deepEqual(await attempt("a text"), ["a text", [undefined], 1]);
});

test("the object that keeps a caller's keys is always the same one, and one that can't be called yet is 503", async (t) => {
  const errors = t.mock.method(console, "error", () => {});
  const names = [];
  const env = (object) => ({ SMPP_URL: "smpp://a:b@c", SMPP_LINK: { getByName: (name) => (names.push(name), object) } });
  for (const caller of ["", "shop", "crm", "a-caller-with-a-long-name"]) await admissionOf(env({ admit: async () => ({ admitted: true }) }), caller).admit(caller, undefined, 1);
  // Another number of objects would forget every key.
  assert.deepEqual(names, ["@keys/0", "@keys/6", "@keys/14", "@keys/15"]);
  const former = env({ registered: async () => {
    throw new Error("A link is named <account>/<number>");
  } });
  await assert.rejects(registryOf(former).registered(), ({ problem }) => problem.status === 503);
  assert.equal(errors.mock.callCount(), 1);
});
