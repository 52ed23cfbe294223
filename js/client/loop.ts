import { Kept, type Entry, type InboundParts, type Loop } from "./inbound.ts";
import { statusOf } from "./refusal.ts";

const ESME_ROK = 0;
const ESME_RX_T_APPN = 0x64;

interface Asked<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: Error): void;
}

/** One `for await` loop. */
export class LoopQueue<T> implements Loop<T> {
  readonly #parts: InboundParts<T>;
  readonly #left: (loop: LoopQueue<T>, entries: Iterable<Entry<T>>) => void;
  readonly #waiting = new Set<Entry<T>>();
  readonly #kept: Kept<Entry<T>>;
  readonly #asked: Asked<T>[] = [];
  /** What the loop works on, until it asks for the next item. */
  #working: Entry<T> | undefined;
  /** It has worked on one item for so long that the engine refused it. */
  #stalled = false;
  #ended = false;
  #error: Error | undefined;

  constructor(parts: InboundParts<T>, left: (loop: LoopQueue<T>, entries: Iterable<Entry<T>>) => void) {
    this.#parts = parts;
    this.#left = left;
    this.#kept = new Kept(parts.complain);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether somebody waits for an item or works on one. */
  get isReading(): boolean {
    return this.#asked.length > 0 || (this.#working !== undefined && !this.#stalled);
  }

  push(entry: Entry<T>): void {
    const asked = this.#asked.shift();
    if (asked !== undefined) return asked.resolve({ done: false, value: this.#begin(entry) });
    this.#waiting.add(entry);
    if (entry.answer.state === "taken") this.keep(entry);
  }

  /** The SMSC will not send this item again. */
  keep(entry: Entry<T>): void {
    if (!this.#waiting.has(entry)) return;
    for (const lost of this.#kept.add(entry, this.#parts.bytes(entry.answer.item))) this.drop(lost);
  }

  /** Takes an item out that the loop has not begun. Returns whether it was there. */
  drop(entry: Entry<T>): boolean {
    this.#kept.delete(entry);
    return this.#waiting.delete(entry);
  }

  /** The item that the loop works on was refused in its stead. */
  stall(entry: Entry<T>): void {
    if (this.#working === entry) this.#stalled = true;
  }

  next(): Promise<IteratorResult<T>> {
    this.#finish(ESME_ROK);
    for (const first of this.#waiting) {
      this.drop(first);
      return Promise.resolve({ done: false, value: this.#begin(first) });
    }
    if (!this.#ended) return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  acknowledge(): void {
    const entry = this.#working;
    if (entry === undefined || !entry.counted) return;
    entry.answer.give(ESME_ROK);
    entry.counted = false;
  }

  /**
   * The loop was left by `break` or by a throw; an iterator can't distinguish the two. So the current item counts as not taken, unless it was
   * acknowledged.
   */
  return(): Promise<IteratorResult<T>> {
    this.#leave(ESME_RX_T_APPN);
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error?: unknown): Promise<IteratorResult<T>> {
    this.#leave(statusOf(error).status);
    return Promise.reject(error);
  }

  end(error: Error | undefined): void {
    this.#ended = true;
    const [first, ...others] = this.#asked.splice(0);
    if (first === undefined) this.#error = error;
    else if (error === undefined) first.resolve({ done: true, value: undefined });
    else first.reject(error);
    for (const asked of others) asked.resolve({ done: true, value: undefined });
  }

  #leave(status: number): void {
    this.#finish(status);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#kept.clear();
    this.#left(this, waiting);
    this.end(undefined);
  }

  #begin(entry: Entry<T>): T {
    this.#finish(ESME_ROK);
    this.#working = entry;
    this.#stalled = false;
    entry.answer.begin(entry);
    return entry.answer.item;
  }

  #finish(status: number): void {
    const entry = this.#working;
    this.#working = undefined;
    this.#stalled = false;
    entry?.answer.finish(entry, status);
  }
}
