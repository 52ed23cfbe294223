import { checked, callback, isObject, reading, signal, type Checks } from "./check.ts";
import { aborted, invalid, type SmppError } from "./errors.ts";
import { isThenable } from "./inbound.ts";
import type { Sent } from "./sent.ts";
import { isAborted, offAbort, onAbort } from "./signals.ts";
import type { ResultSink } from "./slots.ts";
import { nextTurn } from "./turns.ts";
import type { BulkOptions, BulkResult, BulkSummary, SmsMessage } from "./types.ts";

/** The most messages taken from the source whose results have not been reported yet. */
const LIMIT = 1_000;
/** Messages taken from the source before timers and sockets get their turn. */
const AT_ONCE = 1_000;
/** Milliseconds that `onResult` may take for one result once the sending has ended. */
const PATIENCE = 10_000;

const CHECKS: Checks<BulkOptions> = { onResult: callback, signal };

/** What a bulk needs of the client. */
export interface BulkSender {
  /** Sends; the result goes to `sink.settle(index, …)`, never before this returns. Returns the ticket. Throws if it is not taken. */
  submit(message: SmsMessage, sink: ResultSink, index: number): number;
  cancel(tickets: readonly number[]): void;
}

/** A message that was taken from the source. */
interface Entry {
  message: SmsMessage;
  ticket: number;
  result: BulkResult | undefined;
}

type Source = Iterator<SmsMessage> | AsyncIterator<SmsMessage>;

/**
 * One `sendMany`: takes messages as fast as they go out and reports the results in order. Memory holds {@link LIMIT} messages, however
 * many there are. Neither a source nor an `onResult` that hangs keeps it from ending with the client, or by its signal.
 */
export class Bulk implements ResultSink {
  readonly #sender: BulkSender;
  readonly #signal: AbortSignal | undefined;
  #onResult: BulkOptions["onResult"];
  readonly #summary: BulkSummary = { accepted: 0, partial: 0, failed: 0, rejected: 0, unknown: 0, notSent: 0 };
  /** The entries from `#head` on, each at its number modulo the limit. */
  readonly #entries: (Entry | undefined)[] = [];
  /** The first message whose result has not been reported, and the next to be sent. */
  #head = 0;
  #next = 0;
  #source: Source;
  /** No more is taken: the source is at its end, or `#stopped`. */
  #exhausted = false;
  #stopped: { error: unknown } | undefined;
  /** Results are being reported. */
  #reporting = false;
  #reportingPlanned = false;
  /** The sending has ended, so that `onResult` is not waited for any longer than {@link PATIENCE}. */
  #ending = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** Goes on without what `onResult` is waited for. */
  #waitNoMore: (() => void) | undefined;
  /** Continues the taking of messages, when it waits for room. */
  #resume: (() => void) | undefined;
  #finish: (() => void) | undefined;

  /** @throws {SmppError} for an argument that can't be used */
  constructor(sender: BulkSender, messages: Iterable<SmsMessage> | AsyncIterable<SmsMessage>, options: BulkOptions) {
    const { onResult, signal } = checked("options", options, CHECKS);
    this.#sender = sender;
    this.#signal = signal;
    this.#onResult = onResult;
    this.#source = reading("messages", "invalid-option", () => sourceOf(messages));
  }

  async run(): Promise<BulkSummary> {
    const signal = this.#signal;
    const stop = (): void => this.#stop(aborted(signal, "submit_sm", this.#next === 0 ? "not-sent" : "unknown"));
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    if (signal !== undefined) {
      if (isAborted(signal)) stop();
      onAbort(signal, stop);
    }
    void this.#take();
    await finished;
    if (signal !== undefined) offAbort(signal, stop);
    if (this.#stopped !== undefined) throw this.#stopped.error;
    return this.#summary;
  }

  settle(index: number, sent: Sent | undefined, error: SmppError | undefined): void {
    const entry = this.#entries[index % LIMIT] as Entry;
    entry.result = sent === undefined ? { message: entry.message, error: error as SmppError } : { message: entry.message, sent };
    if (index === this.#head) this.#planReporting();
  }

  /** The client has ended, and everything that was under way is settled. */
  end(error: SmppError): void {
    this.#ending = true;
    if (!this.#exhausted) this.#stop(error);
    if (this.#waitNoMore !== undefined) this.#losePatience();
  }

  async #take(): Promise<void> {
    try {
      for (let taken = 1; this.#stopped === undefined; taken++) {
        const step = this.#source.next();
        const { done, value } = resultOf(isThenable(step) ? await step : (step as IteratorResult<SmsMessage>));
        if (done) break;
        if (this.#stopped !== undefined) return;
        const room = this.#send(value);
        if (room !== undefined) await room;
        if (taken % AT_ONCE === 0) await nextTurn();
      }
    } catch (error) {
      this.#exhausted = true;
      this.#stop(error);
    }
    this.#exhausted = true;
    this.#planReporting();
  }

  /** Sends it once there is room. Of a synchronous source nothing is awaited as long as there is. */
  #send(message: SmsMessage): Promise<void> | undefined {
    if (this.#next - this.#head >= LIMIT) return this.#room().then(() => this.#send(message));
    if (this.#stopped !== undefined) return undefined;
    const index = this.#next;
    const entry: Entry = { message, ticket: -1, result: undefined };
    this.#entries[index % LIMIT] = entry;
    let ended: SmppError | undefined;
    try {
      entry.ticket = this.#sender.submit(message, this, index);
    } catch (error) {
      const { code } = error as SmppError;
      if (code === "queue-full" && index > this.#head) return this.#room().then(() => this.#send(message));
      if (code === "closed") ended = error as SmppError;
      entry.result = { message, error: error as SmppError };
    }
    this.#next++;
    if (entry.result !== undefined && index === this.#head) this.#planReporting();
    // The message itself may have stopped it, in a getter.
    if (this.#stopped !== undefined && entry.result === undefined) this.#sender.cancel([entry.ticket]);
    if (ended !== undefined) this.#stop(ended);
    return undefined;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => (this.#resume = resolve));
  }

  /** Results are reported in a turn of their own: the engine must not be called from where they come up. */
  #planReporting(): void {
    if (this.#reportingPlanned) return;
    this.#reportingPlanned = true;
    queueMicrotask(() => {
      this.#reportingPlanned = false;
      void this.#reportResults();
    });
  }

  async #reportResults(): Promise<void> {
    if (this.#reporting) return;
    this.#reporting = true;
    try {
      for (let entry = this.#first(); entry?.result !== undefined; entry = this.#first()) {
        const index = this.#head++;
        this.#entries[index % LIMIT] = undefined;
        this.#count(entry.result);
        const returned = this.#onResult?.(entry.result, index);
        if (isThenable(returned)) await this.#patiently(returned);
      }
    } catch (error) {
      this.#onResult = undefined;
      this.#stop(error);
    }
    this.#reporting = false;
    if (this.#first()?.result !== undefined) return this.#planReporting();
    this.#resume?.();
    this.#resume = undefined;
    if (this.#head === this.#next && (this.#exhausted || this.#stopped !== undefined)) this.#finish?.();
  }

  /** Waits for what `onResult` returned; once the sending has ended, not for ever. */
  async #patiently(returned: PromiseLike<unknown>): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waitNoMore = () => {
          this.#onResult = undefined;
          resolve();
        };
        if (this.#ending) this.#losePatience();
        returned.then(() => resolve(), reject);
      });
    } finally {
      if (this.#patience !== undefined) clearTimeout(this.#patience);
      this.#waitNoMore = undefined;
    }
  }

  #losePatience(): void {
    if (this.#patience !== undefined) clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#waitNoMore?.(), PATIENCE);
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
    this.#ending = true;
    if (this.#waitNoMore !== undefined) this.#losePatience();
    // The source is closed, but not waited for: it may hang.
    if (!this.#exhausted) new Promise((resolve) => resolve(this.#source.return?.())).catch(() => undefined);
    const tickets: number[] = [];
    for (let index = this.#head; index < this.#next; index++) {
      const entry = this.#entries[index % LIMIT];
      if (entry !== undefined && entry.result === undefined) tickets.push(entry.ticket);
    }
    this.#sender.cancel(tickets);
    this.#planReporting();
  }
}

function sourceOf(messages: Iterable<SmsMessage> | AsyncIterable<SmsMessage>): Source {
  const open = typeof messages === "string" ? undefined : ((messages as AsyncIterable<SmsMessage>)?.[Symbol.asyncIterator] ?? (messages as Iterable<SmsMessage>)?.[Symbol.iterator]);
  if (typeof open !== "function") throw invalid("invalid-option", "messages", "an array, a generator or another iterable is expected");
  const source = open.call(messages) as Source;
  if (typeof source?.next !== "function") throw new TypeError("its iterator has no next()");
  return source;
}

/** Checks what `next()` returned as `for await` does: a value without `done` would read as a source without an end. */
function resultOf(step: IteratorResult<SmsMessage>): IteratorResult<SmsMessage> {
  if (!isObject(step)) throw new TypeError(`the source's next() returned ${String(step)}; expected an object with done and value`);
  return step;
}
