// Drives one engine session over its connections: octets, one timer, one write a turn, one event batch a call.
// No rule of the protocol is here.

import { Act, Block, ENCODINGS, FIGURES, LINK_STATES } from "#boundary";
import type { Engine } from "#bindgen";
import { newEngine } from "./config.ts";
import { readEvents, type LifeSink } from "./events.ts";
import { fault, placedIn } from "./fault.ts";
import { f64, place, refresh, u8 } from "./memory.ts";
import { writeSms } from "./sms.ts";
import type { OpenTransport, Transport, TransportHandler } from "./transport.ts";
import {
  EngineError,
  type CloseDetail,
  type EngineConfig,
  type EngineStats,
  type LinkSink,
  type LinkState,
  type PduInput,
  type SmsFields,
  type SmsPlan,
} from "./types.ts";
import { writeBody } from "./values.ts";

/** With this much written in one go there may be more to come. */
const FULL_WRITE = 32 * 1024;
/** The longest time that timers take. */
const LONGEST_TIMER = 0x7fffffff;

const NO_CALLS: (() => void)[] = [];
const RESOLVED = Promise.resolve();
const clock: () => number = typeof performance === "object" ? () => performance.now() : () => Date.now();

/** One session of the engine and its connection, if it has one. */
export class Link {
  #engine: Engine | undefined;
  #sink: LinkSink;
  #open: OpenTransport | undefined;
  #state: LinkState = "closed";
  #transport: Transport | undefined;
  #connection = 0;
  #opening: AbortController | undefined;
  #writable = true;
  #flushing = false;
  #flushAgain = false;
  #flushPlanned = false;
  /** When the first request of the present turn was made. */
  #turnAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  #closed = false;
  /** One for all messages. */
  #plan: SmsPlan = { segments: 0, encoding: "" };

  /**
   * @param config the session's settings
   * @param sink called with what happens
   * @param open makes the connections of an ESME; none for an SMSC, which is given its connection by `accept`
   * @throws EngineError for a setting that can't be
   */
  constructor(config: EngineConfig, sink: LinkSink, open?: OpenTransport) {
    this.#sink = sink;
    this.#open = open;
    const seed = config.seed ?? Math.floor(Math.random() * 4294967296);
    this.#engine = newEngine({ ...config, seed }, clock());
    refresh();
  }

  /** Where the session stands. */
  get state(): LinkState {
    return this.#state;
  }

  /** ESME: connects and binds, and goes on doing so as the reconnection policy says. */
  start(): void {
    this.#actAtOnce(Act.Connect);
  }

  /** A connection that the peer made; its octets and its end go to the returned handler. */
  accept(transport: Transport): TransportHandler {
    const handler = this.#handler(++this.#connection);
    this.#transport = transport;
    this.#writable = true;
    this.#act(Act.Accept);
    this.#planFlush();
    return handler;
  }

  /**
   * Plans, encodes and queues an SMS. Each of its segments ends in one `settled(ticket, index, …)`. What is returned is good until
   * the next call.
   * @throws EngineError if it is not taken; nothing is settled then
   */
  sendSms(ticket: number, sms: SmsFields): Readonly<SmsPlan> {
    const engine = this.#running();
    const length = writeSms(ticket, sms);
    let plan: number;
    try {
      plan = engine.send_sms(this.#turn(), length);
      if (plan === 0) throw engine.refusal();
    } catch (error) {
      throw placedIn(sms.text, this.#failed(error));
    }
    this.#planFlush();
    this.#plan.segments = plan & 0xff;
    this.#plan.encoding = ENCODINGS[plan >>> 8] ?? "binary";
    return this.#plan;
  }

  /**
   * Queues any request. It ends in one `settled(ticket, 0, …)`.
   * @throws EngineError if it is not taken
   */
  request(ticket: number, pdu: PduInput): void {
    this.#running();
    const length = writeBody(pdu, "status", "sequence");
    this.#call((engine) => engine.request(clock(), ticket, length));
    this.#planFlush();
  }

  /**
   * Answers a request of the peer, with fields of the response if given. False if it was not open any more.
   * @throws EngineError for a field that can't be written
   */
  respond(request: number, status: number, fields?: Omit<PduInput, "command">): boolean {
    const engine = this.#engine;
    if (engine === undefined) return false;
    const connection = Math.floor(request / 4294967296);
    // The division's rest would take a call.
    const number = request - connection * 4294967296;
    // What the caller hands over is read outside of any call: what it throws is not the module's fault.
    const alone = fields !== undefined && Object.keys(fields).length === 1 ? fields["message_id"] : undefined;
    const id = typeof alone === "string" ? alone : undefined;
    const length = fields === undefined || id !== undefined ? 0 : writeBody(fields, "command", "status", "sequence");
    let open = false;
    try {
      if (fields === undefined) {
        open = engine.respond(this.#turn(), connection, number, status);
      } else if (id !== undefined) {
        // The usual answer to a submission.
        open = engine.respond_id(this.#turn(), connection, number, status, id);
      } else {
        open = engine.respond_with(this.#turn(), connection, number, status, length);
      }
    } catch (error) {
      const failure = this.#failed(error);
      if (failure instanceof EngineError) throw failure;
    }
    this.#planFlush();
    return open;
  }

  /** Gives up what is left of SMS and requests: they are settled as cancelled. */
  cancel(tickets: readonly number[]): void {
    if (this.#engine === undefined || tickets.length === 0) return;
    const first = tickets.reduce((a, b) => Math.min(a, b));
    const marks = new Uint8Array(tickets.reduce((a, b) => Math.max(a, b)) - first + 1);
    for (const ticket of tickets) marks[ticket - first] = 1;
    this.#quietly(() => this.#call((engine) => {
      place(marks);
      engine.cancel(clock(), first, marks.length);
    }));
    this.#planFlush();
  }

  /** Ends in order: the queue is sent, answers are awaited, then unbind. `closed` follows. */
  close(): void {
    this.act(Act.Unbind);
  }

  /** Ends at once. `closed` follows. */
  destroy(): void {
    this.act(Act.Abort);
  }

  /** Has the session do this, if it is not over. Returns how many requests changed hands. */
  act(act: Act): number {
    let count = 0;
    if (this.#engine === undefined) return count;
    this.#quietly(() => (count = this.#act(act)));
    this.#planFlush();
    return count;
  }

  /** Figures as they are now, or were when the session ended. */
  stats(): EngineStats {
    const figures = this.#engine === undefined ? this.#last : this.#call((engine) => engine.stats());
    const named = Object.fromEntries(FIGURES.map((name, at) => [name, figures[at] ?? 0])) as Record<(typeof FIGURES)[number], number>;
    return { ...named, rate: named.rate > 0 ? named.rate : undefined, state: this.#state };
  }

  #handler(connection: number): TransportHandler {
    const current = () => connection === this.#connection && this.#engine !== undefined;
    return {
      data: (chunk) => {
        if (!current()) return;
        const now = clock();
        this.#quietly(() => {
          place(chunk);
          this.#call((engine) => engine.receive(now, chunk.length));
          this.#flush(now);
        });
      },
      drain: () => {
        if (!current()) return;
        this.#writable = true;
        this.#quietly(() => this.#flush());
      },
      end: (error) => {
        if (!current()) return;
        this.#transport = undefined;
        if (error !== undefined) this.#cause = error;
        this.#actAtOnce(Act.Closed);
      },
    };
  }

  #life: LifeSink = {
    connect: (endpoint) => void this.#connect(endpoint),
    disconnect: (detail) => {
      const transport = this.#transport;
      this.#transport = undefined;
      this.#connection++;
      this.#opening?.abort();
      transport?.close();
      if (this.#cause !== undefined) detail.cause = this.#cause;
      this.#cause = undefined;
      this.#lastDetail = detail;
      if (detail.retryIn === undefined) this.#finish(detail);
    },
  };

  #last: Float64Array = new Float64Array(0);
  #cause: unknown;
  #lastDetail: CloseDetail | undefined;

  async #connect(endpoint: number): Promise<void> {
    const connection = ++this.#connection;
    const opening = new AbortController();
    this.#opening = opening;
    let transport: Transport;
    try {
      if (this.#open === undefined) throw new Error("no way to connect");
      transport = await this.#open(this.#handler(connection), opening.signal, endpoint);
    } catch (error) {
      if (connection !== this.#connection || this.#engine === undefined) return;
      this.#cause = error;
      this.#actAtOnce(Act.Closed);
      return;
    }
    if (connection !== this.#connection || this.#engine === undefined) {
      transport.destroy();
      return;
    }
    this.#transport = transport;
    this.#writable = true;
    this.#actAtOnce(Act.Bind);
  }

  /** Requests made in one turn share a write: it is done when the turn's own work is. */
  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    // Cheaper than queueMicrotask(), on Node.
    RESOLVED.then(this.#plannedFlush);
  }

  #plannedFlush = (): void => {
    this.#flushPlanned = false;
    this.#quietly(() => this.#flush());
  };

  /** The time, passed once for all that is asked for in one turn. */
  #turn(): number {
    if (!this.#flushPlanned) this.#turnAt = clock();
    return this.#turnAt;
  }

  /** `now`: the time, if it has just been passed. */
  #flush(now = clock()): void {
    if (this.#flushing) {
      this.#flushAgain = true;
      return;
    }
    this.#flushing = true;
    try {
      do {
        this.#flushAgain = false;
        if (this.#engine === undefined) return;
        this.#drain(now);
      } while (this.#flushAgain);
    } finally {
      this.#flushing = false;
    }
    this.#arm();
  }

  #deadline = Infinity;

  #drain(now: number): void {
    const engine = this.#running();
    let block: number;
    try {
      block = engine.drain(now, this.#transport !== undefined && this.#writable) >> 3;
    } catch (error) {
      throw this.#failed(error);
    }
    refresh();
    const outAt = f64[block + Block.Out]!;
    const outLength = f64[block + Block.Out + 1]!;
    this.#deadline = f64[block + Block.Deadline]!;
    const state = LINK_STATES[f64[block + Block.State]!] ?? "closed";
    // Read before anything is written: a socket of the user's may call the module when it is written to.
    const calls = f64[block + Block.Words + 1]! > 0 ? readEvents(block, this.#sink, this.#life) : NO_CALLS;
    if (outLength > 0 && this.#transport !== undefined) {
      refresh();
      this.#writable = this.#transport.write(u8.subarray(outAt, outAt + outLength));
      if (outLength >= FULL_WRITE && this.#writable) this.#flushAgain = true;
    }
    for (const call of calls) call();
    if (state !== this.#state) {
      this.#state = state;
      this.#sink.state(state, this.#lastDetail);
    }
  }

  #arm(): void {
    // A timer that fires too early is set anew then; that is cheaper than moving it at each PDU.
    if (this.#deadline >= this.#timerAt) return;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timerAt = this.#deadline;
    const wait = Math.max(0, Math.ceil(this.#deadline - clock()));
    this.#timer = setTimeout(() => this.#expire(), Math.min(wait, LONGEST_TIMER));
  }

  #expire(): void {
    this.#timerAt = Infinity;
    if (this.#engine !== undefined) this.#actAtOnce(Act.Timeout);
  }

  #running(): Engine {
    if (this.#engine === undefined) throw new EngineError("closed", "the session is over");
    return this.#engine;
  }

  #act(act: Act): number {
    return this.#call((engine) => engine.act(clock(), act));
  }

  #actAtOnce(act: Act): void {
    this.#quietly(() => {
      this.#act(act);
      this.#flush();
    });
  }

  /** Calls into the module. */
  #call<T>(use: (engine: Engine) => T): T {
    const engine = this.#running();
    try {
      return use(engine);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Runs what nobody waits for: when the module breaks in it, `closed` was called, and nothing more is thrown. */
  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.#engine !== undefined) throw error;
    }
  }

  /** What a call into the module threw. If it is not of the caller's making, the session is over. */
  #failed(error: unknown): unknown {
    const failure = fault(error);
    if (!(failure instanceof EngineError)) this.#broken(failure);
    return failure;
  }

  /** The module trapped: this session can't go on. Others can. */
  #broken(cause: unknown): void {
    const transport = this.#transport;
    this.#engine = undefined;
    this.#transport = undefined;
    this.#connection++;
    transport?.destroy();
    this.#finish({ kind: "panic", message: `the engine failed: ${cause instanceof Error ? cause.message : String(cause)}`, cause });
  }

  #finish(detail: CloseDetail): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#opening?.abort();
    const engine = this.#engine;
    this.#engine = undefined;
    // Its memory is given back once the call that is being served has returned. What it counted stays.
    if (engine !== undefined && detail.kind !== "panic") queueMicrotask(() => {
      this.#last = engine.stats();
      engine.free();
    });
    if (this.#state !== "closed") {
      this.#state = "closed";
      this.#sink.state("closed", detail);
    }
    this.#sink.closed(detail);
  }
}
