import type { ApplicationOrigin, DeadLetter, Envelope, EventType, Target, TargetMetrics } from "../model/delivery-event.ts";
import { DeliveryError } from "./delivery-error.ts";
import type { Sql } from "./database.ts";
import { EventStore, type PendingEvent } from "./event-store.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Waits before each further attempt: about a day together. */
export const RETRIES = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 10 * HOUR];
/** An event as old as this is given up with its next failure: a target that is behind can't reach all attempts in a day. */
const OLDEST = 30 * HOUR;
/** Different events that fail in a row before the target is left alone for a while. */
const FAILURES = 8;
const LONGEST_PAUSE = 30 * SECOND;
/** When an event is tried again whose target went away. */
const AGAIN = 100;
/** How long a webhook that answered 410 gets no requests. */
const GONE = HOUR;

/** How a target takes events. */
export interface EventTarget {
  readonly name: Target;
  /** Attempts at a time. */
  readonly places: number;
  /** Milliseconds that an attempt may take. */
  readonly timeout: number;
  /** Why it can take none at present; events wait for it. */
  readonly fault?: string | undefined;
  /** How old an event gets, in milliseconds, before its next failure makes it a dead letter. Default 30 hours. */
  readonly oldest?: number;
  /** False if it never takes events of that type, or not this one. */
  accepts(type: EventType, data: unknown): boolean;
  /** False if it never took events of that type before either. */
  accepted?(type: EventType): boolean;
  /** Delivers the event; false if there is nobody to take it. Throws a {@link DeliveryError} or what the target threw. */
  deliver(event: PendingEvent, signal: AbortSignal, now: number): Promise<boolean>;
}

/**
 * Delivers events: at least once to each target, with retries over a day, then a dead letter. Targets know nothing of each other: each has
 * places, a time limit and pauses of its own, so that one that hangs or fails holds up no other.
 */
export class Deliveries {
  readonly #store: EventStore;
  readonly #lanes: Lane[];
  readonly #wake: () => void;

  /** `wake` is called when {@link run} has work or {@link nextDue} has changed; `log` gets what an operator should know, once. */
  constructor(sql: Sql, targets: EventTarget[], wake: () => void, log: (entry: object) => void = () => {}) {
    this.#store = new EventStore(sql);
    this.#lanes = targets.map((target) => new Lane(target, this.#store, wake, log));
    this.#wake = wake;
  }

  /** Stores the event for each target that takes its type, of `only` these. A `url` takes the webhook's place. */
  add(id: string, type: EventType, data: unknown, now: number, url?: string, only?: Target[]): void {
    const targets = this.#lanes.filter(({ target }) => target.accepts(type, data)).map(({ target }) => target.name).filter((name) => only?.includes(name) ?? !(url && name === "webhook"));
    if (url) targets.push("callback");
    if (targets.length === 0) return;
    this.#store.add(id, type, (url ? `${url}\n` : "") + JSON.stringify({ type, timestamp: new Date(now).toISOString(), data } satisfies Envelope), targets, now);
    this.#wake();
  }

  /** Stores the event for an application, with what its receipt repeats of the message: other targets don't get that. */
  addFor(application: ApplicationOrigin, id: string, type: EventType, data: object, now: number): void {
    this.add(id, type, { ...data, application }, now, undefined, ["application"]);
  }

  /** Starts what is due, as far as each target has places. */
  run(now: number): void {
    for (const lane of this.#lanes) lane.run(now);
  }

  /** When the next attempt is due, those under way apart. */
  nextDue(): number | undefined {
    const due = this.#lanes.map((lane) => lane.nextDue()).filter((at) => at !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  count(): { waiting: number; dead: number } {
    return this.#store.count();
  }

  metrics(): TargetMetrics[] {
    return this.#lanes.map((lane) => lane.metrics());
  }

  dead(before: string | undefined, limit: number): DeadLetter[] {
    return this.#store.dead(before, limit);
  }

  /** Tries a dead letter again from the start; false if there is none of that id. */
  replay(id: string, now: number): boolean {
    const found = this.#store.replay(id, now);
    if (found) {
      for (const lane of this.#lanes) lane.reset();
      this.#wake();
    }
    return found;
  }

  /** Removes events and dead letters that have the number. */
  erase(number: string): void {
    this.#store.erase(number);
  }

  /** Removes dead letters from before `ulid`, and what has waited since before `time`. */
  purge(ulid: string, time: number): void {
    this.#store.purge(ulid, time);
  }
}

/** One target's attempts. */
class Lane {
  readonly target: EventTarget;
  readonly #store: EventStore;
  readonly #wake: () => void;
  readonly #log: (entry: object) => void;
  /** Numbers of the events that are being delivered. */
  readonly #running = new Set<number>();
  /** Events that failed since the last one that was taken. */
  readonly #failing = new Set<number>();
  #pauses = 0;
  #pausedUntil = 0;
  #goneUntil = 0;
  #healthy = true;
  #faultLogged = false;
  #delivered = 0;
  #failed = 0;
  #buried = 0;

  constructor(target: EventTarget, store: EventStore, wake: () => void, log: (entry: object) => void) {
    this.target = target;
    this.#store = store;
    this.#wake = wake;
    this.#log = (entry) => log({ event: "delivery", target: target.name, ...entry });
  }

  run(now: number): void {
    if (this.#isBlocked() || now < this.#pausedUntil) return;
    const room = this.#places - this.#running.size;
    if (room <= 0) return;
    const due = this.#store.dueRetries(this.target.name, now, this.#running, room);
    const all = due.length < room ? [...due, ...this.#store.takeFresh(this.target.name, room - due.length)] : due;
    for (const event of all) void this.#attempt(event, now);
  }

  nextDue(): number | undefined {
    if (this.target.fault !== undefined || this.#running.size >= this.#places) return undefined;
    const due = this.#store.hasFresh(this.target.name) ? 0 : this.#store.nextRetry(this.target.name, this.#running);
    return due === undefined ? undefined : Math.max(due, this.#pausedUntil);
  }

  /** Forgets that the target failed: the operator has it tried again. */
  reset(): void {
    this.#pausedUntil = 0;
    this.#goneUntil = 0;
  }

  metrics(): TargetMetrics {
    return { target: this.target.name, delivered: this.#delivered, failed: this.#failed, buried: this.#buried, running: this.#running.size };
  }

  /** While it only fails, a target is tried with one event at a time. */
  get #places(): number {
    return this.#failing.size < FAILURES ? this.target.places : 1;
  }

  /** A target that can't be called at all keeps its events, and burns none of their attempts. */
  #isBlocked(): boolean {
    const { fault } = this.target;
    if (fault !== undefined && !this.#faultLogged && this.#store.hasFresh(this.target.name)) {
      this.#faultLogged = true;
      this.#log({ error: fault });
    }
    return fault !== undefined;
  }

  async #attempt(event: PendingEvent, now: number): Promise<void> {
    const began = Date.now();
    this.#running.add(event.number);
    try {
      const taken = now < this.#goneUntil ? this.#refuseGone() : await limited(this.target.timeout, (signal) => this.target.deliver(event, signal, now));
      if (taken) this.#taken(event);
      else this.#absent(event);
    } catch (error) {
      this.#failure(event, error instanceof DeliveryError ? error : new DeliveryError(error instanceof Error ? error.message : String(error)), now + Date.now() - began);
    } finally {
      this.#running.delete(event.number);
      this.#wake();
    }
  }

  #refuseGone(): never {
    throw new DeliveryError("The webhook answered 410 to an earlier event", { final: true });
  }

  #taken(event: PendingEvent): void {
    this.#store.finish(this.target.name, event);
    this.#delivered++;
    this.#failing.clear();
    this.#pauses = 0;
    this.#pausedUntil = 0;
    if (!this.#healthy) this.#log({ state: "recovered" });
    this.#healthy = true;
  }

  /** Nobody takes events of this type. One that is from before a deploy may have been for somebody. */
  #absent(event: PendingEvent): void {
    if (this.#store.isOlder(event) && this.target.accepted?.(event.type) !== false) this.#bury(event, "The Worker has no handler for it any more");
    else this.#store.finish(this.target.name, event);
  }

  #failure(event: PendingEvent, error: DeliveryError, now: number): void {
    const message = error.message.slice(0, 500);
    this.#failed++;
    if (error.gone) this.#goneUntil = now + GONE;
    // The target went away in the middle of it, which counts as no attempt: it is tried again with the next one that comes.
    if (error.lost) return this.#store.retry(this.target.name, { ...event, attempts: Math.max(0, event.attempts - 1) }, now + AGAIN, message);
    const wait = RETRIES[event.attempts];
    if (error.final || error.gone || wait === undefined || now - event.added > (this.target.oldest ?? OLDEST)) {
      this.#bury(event, message);
    } else {
      this.#store.retry(this.target.name, event, now + Math.max(error.retryAfter ?? 0, jitter(wait)), message);
      if (this.#healthy) this.#log({ state: "failing", id: event.id, error: message });
      this.#healthy = false;
    }
    if (error.retryAfter !== undefined) this.#pausedUntil = Math.max(this.#pausedUntil, now + error.retryAfter);
    if (error.final || error.gone) return;
    if (this.#failing.size < FAILURES) this.#failing.add(event.number);
    else this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(LONGEST_PAUSE, SECOND * 2 ** Math.min(this.#pauses++, 10)));
  }

  #bury(event: PendingEvent, error: string): void {
    this.#buried++;
    this.#store.bury(this.target.name, event, error);
    this.#log({ state: "dead-letter", id: event.id, attempts: event.attempts + 1, error });
  }
}

/** Does `work`, and rejects when it takes longer than `timeout`; then its signal is aborted. */
async function limited<T>(timeout: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DeliveryError(`No answer within ${timeout / 1000} seconds`));
      abort.abort();
    }, timeout);
  });
  try {
    return await Promise.race([work(abort.signal), late]);
  } finally {
    clearTimeout(timer ?? null);
  }
}

/** Spread, so that what failed together is not tried together. */
function jitter(wait: number): number {
  return Math.round(wait * (0.9 + 0.2 * Math.random()));
}
