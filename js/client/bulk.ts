import { aborted, type SmppError } from "./errors.ts";
import { isThenable } from "./inbound.ts";
import type { Sent } from "./sent.ts";
import type { ResultSink } from "./slots.ts";
import type { BulkOptions, BulkResult, BulkSummary, SmsMessage } from "./types.ts";

/** Messages taken from the source whose results have not been told yet. */
const LIMIT = 1_000;

/** What a bulk needs of the client. */
export interface BulkSender {
  /** Sends; the result goes to `sink.settle(index, …)`, never before this returns. Returns the ticket. Throws if it is not taken. */
  submit(message: SmsMessage, sink: ResultSink, index: number): number;
  cancel(ticket: number): void;
}

/** A message that was taken from the source. */
interface Entry {
  message: SmsMessage;
  ticket: number;
  result: BulkResult | undefined;
}

/**
 * One `sendMany`: takes messages as fast as they go out and tells the results in order. Memory holds {@link LIMIT} messages, however
 * many there are.
 */
export class Bulk implements ResultSink {
  readonly #sender: BulkSender;
  readonly #signal: AbortSignal | undefined;
  #onResult: BulkOptions["onResult"];
  readonly #summary: BulkSummary = { accepted: 0, partial: 0, failed: 0, rejected: 0, unknown: 0, notSent: 0 };
  /** The entries from `#head` on, each at its number modulo the limit. */
  readonly #entries: (Entry | undefined)[] = [];
  /** The first message whose result has not been told, and the next to be sent. */
  #head = 0;
  #next = 0;
  #source: Iterator<SmsMessage> | AsyncIterator<SmsMessage>;
  /** No more is taken: the source is at its end, or `#stopped`. */
  #exhausted = false;
  #stopped: { error: unknown } | undefined;
  /** Results are being told. */
  #telling = false;
  #tellPlanned = false;
  /** Continues the taking of messages, when it waits for room. */
  #resume: (() => void) | undefined;
  #finish: (() => void) | undefined;

  constructor(sender: BulkSender, messages: Iterable<SmsMessage> | AsyncIterable<SmsMessage>, options: BulkOptions) {
    this.#sender = sender;
    this.#signal = options.signal;
    this.#onResult = options.onResult;
    this.#source = Symbol.asyncIterator in messages ? messages[Symbol.asyncIterator]() : messages[Symbol.iterator]();
  }

  async run(): Promise<BulkSummary> {
    const signal = this.#signal;
    const onAbort = (): void => this.#stop(aborted(signal, "submit_sm", "unknown"));
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    void this.#take();
    await finished;
    signal?.removeEventListener("abort", onAbort);
    if (this.#stopped !== undefined) throw this.#stopped.error;
    return this.#summary;
  }

  settle(index: number, sent: Sent | undefined, error: SmppError | undefined): void {
    const entry = this.#entries[index % LIMIT] as Entry;
    entry.result = sent === undefined ? { message: entry.message, error: error as SmppError } : { message: entry.message, sent };
    if (index === this.#head) this.#planTell();
  }

  async #take(): Promise<void> {
    try {
      while (this.#stopped === undefined) {
        const step = this.#source.next();
        const { done, value } = isThenable(step) ? await step : (step as IteratorResult<SmsMessage>);
        if (done) break;
        if (this.#stopped !== undefined) return;
        const room = this.#send(value);
        if (room !== undefined) await room;
      }
    } catch (error) {
      this.#exhausted = true;
      this.#stop(error);
    }
    this.#exhausted = true;
    this.#planTell();
  }

  /** Sends it once there is room. Of a synchronous source nothing is awaited as long as there is. */
  #send(message: SmsMessage): Promise<void> | undefined {
    if (this.#next - this.#head >= LIMIT) return this.#room().then(() => this.#send(message));
    if (this.#stopped !== undefined) return undefined;
    const index = this.#next;
    const entry: Entry = { message, ticket: -1, result: undefined };
    this.#entries[index % LIMIT] = entry;
    try {
      entry.ticket = this.#sender.submit(message, this, index);
    } catch (error) {
      const { code } = error as SmppError;
      if (code === "queue-full" && index > this.#head) return this.#room().then(() => this.#send(message));
      entry.result = { message, error: error as SmppError };
    }
    this.#next++;
    if (entry.result !== undefined && index === this.#head) this.#planTell();
    return undefined;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => (this.#resume = resolve));
  }

  /** Results are told in a turn of their own: the engine must not be called from where they come up. */
  #planTell(): void {
    if (this.#tellPlanned) return;
    this.#tellPlanned = true;
    queueMicrotask(() => {
      this.#tellPlanned = false;
      void this.#tell();
    });
  }

  async #tell(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let entry = this.#first(); entry?.result !== undefined; entry = this.#first()) {
        const index = this.#head++;
        this.#entries[index % LIMIT] = undefined;
        this.#count(entry.result);
        const told = this.#onResult?.(entry.result, index);
        if (isThenable(told)) await told;
      }
    } catch (error) {
      this.#onResult = undefined;
      this.#stop(error);
    }
    this.#telling = false;
    if (this.#first()?.result !== undefined) return this.#planTell();
    this.#resume?.();
    this.#resume = undefined;
    if (this.#head === this.#next && (this.#exhausted || this.#stopped !== undefined)) this.#finish?.();
  }

  #first(): Entry | undefined {
    return this.#head < this.#next ? this.#entries[this.#head % LIMIT] : undefined;
  }

  #count(result: BulkResult): void {
    const summary = this.#summary;
    if (result.sent !== undefined) {
      summary[result.sent.status]++;
      return;
    }
    summary.failed++;
    summary[result.error.outcome === "not-sent" ? "notSent" : result.error.outcome]++;
  }

  /** Takes no more, cancels what is under way, and ends with `error` once all of that is settled. */
  #stop(error: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { error };
    // The source is closed, but not waited for: it may hang.
    if (!this.#exhausted) Promise.resolve(this.#source.return?.()).catch(() => undefined);
    // The last first: what is in the queue must not take the place of what is cancelled on the wire.
    for (let index = this.#next - 1; index >= this.#head; index--) {
      const entry = this.#entries[index % LIMIT];
      if (entry !== undefined && entry.result === undefined) this.#sender.cancel(entry.ticket);
    }
    this.#planTell();
  }
}
