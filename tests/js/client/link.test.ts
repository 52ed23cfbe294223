// What drives a session over its connections: what an earlier connection still says counts for nothing, what a socket has no room for waits,
// and things come in their order.

import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { init } from "../../../js/engine/init.ts";
import { Link } from "../../../js/engine/link.ts";
import type { Transport, TransportHandler } from "../../../js/engine/transport.ts";
import type { CloseDetail, EngineConfig, EngineError, SmsFields } from "../../../js/engine/types.ts";
import { until } from "../simulator/peers.ts";
import { turnsUntil, watchTimers } from "../timers.ts";
import { cString, Cutter, deliverSm, frame, Id, receipt, RESPONSE, type Header } from "../programs/wire.ts";

await init();

const HELLO: SmsFields = { from: { ton: 0, npi: 1, addr: "12345" }, to: { ton: 1, npi: 1, addr: "1234567890" }, text: "Hello World", encoding: "auto", registeredDelivery: 0 };
const OK = 0;

/** One connection: what was written to it, and whether it says that it has room. */
class Wire implements Transport {
  readonly handler: TransportHandler;
  readonly signal: AbortSignal;
  readonly #cutter = new Cutter();
  readonly pdus: Header[] = [];
  room = true;
  ended: string[] = [];

  constructor(handler: TransportHandler, signal: AbortSignal) {
    this.handler = handler;
    this.signal = signal;
  }

  write(octets: Uint8Array): boolean {
    this.pdus.push(...this.#cutter.push(octets.slice()));
    return this.room;
  }

  close(): void {
    this.ended.push("close");
  }

  destroy(): void {
    this.ended.push("destroy");
  }

  /** Answers the bind. */
  bind(): void {
    this.handler.data(frame(Id.bindTransceiver | RESPONSE, OK, this.pdus[0]!.sequence, cString("smsc")));
  }

  /** Once that many messages were written to it. */
  submitted(count: number): Promise<void> {
    return until(`message ${count}`, () => this.count(Id.submitSm) >= count);
  }

  count(id: number): number {
    return this.pdus.filter((pdu) => pdu.id === id).length;
  }
}

/** A link whose connections are in `wires`, with what it said of its messages, reports and end. Each connection is up once `up` says so. */
function makeLink(t: TestContext, more: Partial<EngineConfig> = {}, up: (wire: Wire) => Promise<unknown> = () => Promise.resolve()) {
  const wires: Wire[] = [];
  const settled: [ticket: number, outcome: number][] = [];
  const keys: string[] = [];
  const requests: number[] = [];
  const ends: CloseDetail[] = [];
  const losses: CloseDetail[] = [];
  const ignore = (): void => {};
  const link = new Link({ role: "esme", bind: "transceiver", systemId: "me", password: "secret", seed: 1, reconnect: { min: 1, max: 1 }, ...more }, {
    // A wait of a millisecond may be over before its state is seen, and the detail stays the same until the next loss.
    state: (_, detail) => void (detail !== undefined && detail !== losses.at(-1) && losses.push(detail)), bound: ignore, log: ignore, bindRequest: ignore, request: ignore,
    settled: (ticket, _index, outcome) => void settled.push([ticket, outcome]),
    report: (_report, request, key) => void (keys.push(key), requests.push(request)),
    message: (_message, request) => void requests.push(request),
    closed: (detail) => void ends.push(detail),
  }, async (handler, signal) => {
    const wire = new Wire(handler, signal);
    wires.push(wire);
    await up(wire);
    return wire;
  });
  t.after(() => link.destroy());
  /** The connection of that number, once it was asked to bind. */
  const wire = async (number: number): Promise<Wire> => {
    await until(`connection ${number}`, () => (wires[number]?.pdus.length ?? 0) > 0);
    return wires[number]!;
  };
  link.start();
  return { link, wires, wire, settled, keys, requests, ends, losses };
}

test("octets, room and the end of an earlier connection do nothing to the one that stands", async (t) => {
  const { link, wire } = makeLink(t);
  const first = await wire(0);
  first.bind();
  first.handler.end();
  const second = await wire(1);
  second.bind();
  assert.equal(link.state, "bound");
  second.room = false;
  link.sendSms(1, HELLO);
  await second.submitted(1);
  link.sendSms(2, HELLO);
  first.handler.drain();
  assert.equal(second.count(Id.submitSm), 1);
  first.handler.data(new Uint8Array(16).fill(0xff));
  first.handler.data(frame(Id.unbind, OK, 99));
  first.handler.end(new Error("late"));
  assert.equal(second.count(Id.submitSm), 1);
  second.handler.drain();
  await second.submitted(2);
  assert.equal(link.state, "bound");
  assert.deepEqual([second.count((Id.unbind | RESPONSE) >>> 0), second.ended], [0, []]);
});

test("each loss has its own cause, and a connection that ended is not closed", async (t) => {
  const { wire, losses } = makeLink(t);
  const first = await wire(0);
  first.bind();
  first.handler.end(new Error("reset"));
  const second = await wire(1);
  second.bind();
  second.handler.end();
  await wire(2);
  assert.deepEqual(losses.map(({ cause }) => (cause as Error | undefined)?.message), ["reset", undefined]);
  assert.deepEqual([first.ended, second.ended], [[], []]);
});

test("an attempt that was given up and fails later does nothing to the connection that stands", async (t) => {
  const attempts: ((error: Error) => void)[] = [];
  const { link, wires, wire } = makeLink(t, { bindTimeout: 20 }, () => new Promise((resolve, reject) => (attempts.push(reject), attempts.length > 1 && resolve(undefined))));
  await until("the next attempt", () => wires.length > 1);
  const last = await wire(wires.length - 1);
  last.bind();
  assert.equal(link.state, "bound");
  attempts[0]!(new Error("late"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([link.state, last.ended], ["bound", []]);
});

test("when it is over there is no timer, and nothing to cancel", async (t) => {
  const timers = watchTimers(t);
  const { link, wire } = makeLink(t, { enquireLink: 60_000 });
  (await wire(0)).bind();
  link.cancel([]);
  link.destroy();
  await turnsUntil(() => timers.size === 0);
  assert.equal(timers.size, 0);
  link.cancel([1]);
});

test("its figures have a rate where there is one", async (t) => {
  assert.equal(makeLink(t).link.stats().rate, undefined);
  assert.equal(makeLink(t, { rate: 5 }).link.stats().rate, 5);
});

test("a connection that is closed over what came in is heard no more", async (t) => {
  const { link, wire } = makeLink(t);
  const first = await wire(0);
  first.bind();
  first.handler.data(new Uint8Array(16).fill(0xff));
  assert.deepEqual(first.ended, ["close"]);
  first.handler.end(new Error("late"));
  const second = await wire(1);
  second.bind();
  first.handler.data(frame(Id.unbind, OK, 2));
  assert.equal(link.state, "bound");
});

test("an attempt to connect that is given up is aborted, and a connection that comes of it all the same is destroyed", async (t) => {
  let up!: () => void;
  const { link, wires, ends } = makeLink(t, {}, () => new Promise<void>((resolve) => (up = resolve)));
  await until("the attempt", () => wires.length > 0);
  assert.equal(wires[0]!.signal.aborted, false);
  link.destroy();
  await until("its end", () => wires[0]!.signal.aborted);
  up();
  await until("the end of the connection", () => wires[0]!.ended.length > 0);
  assert.deepEqual([wires[0]!.ended, wires[0]!.pdus.length, ends.length], [["destroy"], 0, 1]);
  link.destroy();
  assert.equal(ends.length, 1);
});

test("an attempt to connect that takes too long is aborted, and another is made", async (t) => {
  const { wires } = makeLink(t, { bindTimeout: 20 }, () => new Promise<void>(() => {}));
  await until("the next attempt", () => wires.length > 1);
  assert.deepEqual([wires[0]!.signal.aborted, wires.at(-1)!.signal.aborted], [true, false]);
});

test("what a socket has no room for waits until it has; the next connection begins with room", async (t) => {
  const { link, wire } = makeLink(t);
  const first = await wire(0);
  first.bind();
  first.room = false;
  link.sendSms(1, HELLO);
  await first.submitted(1);
  link.sendSms(2, HELLO);
  // Later than what a message takes to be written.
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(first.count(Id.submitSm), 1);
  first.handler.drain();
  assert.equal(first.count(Id.submitSm), 2);
  first.handler.end();
  const second = await wire(1);
  assert.equal(second.count(Id.bindTransceiver), 1);
});

test("what comes in one read is handed over in its order", async (t) => {
  const { wire, keys } = makeLink(t);
  const first = await wire(0);
  first.bind();
  const octets = [1, 2, 3].map((number) => receipt(number, `id-${number}`, "DELIVRD"));
  first.handler.data(Uint8Array.from(octets.flatMap((one) => [...one])));
  assert.deepEqual(keys.map((key) => key.at(-1)), ["1", "2", "3"]);
});

test("time goes on between two messages", async (t) => {
  const { link, wire, settled } = makeLink(t, { responseTimeout: 60_000, enquireLink: 0 });
  const first = await wire(0);
  first.bind();
  link.sendSms(1, HELLO);
  await first.submitted(1);
  first.handler.data(frame((Id.submitSm | RESPONSE) >>> 0, OK, first.pdus.at(-1)!.sequence, cString("id")));
  const now = performance.now.bind(performance);
  t.mock.method(performance, "now", () => now() + 3_600_000);
  link.sendSms(2, { ...HELLO, more: { validity: 60, expiresIn: 60_000 } });
  await first.submitted(2);
  assert.deepEqual([first.count(Id.submitSm), settled.map(([ticket]) => ticket)], [2, [1]]);
});

test("a time that timers can't take is waited for in parts", async (t) => {
  const waits: number[] = [];
  const { setTimeout: real } = globalThis;
  t.mock.method(globalThis, "setTimeout", ((work: () => void, wait?: number) => (waits.push(wait ?? 0), real(work, Math.min(wait ?? 0, 50)))) as never);
  const { link, wire } = makeLink(t, { responseTimeout: 2 ** 40, enquireLink: 0 });
  (await wire(0)).bind();
  link.sendSms(1, HELLO);
  await until("a long wait", () => waits.some((wait) => wait > 1_000_000));
  assert.equal(Math.max(...waits), 2 ** 31 - 1);
});

test("figures stay as they were when the session ended", async (t) => {
  const { link, wire } = makeLink(t);
  const first = await wire(0);
  first.bind();
  link.sendSms(1, HELLO);
  await first.submitted(1);
  link.destroy();
  await until("the end", () => link.state === "closed");
  assert.equal(link.stats().sent, 1);
});

test("each of many requests of a connection is answered by its own number", async (t) => {
  const COUNT = 70_000;
  const { link, wire, requests } = makeLink(t, { maxUnacknowledged: COUNT });
  const first = await wire(0);
  first.bind();
  for (let number = 1; number <= COUNT; number++) {
    first.handler.data(deliverSm(number, 0, [65]));
    assert.ok(link.respond(requests.at(-1)!, OK));
  }
  await until("the last answer", () => first.pdus.at(-1)!.sequence === COUNT);
  assert.deepEqual([first.pdus.at(-1)!.id, first.count((Id.deliverSm | RESPONSE) >>> 0)], [(Id.deliverSm | RESPONSE) >>> 0, COUNT]);
});

test("a message has up to 255 segments, and is refused by the place that a character has in the text as it was given", async (t) => {
  const { link, wire } = makeLink(t);
  (await wire(0)).bind();
  assert.equal(link.sendSms(1, { ...HELLO, text: "a".repeat(153 * 200) }).segments, 200);
  assert.throws(() => link.sendSms(2, { ...HELLO, text: "e\u0301я", encoding: "gsm7" }), (error: EngineError) => {
    assert.deepEqual(error.unencodable, [{ index: 2, char: "я" }]);
    return true;
  });
});
