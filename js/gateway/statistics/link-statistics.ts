import { readMeta, writeMeta, type Database } from "../link/database.ts";
import type { ExtensionObject } from "../link/extensions.ts";
import { insertRows, type Cell } from "../link/store/insert.ts";
import { idOf, type HistoryEntry, type Row } from "../link/store/rows.ts";
import { addressText, type Address } from "../model/address.ts";
import { countryOf } from "../model/countries.ts";
import { isSamePlace, parseId, rowOf, timeOf, type Place } from "../model/ids.ts";
import { add, aged, contribution, type Counters, type Life } from "./contribution.ts";
import { STEPS } from "./windows.ts";

/** A row for each minute, hour or day: its counters by dimensions, as JSON. */
const TABLE = "CREATE TABLE IF NOT EXISTS stats (step INTEGER NOT NULL, at INTEGER NOT NULL, cells TEXT NOT NULL, PRIMARY KEY (step, at)) WITHOUT ROWID";
/** In `meta`: up to which message and time everything is counted. */
const FOLDED = "stats-folded";

/** Milliseconds in which changes are gathered. */
const FOLD_AFTER = 1_000;
/** Rows among which those are looked for that changed and were not counted when the object ended. */
const RECOVERED_WITHIN = 20_000;
/** New messages that are counted at a time. */
const AT_ONCE = 5_000;
/** Combinations of dimensions in a row, before further ones are one. */
const MOST_CELLS = 200;
export const OTHER = "other";
/** How long there are rows of each step, in milliseconds: then they are merged into the next one's. */
const KEPT = [48 * STEPS.hour, 35 * STEPS.day, 400 * STEPS.day];
const LENGTHS = [STEPS.minute, STEPS.hour, STEPS.day];
/** Rows that are merged at a time. */
const MERGED_AT_ONCE = 60;

/** What statistics can be divided by, in the order in which cells have it; and `reason`, which is a counter's. */
export const DIMENSIONS = ["account", "link", "key", "country", "sender", "class"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

type Cells = Record<string, Counters>;
type StatsRow = { step: number; at: number; cells: string };
type MessageRow = Pick<Row, "n" | "id" | "tag" | "created" | "updated" | "caller" | "recipient" | "segments" | "history"> & { sender: string | null; report: string | null; class: string | null };
const COLUMNS = "m.n, m.id, m.tag, m.created, m.updated, m.caller, m.recipient, m.segments, m.history, m.input->'$.from' AS sender, m.input->>'$.report' AS report, m.input->>'$.class' AS class";

/** Statistics of one link. */
export interface Part {
  /** The number of the window. */
  window: number;
  /** Of the dimensions that were asked for. */
  values: string[];
  counters: Counters;
}

/**
 * Counts the outcomes of a link's messages by the minute of their acceptance, one row a minute. New messages are found by their row numbers,
 * changed ones by their ids, which `changed` takes. Both are counted together, once a second.
 */
export class LinkStatistics {
  readonly #db: Database;
  readonly #place: Place;
  /** Everything before this time is counted of messages up to this number. */
  #folded: { n: number; at: number };
  #changed = new Set<string>();
  #timer = false;
  #recovered = false;

  constructor(db: Database, place: Place) {
    db.exec(TABLE);
    this.#db = db;
    this.#place = place;
    const stored = readMeta(db, FOLDED);
    this.#folded = stored === undefined ? { n: 0, at: 0 } : JSON.parse(stored) as { n: number; at: number };
  }

  /** Notes that a message has changed. */
  changed(id: string): void {
    this.#changed.add(id);
    this.#later();
  }

  #later(): void {
    if (this.#timer) return;
    this.#timer = true;
    setTimeout(() => {
      this.#timer = false;
      this.fold(Date.now());
    }, FOLD_AFTER);
  }

  /** Counts what happened before `now`. */
  fold(now: number): void {
    const { n, at } = this.#folded;
    if (now <= at) return;
    const fresh = this.#db.all<MessageRow>(`SELECT ${COLUMNS} FROM messages m WHERE m.n > ? ORDER BY m.n LIMIT ?`, n, AT_ONCE);
    const known = this.#known(n, at);
    this.#recovered = true;
    this.#changed = new Set();
    if (fresh.length + known.length === 0) return;
    const deltas = new Map<string, { step: number; at: number; cells: Cells }>();
    for (const row of fresh) this.#count(deltas, row, contribution(this.#lifeOf(row), now), now);
    for (const row of known) {
      const counters = contribution(this.#lifeOf(row), now);
      add(counters, contribution(this.#lifeOf(row), at), -1);
      this.#count(deltas, row, counters, now);
    }
    this.#store(deltas.values());
    this.#folded = { n: fresh.at(-1)?.n ?? n, at: now };
    writeMeta(this.#db, FOLDED, JSON.stringify(this.#folded));
    // What happened in this very millisecond is counted the next time.
    for (const row of [...fresh, ...known]) if (row.updated >= now) this.changed(idOf(row, this.#place));
    if (fresh.length === AT_ONCE) this.#later();
    this.#merge(now);
  }

  /** The counters of windows, of which `starts` has the beginnings and the last one's end, by dimensions, as {@link aged}. */
  parts(starts: number[], by: Dimension[], now = Date.now()): Part[] {
    this.fold(now);
    const found = new Map<string, Part>();
    const indexes = by.map((dimension) => DIMENSIONS.indexOf(dimension));
    const [first, last] = [starts[0]!, starts.at(-1)!];
    let window = 0;
    for (const { at, cells } of this.#db.all<StatsRow>("SELECT step, at, cells FROM stats WHERE step IN (0, 1, 2) AND at >= ? AND at < ? ORDER BY at", first, last)) {
      while (starts[window + 1]! <= at) window++;
      for (const [name, counters] of Object.entries(JSON.parse(cells) as Cells)) {
        const dimensions = JSON.parse(name) as string[];
        const values = indexes.map((index) => dimensions[index]!);
        const key = JSON.stringify([window, values]);
        const part = found.get(key) ?? { window, values, counters: {} };
        found.set(key, part);
        add(part.counters, aged(counters, at, now));
      }
    }
    return [...found.values()];
  }

  /** Messages that were counted before and may have changed since. */
  #known(n: number, at: number): MessageRow[] {
    const numbers = [...this.#changed].flatMap((id) => this.#numberOf(id) ?? []).filter((number) => number <= n);
    const rows = this.#db.all<MessageRow>(`SELECT ${COLUMNS} FROM json_each(?) j CROSS JOIN messages m ON m.n = j.value`, JSON.stringify(numbers));
    if (this.#recovered) return rows;
    const changed = new Set(numbers);
    return [...rows, ...this.#db.all<MessageRow>(`SELECT ${COLUMNS} FROM messages m WHERE m.n > ? AND m.n <= ? AND m.updated >= ?`, n - RECOVERED_WITHIN, n, at).filter((row) => !changed.has(row.n))];
  }

  #numberOf(id: string): number | undefined {
    const named = parseId(id)!;
    const { ulid, ...place } = named;
    return isSamePlace(place, this.#place) ? rowOf(ulid).n : this.#db.first<{ n: number }>("SELECT n FROM ids WHERE id = ?", id)?.n;
  }

  #lifeOf(row: MessageRow): Life {
    return {
      accepted: timeOf(idOf(row, this.#place)), moved: row.id !== null, segments: row.segments, isReported: row.report !== "none", history: JSON.parse(`[${row.history.slice(1)}]`) as HistoryEntry[],
    };
  }

  #count(deltas: Map<string, { step: number; at: number; cells: Cells }>, row: MessageRow, counters: Counters, now: number): void {
    if (Object.keys(counters).length === 0) return;
    const accepted = timeOf(idOf(row, this.#place));
    const step = Math.max(0, KEPT.findIndex((kept) => accepted >= now - kept));
    const at = Math.floor(accepted / LENGTHS[step]!) * LENGTHS[step]!;
    const delta = deltas.get(`${step}/${at}`) ?? { step, at, cells: {} };
    deltas.set(`${step}/${at}`, delta);
    const sender = row.sender === null ? "" : addressText(JSON.parse(row.sender) as Address);
    const name = JSON.stringify([this.#place.account, String(this.#place.link), row.caller, countryOf(row.recipient) ?? "", sender, row.class ?? ""]);
    add((delta.cells[name] ??= {}), counters);
  }

  /** Adds to the rows that there are. */
  #store(deltas: Iterable<{ step: number; at: number; cells: Cells }>): void {
    const rows = [...deltas].map(({ step, at, cells }): Cell[] => {
      const stored = this.#db.first<Pick<StatsRow, "cells">>("SELECT cells FROM stats WHERE step = ? AND at = ?", step, at);
      const sum = stored ? JSON.parse(stored.cells) as Cells : {};
      for (const [name, counters] of Object.entries(cells)) add((sum[this.#placeIn(sum, name)] ??= {}), counters);
      return [step, at, sum];
    });
    insertRows(this.#db, "INSERT OR REPLACE INTO stats", ["step", "at", "cells"], rows);
  }

  #placeIn(cells: Cells, name: string): string {
    if (name in cells || Object.keys(cells).length < MOST_CELLS) return name;
    const { account, link } = this.#place;
    return JSON.stringify([account, String(link), OTHER, OTHER, OTHER, OTHER]);
  }

  /** Makes hours of minutes and days of hours that are too old, some at a time. */
  #merge(now: number): void {
    for (const [step, kept] of KEPT.entries()) {
      const rows = this.#db.all<StatsRow>("SELECT step, at, cells FROM stats WHERE step = ? AND at < ? ORDER BY at LIMIT ?", step, now - kept, MERGED_AT_ONCE);
      const last = rows.at(-1);
      if (!last) continue;
      const length = LENGTHS[step + 1];
      if (length !== undefined) {
        const deltas = rows.map(({ at, cells }) => ({ step: step + 1, at: Math.floor(at / length) * length, cells: JSON.parse(cells) as Cells }));
        for (const group of Map.groupBy(deltas, ({ at }) => at).values()) for (const delta of group) this.#store([delta]);
      }
      this.#db.exec("DELETE FROM stats WHERE step = ? AND at <= ?", step, last.at);
    }
  }
}

/** The statistics as a link has them. */
export function linkStatistics(db: Database, place: Place): ExtensionObject & { changed(id: string): void } {
  const statistics = new LinkStatistics(db, place);
  return { changed: (id: string) => statistics.changed(id), parts: (starts: number[], by: Dimension[]) => statistics.parts(starts, by) };
}
