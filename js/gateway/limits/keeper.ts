import type { Database } from "../link/database.ts";
import type { ExtensionObject } from "../link/extensions.ts";
import { insertRows, type Cell } from "../link/store/insert.ts";
import { BEST_OF, Counter, dayOf, endOfDay, HOUR, LongMessages, prefixOf, spend, unverifiedOf, type Candidate, type CountCheck, type Entry, type EntryStore, type HourOfCodes, type Spent, type Ticket } from "./rule.ts";
import { timeOf, ulidFrom } from "../model/ids.ts";
import { mostOf, type LimitSettings } from "./setting.ts";

const TABLES = [
  // entries: of a recipient, as JSON; until: from then on none of them matters
  "CREATE TABLE IF NOT EXISTS counted (number TEXT PRIMARY KEY, until INTEGER NOT NULL, entries TEXT NOT NULL) WITHOUT ROWID",
  // codes to a country in an hour since 1970
  "CREATE TABLE IF NOT EXISTS codes (country TEXT NOT NULL, hour INTEGER NOT NULL, sent INTEGER NOT NULL, verified INTEGER NOT NULL, PRIMARY KEY (country, hour)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS verified (id TEXT PRIMARY KEY) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS spent (key TEXT PRIMARY KEY, day TEXT NOT NULL, segments INTEGER NOT NULL) WITHOUT ROWID",
];

/** Milliseconds after which what keys have spent is written: each message would be a row. */
const WRITE_AFTER = 1_000;
/** Rows that are looked at to be removed, for each message that is counted. */
const LOOKED_AT = 2;
/** Limits that were announced, before those that have passed are forgotten. */
const MOST_ANNOUNCED = 10_000;

/** What a limit says to a message that is over it. */
export interface Over {
  check: CountCheck | "unverified" | "spend";
  /** When it would pass. */
  free: number;
  /** When the first message with the same text was counted. */
  since?: number;
  /** Whether it is the first one since the limit was reached. */
  first: boolean;
}

/** What {@link LimitKeeper.view} shows of a number. */
export interface CountView {
  counted: number[];
  over: Pick<Over, "check" | "free" | "since">[];
}

/** Counts the messages of some recipients, and what some keys spend. */
export class LimitKeeper {
  readonly #db: Database;
  readonly #settings: LimitSettings | undefined;
  readonly #entries: StoredEntries;
  readonly #counter: Counter;
  readonly #spent = new Map<string, Spent>();
  readonly #codes = new Map<string, HourOfCodes[]>();
  readonly #longCodes = new LongMessages();
  /** Keys, and hours of countries, that are to be written. */
  readonly #unwritten = new Set<string>();
  readonly #unwrittenCodes = new Map<HourOfCodes, string>();
  /** Until when each limit that was announced is not announced again. */
  readonly #announced = new Map<string, number>();

  constructor(db: Database, settings: LimitSettings | undefined) {
    for (const table of TABLES) db.exec(table);
    this.#db = db;
    this.#settings = settings;
    this.#entries = new StoredEntries(db);
    this.#counter = new Counter(settings ?? { recipient: [], prefix: [], duplicate: 0, monitor: true }, this.#entries);
  }

  /** Counts messages, in their order; returns of each what it is over. */
  count(candidates: Candidate[], now = Date.now()): (Over | undefined)[] {
    this.#entries.load(candidates.map(({ number }) => number));
    const found = candidates.map((candidate) => {
      const over = this.#counter.count(candidate, now);
      return over && { ...over, first: this.#announce(`${over.check}/${over.check === "prefix" ? prefixOf(candidate.number) : candidate.number}`, over.free, now) };
    });
    this.#entries.flush();
    this.#entries.purge(LOOKED_AT * candidates.length, now);
    return found;
  }

  giveBack(candidates: Candidate[]): void {
    for (const candidate of candidates) this.#counter.giveBack(candidate);
    this.#entries.flush();
  }

  forget(number: string): void {
    this.#counter.forget(number);
    this.#entries.flush();
  }

  view(number: string, text?: string, now = Date.now()): CountView {
    return { counted: this.#entries.read(number).map(({ at }) => at), over: this.#counter.check({ number, text }, now) };
  }

  /** Counts the segments of a key's messages, in their order. */
  spend(key: string, segments: number[], now = Date.now()): (Over | undefined)[] {
    const most = mostOf(this.#settings, key) ?? Infinity;
    const today = dayOf(now, this.#zone);
    const found = segments.map((count): Over | undefined => {
      const spent = spend(this.spent(key), today, count, most);
      if (spent || this.#settings?.monitor) this.#spent.set(key, spent ?? spend(this.spent(key), today, count, Infinity)!);
      if (spent) return undefined;
      const free = endOfDay(now, this.#zone);
      return { check: "spend", free, first: this.#announce(`spend/${key}`, free, now) };
    });
    this.#writeLater(key);
    return found;
  }

  /** Takes back segments that were counted at a time. */
  refund(key: string, segments: number, at: number): void {
    const { day, segments: before } = this.spent(key);
    if (day !== dayOf(at, this.#zone)) return;
    this.#spent.set(key, { day, segments: Math.max(0, before - segments) });
    this.#writeLater(key);
  }

  /** What a key has spent on the last day that it spent something. */
  spent(key: string): Spent {
    const spent = this.#spent.get(key) ?? this.#db.first<{ day: string; segments: number }>("SELECT day, segments FROM spent WHERE key = ?", key) ?? { day: "", segments: 0 };
    this.#spent.set(key, spent);
    return spent;
  }

  /** Counts codes to a country, in their order; returns of each what it is over. */
  codes(country: string, codes: Ticket[], now = Date.now()): (Over | undefined)[] {
    const { unverified: rule, monitor } = this.#settings ?? {};
    if (!rule) return [];
    const { unverified, most } = unverifiedOf(this.#hours(country), rule, now);
    const free = (Math.floor(now / HOUR) + 1) * HOUR;
    let sent = 0;
    const found = codes.map((code): Over | undefined => {
      if (this.#longCodes.has(code, now)) return undefined;
      const isOver = unverified + sent >= most;
      if (!isOver || monitor) {
        sent++;
        this.#longCodes.add(code, now);
      }
      return isOver ? { check: "unverified", free, first: this.#announce(`unverified/${country}`, free, now) } : undefined;
    });
    this.#addCodes(country, now, { sent });
    return found;
  }

  /** Takes back codes that were counted at a time. */
  uncount(country: string, codes: Ticket[], at: number): void {
    this.#addCodes(country, at, { sent: -codes.filter((code) => this.#longCodes.takeBack(code)).length });
  }

  /** A code was used: it counts at the time of its message, which its id begins with. False if that is known, or too old to matter. */
  verify(country: string, id: string, now = Date.now()): boolean {
    const oldest = ulidFrom(now - BEST_OF * 24 * HOUR);
    if (id < oldest || this.#db.all("INSERT OR IGNORE INTO verified (id) VALUES (?) RETURNING 1", id).length === 0) return false;
    this.#db.exec("DELETE FROM verified WHERE id IN (SELECT id FROM verified WHERE id < ? ORDER BY id LIMIT 10)", oldest);
    this.#addCodes(country, timeOf(id), { verified: 1 });
    return true;
  }

  codesOf(country: string, now = Date.now()): ReturnType<typeof unverifiedOf> {
    return unverifiedOf(this.#hours(country), this.#settings?.unverified ?? { least: 0, share: 0 }, now);
  }

  #hours(country: string): HourOfCodes[] {
    const hours = this.#codes.get(country) ?? this.#db.all<HourOfCodes & Record<string, number>>("SELECT hour, sent, verified FROM codes WHERE country = ? ORDER BY hour", country);
    this.#codes.set(country, hours);
    return hours;
  }

  #addCodes(country: string, at: number, { sent = 0, verified = 0 }: { sent?: number; verified?: number }): void {
    const hour = Math.floor(at / HOUR);
    const hours = this.#hours(country);
    let own = hours.find((other) => other.hour === hour);
    if (!own) hours.push((own = { hour, sent: 0, verified: 0 }));
    own.sent = Math.max(0, own.sent + sent);
    own.verified += verified;
    this.#startTimer();
    this.#unwrittenCodes.set(own, country);
  }

  get #zone(): string {
    return this.#settings?.timeZone ?? "UTC";
  }

  #announce(name: string, until: number, now: number): boolean {
    const isFirst = (this.#announced.get(name) ?? 0) <= now;
    if (isFirst) this.#announced.set(name, until);
    if (this.#announced.size > MOST_ANNOUNCED) for (const [other, end] of this.#announced) if (end <= now) this.#announced.delete(other);
    return isFirst;
  }

  #writeLater(key: string): void {
    this.#startTimer();
    this.#unwritten.add(key);
  }

  #startTimer(): void {
    if (this.#unwritten.size + this.#unwrittenCodes.size === 0) setTimeout(() => this.#write(Date.now()), WRITE_AFTER);
  }

  #write(now: number): void {
    const rows = [...this.#unwritten].map((key): Cell[] => [key, this.spent(key).day, this.spent(key).segments]);
    this.#unwritten.clear();
    insertRows(this.#db, "INSERT OR REPLACE INTO spent", ["key", "day", "segments"], rows);
    const hours = [...this.#unwrittenCodes].map(([{ hour, sent, verified }, country]): Cell[] => [country, hour, sent, verified]);
    insertRows(this.#db, "INSERT OR REPLACE INTO codes", ["country", "hour", "sent", "verified"], hours);
    const oldest = Math.floor(now / HOUR) - 24 * BEST_OF;
    for (const country of new Set(this.#unwrittenCodes.values())) {
      this.#codes.set(country, this.#hours(country).filter(({ hour }) => hour >= oldest));
      this.#db.exec("DELETE FROM codes WHERE country = ? AND hour < ?", country, oldest);
    }
    this.#unwrittenCodes.clear();
  }
}

/** The keeper as an object of the gateway has it. */
export function keeperObject(db: Database, settings: LimitSettings | undefined): ExtensionObject {
  const keeper = new LimitKeeper(db, settings);
  return {
    count: (candidates: Candidate[]) => keeper.count(candidates),
    giveBack: (candidates: Candidate[]) => keeper.giveBack(candidates),
    forget: (number: string) => keeper.forget(number),
    view: (number: string, text?: string) => keeper.view(number, text),
    spend: (key: string, segments: number[]) => keeper.spend(key, segments),
    refund: (key: string, segments: number, at: number) => keeper.refund(key, segments, at),
    spent: (key: string) => keeper.spent(key),
    codes: (country: string, codes: Ticket[]) => keeper.codes(country, codes),
    uncount: (country: string, codes: Ticket[], at: number) => keeper.uncount(country, codes, at),
    verify: (country: string, id: string) => keeper.verify(country, id),
    codesOf: (country: string) => keeper.codesOf(country),
  };
}

type Row = { number: string; until: number; entries: string };

/** Entries in SQLite: read and written a call at a time. */
class StoredEntries implements EntryStore {
  readonly #db: Database;
  readonly #read = new Map<string, Entry[]>();
  readonly #changed = new Map<string, number>();
  #purgedTo = "";

  constructor(db: Database) {
    this.#db = db;
  }

  /** Reads the entries of some numbers at once, until {@link flush}. */
  load(numbers: string[]): void {
    for (const number of numbers) this.#read.set(number, []);
    const rows = this.#db.all<Pick<Row, "number" | "entries">>("SELECT c.number, c.entries FROM json_each(?) j CROSS JOIN counted c ON c.number = j.value", JSON.stringify([...this.#read.keys()]));
    for (const { number, entries } of rows) this.#read.set(number, JSON.parse(entries) as Entry[]);
  }

  read(number: string): Entry[] {
    const known = this.#read.get(number);
    if (known) return [...known];
    const row = this.#db.first<Pick<Row, "entries">>("SELECT entries FROM counted WHERE number = ?", number);
    return row ? JSON.parse(row.entries) as Entry[] : [];
  }

  write(number: string, entries: Entry[], until: number): void {
    this.#read.set(number, entries);
    this.#changed.set(number, until);
  }

  block(prefix: string): Entry[][] {
    this.#store();
    return this.#db.all<Pick<Row, "entries">>("SELECT entries FROM counted WHERE number > ? AND number < ? AND length(number) = ?", prefix, `${prefix}:`, prefix.length + 4)
      .map(({ entries }) => JSON.parse(entries) as Entry[]);
  }

  /** Stores what was written. */
  flush(): void {
    this.#store();
    this.#read.clear();
  }

  /** Removes what is too old among the next numbers. */
  purge(count: number, now: number): void {
    const rows = this.#db.all<Pick<Row, "number" | "until">>("SELECT number, until FROM counted WHERE number > ? ORDER BY number LIMIT ?", this.#purgedTo, count);
    this.#purgedTo = rows.length < count ? "" : rows.at(-1)!.number;
    this.#remove(rows.filter(({ until }) => until <= now).map(({ number }) => number));
  }

  #store(): void {
    const numbers = [...this.#changed.keys()];
    this.#remove(numbers.filter((number) => this.#read.get(number)!.length === 0));
    const rows = [...this.#changed].flatMap(([number, until]): Cell[][] => {
      const entries = this.#read.get(number)!;
      return entries.length === 0 ? [] : [[number, until, entries]];
    });
    this.#changed.clear();
    insertRows(this.#db, "INSERT OR REPLACE INTO counted", ["number", "until", "entries"], rows);
  }

  #remove(numbers: string[]): void {
    if (numbers.length > 0) this.#db.exec("DELETE FROM counted WHERE number IN (SELECT value FROM json_each(?))", JSON.stringify(numbers));
  }
}
