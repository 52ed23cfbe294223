import { deadline } from "./deadline.ts";
import { aborted, setLate, SmppError, TimeoutError } from "./errors.ts";
import { Generations } from "./generations.ts";
import type { Offered } from "./inbound.ts";
import { UNKNOWN, type LateResult } from "./late.ts";
import { isAborted, offAbort, onAbort } from "./signals.ts";
import type { Report, ReportStatus } from "./types.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Messages remembered that asked for reports and that nobody waits for yet, a generation. */
const REMEMBERED = 5_000;
/** Messages that may be waited for at a time. */
const MOST_WAITING = 100_000;
/** How long a report waits for somebody to want it before the SMSC is asked to send it again. */
const HOLD = 1_000;

/** Why no report can be matched with a message whose id another one has by now. */
const SHARED = "gave its id to another message, too";

/** From best to worst. */
const RANK: ReportStatus[] = ["delivered", "accepted", "scheduled", "enroute", "unknown", "skipped", "deleted", "expired", "undeliverable", "rejected"];

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

/** The ids of a message's accepted segments, by what is compared. */
export interface Identifiers {
  keys: string[];
  /** By key, those that the SMSC spells in another way than the key; undefined if there are none. */
  spelt: Map<string, string> | undefined;
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

/** Brings together messages that asked for reports and the reports, whichever comes first and on whatever connection. */
export class Deliveries {
  readonly #answer: Answer;
  /** By comparison key: those waited for, and those remembered. */
  readonly #waiting = new Map<string, Delivery>();
  readonly #remembered = new Generations<Delivery>(REMEMBERED, DAY);
  readonly #early = new Generations<Early>(REMEMBERED, MINUTE);
  readonly #held = new Set<Held>();
  /** Messages on their way that asked for a report. */
  #expected = 0;
  #closed: Error | undefined;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /** A message that asks for a report is on its way. */
  expect(): void {
    this.#expected++;
  }

  /** The message was not accepted: there will be no report. */
  forget(): void {
    this.#expected--;
  }

  /** The message was accepted, with these ids. `refused`: not all of it; `once`: its SMSC reports a long message once. */
  accepted(ids: Identifiers, refused: boolean, tag: string | undefined, once = false): Delivery {
    this.#expected--;
    const delivery = new Delivery(this, ids, refused, tag, once);
    for (const key of delivery.keys) {
      const early = this.#early.take(key);
      if (early !== undefined) {
        delivery.addEarly(key, early.report);
        if (early.held !== undefined) delivery.held.push(early.held);
      }
      this.#displace(key, delivery);
      this.#remembered.set(key, delivery);
    }
    return delivery;
  }

  /** An id belongs to the message that got it last: an SMSC that starts again may count from 1. */
  #displace(key: string, delivery: Delivery): void {
    const former = this.#waiting.get(key) ?? this.#remembered.get(key);
    if (former !== undefined && former !== delivery) former.displaced();
  }

  /** Puts the tag and the id of its message, as `sendSms` gave them, into a report; nothing if the message is not known any more. */
  complete(key: string, report: Report): void {
    (this.#waiting.get(key) ?? this.#remembered.get(key))?.complete(key, report);
  }

  /** More of an accepted message was accepted, late, with these ids. */
  extended(delivery: Delivery, ids: Identifiers, refused: boolean): void {
    this.#expected--;
    const watched = delivery.keys.some((key) => this.#waiting.has(key));
    delivery.extend(ids, refused);
    for (const key of ids.keys) {
      const early = this.#early.take(key);
      this.#displace(key, delivery);
      if (watched) this.#waiting.set(key, delivery);
      else this.#remembered.set(key, delivery);
      if (early === undefined) continue;
      delivery.addEarly(key, early.report);
      if (early.held === undefined) continue;
      if (delivery.wanted) this.release(early.held);
      else delivery.held.push(early.held);
    }
  }

  /**
   * Takes a report in. `offered`: a handler or a loop has taken it and will answer. Otherwise it is answered here: taken if
   * `delivered()` was called for its message; if nobody has it, held a moment if that may still happen, else to be sent again.
   */
  offer(key: string, report: Report, request: number, offered: Offered): void {
    const handled = offered === "taken";
    // A receiver of what others have sent knows of no message: nothing is to be looked for.
    if (handled && this.#expected === 0 && this.#waiting.size === 0 && this.#remembered.isEmpty()) return;
    const delivery = this.#waiting.get(key) ?? this.#remembered.get(key);
    if (delivery !== undefined) {
      if (report.final) delivery.add(key, report);
      if (handled) return;
      if (delivery.wanted) this.#answer(request, true);
      else if (offered === "refused") delivery.held.push(this.#hold(request));
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
    for (const delivery of new Set(this.#waiting.values())) delivery.fail(error);
    this.#waiting.clear();
    this.#remembered.clear();
    this.#early.clear();
  }

  /** Somebody waits: the keys are kept until that ends. Returns why it can't be. */
  watch(delivery: Delivery): Error | undefined {
    if (this.#closed !== undefined) return this.#closed;
    if (this.#waiting.size >= MOST_WAITING) {
      return new SmppError(`more than ${MOST_WAITING} delivery reports are waited for`, { code: "queue-full", command: "submit_sm", outcome: "unknown" });
    }
    for (const key of delivery.keys) {
      this.#remembered.take(key);
      this.#waiting.set(key, delivery);
    }
    return undefined;
  }

  /** Nobody waits any more, but a report that comes (again) is still known. */
  unwatch(delivery: Delivery): void {
    for (const key of delivery.keys) {
      if (this.#waiting.delete(key)) this.#remembered.set(key, delivery);
    }
  }

  /** Tells the SMSC that the report was taken after all. */
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

/** The reports of one message. */
export class Delivery {
  readonly #owner: Deliveries;
  /** Of the accepted segments, each once: some SMSCs give all segments one id. */
  keys: string[];
  #spelt: Map<string, string> | undefined;
  /** Those without a final report. */
  #missing: string[];
  #worst: Report | undefined;
  #refused: boolean;
  readonly #once: boolean;
  readonly tag: string | undefined;
  #waiters = new Set<Waiter>();
  /** Whether another message has one of the ids by now. */
  #displaced = false;
  /** Whether somebody has asked for the result. */
  wanted = false;
  held: Held[] = [];

  /** A segment that the SMSC gave no id has no report that could be told from others, so that none is waited for. */
  constructor(owner: Deliveries, { keys, spelt }: Identifiers, refused: boolean, tag: string | undefined, once: boolean) {
    this.#owner = owner;
    this.#once = once;
    this.#spelt = spelt;
    this.keys = keys.length === 1 && keys[0] !== "" ? keys : [...new Set(keys.filter((key) => key !== ""))];
    this.#missing = this.keys;
    this.#refused = refused;
    this.tag = tag;
  }

  /** Further segments were accepted. */
  extend({ keys, spelt }: Identifiers, refused: boolean): void {
    if (spelt !== undefined) this.#spelt = new Map([...(this.#spelt ?? []), ...spelt]);
    const added = [...new Set(keys)].filter((key) => key !== "" && !this.keys.includes(key));
    this.keys = [...this.keys, ...added];
    if (!this.#once || this.#worst === undefined) this.#missing = [...this.#missing, ...added];
    this.#refused = refused;
  }

  /** The report over all segments, if all have come. */
  #result(): Report | undefined {
    const worst = this.#worst;
    if (this.#missing.length > 0 || worst === undefined) return undefined;
    return this.#refused ? { ...worst, status: "rejected" } : worst;
  }

  /** Puts the message's tag, and its id as the SMSC gave it, into a report. */
  complete(key: string, report: Report): void {
    if (this.tag !== undefined) report.tag = this.tag;
    report.messageId = this.#spelt?.get(key) ?? key;
  }

  /** Takes in a final report; one that comes again changes nothing. */
  add(key: string, report: Report): void {
    if (!this.#missing.includes(key)) return;
    this.#missing = this.#once ? [] : this.#missing.filter((other) => other !== key);
    if (this.#worst === undefined || RANK.indexOf(report.status) > RANK.indexOf(this.#worst.status)) this.#worst = report;
    const result = this.#result();
    if (result !== undefined) this.#settleAll((waiter) => waiter.resolve(result));
  }

  /** The same for one that came before the message was accepted. It was handed on without tag and id, so that they go into a copy. */
  addEarly(key: string, report: Report): void {
    const own = { ...report };
    this.complete(key, own);
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
    this.wanted = true;
    for (const held of this.held) this.#owner.release(held);
    this.held = [];
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
    this.#waiters.add(waiter);
    const leave = (error: SmppError): void => {
      this.#leave(waiter);
      if (this.#waiters.size === 0) this.#owner.unwatch(this);
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
    this.#waiters.delete(waiter);
    waiter.stopTimer?.();
    if (waiter.signal !== undefined && waiter.onAbort !== undefined) offAbort(waiter.signal, waiter.onAbort);
  }

  #settleAll(settle: (waiter: Waiter) => void): void {
    for (const waiter of this.#waiters) {
      this.#leave(waiter);
      settle(waiter);
    }
    this.#owner.unwatch(this);
  }
}
