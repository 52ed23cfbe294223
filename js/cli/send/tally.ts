import { SmppError } from "../../client/errors.ts";

/** What became of a message. */
export type Outcome = "accepted" | "partial" | "rejected" | "unknown" | "not-sent" | "skipped";

const WORDS: Record<Outcome, string> = { accepted: "accepted", partial: "accepted in part", rejected: "rejected", unknown: "unknown", "not-sent": "not sent", skipped: "skipped" };

/** Counts what became of the messages, and why. Its memory is that of the kinds of errors, not of the messages. */
export class Tally {
  readonly counts: Record<Outcome, number> = { accepted: 0, partial: 0, rejected: 0, unknown: 0, "not-sent": 0, skipped: 0 };
  segments = 0;
  /** Final delivery reports by their status; `"none"`: it did not come in time. */
  readonly reports = new Map<string, number>();
  readonly #reasons = new Map<string, { count: number; line: number; message: string }>();
  /** What stands before a message's number. */
  readonly #place: string;

  constructor(place = "on line") {
    this.#place = place;
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  accept(outcome: "accepted" | "partial", segments: number): void {
    this.counts[outcome]++;
    this.segments += segments;
  }

  /** Returns the outcome of a message that failed. */
  fail(line: number, error: Error): Outcome {
    const outcome = error instanceof SmppError ? error.outcome : "not-sent";
    this.counts[outcome]++;
    const label = reason(error);
    this.#reason(label, line, error.message);
    return outcome;
  }

  /** A message that an earlier run ended in the middle of. */
  doubt(line: number): void {
    this.counts.unknown++;
    this.#reason("interrupted", line, "an earlier run ended before the SMSC's answer");
  }

  skip(line: number, why: string): void {
    this.counts.skipped++;
    this.#reason(why, line, why);
  }

  report(status: string): void {
    this.reports.set(status, (this.reports.get(status) ?? 0) + 1);
  }

  /** Whether all that was to be sent was accepted, and, of what was waited for, delivered. */
  get complete(): boolean {
    const { accepted, skipped } = this.counts;
    return accepted + skipped === this.total && [...this.reports.keys()].every((status) => status === "delivered");
  }

  /** `9,990 accepted, 7 rejected`. */
  toString(): string {
    const parts = (Object.keys(WORDS) as Outcome[]).filter((outcome) => this.counts[outcome] > 0).map((outcome) => `${number(this.counts[outcome])} ${WORDS[outcome]}`);
    return parts.length > 0 ? parts.join(", ") : "none";
  }

  #reason(label: string, line: number, message: string): void {
    const known = this.#reasons.get(label);
    if (known === undefined) this.#reasons.set(label, { count: 1, line, message });
    else known.count++;
  }

  /** How many of each kind of error there were. */
  errors(): Record<string, number> {
    return Object.fromEntries([...this.#reasons].map(([label, { count }]) => [label, count]));
  }

  /** A line for each kind of error. */
  reasons(): string[] {
    return [...this.#reasons].map(([label, { count, line, message }]) => `  ${number(count)} × ${label}, first ${this.#place} ${line}${message === label ? "" : `: ${message}`}`);
  }
}

/** The SMSC's name for it, or the word for what went wrong on this side. */
export function reason(error: Error): string {
  if (!(error instanceof SmppError)) return "unreadable";
  return typeof error.code === "number" ? error.name : error.code;
}

export function number(value: number): string {
  return value.toLocaleString("en");
}

/** `1 message`, `2,000 messages`. */
export function counted(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}
