// Runs a program in virtual time, and says what it broke.

import assert from "node:assert/strict";
import { connect, countSegments, decodePdus, SmppError, type ConnectOptions, type Message, type Report, type Sent, type SmppClient, type SmsMessage, type SocketFactory } from "smpp-edge";
import { endless, STRANGE } from "../client/misuse.ts";
import type { VirtualClock } from "./clock.ts";
import { Peer } from "./peer.ts";
import type { Doing, LoopKind, Program, SignalKind, SourceKind, Step } from "./program.ts";

/**
 * Milliseconds after the end of a program within which all it started has to be settled: a thousand messages in the queue, each of which is
 * waited for for as long as the longest `responseTimeout`, with a window of one.
 */
const BOUND = 40_000_000;
/** Thrown by the program itself. */
class Own extends Error {}
/** So is this, which can't even be printed. */
const ODD: unknown = Object.assign(Object.create(null), { toString: 5 });
const hang = (): Promise<never> => new Promise(() => {});
const HELLO: SmsMessage = { from: "12345", to: "+1234567890", text: "Hello" };
/** Messages of an endless source; it ends all the same, so that no program lasts for ever. */
const ENDLESS = 4_000;
/** Most of them that may be taken in one turn of the event loop. */
const AT_ONCE = 2_500;

export class Run {
  readonly #program: Program;
  readonly #clock: VirtualClock;
  readonly #peer: Peer;
  readonly #shared = new AbortController();
  /** What is not settled yet, by its name. */
  readonly #pending = new Map<number, string>();
  readonly #faults: string[] = [];
  #calls = 0;
  /** Callbacks that call back: not without end. */
  #reentries = 0;
  #client: SmppClient | undefined;
  readonly #others: SmppClient[] = [];

  /** Where the peer is. */
  #url = "smpp://id:secret@smsc";
  readonly #tcp: boolean;

  /** `tcp`: over real sockets, in place of those in memory. */
  constructor(program: Program, clock: VirtualClock, tcp: boolean) {
    this.#tcp = tcp;
    this.#program = program;
    this.#clock = clock;
    this.#peer = new Peer(program.peer);
  }

  async run(): Promise<void> {
    const { steps, rest } = this.#program;
    if (this.#tcp) this.#url = `smpp://id:secret@127.0.0.1:${await this.#peer.listen()}`;
    const connecting = this.#follow("connect", () => connect(this.#url, this.#options()));
    await this.#clock.pass(this.#program.signal === "later" ? 5 : 0);
    if (this.#program.signal === "later") this.#shared.abort();
    let settled = false;
    void connecting.finally(() => (settled = true));
    await this.#clock.pass(200_000, () => settled);
    // Without a time of its own it waits until its signal is aborted.
    if (!settled && this.#program.options["bindTimeout"] === 0) this.#shared.abort();
    await this.#clock.pass(0, () => settled);
    if (!settled) this.#faults.push("connect() did not settle within its time");
    this.#client = await Promise.race([connecting, Promise.resolve(undefined)]) as SmppClient | undefined;
    if (this.#client !== undefined) {
      for (const step of steps) await this.#step(step, this.#client);
      await this.#clock.pass(rest);
    }
    await this.#end();
  }

  async #end(): Promise<void> {
    const clients = [this.#client, ...this.#others].filter((client) => client !== undefined);
    for (const client of clients) void this.#follow("close", () => client.close());
    await this.#clock.pass(BOUND, () => this.#pending.size === 0);
    for (const client of this.#others) void this.#follow("close", () => client.close());
    await this.#clock.pass(BOUND, () => this.#pending.size === 0);
    for (const name of this.#pending.values()) this.#faults.push(`${name} is not settled ${BOUND} ms after close()`);
    for (const client of clients) {
      if (client.stats().state !== "closed") this.#faults.push(`the state is ${client.stats().state} after the end`);
    }
    this.#peer.stop();
    // Nothing goes on for ever.
    await this.#clock.pass(3_600_000);
    if (this.#clock.timers > 0) this.#faults.push(`${this.#clock.timers} timers are left an hour after the end`);
    assert.deepEqual(this.#faults, []);
  }

  /** Calls, and sees to it that what is returned settles, in a way that is promised. */
  async #follow<T>(name: string, call: () => Promise<T> | T, own = false): Promise<T | undefined> {
    const number = ++this.#calls;
    this.#pending.set(number, name);
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof SmppError) && !(own && (error instanceof Own || error === ODD))) this.#faults.push(`${name} rejects with ${(error as Error)?.stack ?? "something odd"}`);
      else if (error instanceof SmppError && !["rejected", "unknown", "not-sent"].includes(error.outcome)) this.#faults.push(`${name}: outcome ${error.outcome}`);
      else if (error instanceof SmppError && error.code === "engine") this.#faults.push(`${name}: ${error.message}`);
      return undefined;
    } finally {
      this.#pending.delete(number);
    }
  }

  #options(): ConnectOptions {
    const { options, callbacks, oddOption, signal } = this.#program;
    const given: Record<string, unknown> = { ...options, ...this.#socket() };
    for (const [name, doing] of Object.entries(callbacks)) {
      if (doing !== undefined) given[name] = (what: unknown) => this.#does(doing, what);
    }
    if (signal !== "none") given["signal"] = this.#signal(signal);
    if (oddOption !== undefined) given[oddOption.name] = STRANGE[oddOption.strange];
    if (options["bindTimeout"] === 0) given["signal"] = this.#shared.signal;
    return given;
  }

  #socket(): { socket?: SocketFactory } {
    return this.#tcp ? {} : { socket: this.#peer.connect };
  }

  #signal(kind: SignalKind): AbortSignal | undefined {
    switch (kind) {
      case "none":
        return undefined;
      case "later": {
        const abort = new AbortController();
        setTimeout(() => abort.abort(new Own("later")), 700);
        return abort.signal;
      }
      case "aborted":
        return AbortSignal.abort();
      case "strange":
        return new AbortController() as never;
      case "shared":
        return this.#shared.signal;
    }
  }

  #does(doing: Doing, what: unknown): unknown {
    const client = this.#client;
    switch (doing) {
      case "nothing":
        return undefined;
      case "throws":
        throw new Own("thrown");
      case "rejects":
        return Promise.reject(new Own("rejected"));
      case "hangs":
        return hang();
      case "waits":
        return new Promise((resolve) => setTimeout(resolve, 200));
      case "oddThenable":
        // oxlint-disable-next-line unicorn/no-thenable
        return { then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => { resolve(1); reject(2); resolve(3); throw new Own("odd"); } };
      case "refuses":
        throw ODD;
      case "aborts":
        return void this.#shared.abort();
      case "decodes":
        decodePdus(new Uint8Array(100_000), { maxPdu: 1_000 });
        countSegments("x".repeat(5_000));
        return undefined;
      case "freezes":
        return void (typeof what === "object" && what !== null && Object.freeze(what));
      case "stats":
        return void client?.stats();
      default:
        break;
    }
    if (client === undefined || this.#reentries++ > 20) return undefined;
    switch (doing) {
      case "closes":
        return this.#follow("close in a callback", () => client.close());
      case "sends":
        return void this.#follow("sendSms in a callback", () => client.sendSms(HELLO));
      case "bulk":
        return void this.#follow("sendMany in a callback", () => client.sendMany([HELLO, HELLO]));
      case "loops":
        return void this.#loop(client, "reports", "breaks");
      case "connects":
        return void this.#follow("connect in a callback", () => connect(this.#url, { ...this.#socket(), reconnect: false })).then((other) => other && this.#others.push(other));
      default:
        return undefined;
    }
  }

  async #step(step: Step, client: SmppClient): Promise<void> {
    switch (step.do) {
      case "wait":
        return this.#clock.pass(step.millis);
      case "send":
        return void this.#send(step, client);
      case "bulk":
        return void this.#follow(`sendMany of ${step.source}, onResult ${step.onResult}`, () => client.sendMany(this.#source(step.source, step.count, client) as SmsMessage[], {
          onResult: (result) => this.#does(step.onResult, result), signal: this.#signal(step.signal),
        }), true);
      case "query":
        return void this.#follow("query", () => client.query(this.#odd(step.odd, "m1")));
      case "cancel":
        return void this.#follow("cancel", () => client.cancel("m1", { from: this.#odd(step.odd, "12345"), to: "+1" }));
      case "replace":
        return void this.#follow("replace", () => client.replace("m1", { text: this.#odd(step.odd, "other") }));
      case "request":
        return void this.#follow("request", () => client.request({ command: "data_sm", source_addr: "1", destination_addr: this.#odd(step.odd, "2") }, { signal: this.#signal(step.signal) }));
      case "loop":
        return void this.#loop(client, step.of, step.kind);
      case "abort":
        return this.#shared.abort(new Own("abort"));
      case "close":
        return void this.#follow("close", () => client.close());
      case "stats":
        return void client.stats();
      case "misuse":
        return void this.#misuse(client, step.method, STRANGE[step.strange], STRANGE[step.other]);
    }
  }

  #odd<T>(index: number, right: T): T {
    return index < 0 ? right : (STRANGE[index] as T);
  }

  async #send({ text, report, signal, odd, delivered }: Step & { do: "send" }, client: SmppClient): Promise<void> {
    const message: SmsMessage = { ...HELLO, text: "x".repeat(text), report: report ? "always" : "none", signal: this.#signal(signal), tag: `${this.#calls}` };
    if (odd >= 0) Object.assign(message, { [["text", "to", "validity", "tlvs", "udh", "signal", "strange"][odd % 7] as string]: STRANGE[odd] });
    const sent = await this.#follow("sendSms", () => client.sendSms(message)) as Sent | undefined;
    if (sent === undefined || delivered === "no") return;
    if (odd < 0 && sent.tag !== message.tag) this.#faults.push("the tag of another message");
    const options = delivered === "timeout" ? { timeout: 5_000 } : delivered === "signal" ? { signal: this.#shared.signal } : delivered === "wrong" ? { timeout: "5s" as never } : undefined;
    void this.#follow("delivered", () => sent.delivered(options));
    void this.#follow("delivered again", () => sent.delivered(options));
  }

  #source(kind: SourceKind, count: number, client: SmppClient): unknown {
    const follow = this.#follow.bind(this);
    let [taken, inTurn, turn] = [0, 0, 0];
    const more = (): boolean => {
      if (turn !== this.#clock.turns) [turn, inTurn] = [this.#clock.turns, 0];
      if (++inTurn > AT_ONCE) this.#faults.push(`${inTurn} messages are taken in one turn`);
      return ++taken <= ENDLESS && inTurn <= AT_ONCE;
    };
    switch (kind) {
      case "array":
        return Array.from({ length: count }, (_, index) => ({ ...HELLO, text: `${index}` }));
      case "generator":
        return (function* () { for (let i = 0; i < count; i++) yield HELLO; })();
      case "asyncGenerator":
        return (async function* () { for (let i = 0; i < count; i++) yield HELLO; })();
      case "endless":
        return (function* () { while (more()) yield HELLO; })();
      case "endlessAsync":
        return (async function* () { while (more()) yield HELLO; })();
      case "endlessWrong":
        return (function* () { while (more()) yield null; })();
      case "hangs":
        return { [Symbol.asyncIterator]: () => ({ next: hang, return: hang }) };
      case "throws":
        return (function* () { yield HELLO; throw new Own("source"); })();
      case "rejects":
        return (async function* () { yield HELLO; throw new Own("source"); })();
      case "noObject":
        return { [Symbol.iterator]: () => ({ next: () => { throw new Own("next"); } }) };
      case "slow":
        return (async function* () { for (let i = 0; i < count; i++) { await new Promise((resolve) => setTimeout(resolve, 400)); yield HELLO; } })();
      case "reenters":
        return (function* () { for (let i = 0; i < 5; i++) { void follow("sendSms in a source", () => client.sendSms(HELLO)); yield { get to() { void follow("sendSms in a getter", () => client.sendSms(HELLO)); return "+1"; }, text: "x" }; } })();
      case "returnThrows":
        return { [Symbol.iterator]: () => ({ next: () => ({ done: !more(), value: HELLO }), return: () => { throw new Own("return"); } }) };
      case "strange":
        return STRANGE.map((value) => value);
      case "empty":
        return [];
    }
  }

  #loop(client: SmppClient, what: "reports" | "messages", kind: LoopKind): void {
    const loop = (what === "reports" ? client.reports() : client.messages()) as AsyncIterableIterator<Report | Message>;
    const over = async (body: () => unknown): Promise<void> => {
      for await (const _ of loop) if ((await body()) === "break") break;
    };
    const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2_000));
    switch (kind) {
      case "reads":
        return void this.#follow("a loop", () => over(() => undefined));
      case "breaks":
        return void this.#follow("a loop with break", () => over(() => "break"));
      case "throws":
        return void this.#follow("a loop that throws", () => over(() => { throw new Own("loop"); }), true);
      case "hangs":
        // It is its own to end.
        return void over(hang).catch(() => undefined);
      case "ignores":
        return;
      case "slow":
        return void this.#follow("a slow loop", () => over(slow));
      case "asksAhead":
        for (let i = 0; i < 3; i++) void this.#follow("next()", () => loop.next());
        return;
      case "returns":
        void this.#follow("next()", () => loop.next());
        void this.#follow("return()", () => loop.return?.(1));
        void this.#follow("next() after return()", () => loop.next());
        return;
      case "throwsIn":
        void this.#follow("next()", () => loop.next());
        void this.#follow("throw()", () => loop.throw?.(new Own("in")), true);
    }
  }

  #misuse(client: SmppClient, method: number, first: unknown, second: unknown): void {
    const call = (name: string, use: () => unknown): void => void this.#follow(`${name} with something odd`, async () => use(), true);
    const [a, b] = [first as never, second as never];
    switch (method) {
      case 0:
        return call("sendSms", () => client.sendSms(a));
      case 1:
        // Of an array that never ends there would be no end.
        return first === endless ? undefined : call("sendMany", () => client.sendMany(a, b));
      case 2:
        return call("request", () => client.request(a, b));
      case 3:
        return call("query", () => client.query(a, b));
      case 4:
        return call("cancel", () => client.cancel(a, b));
      case 5:
        return call("replace", () => client.replace(a, b));
      case 6:
        return void this.#follow("connect with something odd", () => connect(a, b)).then((other) => other && this.#others.push(other));
      default:
        return call("request", () => client.request({ command: "submit_sm", short_message: a, tlvs: b }));
    }
  }
}
