// When events are delivered: the schedule, places, time limits and pauses of each target, on a clock of the test's own.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import test, { after } from "node:test";
import { Webhook } from "standardwebhooks";
import { createEventTables } from "../../../js/gateway/link/event-store.ts";
import { Deliveries, RETRIES } from "../../../js/gateway/link/deliveries.ts";
import { DeliveryError } from "../../../js/gateway/link/delivery-error.ts";
import { handlerTarget, queueTarget, webhookTarget } from "../../../js/gateway/link/event-targets.ts";
import { post, retryAfter } from "../../../js/gateway/link/webhooks.ts";
import { createTables } from "../../../js/gateway/link/database.ts";
import { HandlerRecord, WorkerHandlers } from "../../../js/gateway/link/worker-handlers.ts";
import { settingsOf } from "../../../js/gateway/model/config.ts";
import { ulidFrom } from "../../../js/gateway/model/ids.ts";
import { sqliteStorage } from "../gateway/sqlite.mjs";
import { until } from "../gateway/support.mjs";

const HOUR = 3_600_000;

/** A Durable Object's SqlStorage, as far as the gateway uses it. */
function sqlStorage() {
  const database = new DatabaseSync(":memory:");
  let written = 0;
  return {
    exec(query, ...values) {
      const rows = database.prepare(query).all(...values);
      if (/^(INSERT|UPDATE|DELETE)/.test(query)) written += database.prepare("SELECT changes() AS n").get().n;
      return { toArray: () => rows, one: () => rows[0] };
    },
    plan: (query) => database.prepare(`EXPLAIN QUERY PLAN ${query}`).all().map(({ detail }) => detail).join("; "),
    get written() {
      return written;
    },
  };
}

function storage() {
  const sql = sqlStorage();
  createEventTables(sql);
  return sql;
}

/** A target that does what `deliver` does. */
const target = (deliver, more = {}) => ({ name: "handler", places: 16, timeout: 60_000, accepts: () => true, deliver, ...more });
const hung = [];
/** Does not settle before the end of all tests. */
const hang = () => new Promise((resolve) => hung.push(resolve));
after(() => {
  for (const resolve of hung) resolve(true);
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Runs what is due until `done`, on a clock that jumps to the next attempt. */
async function runUntil(events, done, now = 1_000_000) {
  for (let i = 0; i < 5000 && !done(); i++) {
    await turn();
    const due = events.nextDue();
    if (due !== undefined) now = Math.max(now, due);
    events.run(now);
    await turn();
  }
  assert.ok(done(), "it comes to its end");
  return now;
}

test("retries spread over about a day, then the event is dead", async () => {
  const attempts = [];
  const events = new Deliveries(storage(), [target(async (_event, _signal, now) => {
    attempts.push(now);
    throw new Error("not today");
  })], () => {});
  events.add("1", "message.report", {}, 1_000_000);
  await runUntil(events, () => events.count().dead === 1);
  assert.equal(attempts.length, RETRIES.length + 1);
  const waits = attempts.slice(1).map((at, i) => at - attempts[i]);
  assert.ok(waits[0] >= 4_500 && waits[0] < 6_000 && waits.every((wait, i) => i === 0 || wait > waits[i - 1]), `${waits}`);
  const total = attempts.at(-1) - attempts[0];
  assert.ok(total > 20 * HOUR && total < 28 * HOUR, `${total / HOUR} hours`);
  assert.deepEqual(events.dead(undefined, 10).map(({ id, attempts: count, error, target: name }) => [id, count, error, name]), [["1", 11, "not today", "handler"]]);
  assert.deepEqual(events.count(), { waiting: 0, dead: 1 });
});

test("an event that is delivered at once costs two rows, with three targets four", async () => {
  const sql = storage();
  const one = new Deliveries(sql, [target(async () => true, { name: "webhook" })], () => {});
  one.add("1", "message.report", {}, 1);
  await runUntil(one, () => one.count().waiting === 0);
  assert.equal(sql.written, 2);
  const three = new Deliveries(sql, ["handler", "queue", "webhook"].map((name) => target(async () => true, { name })), () => {});
  three.add("2", "message.report", {}, 1);
  await runUntil(three, () => three.count().waiting === 0);
  assert.equal(sql.written, 2 + 4);
});

test("a target that hangs or fails holds up no other, and each event reaches each of the others once", async () => {
  const got = { queue: [], webhook: [] };
  const events = new Deliveries(storage(), [
    target(hang, { name: "handler" }),
    target(async ({ id }) => got.queue.push(id) > 0, { name: "queue" }),
    target(async ({ id }) => {
      got.webhook.push(id);
      throw new Error("no");
    }, { name: "webhook", places: 4 }),
  ], () => {});
  const ids = Array.from({ length: 600 }, (_, n) => String(n).padStart(3, "0"));
  for (const id of ids) events.add(id, "message.received", {}, 1_000_000);
  await runUntil(events, () => got.queue.length >= 600);
  await turn();
  assert.deepEqual(got.queue, ids);
  assert.deepEqual(events.metrics().map(({ target: name, delivered, running }) => [name, delivered, running]), [["handler", 0, 16], ["queue", 600, 0], ["webhook", 0, 0]]);
});

test("an attempt past its time limit fails, and frees its place", async () => {
  let hung = 3;
  const signals = [];
  const events = new Deliveries(storage(), [target(async (_event, signal) => {
    signals.push(signal);
    return hung-- > 0 ? hang() : true;
  }, { places: 1, timeout: 5 })], () => {});
  for (const id of ["1", "2", "3", "4"]) events.add(id, "message.report", {}, Date.now());
  let now = Date.now();
  await until("all of them", () => {
    events.run((now += 60_000));
    return events.count().waiting === 0;
  });
  assert.deepEqual(events.metrics().map(({ delivered, failed }) => [delivered, failed]), [[4, 3]]);
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, true, true, false, false, false, false]);
});

test("at most its places are under way at a time, and none twice", async () => {
  for (const places of [16, 4]) {
    const started = [];
    const ends = [];
    const events = new Deliveries(storage(), [target(({ id }) => new Promise((resolve) => {
      started.push(Number(id));
      ends.push(() => resolve(true));
    }), { places })], () => {});
    for (let n = 0; n < 40; n++) events.add(String(n), "message.report", { n }, 5);
    events.run(10);
    events.run(10);
    assert.equal(started.length, places);
    assert.equal(events.nextDue(), undefined);
    while (events.count().waiting > 0) {
      for (const end of ends.splice(0, places / 2)) end();
      await turn();
      events.run(10);
    }
    assert.deepEqual(started, Array.from({ length: 40 }, (_, n) => n));
  }
});

test("a retry that is under way is not started again, and holds up no other", async () => {
  const tries = [];
  const events = new Deliveries(storage(), [target(async ({ id, attempts }) => {
    tries.push(id);
    if (attempts === 0) throw new Error("not yet");
    return id === "1" ? hang() : true;
  }, { places: 2 })], () => {});
  for (const id of ["1", "2"]) events.add(id, "message.report", {}, 1_000_000);
  events.run(1_000_000);
  await turn();
  const [first, second] = [1, 2].map(() => events.nextDue());
  assert.equal(first, second);
  events.run(events.nextDue());
  await turn();
  for (let i = 0; i < 3; i++) {
    events.run(1_010_000);
    await turn();
  }
  assert.deepEqual([tries.filter((id) => id === "1").length, tries.filter((id) => id === "2").length, events.count().waiting], [2, 2, 1]);
  assert.equal(events.nextDue(), undefined);
});

test("the targets have 16 places, 16 and 4, and a time limit each", () => {
  const targets = [handlerTarget(new WorkerHandlers({})), queueTarget(undefined), webhookTarget(undefined)];
  assert.deepEqual(targets.map(({ name, places, timeout }) => [name, places, timeout]), [["handler", 16, 30_000], ["queue", 16, 15_000], ["webhook", 4, 15_000]]);
});

test("a target that only fails is left alone between attempts, and gets everything when it recovers", async () => {
  let well = false;
  let most = 0;
  const at = [];
  const log = [];
  const events = new Deliveries(storage(), [target(async (_event, _signal, now) => {
    at.push(now);
    if (!well) throw new Error("down");
    most = Math.max(most, events.metrics()[0].running);
    await turn();
    return true;
  }, { places: 4 })], () => {}, (entry) => log.push(entry));
  const fail = async (count, since) => {
    at.length = 0;
    well = false;
    for (let n = 0; n < 100; n++) events.add(String(n), "message.report", {}, since);
    return runUntil(events, () => at.length >= count, since);
  };
  let now = await fail(40, 1_000_000);
  assert.ok(now - 1_000_000 > 10 * 60_000, "with 100 events due, 40 attempts would have taken no time");
  assert.ok(at.slice(1).every((time, i) => time - at[i] <= 31_000), "but never for longer than 30 s");
  well = true;
  now = await runUntil(events, () => events.count().waiting === 0, now);
  assert.deepEqual(events.count(), { waiting: 0, dead: 0 });
  assert.equal(most, 4, "all its places are used again");
  assert.deepEqual(log.map(({ state }) => state), ["failing", "recovered"], "each change is logged once");
  await fail(11, now);
  assert.ok(at[9] - now < 4_000, "the next outage starts with short pauses again");
});

test("one event that always fails delays no other", async () => {
  const taken = [];
  const events = new Deliveries(storage(), [target(async ({ id }, _signal, now) => {
    if (id === "poison") throw new Error("unreadable");
    taken.push(now);
    return true;
  })], () => {});
  events.add("poison", "message.report", {}, 1_000_000);
  let now = await runUntil(events, () => events.count().dead === 1);
  events.add("good", "message.report", {}, now);
  assert.equal(Math.max(events.nextDue(), now), now);
  now = await runUntil(events, () => taken.length === 1, now);
  assert.equal(events.count().waiting, 0);
});

test("an event of a target that is behind is given up by its age", async () => {
  let attempts = 0;
  const events = new Deliveries(storage(), [target(async () => {
    attempts++;
    throw new Error("down");
  })], () => {});
  events.add("1", "message.report", {}, 1_000_000);
  events.run(1_000_000 + 31 * HOUR);
  await turn();
  assert.deepEqual([attempts, events.count().dead], [1, 1]);
});

test("Retry-After is waited for, by the event and by the target", async () => {
  const at = [];
  let busy = true;
  const events = new Deliveries(storage(), [target(async ({ id }, _signal, now) => {
    at.push([id, now]);
    if (busy) throw new DeliveryError("429", { retryAfter: 100_000 });
    return true;
  }, { places: 1 })], () => {});
  events.add("1", "message.report", {}, 1_000_000);
  events.add("2", "message.report", {}, 1_000_000);
  events.run(1_000_000);
  await turn();
  const due = events.nextDue();
  assert.ok(due >= 1_100_000 && due < 1_110_000, `${due}`);
  events.run(1_099_000);
  assert.equal(at.length, 1);
  busy = false;
  await runUntil(events, () => events.count().waiting === 0);
  assert.deepEqual(at.map(([id]) => id).sort(), ["1", "1", "2"]);
});

test("what Retry-After asks for is known after a restart; an operator's replay does not wait for it", async () => {
  const sql = storage();
  const make = () => new Deliveries(sql, [target(async ({ id }) => {
    throw new DeliveryError("no", id === "busy" ? { retryAfter: 100_000 } : { final: true });
  })], () => {});
  const events = make();
  for (const id of ["wrong", "busy"]) events.add(id, "message.report", {}, 1_000_000);
  events.run(1_000_000);
  await turn();
  assert.ok(make().nextDue() <= 1_000_000, "what was never tried is due");
  const second = make();
  second.run(1_000_000);
  assert.ok(second.nextDue() >= 1_100_000);
  events.add("next", "message.report", {}, 1_000_000);
  assert.ok(events.nextDue() >= 1_100_000);
  events.replay("wrong", 1_000_000);
  assert.ok(events.nextDue() <= 1_000_000);
});

test("Retry-After is read as seconds or as a date, up to an hour", () => {
  const now = Date.parse("2030-01-01T00:00:00Z");
  assert.equal(retryAfter("120", now), 120_000);
  assert.equal(retryAfter("Tue, 01 Jan 2030 00:00:30 GMT", now), 30_000);
  assert.equal(retryAfter("99999999", now), HOUR);
  assert.equal(retryAfter("Wed, 02 Jan 2030 00:00:00 GMT", now), HOUR);
  assert.equal(retryAfter("3600", now), HOUR);
  assert.equal(retryAfter("3599", now), HOUR - 1000);
  for (const nothing of [null, "", "soon", "-5", "0", "Mon, 31 Dec 2029 23:59:00 GMT"]) assert.equal(retryAfter(nothing, now), undefined, nothing);
});

test("a target that wants no more gets no more, and the events are dead letters at once", async () => {
  let asked = 0;
  const events = new Deliveries(storage(), [target(async () => {
    asked++;
    throw new DeliveryError("The webhook answered 410", { gone: true });
  }, { name: "webhook", places: 1 })], () => {});
  for (const id of ["1", "2", "3"]) events.add(id, "message.report", {}, 1_000_000);
  let now = await runUntil(events, () => events.count().dead === 3);
  assert.equal(asked, 1);
  assert.deepEqual(events.dead(undefined, 10).map(({ id, attempts, error }) => [id, attempts, error]).at(-1), ["1", 1, "The webhook answered 410"]);
  assert.equal(events.metrics()[0].buried, 3);
  now += 50 * 60_000;
  events.add("5", "message.report", {}, now);
  now = await runUntil(events, () => events.count().dead === 4, now);
  assert.equal(asked, 1, "nor within the hour");
  assert.equal(events.replay("2", now), true);
  now = await runUntil(events, () => events.count().dead === 4, now);
  assert.equal(asked, 2, "an operator's replay is tried");
  events.add("4", "message.report", {}, now + 2 * HOUR);
  await runUntil(events, () => events.count().dead === 5, now + 2 * HOUR);
  assert.equal(asked, 3, "and after an hour the next event");
});

test("what a target can never take is a dead letter at once, and the target is not at fault", async () => {
  const events = new Deliveries(storage(), [target(async () => {
    throw new DeliveryError("too long", { final: true });
  })], () => {});
  for (let n = 0; n < 20; n++) events.add(String(n).padStart(2, "0"), "message.report", {}, 1_000_000);
  for (let i = 0; i < 4; i++) {
    events.run(1_000_000);
    await turn();
  }
  assert.deepEqual(events.count(), { waiting: 0, dead: 20 });
  const [first] = events.dead("05", 1);
  assert.deepEqual([first.id, first.attempts, first.error], ["04", 1, "too long"]);
});

test("an event for a Queue fits: without PDUs where it is too long, else it is a dead letter", async () => {
  const sent = [];
  const events = new Deliveries(storage(), [queueTarget({ send: async (body, options) => void sent.push([body, options]) })], () => {});
  events.add("small", "message.received", { text: "a", pdus: ["00"] }, 1);
  events.add("long", "message.received", { text: "b".repeat(70_000), pdus: ["00".repeat(40_000)] }, 1);
  events.add("report", "message.report", { id: "m", raw: "00".repeat(40_000), pdu: "00".repeat(40_000) }, 1);
  events.add("wide", "message.received", { text: "ß".repeat(64_000) }, 1);
  events.add("too-long", "message.received", { text: "c".repeat(128_000) }, 1);
  await runUntil(events, () => events.count().waiting === 0, 1);
  assert.deepEqual(sent.map(([{ id, data }]) => [id, Object.keys(data)]), [["small", ["text", "pdus"]], ["long", ["text"]], ["report", ["id"]]]);
  assert.ok(sent.every(([body, { contentType }]) => contentType === "json" && Buffer.byteLength(JSON.stringify(body)) < 128_000));
  assert.deepEqual(events.dead(undefined, 10).map(({ id, attempts }) => [id, attempts]), [["wide", 1], ["too-long", 1]]);
});

test("what waits survives a restart, and goes only where it has not been", async () => {
  const sql = storage();
  const got = { handler: [], queue: [] };
  const make = (handler) => new Deliveries(sql, [target(handler), target(async ({ id }) => got.queue.push(id) > 0, { name: "queue" })], () => {});
  const first = make(({ id }) => id === "2" ? Promise.reject(new Error("no")) : hang());
  for (const id of ["1", "2", "3"]) first.add(id, "message.report", {}, 1_000_000);
  first.run(1_000_000);
  await turn();
  const second = make(async ({ id, attempts }) => got.handler.push([id, attempts]) > 0);
  assert.equal(second.count().waiting, 3);
  await runUntil(second, () => second.count().waiting === 0);
  assert.deepEqual(got, { handler: [["1", 0], ["3", 0], ["2", 1]], queue: ["1", "2", "3"] });
});

test("the end of an attempt is reported, so that the next is looked for", async () => {
  let wakes = 0;
  const ends = [];
  const events = new Deliveries(storage(), [target(() => new Promise((resolve) => ends.push(resolve)), { places: 1 })], () => wakes++);
  events.add("1", "message.report", {}, 1);
  assert.equal(wakes, 1);
  events.run(1);
  ends[0](true);
  await turn();
  assert.equal(wakes, 2);
});

test("purge removes an event with its retries", async () => {
  const events = new Deliveries(storage(), [target(async () => {
    throw new Error("no");
  })], () => {});
  events.add("1", "message.report", {}, 1_000_000);
  events.run(1_000_000);
  await turn();
  assert.ok(events.nextDue() > 1_000_000);
  events.purge(ulidFrom(0), 1_000_001);
  assert.deepEqual([events.nextDue(), events.count().waiting], [undefined, 0]);
});

test("purge removes old dead letters, and what has waited for longer than is kept", async () => {
  const sql = storage();
  const blocked = target(async () => true, { name: "webhook", fault: "not now" });
  const events = new Deliveries(sql, [blocked, target(async () => {
    throw new DeliveryError("no", { final: true });
  })], () => {});
  const [early, late] = [1_000_000_000, 2_000_000_000];
  for (const now of [early, late]) events.add(ulidFrom(now), "message.report", {}, now);
  events.run(late);
  await turn();
  assert.deepEqual(events.count(), { waiting: 2, dead: 2 });
  events.purge(ulidFrom(early), early);
  assert.deepEqual(events.count(), { waiting: 2, dead: 2 });
  events.purge(ulidFrom(early + 1), early + 1);
  assert.deepEqual(events.count(), { waiting: 1, dead: 1 });
  assert.deepEqual(events.dead(undefined, 10).map(({ id }) => id), [ulidFrom(late)]);
});

test("a retry comes after its own wait even if the target asks for less, and spread over a fifth of it", async (t) => {
  for (const [random, asked, wait] of [[0, 1_000, 4_500], [0.99999999, undefined, 5_500], [0, 60_000, 60_000]]) {
    t.mock.method(Math, "random", () => random);
    const events = new Deliveries(storage(), [target(async () => {
      throw new DeliveryError("busy", asked === undefined ? {} : { retryAfter: asked });
    })], () => {});
    t.mock.method(Date, "now", () => 1_000);
    events.add("1", "message.report", {}, 1_000);
    events.run(1_000);
    await turn();
    assert.equal(events.nextDue(), 1_000 + wait);
    t.mock.restoreAll();
  }
});

test("a target that takes one event during the pause it asked for with another gets the rest", async () => {
  const answers = new Map();
  const events = new Deliveries(storage(), [target(({ id }) => new Promise((resolve, reject) => answers.set(id, { resolve, reject })), { places: 2 })], () => {});
  for (const id of ["1", "2", "3"]) events.add(id, "message.report", {}, 1_000);
  events.run(1_000);
  answers.get("1").reject(new DeliveryError("busy", { retryAfter: 600_000 }));
  await turn();
  events.run(2_000);
  assert.equal(answers.size, 2);
  answers.get("2").resolve(true);
  await turn();
  events.run(2_000);
  assert.equal(answers.size, 3);
  answers.get("3").resolve(true);
  await turn();
});

test("what is due longest comes first, and what is under way does not hide what is due after it", async (t) => {
  /** Two events that failed once: the second is due again a second before the first. */
  const failed = async (again) => {
    let spread = 1;
    t.mock.method(Date, "now", () => 1_000);
    t.mock.method(Math, "random", () => (spread -= 0.5));
    const started = [];
    const events = new Deliveries(storage(), [target(({ id, attempts }) => {
      started.push(id);
      return attempts === 0 ? Promise.reject(new Error("not now")) : again();
    }, { places: 2 })], () => {});
    for (const id of ["1", "2"]) events.add(id, "message.report", {}, 1_000);
    events.run(1_000);
    await turn();
    t.mock.restoreAll();
    return { events, started };
  };
  const { promise, resolve } = Promise.withResolvers();
  const hanging = await failed(() => promise);
  assert.equal(hanging.events.nextDue(), 5_500);
  hanging.events.run(5_500);
  assert.deepEqual([hanging.started, hanging.events.nextDue()], [["1", "2", "2"], 6_000]);
  resolve(true);
  await turn();
  const both = await failed(async () => true);
  both.events.run(9_000);
  await turn();
  assert.deepEqual(both.started, ["1", "2", "2", "1"]);
});

test("events for a Queue or a webhook that the settings have no more fail, and are kept", async () => {
  const event = { number: 1, id: "1", type: "message.report", payload: "{}", added: 0, attempts: 0, due: undefined };
  for (const gone of [queueTarget(undefined), webhookTarget(undefined)]) {
    assert.equal(gone.accepts("message.report"), false);
    await assert.rejects(gone.deliver(event, AbortSignal.timeout(1_000), 0), /any more/);
  }
});

test("a handler is looked for again after a fault, one that is not there is none, and a call that takes too long is let go", async () => {
  let fault = true;
  let released = 0;
  const then = (fulfil, reject) => (fault ? reject(new Error("The object was reset")) : fulfil({}));
  const call = new Proxy(() => Object.assign(new Promise(() => {}), { [Symbol.dispose]: () => released++ }), { get: (_, name) => (name === "then" ? then : undefined) });
  const handlers = new WorkerHandlers({ default: { smppReport: call } });
  await assert.rejects(handlers.find("message.report"), /reset/);
  fault = false;
  assert.deepEqual([await handlers.find("message.report"), await handlers.find("message.received")], [true, false]);
  const abort = new AbortController();
  void handlers.call({ type: "message.report", timestamp: "", data: { id: null, account: "main", raw: "", pdu: "" } }, abort.signal);
  assert.equal(released, 0);
  abort.abort();
  assert.equal(released, 1);
});

/** A webhook by its settings, with a receiver that answers with `answer()`, and the requests that it got. */
async function startWebhook(t, answer, secrets) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(...answer(requests.length)).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { webhook } = settingsOf({
    SMPP_URL: "smpp://a:b@host", SMPP_WEBHOOK_URL: `http://127.0.0.1:${server.address().port}/hook`, SMPP_WEBHOOK_PRIVATE: "true", SMPP_WEBHOOK_SECRET: secrets,
  });
  return { webhook, requests };
}

test("while one secret replaces another, each event verifies with both", async (t) => {
  const [older, newer, foreign] = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_AAAAAAAAAAAAAAAAAAAAAAAA"];
  for (const secrets of [`${older} ${newer}`, ` ${newer}\n${older} `]) {
    const { webhook, requests } = await startWebhook(t, () => [204], secrets);
    await post(webhook, "msg_1", '{"type":"message.report"}', AbortSignal.timeout(20_000), Date.now());
    const [{ body, headers }] = requests;
    for (const secret of [older, newer]) assert.deepEqual(new Webhook(secret).verify(body, headers), { type: "message.report" });
    assert.throws(() => new Webhook(foreign).verify(body, headers));
    assert.equal(headers["webhook-signature"].split(" ").length, 2);
  }
});

test("a webhook that answers 503 or 429 with Retry-After is left alone for that long, by other answers it isn't", async (t) => {
  for (const [status, asked, rest] of [[503, "600", 600_000], [429, "600", 600_000], [503, "100000", HOUR], [500, "600", 0], [503, undefined, 0]]) {
    const { webhook, requests } = await startWebhook(t, (count) => (count === 1 ? [status, asked === undefined ? {} : { "retry-after": asked }] : [204]), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const events = new Deliveries(storage(), [webhookTarget(webhook)], () => {});
    const settled = () => until("the end of the attempt", () => events.metrics()[0].running === 0);
    const now = 1_000_000;
    events.add("1", "message.report", {}, now);
    events.run(now);
    await settled();
    assert.equal(events.metrics()[0].failed, 1);
    events.add("2", "message.report", {}, now);
    const due = events.nextDue();
    assert.ok(rest === 0 ? due <= now : due >= now + rest && due < now + rest + 60_000, `${status} ${asked}: ${due - now}`);
    if (rest > 0) {
      events.run(now + rest - 1);
      assert.equal(requests.length, 1);
    }
    // The retry's own wait of five seconds is over, too, whatever was asked for.
    events.run(now + rest + 60_000);
    await settled();
    assert.deepEqual([requests.length, events.count().waiting], [3, 0]);
  }
});

test("a webhook is not followed elsewhere, its request ends with its time limit, and its body holds no connection", async (t) => {
  let closed = 0;
  const paths = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    request.socket.once("close", () => closed++);
    if (request.url === "/moved") response.writeHead(302, { location: "/elsewhere" }).end();
    else if (request.url === "/endless") response.writeHead(200).write("x");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const send = (path, signal) => post({ url: `http://127.0.0.1:${server.address().port}${path}`, secrets: [new Uint8Array(32)] }, "1", "{}", signal, 0);
  await assert.rejects(send("/moved", AbortSignal.timeout(20_000)), /302/);
  assert.deepEqual(paths, ["/moved"]);
  const abort = new AbortController();
  const mute = send("/mute", abort.signal);
  await until("the request", () => paths.length === 2);
  abort.abort();
  await assert.rejects(mute, { name: "AbortError" });
  await until("its end", () => closed >= 1);
  const before = closed;
  await send("/endless", AbortSignal.timeout(20_000));
  await until("the end of its connection", () => closed > before);
});

test("what is given up is logged with its attempts, and its error is stored cut off", async () => {
  const log = [];
  const events = new Deliveries(storage(), [target(async () => {
    throw new DeliveryError("x".repeat(10_000), { final: true });
  })], () => {}, (entry) => log.push(entry));
  events.add("1", "message.report", {}, 1_000);
  await runUntil(events, () => events.count().dead === 1);
  assert.deepEqual(log.map(({ state, id, attempts, error }) => [state, id, attempts, error.length]), [["dead-letter", "1", 1, 500]]);
  assert.equal(events.dead(undefined, 1)[0].error.length, 500);
});

test("events of the first version's table go on", async () => {
  const sql = sqlStorage();
  sql.exec(`CREATE TABLE deliveries (id TEXT NOT NULL, target TEXT NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL, error TEXT, dead INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (id, target)) WITHOUT ROWID`);
  const row = (...values) => sql.exec("INSERT INTO deliveries VALUES (?, ?, 'message.report', '{\"data\":1}', ?, ?, ?, ?)", ...values);
  row("1", "handler", 0, 100, null, 0);
  row("1", "webhook", 3, 5_000, "500", 0);
  row("2", "webhook", 11, 50, "gave up", 1);
  row("1", "queue", 11, 60, "gave up", 1);
  createEventTables(sql);
  createEventTables(sql);
  const got = [];
  const events = new Deliveries(sql, ["handler", "webhook"].map((name) => target(async ({ id, attempts }, _signal, now) => got.push([name, id, attempts, now]) > 0, { name })), () => {});
  assert.deepEqual(events.count(), { waiting: 1, dead: 2 });
  assert.equal(sql.exec("SELECT count(*) AS n FROM event_retries").one().n, 1);
  await runUntil(events, () => events.count().waiting === 0, 200);
  assert.deepEqual(got, [["handler", "1", 0, 200], ["webhook", "1", 3, 5_000]]);
  assert.deepEqual(events.dead(undefined, 10).map(({ id, target: name, attempts, error }) => [id, name, attempts, error]), [["2", "webhook", 11, "gave up"], ["1", "queue", 11, "gave up"]]);
});

test("no statement reads more events than it returns", () => {
  const sql = storage();
  for (const [query, plan] of [
    ["SELECT number, id, type, payload, added, attempts, due FROM event_retries CROSS JOIN events USING (number) WHERE target = 1 AND due <= 5 ORDER BY due LIMIT 9",
      "SEARCH event_retries USING PRIMARY KEY (target=? AND due<?); SEARCH events USING INTEGER PRIMARY KEY (rowid=?)"],
    ["SELECT number FROM events WHERE number > 7 AND fresh & 1 ORDER BY number LIMIT 9", "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"],
    ["SELECT id FROM dead_letters WHERE id < 'x' ORDER BY id DESC LIMIT 9", "SEARCH dead_letters USING PRIMARY KEY (id<?)"],
  ]) assert.equal(sql.plan(query), plan);
});

/** `ctx.exports.default` of a Worker with these functions: reading a missing one fails as RPC has it. */
const worker = (functions) => new Proxy({}, { get: (_, name) => functions[name] ?? Promise.reject(new TypeError(`The RPC receiver does not implement the method "${name}".`)) });

test("which handlers there are is found out once, and no error of theirs is taken for an answer", async () => {
  const lookups = [];
  const own = { smppReport: () => Promise.reject(new TypeError('The RPC receiver does not implement the method "ofAnother".')) };
  const watched = new Proxy(worker(own), { get: (inner, name) => (lookups.push(name), inner[name]) });
  const events = new Deliveries(storage(), [handlerTarget(new WorkerHandlers({ default: watched }))], () => {});
  for (const id of ["1", "2"]) events.add(id, "message.report", {}, 1_000_000);
  events.add("3", "message.received", { pdus: [] }, 1_000_000);
  await runUntil(events, () => events.metrics()[0].failed === 6);
  assert.equal(events.count().waiting, 2, "those of the handler that throws are tried again, that without a handler is gone");
  assert.equal(lookups.filter((name) => name === "smppMessage").length, 1);
  assert.equal(lookups.filter((name) => name === "smppReport").length, 1 + 6, "once to find it, and once a call");
  events.add("4", "message.received", { pdus: [] }, 2_000_000);
  assert.equal(events.count().waiting, 2);
});

test("the log says once why no handler of an object is called under Vite and Vitest", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const refuse = () => Promise.reject(new TypeError("Expected default export of /src/index.ts to be a subclass of `WorkerEntrypoint` for RPC"));
  const events = new Deliveries(storage(), [handlerTarget(new WorkerHandlers({ default: new Proxy({}, { get: refuse }) }))], () => {});
  for (const id of ["1", "2"]) events.add(id, "message.report", {}, 1_000_000);
  await runUntil(events, () => events.count().waiting === 0);
  assert.deepEqual(warn.mock.calls.map(({ arguments: [line] }) => JSON.parse(line).event), ["handlers"]);
  assert.match(warn.mock.calls[0].arguments[0], /smppReport.*WorkerEntrypoint/);

  const other = new Deliveries(storage(), [handlerTarget(new WorkerHandlers({ default: worker({}) }))], () => {});
  other.add("1", "message.report", {}, 1_000_000);
  await runUntil(other, () => other.count().waiting === 0);
  assert.equal(warn.mock.callCount(), 1, "a Worker without handlers is no fault");
});

test("that it can't be found out is no answer either", async () => {
  let broken = 2;
  const calls = [];
  const worker = { get smppEnded() {
    const then = (fulfil, reject) => (broken-- > 0 ? reject(new Error("Network connection lost.")) : fulfil(undefined));
    const method = new Proxy((event) => Promise.resolve(void calls.push(event)), { get: (_, name) => (name === "then" ? then : undefined) });
    return method;
  } };
  const events = new Deliveries(storage(), [handlerTarget(new WorkerHandlers({ default: worker }))], () => {});
  events.add("1", "message.ended", { id: "m" }, 1_000_000);
  await runUntil(events, () => events.metrics()[0].failed === 2);
  assert.deepEqual([events.count().waiting, calls], [1, []]);
});

test("without ctx.exports events wait, untried, for a configuration in which handlers can be called", async () => {
  const sql = storage();
  const log = [];
  const events = new Deliveries(sql, [handlerTarget(new WorkerHandlers(undefined)), target(async () => true, { name: "webhook" })], () => {}, (entry) => log.push(entry));
  for (const id of ["1", "2"]) events.add(id, "message.ended", { id: "m" }, 1_000_000);
  for (let i = 0; i < 3; i++) {
    events.run(1_000_000);
    await turn();
  }
  assert.deepEqual(events.metrics().map(({ delivered, failed }) => [delivered, failed]), [[0, 0], [2, 0]]);
  assert.equal(events.nextDue(), undefined);
  assert.equal(log.length, 1);
  assert.match(log[0].error, /2025-11-17.*enable_ctx_exports/);
  const calls = [];
  const repaired = new Deliveries(sql, [handlerTarget(new WorkerHandlers({ default: { smppEnded: (data) => Promise.resolve(void calls.push(data)) } }))], () => {});
  await runUntil(repaired, () => repaired.count().waiting === 0);
  assert.deepEqual(calls, [{ id: "m" }, { id: "m" }]);
});

test("events of a handler that a deploy removed are kept as dead letters", async () => {
  const sql = storage();
  const first = new Deliveries(sql, [target(hang)], () => {});
  first.add("1", "message.ended", {}, 1_000_000);
  const second = new Deliveries(sql, [handlerTarget(new WorkerHandlers({ default: worker({}) }))], () => {});
  second.add("2", "message.ended", {}, 1_000_000);
  await runUntil(second, () => second.count().waiting === 0);
  assert.deepEqual(second.dead(undefined, 10).map(({ id, error }) => [id, error]), [["1", "The Worker has no handler for it any more"]]);
});

test("events that a restart finds are no dead letters where the Worker never had a handler", async () => {
  const sql = sqliteStorage();
  createTables(sql, "main/0");
  const log = [];
  const start = (methods) => new Deliveries(sql, [handlerTarget(new WorkerHandlers({ default: worker(methods) }), new HandlerRecord(sql))], () => {}, (entry) => log.push(entry));
  start({}).add("1", "message.ended", {}, 1_000_000);
  const second = start({});
  await runUntil(second, () => second.count().waiting === 0);
  assert.deepEqual([second.dead(undefined, 10), log], [[], []]);
  // Once there was one, what may be for it is kept.
  const third = start({ smppEnded: async () => {} });
  third.add("2", "message.ended", {}, 1_000_000);
  await runUntil(third, () => third.count().waiting === 0);
  for (const type of ["message.ended", "message.report"]) third.add(type, type, {}, 1_000_000);
  const fourth = start({});
  await runUntil(fourth, () => fourth.count().waiting === 0);
  assert.deepEqual(fourth.dead(undefined, 10).map(({ id }) => id), ["message.ended"]);
  // Storage of an earlier version does not know: there may have been any.
  sql.exec("DELETE FROM meta WHERE name = 'handlers'");
  const record = new HandlerRecord(sql);
  record.add("message.ended");
  assert.deepEqual([record.has("message.received"), new HandlerRecord(sql).has("message.received")], [true, true]);
});

test("a result that can't be passed back is a result", async () => {
  const results = [
    () => Promise.reject(new DOMException('Could not serialize object of type "K". This type does not support serialization.', "DataCloneError")),
    () => Promise.reject(new DOMException("() => 1 could not be cloned.", "DataCloneError")),
    () => Promise.reject(new Error('Could not serialize object of type "K".')),
    () => Promise.reject(new DOMException('Could not serialize object of type "K".', "DataError")),
    () => Promise.reject(Object.assign(new Error('Could not serialize object of type "K".'), { name: "DataCloneError" })),
  ];
  for (const [i, smppEnded] of results.entries()) {
    const events = new Deliveries(storage(), [handlerTarget(new WorkerHandlers({ default: { smppEnded } }))], () => {});
    events.add("1", "message.ended", {}, 1_000_000);
    events.run(1_000_000);
    await turn();
    await turn();
    assert.equal(events.count().waiting, i === 0 ? 0 : 1);
  }
});
