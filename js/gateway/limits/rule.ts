// How many messages a recipient, a block of numbers and an API key may get: the rule alone, without storage and clock.

import { localTime } from "../model/time-zone.ts";

/** At most `count` messages in any `seconds`. */
export interface Window {
  count: number;
  seconds: number;
}

export interface Rules {
  /** Of one recipient. */
  recipient: Window[];
  /** Of all recipients whose numbers differ in the last four digits only. */
  prefix: Window[];
  /** Milliseconds in which a recipient gets the same text from the same sender once; 0: as often as it is sent. */
  duplicate: number;
  /** Messages that are over a limit are counted and pass. */
  monitor: boolean;
}

/** What a message is known by. */
export interface Ticket {
  /** The caller's: who repeats a call is not counted twice. The parts of a long message that come one by one have the same. */
  ticket: number;
  /** Which of these parts it is. */
  part?: number | undefined;
}

/** A message that was counted. */
export interface Entry {
  at: number;
  ticket: number;
  /** The parts of a long message that came, until it is too old for another. */
  parts?: number[];
  /** What stands for its text and sender. */
  text?: string;
}

/** A message to be counted. */
export interface Candidate extends Ticket {
  /** The recipient's digits. */
  number: string;
  text?: string | undefined;
}

export type CountCheck = "recipient" | "prefix" | "duplicate";

/** What one check says. `free`: when it would let the message pass; `since`: when the first message with the same text was counted. */
export interface Finding {
  check: CountCheck;
  free: number;
  since?: number;
}

/** Where entries are kept, by the recipient's digits. */
export interface EntryStore {
  read(number: string): Entry[];
  /** Replaces the entries of a number, the oldest first; none removes it. */
  write(number: string, entries: Entry[], until: number): void;
  /** The entries of all numbers that begin so and have four digits more. */
  block(prefix: string): Entry[][];
}

/** Digits at the end of a number that its prefix lacks, and the fewest of a number with a prefix. */
const OWN_DIGITS = 4;
const FEWEST_DIGITS = 8;
/** Entries of one number: what has no limit but that on the same text could have any number of texts. */
const MOST_ENTRIES = 10_000;
/** Prefixes of which the times are kept in memory. */
const MOST_PREFIXES = 1_000;
/** Milliseconds in which all parts of a long message come. */
const PARTS_WITHIN = 300_000;

/** The number without its last four digits; undefined for a short code, and for what is no number. */
export function prefixOf(number: string): string | undefined {
  return number.length >= FEWEST_DIGITS && /^\d+$/.test(number) ? number.slice(0, -OWN_DIGITS) : undefined;
}

/** When a message passes after messages at `times`, the oldest first: `now`, if none of the windows is full. */
export function freeAt(times: readonly number[], windows: readonly Window[], now: number): number {
  return Math.max(now, ...windows.map(({ count, seconds }) => (times[times.length - count] ?? -Infinity) + seconds * 1000));
}

/** Whether a message was counted before, or is a further part of a long one: programs use the same few references again and again. */
function isCounted(entries: Entry[], { ticket, part }: Ticket): boolean {
  const entry = entries.findLast((own) => own.ticket === ticket && (part === undefined || own.parts?.includes(part) === false));
  if (part !== undefined) entry?.parts?.push(part);
  return entry !== undefined;
}

/** An entry for a message that is counted now. */
function entryOf({ ticket, part }: Ticket, at: number): Entry {
  return { at, ticket, ...(part !== undefined && { parts: [part] }) };
}

/** Takes a message out; returns whether nothing of it is left. Of a long message that is too old for parts the first one decides. */
function takeBack(entries: Entry[], { ticket, part }: Ticket): boolean {
  const i = entries.findLastIndex((own) => own.ticket === ticket && (own.parts ? own.parts.includes(part!) : (part ?? 1) === 1));
  const parts = entries[i]?.parts;
  if (parts) parts.splice(parts.indexOf(part!), 1);
  if (i < 0 || parts?.length) return false;
  entries.splice(i, 1);
  return true;
}

/** Long messages that are too old get no further parts. */
function closeOld(entries: Entry[], now: number): void {
  for (const entry of entries) if (entry.at <= now - PARTS_WITHIN) delete entry.parts;
}

/** The long messages of the last minutes, in memory. */
export class LongMessages {
  readonly #entries = new Map<number, Entry[]>();

  /** Whether it is a part of a message that was counted. */
  has(message: Ticket, now: number): boolean {
    for (const [ticket, entries] of this.#entries) {
      if ((entries.at(-1)?.at ?? 0) > now - PARTS_WITHIN) break;
      this.#entries.delete(ticket);
    }
    const own = this.#entries.get(message.ticket) ?? [];
    closeOld(own, now);
    return message.part !== undefined && isCounted(own, message);
  }

  /** Notes a message that was counted. */
  add(message: Ticket, now: number): void {
    if (message.part === undefined) return;
    const own = this.#entries.get(message.ticket)?.filter(({ parts }) => parts) ?? [];
    // The latest is the last in the map.
    this.#entries.delete(message.ticket);
    this.#entries.set(message.ticket, [...own, entryOf(message, now)]);
  }

  /** Takes a message out; returns whether nothing of it is left. */
  takeBack(message: Ticket): boolean {
    const own = this.#entries.get(message.ticket);
    return own?.length ? takeBack(own, message) : (message.part ?? 1) === 1;
  }
}

/** Counts the messages of some recipients: with a prefix all of its numbers are here. */
export class Counter {
  readonly #rules: Rules;
  readonly #store: EntryStore;
  readonly #prefixes = new Map<string, number[]>();
  /** How long an entry matters, in milliseconds, and how many of a number do. */
  readonly #horizon: number;
  readonly #most: number;

  constructor(rules: Rules, store: EntryStore) {
    this.#rules = rules;
    this.#store = store;
    const windows = [...rules.recipient, ...rules.prefix];
    this.#horizon = Math.max(rules.duplicate, ...windows.map(({ seconds }) => seconds * 1000));
    this.#most = Math.max(1, ...windows.map(({ count }) => count));
  }

  /** What keeps a message from passing now, in the order of the checks. */
  check({ number, text }: Pick<Candidate, "number" | "text">, now: number): Finding[] {
    return this.#check(number, this.#live(number, now), text, now);
  }

  /** Counts a message, unless it is over a limit. One that was counted before stays so. */
  count({ number, text, ...message }: Candidate, now: number): Finding | undefined {
    const entries = this.#live(number, now);
    closeOld(entries, now);
    if (isCounted(entries, message)) {
      if (message.part !== undefined) this.#write(number, entries);
      return undefined;
    }
    const [found] = this.#check(number, entries, text, now);
    if (found && !this.#rules.monitor) return found;
    const at = Math.max(now, entries.at(-1)?.at ?? 0);
    const times = this.#times(number);
    entries.push({ ...entryOf(message, at), ...(text !== undefined && this.#rules.duplicate > 0 && { text }) });
    this.#write(number, this.#needed(entries, now));
    times.push(at);
    return found;
  }

  /** Takes back what a message counted for. */
  giveBack({ number, ...message }: Omit<Candidate, "text">): void {
    const entries = this.#store.read(number);
    if (takeBack(entries, message) || entries.length > 0) this.#write(number, entries);
    this.#prefixes.delete(prefixOf(number) ?? "");
  }

  /** Forgets all messages of a number. */
  forget(number: string): void {
    this.#write(number, []);
    this.#prefixes.delete(prefixOf(number) ?? "");
  }

  #check(number: string, entries: Entry[], text: string | undefined, now: number): Finding[] {
    const { recipient, prefix, duplicate } = this.#rules;
    const same = text === undefined ? undefined : entries.findLast((entry) => entry.text === text);
    const findings: Finding[] = [
      { check: "recipient", free: freeAt(entries.map(({ at }) => at), recipient, now) },
      { check: "prefix", free: freeAt(this.#times(number), prefix, now) },
      { check: "duplicate", free: same ? same.at + duplicate : now, ...(same && { since: same.at }) },
    ];
    return findings.filter(({ free }) => free > now);
  }

  #live(number: string, now: number): Entry[] {
    return this.#store.read(number).filter(({ at }) => at > now - this.#horizon);
  }

  /** The entries that checks need: the latest ones, long messages that may get further parts, and for each text its last. */
  #needed(entries: Entry[], now: number): Entry[] {
    const last = new Map(entries.map((entry) => [entry.text, entry]));
    return entries.filter((entry, i) => i >= entries.length - this.#most || entry.parts || (entry.text !== undefined && entry.at > now - this.#rules.duplicate && last.get(entry.text) === entry)).slice(-MOST_ENTRIES);
  }

  #write(number: string, entries: Entry[]): void {
    this.#store.write(number, entries, (entries.at(-1)?.at ?? 0) + this.#horizon);
  }

  /** The times of a number's prefix, the oldest first: from the entries of its numbers at first. */
  #times(number: string): number[] {
    const prefix = this.#rules.prefix.length > 0 ? prefixOf(number) : undefined;
    if (prefix === undefined) return [];
    const known = this.#prefixes.get(prefix);
    // The last one asked for is the last in the map.
    this.#prefixes.delete(prefix);
    let times = known ?? this.#store.block(prefix).flat().map(({ at }) => at).sort((a, b) => a - b);
    if (times.length > 2 * this.#most) times = times.slice(-this.#most);
    this.#prefixes.set(prefix, times);
    const [first] = this.#prefixes.keys();
    if (this.#prefixes.size > MOST_PREFIXES) this.#prefixes.delete(first!);
    return times;
  }
}

/** Segments that an API key has sent in one day. */
export interface Spent {
  day: string;
  segments: number;
}

/** What was spent after `segments` more; undefined if that is more than `most`. */
export function spend({ day, segments: before }: Spent, today: string, segments: number, most: number): Spent | undefined {
  const sum = (day === today ? before : 0) + segments;
  return sum > most ? undefined : { day: today, segments: sum };
}

/** How many one-time codes a country may get in a day that nobody has used: the more, the more of them are used there. */
export interface UnverifiedRule {
  least: number;
  /** Of the verified codes of the best of fourteen days, or of the last day. */
  share: number;
}

/** Codes that were sent and verified in one hour since 1970. */
export interface HourOfCodes {
  hour: number;
  sent: number;
  verified: number;
}

export const HOUR = 3_600_000;
const DAY = 24;
/** Days of which the best counts. */
export const BEST_OF = 14;

/** What the hours of a country say now: unverified codes of the last 24 hours, and the most that there may be. */
export function unverifiedOf(hours: readonly HourOfCodes[], { least, share }: UnverifiedRule, now: number): { sent: number; verified: number; unverified: number; most: number } {
  const current = Math.floor(now / HOUR);
  const last = hours.filter(({ hour }) => hour > current - DAY && hour <= current);
  const days = new Map<number, number>();
  for (const { hour, verified } of hours) {
    const day = Math.floor(hour / DAY);
    if (day > Math.floor(current / DAY) - BEST_OF) days.set(day, (days.get(day) ?? 0) + verified);
  }
  const sent = last.reduce((sum, hour) => sum + hour.sent, 0);
  const verified = last.reduce((sum, hour) => sum + hour.verified, 0);
  return { sent, verified, unverified: Math.max(0, sent - verified), most: Math.floor(Math.max(least, share * verified, ...[...days.values()].map((count) => share * count))) };
}

/** The day of a time, in a time zone, as 2030-01-31. */
export function dayOf(time: number, timeZone: string): string {
  return localTime(time, timeZone).slice(0, "2030-01-31".length);
}

/** When the day of a time ends, in a time zone, to the second. */
export function endOfDay(time: number, timeZone: string): number {
  const today = dayOf(time, timeZone);
  let [low, high] = [time, time + 26 * 3_600_000];
  while (high - low > 1000) {
    const middle = (low + high) / 2;
    if (dayOf(middle, timeZone) === today) low = middle;
    else high = middle;
  }
  return high;
}
