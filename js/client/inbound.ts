import type { LoopQueue } from "./loop.ts";
import { statusOf } from "./refusal.ts";

const ESME_ROK = 0;
const ESME_RX_T_APPN = 0x64;

/** Most items, and bytes of items, that wait for a loop although the SMSC has had its answer; beyond that the oldest go. */
const MOST_KEPT = 10_000;
const MOST_KEPT_BYTES = 16 << 20;

/** Answers an inbound request with a status. */
export type Respond = (request: number, status: number) => void;

/**
 * What became of an item: `"taken"` by a handler or a loop, which will answer; `"kept"` for an iterator that is not being read and may
 * never answer; `"refused"`, since nobody is there, and not answered.
 */
export type Offered = "taken" | "kept" | "refused";

export interface InboundParts<T> {
  handler: ((item: T) => unknown) | undefined;
  respond: Respond;
  /** Called with what the handler threw, and with what is lost. */
  complain(error: unknown): void;
  /** Bytes that are kept with an item. */
  bytes(item: T): number;
  /** Most handlers at work at a time on items that have had their answer; more such items wait. */
  atOnce: number;
  /** A client without it, as the gateway's, has no loops. */
  makeLoop?: MakeLoop | undefined;
}

/** Makes a loop over what comes in; `left` is called when it is left, with what it has not taken. */
export type MakeLoop = <T>(parts: InboundParts<T>, left: (loop: LoopQueue<T>, entries: Iterable<Entry<T>>) => void) => LoopQueue<T>;

/** An item that has had its answer, and waits for the handler. */
interface Waiting<T> {
  item: T;
  /** Says what became of it. */
  give(status: number): void;
}

/** A `for await` loop over what comes in. */
export interface Loop<T> extends AsyncIterableIterator<T> {
  /**
   * Acknowledges the item that the loop is on, before the loop asks for the next one. Call it before you leave a loop by `break` or
   * `return`: an item that is not acknowledged then is refused, and the SMSC sends it again.
   */
  acknowledge(): void;
}

/**
 * Hands what comes in to a handler and to loops, and answers the SMSC once all of them are done with an item: the handler when its
 * promise settles, a loop when it asks for its next item. The first that refuses an item refuses it for all.
 *
 * Only a loop that is being read has a say: one that waits for an item, or works on one. An iterator that nobody reads is given the
 * items too, but its silence refuses none that others take.
 *
 * An item leaves a loop's queue when its request is refused or withdrawn, because the SMSC sends it again. If others have taken it, or its
 * request had its answer before, it stays until the loop asks for it.
 */
export class Inbound<T> {
  readonly #parts: InboundParts<T>;
  readonly #loops = new Set<LoopQueue<T>>();
  /** The items that somebody may have to find by their request. */
  readonly #open = new Map<number, Answer<T>>();
  /** Items that had their answer before, and that nobody was there for: the first loop gets them. */
  readonly #untaken: Kept<T>;
  /** Handlers at work on items that had their answer before, and the items that wait for one of these to end. */
  readonly #working = new Set<Promise<unknown>>();
  readonly #waiting: Kept<Waiting<T>>;
  #end: { error: Error | undefined } | undefined;

  constructor(parts: InboundParts<T>) {
    this.#parts = parts;
    this.#untaken = new Kept(parts.complain);
    this.#waiting = new Kept(parts.complain);
  }

  /**
   * Offers an item. Request 0 stands for one that has had its answer. `retained`: the engine may hand on a part of the item later, by
   * {@link offerInstead}.
   */
  offer(item: T, request: number, retained = false): Offered {
    const { handler } = this.#parts;
    if (handler !== undefined && this.#loops.size === 0 && request !== 0 && !retained) {
      // The usual case: nobody else has to find it.
      const { respond } = this.#parts;
      this.#handle(handler, item, (status) => respond(request, status));
      return "taken";
    }
    const answer = this.#answer(item, request);
    if (request !== 0) {
      if (handler === undefined && this.#loops.size === 0) return "refused";
      this.#open.set(request, answer);
    }
    for (const loop of this.#loops) answer.addTo(loop);
    if (handler !== undefined) answer.takers++;
    for (const entry of answer.entries) entry.loop.push(entry);
    if (handler !== undefined) {
      const give = (status: number): void => answer.give(status);
      if (request === 0) this.#handleInTurn(handler, { item, give });
      else this.#handle(handler, item, give);
    } else if (answer.entries.size === 0) {
      this.#untaken.add(item, this.#parts.bytes(item));
      return "kept";
    }
    return answer.takers > 0 || answer.state !== "open" ? "taken" : "kept";
  }

  /** Offers what is left of an item that was offered as `request`, for the case that that one is not taken after all. */
  offerInstead(item: T, request: number): void {
    const answer = this.#open.get(request);
    if (answer === undefined) this.offer(item, 0);
    else answer.instead = () => void this.offer(item, 0);
  }

  /** Answers an item that was `"kept"`; what a loop has taken on meanwhile is the loop's to answer. */
  answer(request: number, status: number): void {
    const answer = this.#open.get(request);
    if (answer === undefined) this.#parts.respond(request, status);
    else if (answer.takers === 0) answer.settle(status);
  }

  /** The engine takes no answer to this request any more. */
  withdrawn(request: number): void {
    this.#open.get(request)?.withdraw();
  }

  /** From now on what comes in is kept for the loop until it asks for it. */
  iterate(): Loop<T> {
    const loop = this.#parts.makeLoop!<T>(this.#parts, (left, entries) => this.#left(left, entries));
    for (const item of this.#untaken.clear()) loop.push(this.#answer(item, 0).addTo(loop));
    if (this.#end === undefined) this.#loops.add(loop);
    else loop.end(this.#end.error);
    return loop;
  }

  /** Nothing more will come: loops end, or throw `error`, once they have taken what is kept for them. */
  close(error: Error | undefined): void {
    this.#end = { error };
    for (const answer of this.#open.values()) answer.withdraw();
    for (const loop of this.#loops) loop.end(error);
    this.#loops.clear();
  }

  /** Resolves when no handler is at work on what will not come again. */
  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  /** Calls the handler. Returns its promise, if it returned one; that never rejects. */
  #handle(handler: (item: T) => unknown, item: T, give: (status: number) => void): Promise<void> | undefined {
    const refuse = (error: unknown): void => {
      const { status, report } = statusOf(error);
      give(status);
      if (report) this.#parts.complain(error);
    };
    try {
      const result = handler(item);
      if (isThenable(result)) return Promise.resolve(result).then(() => give(ESME_ROK), refuse);
      give(ESME_ROK);
    } catch (error) {
      refuse(error);
    }
    return undefined;
  }

  /** The SMSC does not wait for these, and could send without end: only so many handlers are called at a time. */
  #handleInTurn(handler: (item: T) => unknown, waiting: Waiting<T>): void {
    if (this.#working.size < this.#parts.atOnce) return this.#handleNow(handler, waiting);
    for (const lost of this.#waiting.add(waiting, this.#parts.bytes(waiting.item))) lost.give(ESME_RX_T_APPN);
  }

  #handleNow(handler: (item: T) => unknown, { item, give }: Waiting<T>): void {
    const done = this.#handle(handler, item, give);
    if (done === undefined) return;
    const tracked = done.finally(() => {
      this.#working.delete(tracked);
      for (let next = this.#waiting.first(); next !== undefined && this.#working.size < this.#parts.atOnce; next = this.#waiting.first()) {
        this.#waiting.delete(next);
        this.#handleNow(handler, next);
      }
    });
    this.#working.add(tracked);
  }

  #answer(item: T, request: number): Answer<T> {
    return new Answer<T>(item, request, this.#parts.respond, (answer) => {
      if (this.#open.get(request) === answer) this.#open.delete(request);
    });
  }

  /** A loop was left, with these entries still in its queue. */
  #left(loop: LoopQueue<T>, entries: Iterable<Entry<T>>): void {
    this.#loops.delete(loop);
    for (const entry of entries) {
      const { answer } = entry;
      answer.leave(entry);
      // What had its answer before goes to the next loop, unless somebody else has it.
      if (answer.request === 0 && answer.takers === 0 && !answer.anyTook && answer.entries.size === 0) {
        this.#untaken.add(answer.item, this.#parts.bytes(answer.item));
      }
    }
  }
}

/** The answer to one request, which all that have its item give together. */
class Answer<T> {
  readonly item: T;
  readonly request: number;
  readonly #respond: Respond;
  readonly #ended: (answer: Answer<T>) => void;
  /** Loops that have the item in their queues or are working on it. */
  readonly entries = new Set<Entry<T>>();
  /** Those that have yet to say whether they take it. */
  takers = 0;
  anyTook = false;
  state: "open" | "taken" | "refused" | "withdrawn" = "open";
  /** Hands on what is left of the item, if it is withdrawn and then not taken. */
  instead: (() => void) | undefined;

  constructor(item: T, request: number, respond: Respond, ended: (answer: Answer<T>) => void) {
    this.item = item;
    this.request = request;
    this.#respond = respond;
    this.#ended = ended;
    if (request === 0) this.state = "taken";
  }

  /** Puts the item into a loop's queue; the loop has a say if it is being read. */
  addTo(loop: LoopQueue<T>): Entry<T> {
    const entry: Entry<T> = { answer: this, loop, counted: loop.isReading };
    if (entry.counted) this.takers++;
    this.entries.add(entry);
    return entry;
  }

  /** A loop asks for the item: from now on its answer counts. */
  begin(entry: Entry<T>): void {
    if (entry.counted || this.state !== "open") return;
    entry.counted = true;
    this.takers++;
  }

  /** A loop is done with the item. */
  finish(entry: Entry<T>, status: number): void {
    this.entries.delete(entry);
    if (entry.counted) this.give(status);
    else if (status === ESME_ROK) this.anyTook = true;
  }

  /** A loop gives the item up without having begun it. */
  leave(entry: Entry<T>): void {
    this.entries.delete(entry);
    if (entry.counted) this.takers--;
    if (this.state === "open" && this.takers === 0 && this.entries.size === 0) this.settle(this.anyTook ? ESME_ROK : ESME_RX_T_APPN);
  }

  /** One of the takers has taken the item, or refused it. */
  give(status: number): void {
    this.takers--;
    if (status === ESME_ROK) this.anyTook = true;
    if (this.state === "withdrawn") return this.#givenLate(status);
    if (status !== ESME_ROK) this.settle(status);
    else if (this.takers === 0) this.settle(ESME_ROK);
  }

  settle(status: number): void {
    if (this.state !== "open") return;
    this.state = status === ESME_ROK ? "taken" : "refused";
    this.#ended(this);
    this.#respond(this.request, status);
    this.#leaveQueues();
  }

  withdraw(): void {
    if (this.state !== "open") return;
    this.state = "withdrawn";
    this.#ended(this);
    const waiting = this.#leaveQueues();
    if (waiting || this.takers === 0) this.#takeInstead();
  }

  #givenLate(status: number): void {
    if (status !== ESME_ROK) this.#takeInstead();
  }

  #takeInstead(): void {
    const { instead } = this;
    this.instead = undefined;
    instead?.();
  }

  /** Of an item that the SMSC sends again nothing stays in the queues; one that was taken waits there. Returns whether a taker lost it. */
  #leaveQueues(): boolean {
    let lost = false;
    for (const entry of this.entries) {
      const { loop } = entry;
      if (this.state === "taken") {
        loop.keep(entry);
      } else if (loop.drop(entry)) {
        this.entries.delete(entry);
        if (entry.counted) this.takers--;
        lost ||= entry.counted;
      } else if (this.state === "withdrawn") {
        loop.stall(entry);
      }
    }
    return lost;
  }
}

/** An item in the queue of one loop, or in its work. */
export interface Entry<T> {
  readonly answer: Answer<T>;
  readonly loop: LoopQueue<T>;
  /** The loop has a say. */
  counted: boolean;
}

/** What waits although the SMSC has had its answer, within bounds. */
export class Kept<T> {
  readonly #complain: (error: unknown) => void;
  readonly #bytes = new Map<T, number>();
  #total = 0;

  constructor(complain: (error: unknown) => void) {
    this.#complain = complain;
  }

  /** Returns what had to make room. */
  add(item: T, bytes: number): T[] {
    this.#bytes.set(item, bytes);
    this.#total += bytes;
    const lost: T[] = [];
    for (const oldest of this.#bytes.keys()) {
      if (this.#bytes.size <= MOST_KEPT && this.#total <= MOST_KEPT_BYTES) break;
      this.delete(oldest);
      lost.push(oldest);
    }
    if (lost.length > 0) this.#complain(new Error(`nobody takes what came in: ${lost.length} items that the SMSC will not send again were dropped`));
    return lost;
  }

  /** The oldest. */
  first(): T | undefined {
    for (const item of this.#bytes.keys()) return item;
    return undefined;
  }

  delete(item: T): void {
    this.#total -= this.#bytes.get(item) ?? 0;
    this.#bytes.delete(item);
  }

  clear(): T[] {
    const items = [...this.#bytes.keys()];
    this.#bytes.clear();
    this.#total = 0;
    return items;
  }
}

/** Whether it can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
