// The client on a link that does what the test says: promises, delivery reports, handlers, bulk.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { watchTimers } from "../timers.ts";
import { FakeLink, importSource, outcome, stateOf, turn, turnsUntil } from "./helpers.mjs";

const { Bulk, LoopQueue, Deliveries, SmppClient, readOptions, errors, refusals } = await importSource("tests/js/client/internals.ts");
const { BindError, ConnectionLostError, SmppError, ThrottledError, TimeoutError } = errors;
const { Refusal } = refusals;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

const ESME_ROK = 0;
const ESME_RX_T_APPN = 0x64;
const HELLO = { from: "12345", to: "+1234567890", text: "Hello World" };

/** A client on a fake link, opened but not bound. */
function make(options = {}) {
  let link;
  const client = new SmppClient(readOptions("smpp://id:pw@localhost", options), (...given) => (link = new FakeLink(...given)), () => {}, { makeBulk: (...given) => new Bulk(...given), makeLoop: (...given) => new LoopQueue(...given), makeDeliveries: (...given) => new Deliveries(...given) });
  return { client, link };
}

/** A bound client. */
async function bound(options) {
  const made = make(options);
  const opening = made.client.open();
  made.link.bind();
  await opening;
  return made;
}

describe("connect", () => {
  test("resolves when the SMSC has accepted the bind, and names it", async () => {
    const { client } = await bound();
    assert.deepEqual(client.peer, { systemId: "SMSC", version: 0x34 });
  });

  test("rejects with BindError and the SMSC's status when the bind is refused, even if the engine would try again", async () => {
    const { client, link } = make();
    const opening = client.open();
    link.sink.state("waiting", { kind: "refused", status: 0x0e, message: "refused", retryIn: 10_000 });
    await assert.rejects(opening, (error) => {
      assert(error instanceof BindError);
      assert.equal(error.code, 0x0e);
      assert.equal(error.name, "ESME_RINVPASWD");
      assert.equal(error.command, "bind_transceiver");
      assert.equal(error.outcome, "rejected");
      assert.equal(error.retryable, false);
      return true;
    });
    await turn();
    assert(link.destroyed);
  });

  for (const [kind, type, wanted, message] of [
    ["connect", ConnectionLostError, "not-sent", "why: cause"],
    ["lost", ConnectionLostError, "unknown", "why: cause"],
    ["timeout", TimeoutError, "unknown", "why"],
    ["protocol", errors.ProtocolError, "unknown", "why"],
    ["panic", SmppError, "unknown", "why"],
  ]) {
    test(`rejects with ${type.name} when the connection ends: ${kind}`, async () => {
      const { client, link } = make();
      const opening = client.open();
      const cause = new Error("cause");
      link.end({ kind, message: "why", cause });
      await assert.rejects(opening, (error) => error instanceof type && error.outcome === wanted && error.message === message && error.cause === cause);
    });
  }

  test("rejects with TimeoutError when nothing happens within bindTimeout", async () => {
    const { client, link } = make({ bindTimeout: 20 });
    await assert.rejects(client.open(), TimeoutError);
    await turn();
    assert(link.destroyed);
  });

  for (const [name, options, attempts] of [
    ["one endpoint", {}, 1],
    ["two endpoints", { endpoints: ["smpp://other"] }, 2],
    ["two endpoints, and two kinds of bind", { endpoints: ["smpp://other"], fallback: true }, 3],
  ]) {
    test(`gives each attempt its bindTimeout: ${name}`, async (t) => {
      t.mock.timers.enable({ apis: ["setTimeout"] });
      const { client } = make({ bindTimeout: 1_000, ...options });
      const opening = client.open();
      t.mock.timers.tick(attempts * 1_000 - 1);
      assert.equal(await stateOf(opening), "pending");
      t.mock.timers.tick(1);
      await assert.rejects(opening, TimeoutError);
    });
  }

  test("leaves no timer, and nothing on its signal", async (t) => {
    const timers = watchTimers(t);
    const { signal } = new AbortController();
    const { client } = await bound({ signal });
    assert.deepEqual([timers.size, getEventListeners(signal, "abort").length], [0, 0]);
    await client.close();
    assert.equal(timers.size, 0);
  });

  test("with a signal that is aborted already sends nothing, and says so", async () => {
    const { client, link } = make({ signal: AbortSignal.abort() });
    await assert.rejects(client.open(), (error) => error.name === "AbortError" && error.outcome === "not-sent");
    assert.equal(link.started, undefined);
  });

  test("rejects when its signal is aborted", async () => {
    const abort = new AbortController();
    const { client, link } = make({ signal: abort.signal });
    const opening = client.open();
    abort.abort(new Error("changed my mind"));
    await assert.rejects(opening, (error) => error.name === "AbortError" && error.cause.message === "changed my mind");
    await turn();
    assert(link.destroyed);
  });

  test("tells each state, with the reason and the time of the next attempt when the connection is lost", async () => {
    const states = [];
    const { link } = await bound({ onState: (state, detail) => states.push([state, detail?.error.code, detail?.retryIn]) });
    link.sink.state("waiting", { kind: "lost", message: "gone", retryIn: 1000 });
    link.sink.state("connecting", { kind: "lost", message: "gone" });
    assert.deepEqual(states, [["bound", undefined, undefined], ["waiting", "connection-lost", 1000], ["connecting", undefined, undefined]]);
  });
});

describe("sendSms", () => {
  test("hands the engine the message's fields, with the types of number inferred", async () => {
    const { client, link } = await bound();
    client.sendSms(HELLO);
    const { sms } = link.sent[0];
    assert.deepEqual(sms.from, { ton: 0, npi: 0, addr: "12345" });
    assert.deepEqual(sms.to, { ton: 1, npi: 1, addr: "1234567890" });
    assert.equal(sms.text, "Hello World");
    assert.equal(sms.encoding, "auto");
    assert.equal(sms.registeredDelivery, 0);
  });

  for (const [report, flag] of [["none", 0], ["always", 1], ["failure", 2], ["success", 3]]) {
    test(`asks for a report: ${report}`, async () => {
      const { client, link } = await bound();
      client.sendSms({ ...HELLO, report });
      assert.equal(link.sent[0].sms.registeredDelivery, flag);
    });
  }

  test("resolves with the id when the SMSC accepts", async () => {
    const { client, link } = await bound();
    const sending = client.sendSms(HELLO);
    link.accept(0, "id-1");
    const sent = await sending;
    assert.equal(sent.messageId, "id-1");
    assert.deepEqual(sent.segments, [{ index: 0, messageId: "id-1", status: "accepted" }]);
    assert.equal(sent.encoding, "gsm7");
    assert.equal(sent.status, "accepted");
  });

  test("waits for all segments, in whatever order they are answered", async () => {
    const { client, link } = await bound();
    link.segments = 3;
    const sending = client.sendSms(HELLO);
    link.accept(0, "c", 2);
    link.accept(0, "a", 0);
    assert.equal(await stateOf(sending), "pending");
    link.accept(0, "b", 1);
    const sent = await sending;
    assert.equal(sent.messageId, "a");
    assert.deepEqual(sent.segments.map(({ index, messageId }) => [index, messageId]), [[0, "a"], [1, "b"], [2, "c"]]);
  });

  test("is partial when some segments are refused, and says which", async () => {
    const { client, link } = await bound();
    link.segments = 2;
    const sending = client.sendSms(HELLO);
    link.settle(0, outcome.response, 0x0b, "", 0);
    link.accept(0, "b", 1);
    const sent = await sending;
    assert.equal(sent.status, "partial");
    assert.equal(sent.messageId, "b");
    assert.equal(sent.segments[0].status, "rejected");
    assert.equal(sent.segments[0].error.name, "ESME_RINVDSTADR");
  });

  test("rejects with the SMSC's status when it refuses", async () => {
    const { client, link } = await bound();
    const sending = client.sendSms(HELLO);
    link.settle(0, outcome.response, 0x0b);
    await assert.rejects(sending, (error) => {
      assert.equal(error.code, 0x0b);
      assert.equal(error.name, "ESME_RINVDSTADR");
      assert.equal(error.command, "submit_sm");
      assert.equal(error.outcome, "rejected");
      return true;
    });
  });

  test("rejects with ThrottledError when the SMSC was too busy for the message's time", async () => {
    const { client, link } = await bound();
    const sending = client.sendSms(HELLO);
    link.settle(0, outcome.expired, 0x58);
    await assert.rejects(sending, (error) => error instanceof ThrottledError && error.name === "ESME_RTHROTTLED" && error.retryable && error.outcome === "rejected");
  });

  for (const [how, type, wanted] of [
    ["timeout", TimeoutError, "unknown"],
    ["lost", ConnectionLostError, "unknown"],
    ["closed", ConnectionLostError, "not-sent"],
    ["mismatch", errors.ProtocolError, "unknown"],
  ]) {
    test(`rejects with ${type.name}, outcome ${wanted}: ${how}`, async () => {
      const { client, link } = await bound();
      const sending = client.sendSms(HELLO);
      link.settle(0, outcome[how]);
      await assert.rejects(sending, (error) => error instanceof type && error.outcome === wanted && error.command === "submit_sm");
    });
  }

  test("of a message without any accepted segment an unknown outcome weighs more than a refusal", async () => {
    const { client, link } = await bound();
    link.segments = 2;
    const sending = client.sendSms(HELLO);
    link.settle(0, outcome.response, 0x0b, "", 0);
    link.settle(0, outcome.timeout, 0, "", 1);
    await assert.rejects(sending, (error) => error instanceof TimeoutError && error.outcome === "unknown");
  });

  test("rejects what the engine does not take, with the field or the characters at fault", async () => {
    const { client, link } = await bound();
    link.refuse = Object.assign(new Error("not in the alphabet"), { name: "EngineError", code: "unencodable", unencodable: [{ index: 3, char: "ж" }] });
    await assert.rejects(client.sendSms(HELLO), (error) => {
      assert(error instanceof SmppError);
      assert.equal(error.code, "unencodable");
      assert.equal(error.outcome, "not-sent");
      assert.deepEqual(error.unencodable, [{ index: 3, char: "ж" }]);
      return true;
    });
  });

  for (const [what, message, field] of [
    ["no text", { to: "1" }, "text"],
    ["text and binary", { to: "1", text: "a", binary: new Uint8Array(1) }, "text"],
    ["no recipient", { text: "a" }, "to"],
    ["a recipient that is no number", { to: "12 34x", text: "a" }, "to"],
    ["a sender that is too long a name", { to: "1", from: "twelve chars", text: "a" }, "from"],
    ["a validity of nothing", { to: "1", text: "a", validity: 0 }, "validity"],
    ["no date", { to: "1", text: "a", scheduleAt: new Date("?") }, "scheduleAt"],
    ["an unknown kind of report", { to: "1", text: "a", report: "maybe" }, "report"],
  ]) {
    test(`refuses ${what}`, async () => {
      const { client, link } = await bound();
      await assert.rejects(client.sendSms(message), (error) => error.code === "invalid-field" && error.field === field && error.outcome === "not-sent");
      assert.equal(link.sent.length, 0);
    });
  }

  test("takes the empty text", async () => {
    const { client, link } = await bound();
    client.sendSms({ ...HELLO, text: "" });
    assert.equal(link.sent[0].sms.text, "");
  });

  test("is cancelled by its signal", async () => {
    const { client, link } = await bound();
    for (const [how, wanted] of [["cancelled", "not-sent"], ["cancelledOnWire", "unknown"]]) {
      const abort = new AbortController();
      const sending = client.sendSms({ ...HELLO, signal: abort.signal });
      const { ticket } = link.sent.at(-1);
      abort.abort(new Error("stop"));
      await turn();
      assert.deepEqual(link.cancelled.splice(0), [ticket]);
      link.settle(ticket, outcome[how]);
      await assert.rejects(sending, (error) => error.name === "AbortError" && error.code === "aborted" && error.outcome === wanted && error.cause.message === "stop");
    }
  });

  test("a signal for several messages cancels them by one call, so that none takes the place of another", async (t) => {
    const { client, link } = await bound();
    const abort = new AbortController();
    const sending = [1, 2, 3].map(() => client.sendSms({ ...HELLO, signal: abort.signal }));
    const cancel = t.mock.method(link, "cancel");
    abort.abort();
    await turn();
    assert.equal(cancel.mock.callCount(), 1);
    assert.deepEqual(link.cancelled.toSorted(), [0, 1, 2]);
    link.end();
    await Promise.allSettled(sending);
  });

  test("many calls with one signal put one listener on it, and none when they have ended", async () => {
    const { client, link } = await bound();
    const { signal } = new AbortController();
    const sending = Array.from({ length: 20 }, () => client.sendSms({ ...HELLO, report: "always", signal }));
    assert.equal(getEventListeners(signal, "abort").length, 1);
    for (const { ticket } of link.sent.slice(0, 19)) link.accept(ticket, `id-${ticket}`);
    const waiting = (await Promise.all(sending.slice(0, 19))).map((sent) => sent.delivered({ signal }));
    assert.equal(getEventListeners(signal, "abort").length, 1);
    link.settle(link.sent[19].ticket, 4);
    link.end();
    await Promise.allSettled([...waiting, ...sending]);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  test("does not send with a signal that is aborted already", async () => {
    const { client, link } = await bound();
    await assert.rejects(client.sendSms({ ...HELLO, signal: AbortSignal.abort() }), (error) => error.outcome === "not-sent");
    assert.equal(link.sent.length, 0);
  });

  test("a signal aborted after the answer touches nothing", async () => {
    const { client, link } = await bound();
    const abort = new AbortController();
    const sending = client.sendSms({ ...HELLO, signal: abort.signal });
    link.accept(0, "a");
    await sending;
    client.sendSms(HELLO); // takes the same ticket
    abort.abort();
    await turn();
    assert.deepEqual(link.cancelled, []);
  });

  test("uses tickets again: as many are ever in use as messages are under way", async () => {
    const { client, link } = await bound();
    for (let i = 0; i < 100; i++) {
      const sending = client.sendSms(HELLO);
      link.accept(link.sent.at(-1).ticket, `id-${i}`);
      assert.equal((await sending).messageId, `id-${i}`);
    }
    assert.deepEqual([...new Set(link.sent.map(({ ticket }) => ticket))], [0]);
  });

  test("what is not taken leaves its ticket free, and no tag", async () => {
    const { client, link } = await bound();
    const { request } = link;
    link.refuse = Object.assign(new Error("full"), { name: "EngineError", code: "queue-full" });
    link.request = () => {
      throw link.refuse;
    };
    await assert.rejects(client.sendSms({ ...HELLO, tag: "first" }), (error) => error.code === "queue-full" && error.retryable && error.tag === "first");
    await assert.rejects(client.request({ command: "query_sm", message_id: "1" }), (error) => error.code === "queue-full" && error.retryable);
    Object.assign(link, { refuse: undefined, request });
    const sending = client.sendSms({ ...HELLO, tag: "second" });
    assert.equal(link.sent.at(-1).ticket, 0);
    link.accept(0, "a");
    await sending;
    const asking = client.request({ command: "query_sm", message_id: "1" });
    assert.equal(link.requests.at(-1).ticket, 0);
    link.settle(0, outcome.timeout);
    await assert.rejects(asking, (error) => !("tag" in error));
  });

  test("a message that can't be read far enough has its tag all the same", async () => {
    const { client } = await bound();
    await assert.rejects(client.sendSms({ ...HELLO, to: "hello", tag: "mine" }), (error) => error.field === "to" && error.tag === "mine");
  });

  test("what a connection failed with is the cause of what it lost, and of nothing after that", async () => {
    let link;
    const wires = [];
    const client = new SmppClient(readOptions("smpp://id:pw@localhost"), (...given) => (link = new FakeLink(...given)), (handler) => void wires.push(handler));
    const opening = client.open();
    link.bind();
    await opening;
    const lost = async () => {
      const sending = client.sendSms(HELLO);
      link.settle(link.sent.at(-1).ticket, outcome.lost);
      return (await sending.catch((error) => error)).cause?.message;
    };
    const handler = { data: () => {}, drain: () => {}, end: () => {} };
    link.open(handler, undefined, 0);
    wires[0].end(new Error("reset"));
    assert.equal(await lost(), "reset");
    await turn();
    assert.equal(await lost(), undefined);
    wires[0].end(new Error("reset"));
    link.open(handler, undefined, 0);
    assert.equal(await lost(), undefined);
  });

  test("is settled when the link ends, whatever the engine left open", async () => {
    const { client, link } = await bound();
    const sending = client.sendSms(HELLO);
    link.end({ kind: "panic", message: "the engine failed" });
    await assert.rejects(sending, (error) => error instanceof ConnectionLostError && error.outcome === "unknown");
    await assert.rejects(client.sendSms(HELLO), (error) => error.code === "closed" && error.outcome === "not-sent");
  });
});

describe("delivered", () => {
  async function send(client, link, ids, message = {}) {
    link.segments = ids.length;
    const sending = client.sendSms({ ...HELLO, report: "always", ...message });
    const { ticket } = link.sent.at(-1);
    ids.forEach((id, index) => link.accept(ticket, id, index));
    return sending;
  }

  test("resolves with the final report, and that takes it", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    const delivered = sent.delivered();
    link.report("a", "delivered", 7);
    const report = await delivered;
    assert.equal(report.status, "delivered");
    assert.equal(report.messageId, "a");
    assert.deepEqual(link.answers, [[7, ESME_ROK]]);
  });

  test("passes over reports that are not final", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    const delivered = sent.delivered();
    link.report("a", "enroute", 7, { final: false });
    assert.equal(await stateOf(delivered), "pending");
    link.report("a", "expired", 8);
    assert.equal((await delivered).status, "expired");
    assert.deepEqual(link.answers, [[7, ESME_ROK], [8, ESME_ROK]]);
  });

  test("of a long message waits for each segment and takes the worst", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a", "b", "c"]);
    const delivered = sent.delivered();
    link.report("b", "undeliverable", 1);
    link.report("a", "delivered", 2);
    assert.equal(await stateOf(delivered), "pending");
    link.report("c", "delivered", 3);
    const report = await delivered;
    assert.equal(report.status, "undeliverable");
    assert.equal(report.messageId, "b");
  });

  test("of a message whose id the SMSC gives to another one, too, ends; the report is the later one's", async () => {
    const { client, link } = await bound();
    const noReport = { code: "no-report", outcome: "unknown" };
    const first = await send(client, link, ["a", "b"], { tag: "first" });
    const waiting = [first.delivered(), first.delivered({ timeout: 60_000 })];
    const second = await send(client, link, ["a"], { tag: "second" });
    for (const each of waiting) await assert.rejects(each, noReport);
    const delivered = second.delivered();
    await assert.rejects(first.delivered(), noReport);
    link.report("a", "delivered", 1);
    assert.deepEqual([(await delivered).tag, (await delivered).status], ["second", "delivered"]);
    // What was reported already stays so.
    await send(client, link, ["a"]);
    assert.equal((await second.delivered()).tag, "second");
  });

  describe("what is remembered", () => {
    /** A client whose reports are taken, and what it makes of one with this id. */
    async function tracking(options) {
      const reports = [];
      const { client, link } = await bound({ onReport: (report) => void reports.push(report), ...options });
      const report = (id, status = "delivered", more = {}) => {
        link.report(id, status, 1, more);
        return reports.at(-1);
      };
      return { client, link, report };
    }

    test("a report that comes again has its message's tag again, whatever it says", async () => {
      const { client, link, report } = await tracking();
      const sent = await send(client, link, ["a"], { tag: "first" });
      assert.equal(report("a").tag, "first");
      assert.equal(report("a", "expired").tag, "first");
      assert.equal((await sent.delivered()).status, "delivered");
      assert.equal(report("a", "rejected").tag, "first");
      assert.equal((await sent.delivered()).status, "delivered");
    });

    test("maxTracked messages: when there are so many, the older half is forgotten", async () => {
      const { client, link, report } = await tracking({ maxTracked: 4 });
      const sent = [];
      for (const id of ["a", "b", "c", "d"]) sent.push(await send(client, link, [id], { tag: id }));
      assert.deepEqual(["a", "d"].map((id) => report(id, "enroute", { final: false }).tag), ["a", "d"]);
      const waiting = sent[1].delivered();
      await send(client, link, ["e"], { tag: "e" });
      assert.deepEqual(["a", "c", "d", "e"].map((id) => report(id).tag), [undefined, "c", "d", "e"]);
      // What is waited for is not forgotten.
      assert.equal(report("b").tag, "b");
      assert.equal((await waiting).tag, "b");
      // What is asked for before the report comes isn't either, even if it was forgotten before.
      const late = sent[0].delivered();
      assert.equal(report("a").tag, "a");
      assert.equal((await late).status, "delivered");
    });

    test("for trackTimeout milliseconds at least, twice as long at most; 0: as long as there is room", async (t) => {
      t.mock.timers.enable({ apis: ["Date"] });
      const [some, ever] = [await tracking({ trackTimeout: 1_000 }), await tracking({ trackTimeout: 0 })];
      const next = async (id) => {
        for (const { client, link } of [some, ever]) await send(client, link, [id], { tag: id });
      };
      await next("a");
      t.mock.timers.tick(1_000);
      await next("b");
      assert.equal(some.report("a", "enroute", { final: false }).tag, "a");
      t.mock.timers.tick(1_000);
      await next("c");
      assert.deepEqual([some, ever].map(({ report }) => ["a", "b", "c"].map((id) => report(id).tag)), [[undefined, "b", "c"], ["a", "b", "c"]]);
    });

    test("a day, by default 10,000", async (t) => {
      t.mock.timers.enable({ apis: ["Date"] });
      const { client, link, report } = await tracking();
      for (let i = 0; i < 10_000; i++) await send(client, link, [String(i)], { tag: `tag ${i}` });
      assert.deepEqual([report("0").tag, report("9999").tag], ["tag 0", "tag 9999"]);
      await send(client, link, ["a"], { tag: "a" });
      assert.deepEqual([report("4999").tag, report("5000").tag], [undefined, "tag 5000"]);
      t.mock.timers.tick(86_400_000 - 1);
      await send(client, link, ["b"], { tag: "b" });
      assert.equal(report("5000").tag, "tag 5000");
    });

    test("a report that was taken is kept by its Sent alone", async () => {
      const deliveries = new Deliveries(() => {}, {});
      const message = { keys: "a", segments: [{ index: 0, messageId: "a", status: "accepted" }], tag: "first" };
      deliveries.expect();
      const delivery = deliveries.accepted(message, false);
      const known = deliveries.find("a");
      assert.equal(known.delivery, delivery);
      deliveries.offer("a", known, { status: "delivered", final: true }, 1, "taken");
      assert.equal(deliveries.find("a"), known);
      assert.deepEqual({ ...known }, { tag: "first", ids: "a", delivery: undefined, wanted: false, held: undefined });
      assert.equal((await delivery.wait()).status, "delivered");
    });
  });

  test("a segment that comes twice counts once", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a", "b"]);
    const delivered = sent.delivered();
    link.report("a", "delivered", 1);
    link.report("a", "delivered", 2);
    assert.equal(await stateOf(delivered), "pending");
    link.report("b", "delivered", 3);
    assert.equal((await delivered).status, "delivered");
  });

  test("segments with one id need one report", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a", "a"]);
    const delivered = sent.delivered();
    link.report("a", "delivered", 1);
    assert.equal((await delivered).status, "delivered");
  });

  test("a refused segment makes it rejected, once the others are reported", async () => {
    const { client, link } = await bound();
    link.segments = 2;
    const sending = client.sendSms({ ...HELLO, report: "always" });
    link.accept(0, "a", 0);
    link.settle(0, outcome.response, 0x0b, "", 1);
    const sent = await sending;
    const delivered = sent.delivered();
    link.report("a", "delivered", 1);
    assert.equal((await delivered).status, "rejected");
  });

  test("finds a report that came before the answer to the submission", async () => {
    const { client, link } = await bound();
    const sending = client.sendSms({ ...HELLO, report: "always" });
    link.report("a", "delivered", 7);
    link.accept(0, "a");
    const sent = await sending;
    assert.deepEqual(link.answers, []);
    assert.equal((await sent.delivered()).status, "delivered");
    assert.deepEqual(link.answers, [[7, ESME_ROK]]);
  });

  test("finds a report that came before it was called, and takes it then", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    link.report("a", "delivered", 7);
    assert.deepEqual(link.answers, []);
    assert.equal((await sent.delivered()).status, "delivered");
    assert.deepEqual(link.answers, [[7, ESME_ROK]]);
  });

  test("a report that nobody asks for within a moment is to be sent again; delivered() still knows it", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    link.report("a", "delivered", 7);
    t.mock.timers.tick(60_000);
    assert.deepEqual(link.answers, [[7, ESME_RX_T_APPN]]);
    assert.equal((await sent.delivered()).status, "delivered");
    link.report("a", "delivered", 8);
    assert.deepEqual(link.answers, [[7, ESME_RX_T_APPN], [8, ESME_ROK]]);
  });

  test("a report on no message of ours is not taken", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    void sent.delivered();
    link.report("other", "delivered", 7);
    assert.deepEqual(link.answers, [[7, ESME_RX_T_APPN]]);
  });

  test("a message that is accepted late has reports of its own, whatever had its place before", async () => {
    const { client, link } = await bound();
    const first = await send(client, link, ["a"], { tag: "first" });
    const sending = client.sendSms({ ...HELLO, report: "always", tag: "second" });
    const { ticket } = link.sent.at(-1);
    link.settle(ticket, outcome.timeout);
    const error = await sending.catch((error) => error);
    link.sink.late(ticket, 0, outcome.response, ESME_ROK, "b", "b", undefined);
    const { sent } = await error.late;
    const delivered = sent.delivered();
    link.report("b", "undeliverable", 7);
    assert.deepEqual((({ tag, status }) => [tag, status])(await delivered), ["second", "undeliverable"]);
    link.report("a", "delivered", 8);
    assert.equal((await first.delivered()).tag, "first");
  });

  /** Sends two segments, of which the first is accepted with the id a, and the second has no response in time. */
  function sendHalf(client, link) {
    link.segments = 2;
    const sending = client.sendSms({ ...HELLO, report: "always" });
    const { ticket } = link.sent.at(-1);
    link.accept(ticket, "a", 0);
    link.settle(ticket, outcome.timeout, 0, "", 1);
    return { sending, ticket };
  }

  test("a report that waits for the late answer to its segment is taken with it, if somebody waits", async () => {
    const { client, link } = await bound();
    const { sending, ticket } = sendHalf(client, link);
    const delivered = (await sending).delivered();
    link.report("b", "delivered", 8);
    assert.deepEqual(link.answers, []);
    link.sink.late(ticket, 1, outcome.response, ESME_ROK, "b", "b", undefined);
    assert.deepEqual(link.answers, [[8, ESME_ROK]]);
    link.report("a", "delivered", 9);
    assert.equal((await delivered).status, "delivered");
  });

  test("a segment that is accepted late is waited for like the others, however many messages come after", async () => {
    const { client, link } = await bound({ maxTracked: 2 });
    const { sending, ticket } = sendHalf(client, link);
    const delivered = (await sending).delivered();
    link.sink.late(ticket, 1, outcome.response, ESME_ROK, "b", "b", undefined);
    for (const id of ["c", "d", "e", "f"]) await send(client, link, [id]);
    link.report("a", "delivered", 8);
    assert.equal(await stateOf(delivered), "pending");
    link.report("b", "undeliverable", 9);
    assert.equal((await delivered).status, "undeliverable");
  });

  test("a segment that is accepted late has its id as the SMSC spelt it", async () => {
    const seen = [];
    const { client, link } = await bound({ onReport: ({ messageId }) => void seen.push(messageId) });
    link.segments = 2;
    const sending = client.sendSms({ ...HELLO, report: "always" });
    const { ticket } = link.sent.at(-1);
    link.sink.settled(ticket, 0, outcome.response, ESME_ROK, "0A", "a", undefined);
    link.settle(ticket, outcome.timeout, 0, "", 1);
    await sending;
    link.sink.late(ticket, 1, outcome.response, ESME_ROK, "0B", "b", undefined);
    for (const key of ["a", "b"]) link.report(key, "delivered", 8);
    assert.deepEqual(seen, ["0A", "0B"]);
  });

  test('receipts: "message": a segment that is accepted after the receipt asks for no other', async () => {
    const { client, link } = await bound({ receipts: "message" });
    const { sending, ticket } = sendHalf(client, link);
    const sent = await sending;
    link.report("a", "delivered", 8);
    link.sink.late(ticket, 1, outcome.response, ESME_ROK, "b", "b", undefined);
    const late = await sent.segments[1].error.late;
    assert.equal((await late.sent.delivered()).status, "delivered");
  });

  test("more than 100,000 at a time are refused", async () => {
    const deliveries = new Deliveries(() => {}, {});
    const wait = (id) => {
      deliveries.expect();
      return deliveries.accepted({ keys: id, segments: [{ index: 0, messageId: id, status: "accepted" }], tag: undefined }, false).wait();
    };
    const waiting = Array.from({ length: 100_000 }, (_, number) => wait(`${number}`));
    await assert.rejects(wait("one more"), (error) => error.code === "queue-full" && error.outcome === "unknown");
    deliveries.close(new Error("over"));
    await Promise.allSettled(waiting);
  });

  test("a report that is held leaves no timer when the client closes", async (t) => {
    const { client, link } = await bound();
    const timers = watchTimers(t);
    await send(client, link, ["a"]);
    link.report("a", "delivered", 7);
    assert.equal(timers.size, 1);
    await client.close();
    assert.equal(timers.size, 0);
  });

  test("a report has the numbers of both its addresses", async () => {
    const reports = [];
    const { link } = await bound({ onReport: ({ from, to }) => void reports.push([from.number, to.number]) });
    link.report("a", "delivered", 7);
    assert.deepEqual(reports, [["+1", "2"]]);
  });

  describe("a report on no message of ours is not taken, and waits for none, behind", () => {
    const ESME_RSUBMITFAIL = 0x45;
    for (const [what, before] of [
      ["a message that was refused", async ({ client, link }) => {
        const sending = client.sendSms({ ...HELLO, report: "always" });
        link.settle(link.sent.at(-1).ticket, outcome.response, ESME_RSUBMITFAIL);
        await assert.rejects(sending);
      }],
      ["a message that got no answer, and late a refusal", async ({ client, link }) => {
        const sending = client.sendSms({ ...HELLO, report: "always" });
        const { ticket } = link.sent.at(-1);
        link.settle(ticket, outcome.timeout);
        await assert.rejects(sending);
        link.sink.late(ticket, 0, outcome.response, ESME_RSUBMITFAIL, "", "", undefined);
      }],
      ["a request without an answer, in the place of a message", async ({ client, link }) => {
        const sent = await send(client, link, ["a"]);
        void sent.delivered();
        const asking = client.request({ command: "query_sm", message_id: "a" });
        link.settle(link.requests.at(-1).ticket, outcome.timeout);
        await assert.rejects(asking);
      }],
    ]) {
      test(what, async () => {
        const made = await bound();
        await before(made);
        made.link.report("other", "delivered", 7);
        assert.deepEqual(made.link.answers, [[7, ESME_RX_T_APPN]]);
      });
    }
  });

  test("the report goes to onReport too, whose answer counts", async () => {
    const seen = [];
    const { client, link } = await bound({ onReport: (report) => void seen.push(report.messageId) });
    const sent = await send(client, link, ["a"]);
    const delivered = sent.delivered();
    link.report("a", "delivered", 7);
    await delivered;
    assert.deepEqual(seen, ["a"]);
    assert.deepEqual(link.answers, [[7, ESME_ROK]]);
  });

  test("may be called more than once", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    const both = [sent.delivered(), sent.delivered({ timeout: 10_000 })];
    link.report("a", "delivered", 7);
    assert.deepEqual((await Promise.all(both)).map(({ status }) => status), ["delivered", "delivered"]);
    assert.equal((await sent.delivered()).status, "delivered");
  });

  test("ends by its timeout, and can be called again", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    await assert.rejects(sent.delivered({ timeout: 5 }), TimeoutError);
    const again = sent.delivered();
    link.report("a", "delivered", 7);
    assert.equal((await again).status, "delivered");
  });

  test("ends by its signal", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    const abort = new AbortController();
    const delivered = sent.delivered({ signal: abort.signal });
    abort.abort();
    await assert.rejects(delivered, (error) => error.code === "aborted");
    await assert.rejects(sent.delivered({ signal: abort.signal }), (error) => error.code === "aborted");
  });

  test("rejects at once if no report was asked for", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"], { report: "none" });
    await assert.rejects(sent.delivered(), (error) => error.code === "no-report");
  });

  test("rejects at once if the SMSC gave the message no id", async () => {
    const { client, link } = await bound();
    for (const ids of [[""], ["", ""]]) {
      const sent = await send(client, link, ids);
      await assert.rejects(sent.delivered(), (error) => error.code === "no-report" && error.outcome === "unknown");
    }
  });

  test("rejects when the client ends", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    const delivered = sent.delivered();
    await Promise.all([client.close(), assert.rejects(delivered, ConnectionLostError)]);
    await assert.rejects(sent.delivered(), ConnectionLostError);
  });

  test("survives the loss of a connection", async () => {
    const { client, link } = await bound();
    const sent = await send(client, link, ["a"]);
    const delivered = sent.delivered();
    link.sink.state("waiting", { kind: "lost", message: "gone", retryIn: 1000 });
    link.bind();
    link.report("a", "delivered", 7);
    assert.equal((await delivered).status, "delivered");
  });
});

describe("handlers and iterators", () => {
  for (const [name, send] of [["onReport", "report"], ["onMessage", "message"]]) {
    const come = (link, id, request) => (send === "report" ? link.report(id, "delivered", request) : link.message(id, request));

    test(`${name}: the answer waits for the handler's promise`, async () => {
      let done;
      const { link } = await bound({ [name]: () => new Promise((resolve) => (done = resolve)) });
      come(link, "a", 7);
      await turn();
      assert.deepEqual(link.answers, []);
      done();
      await turn();
      assert.deepEqual(link.answers, [[7, ESME_ROK]]);
    });

    test(`${name}: a throw or a rejection is answered "send again", and logged`, async () => {
      const lines = [];
      const { link } = await bound({
        log: (line) => lines.push(line),
        [name](item) {
          if ((item.messageId ?? item.text) === "throws") throw new Error("no database");
          return Promise.reject(new Error("no database"));
        },
      });
      come(link, "throws", 7);
      come(link, "rejects", 8);
      await turn();
      assert.deepEqual(link.answers, [[7, ESME_RX_T_APPN], [8, ESME_RX_T_APPN]]);
      assert.deepEqual(lines, [`${name} threw: no database`, `${name} threw: no database`]);
    });

    test(`${name}: with nobody there the answer is "send again"`, async () => {
      const { link } = await bound();
      come(link, "a", 7);
      assert.deepEqual(link.answers, [[7, ESME_RX_T_APPN]]);
    });
  }

  test("an iterator answers when the next item is asked for", async () => {
    const { client, link } = await bound();
    const messages = client.messages();
    link.message("a", 1);
    link.message("b", 2);
    assert.equal((await messages.next()).value.text, "a");
    assert.deepEqual(link.answers, []);
    assert.equal((await messages.next()).value.text, "b");
    assert.deepEqual(link.answers, [[1, ESME_ROK]]);
    const third = messages.next();
    assert.deepEqual(link.answers, [[1, ESME_ROK], [2, ESME_ROK]]);
    link.message("c", 3);
    assert.equal((await third).value.text, "c");
  });

  for (const [how, leave] of [["break", () => true], ["a throw", () => { throw new Error("no database"); }]]) {
    test(`a loop left by ${how} has not taken its item, nor what is left behind it`, async () => {
      const { client, link } = await bound();
      const messages = client.messages();
      link.message("a", 1);
      link.message("b", 2);
      try {
        for await (const message of messages) {
          assert.equal(message.text, "a");
          if (leave()) break;
        }
      } catch (error) {
        assert.equal(error.message, "no database");
      }
      assert.deepEqual(link.answers, [[1, ESME_RX_T_APPN], [2, ESME_RX_T_APPN]]);
      link.message("c", 3);
      assert.deepEqual(link.answers.at(-1), [3, ESME_RX_T_APPN]);
    });
  }

  test("an item that was acknowledged is taken, however the loop is left", async () => {
    const { client, link } = await bound();
    const messages = client.messages();
    messages.acknowledge();
    link.message("a", 1);
    link.message("b", 2);
    for await (const message of messages) {
      assert.equal(message.text, "a");
      messages.acknowledge();
      messages.acknowledge();
      assert.deepEqual(link.answers, [[1, ESME_ROK]]);
      break;
    }
    messages.acknowledge();
    assert.deepEqual(link.answers, [[1, ESME_ROK], [2, ESME_RX_T_APPN]]);
  });

  test("a loop that acknowledges goes on as usual", async () => {
    const { client, link } = await bound();
    const messages = client.messages();
    for (const request of [1, 2, 3]) link.message(`${request}`, request);
    await messages.next();
    messages.acknowledge();
    await messages.next();
    assert.deepEqual(link.answers, [[1, ESME_ROK]]);
    await messages.next();
    assert.deepEqual(link.answers, [[1, ESME_ROK], [2, ESME_ROK]]);
  });

  test("every loop and the handler get everything; the answer waits for all and one failure is enough", async () => {
    const { client, link } = await bound({ onMessage: ({ text }) => (text === "b" ? Promise.reject(new Error("no")) : undefined), log: () => {} });
    const loops = [client.messages(), client.messages()];
    const first = loops.map((loop) => loop.next());
    link.message("a", 1);
    link.message("b", 2);
    for (const each of first) assert.equal((await each).value.text, "a");
    await turn();
    assert.deepEqual(link.answers, [[2, ESME_RX_T_APPN]], "refused by one, it comes again to all");
    link.message("c", 3);
    for (const loop of loops) {
      assert.deepEqual(link.answers, [[2, ESME_RX_T_APPN]]);
      assert.equal((await loop.next()).value.text, "c");
    }
    assert.deepEqual(link.answers, [[2, ESME_RX_T_APPN], [1, ESME_ROK]]);
    for (const loop of loops) loop.next();
    assert.deepEqual(link.answers.at(-1), [3, ESME_ROK]);
  });

  test("an item that another has refused leaves the queues: it comes again", async () => {
    const refuse = [];
    const { client, link } = await bound({ log: () => {}, onMessage: () => new Promise((_, reject) => refuse.push(reject)) });
    const loop = client.messages();
    const first = loop.next();
    link.message("a", 1);
    link.message("b", 2);
    assert.equal((await first).value.text, "a");
    refuse[1](new Error("no"));
    await turn();
    assert.deepEqual(link.answers, [[2, ESME_RX_T_APPN]]);
    const next = loop.next();
    link.message("b", 3);
    assert.equal((await next).value.text, "b");
    assert.equal(refuse.length, 3);
  });

  test("an iterator that nobody reads refuses nothing", async () => {
    for (const [kind, come] of [["reports", "report"], ["messages", "message"]]) {
      const { client, link } = await bound({ onReport: () => {}, onMessage: () => {} });
      const unread = client[kind]();
      const give = (id, request) => (come === "report" ? link.report(id, "delivered", request) : link.message(id, request));
      give("a", 1);
      give("b", 2);
      assert.deepEqual(link.answers, [[1, ESME_ROK], [2, ESME_ROK]], kind);
      // It has them all the same, once it is read, and then it has a say.
      const first = (await unread.next()).value;
      assert.equal(first.messageId ?? first.text, "a");
      const second = (await unread.next()).value;
      assert.equal(second.messageId ?? second.text, "b");
      give("c", 3);
      assert.deepEqual(link.answers.length, 2);
      await unread.next();
      unread.next();
      assert.deepEqual(link.answers.at(-1), [3, ESME_ROK]);
    }
  });

  test("alone, an iterator that is not read yet has until the engine refuses", async () => {
    const { client, link } = await bound();
    const messages = client.messages();
    link.message("a", 1);
    link.message("b", 2);
    assert.deepEqual(link.answers, []);
    link.sink.withdrawn(1);
    assert.equal((await messages.next()).value.text, "b");
    messages.next();
    assert.deepEqual(link.answers, [[2, ESME_ROK]]);
  });

  test("a loop that has stopped reading refuses one item, and no further ones", async () => {
    const { client, link } = await bound({ onMessage: () => {} });
    const loop = client.messages();
    link.message("a", 1);
    await loop.next();
    link.message("b", 2);
    assert.deepEqual(link.answers, [[1, ESME_ROK]]);
    await loop.next();
    link.message("c", 3);
    link.sink.withdrawn(2);
    link.sink.withdrawn(3);
    link.message("d", 4);
    assert.deepEqual(link.answers.slice(1), [[2, ESME_ROK], [4, ESME_ROK]].slice(1));
    assert.equal((await loop.next()).value.text, "d");
    link.message("e", 5);
    assert.equal(link.answers.length, 2, "it is read again");
    await loop.next();
    await loop.return();
    assert.deepEqual(link.answers.at(-1), [5, ESME_RX_T_APPN]);
  });

  test("an item whose request was refused by the engine leaves the queue", async () => {
    const { client, link } = await bound();
    const messages = client.messages();
    const first = messages.next();
    for (let request = 1; request <= 600; request++) link.message(`${request}`, request);
    assert.equal((await first).value.text, "1");
    for (let request = 1; request <= 400; request++) link.sink.withdrawn(request);
    assert.equal((await messages.next()).value.text, "401");
    assert.deepEqual(link.answers, []);
    messages.next();
    assert.deepEqual(link.answers, [[401, ESME_ROK]]);
  });

  test("a loop that is left decides nothing for the others", async () => {
    const { client, link } = await bound();
    const [one, two] = [client.messages(), client.messages()];
    const asked = [one.next(), two.next()];
    link.message("a", 1);
    link.message("b", 2);
    await Promise.all(asked);
    await one.next();
    await two.next();
    assert.deepEqual(link.answers, [[1, ESME_ROK]]);
    link.message("c", 3);
    one.acknowledge();
    await one.return();
    two.next();
    assert.deepEqual(link.answers, [[1, ESME_ROK], [2, ESME_ROK]]);
    two.next();
    assert.deepEqual(link.answers, [[1, ESME_ROK], [2, ESME_ROK], [3, ESME_ROK]]);
  });

  test("a Refusal is answered with its status, and is nothing to report", async () => {
    const lines = [];
    const { client, link } = await bound({
      log: (line) => lines.push(line),
      onMessage: async ({ text }) => { throw new Refusal(text === "number" ? 0x12345 : text); },
      onReport: () => { throw new Refusal("ESME_RX_R_APPN"); },
    });
    link.message("ESME_RX_P_APPN", 1);
    link.message("number", 2);
    link.report("a", "delivered", 3);
    await turn();
    assert.deepEqual(link.answers, [[3, 0x66], [1, 0x65], [2, 0x12345]]);
    assert.deepEqual(lines, []);
    link.message("ESME_NO_SUCH_STATUS", 4);
    await turn();
    assert.deepEqual(link.answers.at(-1), [4, ESME_RX_T_APPN]);
    assert.match(lines.join(), /^onMessage threw: status: expected the name of a command_status/);
    const loop = client.reports();
    const first = loop.next();
    link.report("b", "delivered", 5);
    await first;
    await assert.rejects(loop.throw(new Refusal("ESME_RX_R_APPN")), Refusal);
    assert.deepEqual(link.answers.at(-1), [5, 0x66]);
  });

  test("what can't refuse is no Refusal", () => {
    for (const status of ["ESME_ROK", "ESME_NO_SUCH_STATUS", "NOPE", "toString", "", "rejected", 0, -1, 1.5, 2 ** 32, undefined]) {
      assert.throws(() => new Refusal(status), (error) => error.code === "invalid-field" && error.field === "status", String(status));
    }
    assert.equal(new Refusal(2 ** 32 - 1).status, 2 ** 32 - 1);
  });

  describe("what the SMSC will not send again", () => {
    const part = { complete: false, missing: [2] };

    test("goes to the handler and to every loop, and has no answer", async () => {
      const taken = [];
      const { client, link } = await bound({ onMessage: ({ text }) => void taken.push(text) });
      const [reading, unread] = [client.messages(), client.messages()];
      // One is whole, with a segment that was in doubt.
      for (const [text, segments] of [["a", part], ["b", { complete: true, missing: [], segments: 2 }]]) {
        const next = reading.next();
        link.message(text, 0, segments);
        assert.equal((await next).value.text, text);
        assert.equal((await unread.next()).value.text, text);
      }
      await reading.return();
      assert.deepEqual([taken, link.answers], [["a", "b"], []]);
    });

    test("waits for a loop where nobody is there, and for the next one where a loop is left", async () => {
      const { client, link } = await bound();
      link.message("a", 0, part);
      const left = client.messages();
      link.message("b", 0, part);
      assert.equal((await left.next()).value.text, "a");
      await left.return();
      const loop = client.messages();
      assert.equal((await loop.next()).value.text, "b");
      assert.deepEqual(link.answers, []);
    });

    test("is there for loops after the end of the client", async () => {
      const { client, link } = await bound();
      const loop = client.messages();
      link.message("a", 0, part);
      link.message("b", 0, part);
      await client.close();
      const texts = [];
      for await (const { text } of loop) texts.push(text);
      assert.deepEqual(texts, ["a", "b"]);
      assert.equal((await client.messages().next()).done, true);
    });

    test("is kept for a loop of a client that has ended by an error, which throws behind it", async () => {
      const { client, link } = await bound();
      link.message("a", 0, part);
      link.end({ kind: "lost", message: "gone" });
      const loop = client.messages();
      assert.equal((await loop.next()).value.text, "a");
      await assert.rejects(loop.next(), ConnectionLostError);
    });

    test("is waited for by close(), and for no longer than a handler may take", async () => {
      let done;
      const { client, link } = await bound({ onMessage: () => new Promise((resolve) => (done = resolve)) });
      link.message("a", 0, part);
      const closing = client.close();
      assert.equal(await stateOf(closing), "pending");
      done();
      await closing;

      const slow = await bound({ acknowledgeTimeout: 20, onMessage: () => new Promise(() => {}) });
      slow.link.message("a", 0, part);
      await slow.client.close();
    });

    test("is waited for by close() when it had to wait for its turn, too", async () => {
      const done = [];
      const { client, link } = await bound({ maxUnacknowledged: 1, onMessage: () => new Promise((resolve) => done.push(resolve)) });
      for (const text of ["a", "b"]) link.message(text, 0, part);
      const closing = client.close();
      done[0]();
      await turn();
      assert.equal(done.length, 2);
      assert.equal(await stateOf(closing), "pending");
      done[1]();
      await closing;
    });

    test("is not handed to another loop when one has taken it", async () => {
      const { client, link } = await bound();
      const [one, other] = [client.messages(), client.messages()];
      link.message("a", 0, part);
      assert.equal((await one.next()).value.text, "a");
      void one.next();
      await other.return();
      assert.equal(await stateOf(client.messages().next()), "pending");
    });

    test("is waited for by close() for 25 seconds where handlers have no limit", async (t) => {
      t.mock.timers.enable({ apis: ["setTimeout"] });
      const { client, link } = await bound({ acknowledgeTimeout: 0, onMessage: () => new Promise(() => {}) });
      link.message("a", 0, part);
      const closing = client.close();
      t.mock.timers.tick(24_999);
      assert.equal(await stateOf(closing), "pending");
      t.mock.timers.tick(1);
      await closing;
    });

    test("is bounded while nobody reads it: the oldest go", async () => {
      const lines = [];
      const { client, link } = await bound({ log: (line) => lines.push(line) });
      const unread = client.messages();
      for (let count = 0; count < 10_003; count++) link.message(`${count}`, 0, part);
      assert.equal((await unread.next()).value.text, "3");
      assert.equal(lines.length, 3);
      assert.match(lines[0], /^onMessage threw: nobody takes what came in: 1 items/);
      await unread.return();
      const large = client.messages();
      for (let count = 0; count < 20; count++) link.message(`${count}`, 0, { ...part, frames: [new Uint8Array(1 << 20)] });
      assert.equal((await large.next()).value.text, "4");
    });

    test("is handed to so many handlers at a time; others wait their turn, within the same bounds", async () => {
      const lines = [];
      const ends = [];
      const seen = [];
      const onMessage = ({ text }) => {
        seen.push(text);
        return new Promise((resolve) => ends.push(resolve));
      };
      const { client, link } = await bound({ maxUnacknowledged: 2, acknowledgeTimeout: 60_000, onMessage, log: (line) => lines.push(line) });
      for (let count = 0; count < 4; count++) link.message(`${count}`, 0, part);
      await turn();
      assert.deepEqual(seen, ["0", "1"]);
      ends[1]();
      await turn();
      assert.deepEqual(seen, ["0", "1", "2"]);
      // What the SMSC waits for does not wait for these.
      link.message("whole", 9);
      assert.equal(seen.at(-1), "whole");
      for (let count = 4; count < 10_005; count++) link.message(`${count}`, 0, part);
      assert.equal(seen.length, 4);
      assert.equal(lines.length, 2);
      assert.match(lines[0], /^onMessage threw: nobody takes what came in: 1 items/);
      const closing = client.close();
      ends[0]();
      await turn();
      // 3 and 4 were the oldest that waited.
      assert.equal(seen.at(-1), "5");
      assert.equal(await stateOf(closing), "pending");
      while (ends.length > 0) {
        for (const end of ends.splice(0)) end();
        await turn();
      }
      await closing;
      assert.equal(seen.length, 10_004);
      assert.equal(seen.at(-1), "10004");
    });

    test("takes the place of a whole that was handed over, if that is not taken after all", async () => {
      for (const outcome of ["taken", "refused"]) {
        const seen = [];
        let end;
        const { link } = await bound({ log: () => {}, onMessage: ({ text }) => {
          seen.push(text);
          return text === "whole" ? new Promise((resolve, reject) => (end = outcome === "taken" ? resolve : reject)) : undefined;
        } });
        link.message("whole", 7, { segments: 2 });
        link.message("part", 7, part);
        link.sink.withdrawn(7);
        assert.deepEqual(seen, ["whole"]);
        end();
        await turn();
        assert.deepEqual(seen, outcome === "taken" ? ["whole"] : ["whole", "part"]);
        assert.deepEqual(link.answers, []);
      }
    });

    test("takes the place of a whole that its loop has not begun", async () => {
      const { client, link } = await bound();
      const loop = client.messages();
      link.message("whole", 7, { segments: 2 });
      link.message("part", 7, part);
      link.sink.withdrawn(7);
      link.end();
      assert.equal((await loop.next()).value.text, "part");
      assert.equal((await loop.next()).done, true);
    });

    test("takes the place of a whole that a loop began and did not finish", async () => {
      const { client, link } = await bound();
      const loop = client.messages();
      link.message("whole", 7, { segments: 2 });
      assert.equal((await loop.next()).value.text, "whole");
      link.message("part", 7, part);
      link.sink.withdrawn(7);
      link.end();
      await loop.return();
      assert.equal((await client.messages().next()).value.text, "part");
    });
  });

  test("a loop ends with the client", async () => {
    const { client } = await bound();
    const reports = client.reports();
    const waiting = reports.next();
    await client.close();
    assert.equal((await waiting).done, true);
    assert.equal((await client.messages().next()).done, true);
  });

  test("a loop that asks for several items at once gets each, and has taken the ones before the last", async () => {
    const { client, link } = await bound();
    const loop = client.messages();
    const asked = [loop.next(), loop.next(), loop.next(), loop.next()];
    link.message("a", 7);
    link.message("b", 8);
    assert.deepEqual(link.answers, [[7, ESME_ROK]]);
    assert.deepEqual((await Promise.all(asked.slice(0, 2))).map(({ value }) => value.text), ["a", "b"]);
    link.end();
    assert.deepEqual((await Promise.all(asked.slice(2))).map(({ done }) => done), [true, true]);
  });

  test("a loop that throws refuses its item with the status of the Refusal", async () => {
    const { client, link } = await bound();
    const loop = client.messages();
    const first = loop.next();
    link.message("a", 7);
    await first;
    await assert.rejects(loop.throw(new Refusal("ESME_RX_P_APPN")), Refusal);
    assert.deepEqual(link.answers, [[7, 0x65]]);
  });

  test("what waits in a loop without an answer when the client ends is not handed out: it comes again", async () => {
    const { client, link } = await bound();
    const loop = client.messages();
    const first = loop.next();
    link.message("a", 7);
    await first;
    link.message("b", 8);
    link.end();
    assert.equal((await loop.next()).done, true);
  });

  test("a loop throws when the link ends by an error", async () => {
    const { client, link } = await bound({ reconnect: false });
    const waiting = client.reports().next();
    const later = client.messages();
    link.end({ kind: "lost", message: "gone" });
    await assert.rejects(waiting, ConnectionLostError);
    await assert.rejects(later.next(), ConnectionLostError);
    assert.equal((await later.next()).done, true);
  });

  test("a request that a client does not take is answered ESME_RINVCMDID", async () => {
    const { link } = await bound();
    link.sink.request(new Uint8Array(16), 9, undefined);
    assert.deepEqual(link.answers, [[9, 0x03]]);
  });
});

describe("sendMany", () => {
  const messages = (count) => Array.from({ length: count }, (_, i) => ({ ...HELLO, text: `${i}` }));

  /** Accepts everything as it comes, a turn later, the last sent first. */
  function acceptAll(link) {
    const send = link.sendSms.bind(link);
    const batch = [];
    link.sendSms = (ticket, sms) => {
      const result = send(ticket, sms);
      if (batch.length === 0) setImmediate(() => batch.splice(0).reverse().forEach(([open, text]) => link.accept(open, text)));
      batch.push([ticket, sms.text]);
      return result;
    };
  }

  for (const [kind, source] of [
    ["an array", (count) => messages(count)],
    ["a generator", function* (count) { yield* messages(count); }],
    ["an async generator", async function* (count) { yield* messages(count); }],
  ]) {
    test(`tells the results of ${kind} in order`, async () => {
      const { client, link } = await bound();
      acceptAll(link);
      const told = [];
      const summary = await client.sendMany(source(2_500), { onResult: ({ sent, message }, index) => void told.push([index, message.text, sent.messageId]) });
      assert.equal(summary.accepted, 2_500);
      assert.equal(summary.failed, 0);
      assert.deepEqual(told, Array.from({ length: 2_500 }, (_, i) => [i, `${i}`, `${i}`]));
    });
  }

  test("takes at most 1,000 messages ahead of the results", async () => {
    const { client, link } = await bound();
    let taken = 0;
    function* endless() {
      for (;;) yield { ...HELLO, text: `${taken++}` };
    }
    const abort = new AbortController();
    const many = client.sendMany(endless(), { signal: abort.signal });
    await turn();
    assert.equal(link.sent.length, 1_000);
    for (let i = 0; i < 10; i++) link.accept(link.sent[i].ticket, "id");
    await turnsUntil(() => link.sent.length >= 1_010);
    await turn();
    assert.equal(link.sent.length, 1_010);
    link.cancel = (tickets) => tickets.forEach((ticket) => link.settle(ticket, outcome.cancelled));
    abort.abort();
    await assert.rejects(many, (error) => error.code === "aborted");
    assert(taken <= 1_012);
  });

  test("a message that fails is told in its place and stops nothing", async () => {
    const { client, link } = await bound();
    acceptAll(link);
    const told = [];
    const summary = await client.sendMany([HELLO, { to: "1" }, HELLO], { onResult: ({ sent, error }) => void told.push(sent?.status ?? error.code) });
    assert.deepEqual(told, ["accepted", "invalid-field", "accepted"]);
    assert.deepEqual(summary, { accepted: 2, partial: 0, failed: 1, rejected: 0, unknown: 0, notSent: 1 });
  });

  test("counts by outcome", async () => {
    const { client, link } = await bound();
    const many = client.sendMany(messages(4));
    await turn();
    const tickets = link.sent.map(({ ticket }) => ticket);
    link.accept(tickets[0], "a");
    link.settle(tickets[1], outcome.response, 0x0b);
    link.settle(tickets[2], outcome.timeout);
    link.settle(tickets[3], outcome.closed);
    assert.deepEqual(await many, { accepted: 1, partial: 0, failed: 3, rejected: 1, unknown: 1, notSent: 1 });
  });

  test("waits for onResult's promise before the next call", async () => {
    const { client, link } = await bound();
    acceptAll(link);
    let running = 0;
    const summary = await client.sendMany(messages(5), {
      async onResult() {
        assert.equal(running++, 0);
        await turn();
        running--;
      },
    });
    assert.equal(summary.accepted, 5);
  });

  test("waits for room when the queue is full", async () => {
    const { client, link } = await bound();
    acceptAll(link);
    const send = link.sendSms;
    link.sendSms = (ticket, sms) => {
      if (link.sent.length - link.accepted >= 3) throw Object.assign(new Error("full"), { name: "EngineError", code: "queue-full" });
      return send(ticket, sms);
    };
    link.accepted = 0;
    const accept = link.accept;
    link.accept = (...given) => {
      link.accepted++;
      accept.apply(link, given);
    };
    assert.equal((await client.sendMany(messages(20))).accepted, 20);
  });

  test("what others have filled the queue with is not waited for: it is told as not sent", async () => {
    const { client, link } = await bound();
    link.refuse = Object.assign(new Error("full"), { name: "EngineError", code: "queue-full" });
    assert.deepEqual(await client.sendMany([HELLO]), { accepted: 0, partial: 0, failed: 1, rejected: 0, unknown: 0, notSent: 1 });
  });

  test("the client keeps nothing of one that has ended", async () => {
    const { client } = await bound();
    let onResult = () => {};
    const kept = new WeakRef(onResult);
    await client.sendMany([], { onResult });
    onResult = undefined;
    for (let turns = 0; turns < 100 && kept.deref() !== undefined; turns++) {
      await turn();
      collect();
    }
    assert.equal(kept.deref(), undefined);
    await client.close();
  });

  test("an abort cancels what is under way, tells it, closes the source without waiting for it, and rejects", async () => {
    const { client, link } = await bound();
    link.cancel = (tickets) => tickets.forEach((ticket) => link.settle(ticket, outcome.cancelledOnWire));
    const abort = new AbortController();
    let taken = 0;
    let closed = false;
    const slow = {
      [Symbol.asyncIterator]: () => ({
        next: () => (taken++ < 2 ? Promise.resolve({ value: HELLO, done: false }) : new Promise(() => {})),
        return: () => ((closed = true), new Promise(() => {})),
      }),
    };
    const told = [];
    const many = client.sendMany(slow, { signal: abort.signal, onResult: ({ error }, index) => void told.push([index, error.outcome]) });
    await turn();
    abort.abort(new Error("enough"));
    await assert.rejects(many, (error) => error.name === "AbortError" && error.cause.message === "enough");
    assert.deepEqual(told, [[0, "unknown"], [1, "unknown"]]);
    assert(closed);
  });

  test("a throw of onResult stops it: nothing more is sent or told", async () => {
    const { client, link } = await bound();
    const send = link.sendSms.bind(link);
    link.sendSms = (ticket, sms) => {
      setImmediate(() => link.accept(ticket, "id"));
      return send(ticket, sms);
    };
    link.cancel = () => {};
    let calls = 0;
    const failing = client.sendMany(messages(3), {
      onResult() {
        calls++;
        throw new Error("disk full");
      },
    });
    await assert.rejects(failing, /disk full/);
    assert.equal(calls, 1);
  });

  test("an error of the source ends it after what was taken is told", async () => {
    const { client, link } = await bound();
    link.cancel = (ticket) => link.accept(ticket, "id");
    const told = [];
    function* broken() {
      yield HELLO;
      throw new Error("bad line");
    }
    await assert.rejects(client.sendMany(broken(), { onResult: (_, index) => void told.push(index) }), /bad line/);
    assert.deepEqual(told, [0]);
  });

  test("of nothing is nothing", async () => {
    const { client } = await bound();
    assert.equal((await client.sendMany([])).accepted, 0);
  });
});

describe("request", () => {
  test("with a signal that is aborted already sends nothing", async () => {
    const { client, link } = await bound();
    await assert.rejects(client.request({ command: "query_sm", message_id: "1" }, { signal: AbortSignal.abort() }), (error) => error.name === "AbortError" && error.outcome === "not-sent");
    assert.deepEqual(link.requests, []);
  });

  test("what comes without a number has no answer", async () => {
    const { link } = await bound();
    link.sink.request(new Uint8Array(16), 0);
    link.sink.request(new Uint8Array(16), 5);
    assert.deepEqual(link.answers, [[5, 0x03]]);
  });

  test("cancel names message, type, sender and recipient, whose number is of the default country", async () => {
    const { client, link } = await bound({ defaultCountry: "DE" });
    void client.cancel("m", { from: "Example", to: "0171 1234567", serviceType: "WAP" });
    assert.deepEqual(link.requests.at(-1).pdu, {
      command: "cancel_sm", service_type: "WAP", message_id: "m", source_addr_ton: 5, source_addr_npi: 0, source_addr: "Example", dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "491711234567",
    });
    void client.cancel("m");
    assert.deepEqual(link.requests.at(-1).pdu, {
      command: "cancel_sm", service_type: "", message_id: "m", source_addr_ton: 0, source_addr_npi: 0, source_addr: "", dest_addr_ton: 0, dest_addr_npi: 0, destination_addr: "",
    });
  });

  test("replace gives the new text, times, report and template", async () => {
    const { client, link } = await bound();
    void client.replace("m", { from: "12345", binary: Uint8Array.of(1, 2), validity: 90, scheduleAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)), report: "failure", smDefaultMsgId: 7 });
    assert.deepEqual(link.requests.at(-1).pdu, {
      command: "replace_sm", message_id: "m", source_addr_ton: 0, source_addr_npi: 0, source_addr: "12345", schedule_delivery_time: "260102030405000+",
      validity_period: "000000000130000R", registered_delivery: 2, sm_default_msg_id: 7, short_message: Uint8Array.of(1, 2),
    });
    void client.replace("m", { binary: Uint8Array.of(1), validity: new Date(Date.UTC(2026, 0, 2)) });
    const { schedule_delivery_time, validity_period, registered_delivery, sm_default_msg_id } = link.requests.at(-1).pdu;
    assert.deepEqual([schedule_delivery_time, validity_period, registered_delivery, sm_default_msg_id], ["", "260102000000000+", 0, 0]);
  });
});

describe("close", () => {
  test("closes the link and resolves when it is closed, also the second time", async () => {
    const { client, link } = await bound();
    link.close = function () {
      this.closing = true;
    };
    const closing = client.close();
    assert(link.closing);
    assert.equal(await stateOf(closing), "pending");
    link.end();
    await closing;
    await client.close();
  });

  test("tells no error; an end that nobody asked for does", async () => {
    const seen = [];
    const { link } = await bound({ onState: (state, detail) => void seen.push([state, detail?.error.code]) });
    link.end();
    assert.deepEqual(seen.at(-1), ["closed", "closed"]);
    const wanted = [];
    const { client, link: other } = await bound({ onState: (state, detail) => void wanted.push([state, detail?.error.code]) });
    other.close = () => {};
    const closing = client.close();
    other.end();
    await closing;
    assert.deepEqual(wanted.at(-1), ["closed", undefined]);
  });

  test("`await using` closes it", async () => {
    const { client, link } = await bound();
    await client[Symbol.asyncDispose]();
    assert(link.closing);
  });

  test("resolves when the link is over already", async () => {
    const { client, link } = await bound();
    link.end({ kind: "lost", message: "gone" });
    await client.close();
    assert.equal(link.closing, false);
  });
});

describe("callbacks", () => {
  test("what onState and log throw changes nothing", async (t) => {
    const complaints = t.mock.method(console, "error", () => {});
    const fail = () => {
      throw new Error("mine");
    };
    const { client, link } = await bound({ onState: fail, log: fail });
    link.sink.log("submit_sm");
    const sending = client.sendSms(HELLO);
    link.accept(0, "a");
    assert.equal((await sending).messageId, "a");
    assert(complaints.mock.callCount() > 0);
  });
});
