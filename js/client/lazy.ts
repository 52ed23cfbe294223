/// <reference lib="esnext.disposable" preserve="true" />
import type { SmppClient } from "./client.ts";
import { reading } from "./check.ts";
import { findCountry } from "./countries.ts";
import { deadline } from "./deadline.ts";
import { aborted, SmppError, TimeoutError } from "./errors.ts";
import type { Loop } from "./inbound.ts";
import { emptyMessage, readMessage } from "./message.ts";
import { readOptions } from "./options.ts";
import { closedError } from "./outcome.ts";
import type { Sent } from "./sent.ts";
import { isAborted, offAbort, onAbort } from "./signals.ts";
import { timeLeft } from "./time.ts";
import type {
  BulkOptions, BulkSummary, CancelOptions, ConnectionState, ConnectOptions, Message, MessageRef, PduInput, QueryResult, Replacement, Report, RequestOptions, Response, SmsMessage, Stats,
} from "./types.ts";

type Connect = (url: string | URL, options: ConnectOptions) => Promise<SmppClient>;

const RECONNECT = { min: 1_000, max: 60_000 };

/** A wait of half of `limit` to all of it. */
const jittered = (limit: number): number => limit * (0.5 + Math.random() / 2);

/**
 * A client that connects when it is first used, and again when it is used after it ended. Calls wait until it is bound. Made by {@link client}.
 *
 * An attempt that fails in passing (`error.retryable`) is repeated after the waits of `reconnect`, which double; one that fails for good, such
 * as by a wrong password, rejects the calls that wait, and the next call tries again.
 */
export class LazyClient implements AsyncDisposable {
  readonly #url: string | URL;
  readonly #options: ConnectOptions;
  readonly #connectTo: Connect;
  readonly #country: Parameters<typeof readMessage>[2];
  /** Ends the attempts. */
  readonly #ending = new AbortController();
  #client: Promise<SmppClient> | undefined;
  /** The client that is in use; undefined before the first bind and after an end. */
  #bound: SmppClient | undefined;
  #state: ConnectionState = "closed";
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(url: string | URL, options: ConnectOptions, connectTo: Connect) {
    this.#country = readOptions(url, options, findCountry).country;
    this.#url = url;
    this.#options = { ...options };
    this.#connectTo = connectTo;
  }

  /**
   * Connects, if that has not begun, and resolves when bound. Call it for a client that only receives, and to see at the start of a program
   * whether the settings are right.
   *
   * @throws {SmppError} As `connect`, but only what will not pass; `"aborted"`, and `"closed"` after `close()`.
   */
  async ready(options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#ready("", options.signal);
  }

  /** See {@link SmppClient.sendSms}. A message whose `validity` ends while it waits for the connection is not sent. */
  async sendSms(message: SmsMessage): Promise<Sent> {
    const read = emptyMessage();
    readMessage(message, read, this.#country);
    const bound = this.#bound;
    if (bound !== undefined) return bound.sendSms(message);
    // The caller may use the object for its next message meanwhile.
    const waiting = reading("message", "invalid-field", () => ({ ...message }));
    const started = Date.now();
    const client = await this.#ready("submit_sm", read.signal, timeLeft(waiting.validity));
    if (typeof waiting.validity === "number") waiting.validity = Math.max(1, waiting.validity - (Date.now() - started) / 1_000);
    return client.sendSms(waiting);
  }

  /** See {@link SmppClient.sendMany}. */
  async sendMany(messages: Iterable<SmsMessage> | AsyncIterable<SmsMessage>, options: BulkOptions = {}): Promise<BulkSummary> {
    return (await this.#ready("submit_sm", options?.signal)).sendMany(messages, options);
  }

  /** See {@link SmppClient.request}. */
  async request(pdu: PduInput, options: RequestOptions = {}): Promise<Response> {
    return (await this.#ready("request", options?.signal)).request(pdu, options);
  }

  /** See {@link SmppClient.query}. */
  async query(messageId: string, options: MessageRef = {}): Promise<QueryResult> {
    return (await this.#ready("query_sm")).query(messageId, options);
  }

  /** See {@link SmppClient.cancel}. */
  async cancel(messageId: string, options: CancelOptions = {}): Promise<void> {
    return (await this.#ready("cancel_sm")).cancel(messageId, options);
  }

  /** See {@link SmppClient.replace}. */
  async replace(messageId: string, replacement: Replacement): Promise<void> {
    return (await this.#ready("replace_sm")).replace(messageId, replacement);
  }

  /** See {@link SmppClient.reports}. The first item that is asked for connects. */
  reports(): Loop<Report> {
    return this.#loop((client) => client.reports());
  }

  /** See {@link SmppClient.messages}. The first item that is asked for connects. */
  messages(): Loop<Message> {
    return this.#loop((client) => client.messages());
  }

  /** The state, and the counters of the present client: see {@link SmppClient.stats}. All are 0 while there is none. */
  stats(): Stats {
    return this.#bound?.stats() ?? { ...NO_STATS, state: this.#state };
  }

  /** Ends the attempts to connect, or the client: see {@link SmppClient.close}. Calls that wait reject with the code `"closed"`, `"not-sent"`. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      const client = this.#client;
      this.#ending.abort();
      await (await client?.catch(() => undefined))?.close();
    })();
    return this.#closing;
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The client once it is bound; rejects after `limit` milliseconds, or when the signal is aborted. */
  #ready(command: string, signal?: AbortSignal, limit?: number): Promise<SmppClient> {
    if (this.#ending.signal.aborted) return Promise.reject(closedError(command, "not-sent"));
    if (signal !== undefined && isAborted(signal)) return Promise.reject(aborted(signal, command, "not-sent"));
    if (this.#bound !== undefined) return Promise.resolve(this.#bound);
    this.#client ??= this.#connect();
    const client = this.#client;
    if (signal === undefined && limit === undefined) return client;
    return new Promise((resolve, reject) => {
      const onEnd = (): void => {
        stop?.();
        if (signal !== undefined) offAbort(signal, onAborted);
      };
      const onAborted = (): void => {
        onEnd();
        reject(aborted(signal, command, "not-sent"));
      };
      const expire = (): void => {
        onEnd();
        reject(new TimeoutError("validity has passed: the message is not sent", { code: "timeout", command, outcome: "not-sent", field: "validity" }));
      };
      const stop = limit === undefined ? undefined : deadline(Math.max(0, limit), expire);
      if (signal !== undefined) onAbort(signal, onAborted);
      client.finally(onEnd).then(resolve, reject);
    });
  }

  async #connect(): Promise<SmppClient> {
    const { reconnect, signal } = this.#options;
    const { min, max } = { ...RECONNECT, ...(typeof reconnect === "object" ? reconnect : {}) };
    let ended = false;
    const onState: ConnectOptions["onState"] = (state, detail) => {
      this.#state = state;
      // Whoever uses it next gets a new one.
      if (state === "closed") {
        ended = true;
        if (this.#bound !== undefined) this.#bound = this.#client = undefined;
      }
      return this.#options.onState?.(state, detail);
    };
    const stop = new AbortController();
    const onAborted = (): void => stop.abort();
    const ends = [signal, this.#ending.signal].filter((each) => each !== undefined);
    for (const each of ends) {
      if (isAborted(each)) onAborted();
      else onAbort(each, onAborted);
    }
    try {
      for (let wait = min; ; wait = Math.min(wait * 2, max)) {
        ended = false;
        try {
          const client = await this.#connectTo(this.#url, { ...this.#options, onState, signal: stop.signal });
          if (ended) continue;
          this.#bound = client;
          return client;
        } catch (error) {
          if (this.#ending.signal.aborted) throw closedError((error as SmppError).command ?? "", "not-sent");
          if (!(error instanceof SmppError) || !error.retryable || reconnect === false || stop.signal.aborted) throw error;
        }
        this.#state = "waiting";
        await sleep(jittered(wait), stop.signal);
      }
    } catch (error) {
      this.#client = undefined;
      this.#state = "closed";
      throw error;
    } finally {
      for (const each of ends) offAbort(each, onAborted);
    }
  }

  #loop<T>(open: (client: SmppClient) => Loop<T>): Loop<T> {
    let opening: Promise<Loop<T> | undefined> | undefined;
    let loop: Loop<T> | undefined;
    let left = false;
    const opened = async (): Promise<Loop<T> | undefined> => {
      try {
        loop = open(await this.#ready(""));
        return loop;
      } catch (error) {
        // close() ends a loop; nothing else does in silence.
        if (this.#ending.signal.aborted) return undefined;
        opening = undefined;
        throw error;
      }
    };
    const next = async (): Promise<IteratorResult<T>> => {
      if (left) return { done: true, value: undefined };
      opening ??= opened();
      const found = await opening;
      if (left || found === undefined) return { done: true, value: undefined };
      return found.next();
    };
    const end = async (value?: unknown): Promise<IteratorResult<T>> => {
      left = true;
      await loop?.return?.();
      return { done: true, value };
    };
    return { next, return: end, acknowledge: () => loop?.acknowledge(), [Symbol.asyncIterator]() { return this; } };
  }
}

/** Resolves after `millis`, or as soon as the signal is aborted. */
function sleep(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      offAbort(signal, end);
      resolve();
    };
    const timer = setTimeout(end, millis);
    if (isAborted(signal)) end();
    else onAbort(signal, end);
  });
}

const NO_STATS: Stats = {
  state: "closed", inFlight: 0, queued: 0, unacknowledged: 0, submitted: 0, responses: 0, received: 0, throttled: 0, timeouts: 0, lost: 0, late: 0, unmatched: 0, refused: 0,
  undecodable: 0, binds: 0, bound: 0, rtt: 0, octetsIn: 0, octetsOut: 0, rate: undefined,
};
