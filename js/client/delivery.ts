import { deadline } from "./deadline.ts";
import { aborted, setLate, SmppError, TimeoutError } from "./errors.ts";
import { Generations } from "./generations.ts";
import type { Offered } from "./inbound.ts";
import { UNKNOWN, type LateResult } from "./late.ts";
import { isAborted, offAbort, onAbort } from "./signals.ts";
import type { ConnectOptions, Report, ReportStatus, SentSegment } from "./types.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Most messages that asked for a report and are remembered, by default. */
const TRACKED = 10_000;
/** Messages that may be waited for at a time. */
const MOST_WAITING = 100_000;
/** How long a report waits for somebody to want it before the SMSC is asked to send it again. */
const HOLD = 1_000;

/** Why no report can be matched with a message whose id another one has by now. */
const SHARED = "gave its id to another message, too";

/** From best to worst. */
const RANK: ReportStatus[] = ["delivered", "accepted", "scheduled", "enroute", "unknown", "skipped", "deleted", "expired", "undeliverable", "rejected"];

const NONE: string[] = [];
const NO_IDS: ReadonlyMap<string, string> = new Map();

/** Answers a report: taken, or to be sent again. */
export type Answer = (request: number, taken: boolean) => void;

/** A report that nobody has taken yet, and whose sender has no answer yet. */
interface Held {
  request: number;
  timer: ReturnType<typeof setTimeout>;
}

/** A report that came before the answer to its submission. */
interface Early {
  report: Report;
  held: Held | undefined;
}

/** A message whose segments have their answers. */
export interface Answered {
  readonly segments: readonly SentSegment[];
  /** What is compared with a report's: of the only segment, or of each accepted one, by its index. */
  readonly keys: string | readonly string[];
  readonly tag: string | undefined;
}

interface Waiter {
  resolve(report: Report): void;
  reject(error: Error): void;
  stopTimer: (() => void) | undefined;
  signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
}

function noReport(why: string): SmppError {
  return new SmppError(`the SMSC ${why}: no report can be matched with it`, { code: "no-report", command: "submit_sm", outcome: "unknown" });
}

/**
 * What the client remembers of a message: enough to recognise a report on it, and what that report lacks. It does not keep the reports: once
 * all have come, only the caller's `Sent` does.
 */
export class Known {
  readonly tag: string | undefined;
  /** The ids as the SMSC gave them: that of the only segment, or by key those of a long message that are spelt in another way than the key. */
  ids: string | ReadonlyMap<string, string>;
  /** Where its reports go; undefined once all have come. */
  delivery: Delivery | undefined = undefined;
  /** Whether somebody has asked for the result. */
  wanted = false;
  /** Reports that nobody took yet. */
  held: Held[] | undefined = undefined;

  constructor(tag: string | undefined, ids: string | ReadonlyMap<string, string>) {
    this.tag = tag;
    this.ids = ids;
  }

  /** Puts the message's tag, and its id as the SMSC gave it, into a report. */
  complete(key: string, report: Report): void {
    if (this.tag !== undefined) report.tag = this.tag;
    report.messageId = typeof this.ids === "string" ? this.ids : (this.ids.get(key) ?? key);
  }
}

/** Brings together messages that asked for reports and the reports, whichever comes first and on whatever connection. */
export class Deliveries {
  readonly #answer: Answer;
  /** Whether the SMSC reports a long message once. */
  readonly #once: boolean;
  /** By comparison key. Those that are waited for are kept beside, until that ends. */
  readonly #remembered: Generations<Known>;
  readonly #waiting = new Map<string, Known>();
  readonly #early: Generations<Early>;
  readonly #held = new Set<Held>();
  /** Messages on their way that asked for a report. */
  #expected = 0;
  #closed: Error | undefined;

  constructor(answer: Answer, { receipts, maxTracked = TRACKED, trackTimeout = DAY }: Pick<ConnectOptions, "receipts" | "maxTracked" | "trackTimeout">) {
    // The older half is forgotten when there are so many.
    const half = Math.ceil(maxTracked / 2);
    this.#answer = answer;
    this.#once = receipts === "message";
    this.#remembered = new Generations(half, trackTimeout || Infinity);
    this.#early = new Generations(half, MINUTE);
  }

  /** A message that asks for a report is on its way. */
  expect(): void {
    this.#expected++;
  }

  /** The message was not accepted: there will be no report. */
  forget(): void {
    this.#expected--;
  }

  /** The message was accepted. `refused`: not all of it. */
  accepted(message: Answered, refused: boolean): Delivery {
    this.#expected--;
    const delivery = new Delivery(this, message, refused, this.#once);
    const { keys } = delivery;
    if (typeof keys === "string") this.#remember(keys, delivery);
    else for (const key of keys) this.#remember(key, delivery);
    return delivery;
  }

  /** More of an accepted message was accepted, late. */
  extended(delivery: Delivery, message: Answered, refused: boolean): void {
    this.#expected--;
    for (const key of delivery.extend(message, refused)) this.#remember(key, delivery);
  }

  #remember(key: string, delivery: Delivery): void {
    const { known } = delivery;
    const former = this.find(key);
    // An id belongs to the message that got it last: an SMSC that starts again may count from 1.
    if (former !== undefined && former !== known) former.delivery?.displaced();
    this.#remembered.set(key, known);
    if (delivery.isWaitedFor) this.#waiting.set(key, known);
    const early = this.#early.isEmpty() ? undefined : this.#early.take(key);
    if (early === undefined) return;
    delivery.addEarly(key, early.report);
    if (early.held === undefined) return;
    if (known.wanted) this.release(early.held);
    else (known.held ??= []).push(early.held);
  }

  /** The message that a report with this key is about; undefined if it is not known, or not any more. */
  find(key: string): Known | undefined {
    // A receiver of what others have sent knows of no message: nothing is to be looked for.
    if (this.#remembered.isEmpty() && this.#waiting.size === 0) return undefined;
    return this.#remembered.get(key) ?? this.#waiting.get(key);
  }

  /**
   * Takes a report in, on the message that was found for it. `offered`: a handler or a loop has taken it and will answer. Otherwise it is
   * answered here: taken if `delivered()` was called for its message; if nobody has it, held a moment if that may still happen, else to be
   * sent again.
   */
  offer(key: string, known: Known | undefined, report: Report, request: number, offered: Offered): void {
    if (known !== undefined) {
      if (report.final) known.delivery?.add(key, report);
      if (offered === "taken") return;
      if (known.wanted) this.#answer(request, true);
      else if (offered === "refused") (known.held ??= []).push(this.#hold(request));
    } else if (this.#expected > 0) {
      const held = offered === "refused" ? this.#hold(request) : undefined;
      if (report.final) this.#early.set(key, { report, held });
    } else if (offered === "refused") {
      this.#answer(request, false);
    }
  }

  /** The client is closed: whoever waits gets `error`. */
  close(error: Error): void {
    this.#closed = error;
    for (const held of this.#held) clearTimeout(held.timer);
    this.#held.clear();
    for (const { delivery } of new Set(this.#waiting.values())) delivery?.fail(error);
    this.#waiting.clear();
    this.#remembered.clear();
    this.#early.clear();
  }

  /** Somebody waits: the message is kept until that ends. Returns why it can't be. */
  watch({ keys, known }: Delivery): Error | undefined {
    if (this.#closed !== undefined) return this.#closed;
    if (this.#waiting.size >= MOST_WAITING) {
      return new SmppError(`more than ${MOST_WAITING} delivery reports are waited for`, { code: "queue-full", command: "submit_sm", outcome: "unknown" });
    }
    for (const key of each(keys)) this.#waiting.set(key, known);
    return undefined;
  }

  /** Nobody waits any more, but a report that comes (again) is still known. */
  unwatch({ keys, known }: Delivery): void {
    for (const key of each(keys)) {
      if (this.#waiting.delete(key)) this.#remembered.set(key, known);
    }
  }

  /** Acknowledges the report to the SMSC after all. */
  release(held: Held): void {
    clearTimeout(held.timer);
    if (this.#held.delete(held)) this.#answer(held.request, true);
  }

  #hold(request: number): Held {
    const held: Held = {
      request,
      timer: setTimeout(() => {
        if (this.#held.delete(held)) this.#answer(request, false);
      }, HOLD),
    };
    this.#held.add(held);
    return held;
  }
}

/** The reports of one message, brought together. */
export class Delivery {
  readonly #owner: Deliveries;
  readonly known: Known;
  /** Of the accepted segments: of a single one, or of several, each once: some SMSCs give all segments one id. */
  keys: string | string[];
  /** Those without a final report; none once it is empty. */
  #missing: string | string[];
  #worst: Report | undefined = undefined;
  #refused: boolean;
  readonly #once: boolean;
  #waiters: Set<Waiter> | undefined = undefined;
  /** Whether another message has one of the ids by now. */
  #displaced = false;

  /** A segment that the SMSC gave no id has no report that could be recognised, so none is waited for. */
  constructor(owner: Deliveries, message: Answered, refused: boolean, once: boolean) {
    const { keys, segments, tag } = message;
    this.#owner = owner;
    this.#once = once;
    this.#refused = refused;
    const single = typeof keys === "string" && keys !== "";
    this.known = new Known(tag, single ? segments[0]!.messageId : spelt(message));
    this.keys = single ? keys : keysOf(message);
    this.#missing = this.keys;
    this.known.delivery = this;
  }

  /** Whether somebody waits for the result. */
  get isWaitedFor(): boolean {
    return this.#waiters !== undefined && this.#waiters.size > 0;
  }

  /** Further segments were accepted. Returns their keys. */
  extend(message: Answered, refused: boolean): string[] {
    const before = each(this.keys);
    const added = keysOf(message).filter((key) => !before.includes(key));
    this.known.ids = spelt(message);
    this.keys = [...before, ...added];
    if (!this.#once || this.#worst === undefined) this.#missing = [...each(this.#missing), ...added];
    this.#refused = refused;
    if (this.#missing.length > 0) this.known.delivery = this;
    return added;
  }

  /** The report over all segments, if all have come. */
  #result(): Report | undefined {
    const worst = this.#worst;
    if (this.#missing.length > 0 || worst === undefined) return undefined;
    return this.#refused ? { ...worst, status: "rejected" } : worst;
  }

  /** Takes in a final report; one that comes again changes nothing. */
  add(key: string, report: Report): void {
    const missing = this.#missing;
    if (missing === key) this.#missing = NONE;
    else if (typeof missing !== "string" && missing.includes(key)) this.#missing = this.#once ? NONE : missing.filter((other) => other !== key);
    else return;
    if (this.#worst === undefined || RANK.indexOf(report.status) > RANK.indexOf(this.#worst.status)) this.#worst = report;
    const result = this.#result();
    if (result === undefined) return;
    this.known.delivery = undefined;
    this.#settleAll((waiter) => waiter.resolve(result));
  }

  /** The same for one that came before the message was accepted. It was handed on without tag and id, so that they go into a copy. */
  addEarly(key: string, report: Report): void {
    const own = { ...report };
    this.known.complete(key, own);
    this.add(key, own);
  }

  fail(error: Error): void {
    this.#settleAll((waiter) => waiter.reject(error));
  }

  /** The SMSC gave one of the ids to another message: reports with it are that one's. */
  displaced(): void {
    this.#displaced = true;
    this.fail(noReport(SHARED));
  }

  wait(timeout: number | undefined, signal: AbortSignal | undefined): Promise<Report> {
    if (this.keys.length === 0) {
      return Promise.reject(noReport("gave the message no id"));
    }
    const { known } = this;
    known.wanted = true;
    for (const held of known.held ?? []) this.#owner.release(held);
    known.held = undefined;
    const result = this.#result();
    if (result !== undefined) return Promise.resolve(result);
    if (this.#displaced) return Promise.reject(noReport(SHARED));
    if (signal !== undefined && isAborted(signal)) return Promise.reject(this.#withLate(aborted(signal, "delivered()", "unknown")));
    const impossible = this.#owner.watch(this);
    if (impossible !== undefined) return Promise.reject(impossible);
    return new Promise((resolve, reject) => this.#enter({ resolve, reject, signal, stopTimer: undefined, onAbort: undefined }, timeout));
  }

  /** The error of a wait that ended before the report came: the report may come yet. */
  #withLate(error: SmppError): SmppError {
    setLate(error, () => this.#late());
    return error;
  }

  async #late(): Promise<LateResult> {
    try {
      return { outcome: "reported", report: await this.wait(undefined, undefined) };
    } catch {
      return UNKNOWN;
    }
  }

  #enter(waiter: Waiter, timeout: number | undefined): void {
    (this.#waiters ??= new Set()).add(waiter);
    if (timeout === undefined && waiter.signal === undefined) return;
    const leave = (error: SmppError): void => {
      this.#leave(waiter);
      if (!this.isWaitedFor) this.#owner.unwatch(this);
      waiter.reject(this.#withLate(error));
    };
    if (timeout !== undefined) {
      waiter.stopTimer = deadline(timeout, () => leave(new TimeoutError(`no final delivery report came within ${timeout} ms`, {
        code: "timeout", command: "submit_sm", outcome: "unknown",
      })));
    }
    if (waiter.signal !== undefined) {
      waiter.onAbort = () => leave(aborted(waiter.signal, "delivered()", "unknown"));
      onAbort(waiter.signal, waiter.onAbort);
    }
  }

  #leave(waiter: Waiter): void {
    this.#waiters?.delete(waiter);
    waiter.stopTimer?.();
    if (waiter.signal !== undefined && waiter.onAbort !== undefined) offAbort(waiter.signal, waiter.onAbort);
  }

  #settleAll(settle: (waiter: Waiter) => void): void {
    if (this.#waiters === undefined) return;
    for (const waiter of this.#waiters) {
      this.#leave(waiter);
      settle(waiter);
    }
    this.#owner.unwatch(this);
  }
}

const each = (keys: string | string[]): string[] => (typeof keys === "string" ? [keys] : keys);

/** The keys of the accepted segments, each once, without those of segments that the SMSC gave no id. */
function keysOf({ keys, segments }: Answered): string[] {
  if (typeof keys === "string") return NONE;
  return [...new Set(keys.filter((key, index) => key !== "" && segments[index]?.status === "accepted"))];
}

/** By key, the ids that the SMSC spells in another way than the key. */
function spelt({ keys, segments }: Answered): ReadonlyMap<string, string> {
  if (typeof keys === "string") return NO_IDS;
  return new Map(segments.flatMap(({ status, messageId }, index) => (status === "accepted" && messageId !== keys[index] ? [[keys[index] as string, messageId]] : [])));
}
