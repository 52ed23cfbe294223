import type { DeadLetter, Envelope, EventType, Target } from "../model/delivery-event.ts";
import type { Sql } from "./database.ts";
import { HAS_NUMBER } from "./store/erasure.ts";

/** Those that there were when events were in `deliveries`. */
const TARGETS: readonly Target[] = ["handler", "queue", "webhook"];

/** A target's bit in `fresh` and `retried`, and its number in `event_retries`. */
const BITS: Record<Target, number> = { handler: 1, queue: 2, webhook: 4, application: 8, callback: 16 };

/**
 * `events`: what waits to be delivered. `fresh` has a bit for each target that has not been tried, `retried` one for each that is tried
 * again. Without a failure an event costs one row written when it is added and one when it is removed.
 */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL,
    fresh INTEGER NOT NULL, retried INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS event_retries (target INTEGER NOT NULL, due INTEGER NOT NULL, number INTEGER NOT NULL, attempts INTEGER NOT NULL,
    error TEXT NOT NULL, PRIMARY KEY (target, due, number)) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS dead_letters (id TEXT NOT NULL, target TEXT NOT NULL, payload TEXT NOT NULL, type TEXT NOT NULL,
    attempts INTEGER NOT NULL, error TEXT NOT NULL, PRIMARY KEY (id, target)) WITHOUT ROWID`,
];

/** Rows removed at a time. */
const PURGED_AT_ONCE = 1000;

/** An event for one target. `due` is defined once it has failed there. */
export interface PendingEvent {
  number: number;
  id: string;
  type: EventType;
  payload: string;
  added: number;
  attempts: number;
  due: number | undefined;
}

/** A payload is the event's JSON, and before it, in a line of its own, the URL that it goes to. */
export function splitPayload(payload: string): { url: string; body: string } {
  const end = payload.indexOf("\n") + 1;
  return { url: payload.slice(0, end).trimEnd(), body: payload.slice(end) };
}

/** Creates the tables of events, and moves what an earlier version left in `deliveries`. */
export function createEventTables(sql: Sql): void {
  for (const table of TABLES) sql.exec(table);
  if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'deliveries'").toArray().length > 0) moveDeliveries(sql);
}

function moveDeliveries(sql: Sql): void {
  const bit = `CASE target ${TARGETS.map((target) => `WHEN '${target}' THEN ${BITS[target]}`).join(" ")} END`;
  sql.exec(`INSERT OR IGNORE INTO dead_letters (id, target, payload, type, attempts, error)
    SELECT id, target, payload, type, attempts, coalesce(error, '') FROM deliveries WHERE dead = 1`);
  sql.exec(`INSERT INTO events (id, type, payload, fresh, retried, added)
    SELECT id, type, payload, sum(CASE attempts WHEN 0 THEN ${bit} ELSE 0 END), sum(CASE attempts WHEN 0 THEN 0 ELSE ${bit} END), min(due)
    FROM deliveries WHERE dead = 0 GROUP BY id ORDER BY min(due)`);
  sql.exec(`INSERT INTO event_retries (target, due, number, attempts, error)
    SELECT ${bit}, d.due, e.number, d.attempts, coalesce(d.error, '') FROM deliveries d JOIN events e ON e.id = d.id WHERE d.dead = 0 AND d.attempts > 0`);
  sql.exec("DROP TABLE deliveries");
}

/** The events of one link in SQLite. Each method is one transaction. */
export class EventStore {
  readonly #sql: Sql;
  /** The highest number given. Numbers ascend as long as the object lives, also past an empty table. */
  #last: number;
  /** Those up to this one were there when the object started. */
  readonly #before: number;
  /** Up to here the untried events of a target were handed out. */
  readonly #cursors: Record<Target, number> = { handler: 0, queue: 0, webhook: 0, application: 0, callback: 0 };
  #waiting: number | undefined;
  /** Rows of `event_retries`: most of the time none, so that nobody needs to look. */
  #retries: number;
  /** Numbers of events that were erased: an attempt that goes on leaves nothing. */
  readonly #erased = new Set<number>();

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#last = sql.exec<{ last: number | null }>("SELECT max(number) AS last FROM events").one().last ?? 0;
    this.#before = this.#last;
    this.#retries = this.#countRetries();
  }

  add(id: string, type: EventType, payload: string, targets: readonly Target[], now: number): void {
    const fresh = targets.reduce((bits, target) => bits | BITS[target], 0);
    this.#sql.exec("INSERT INTO events (number, id, type, payload, fresh, added) VALUES (?, ?, ?, ?, ?, ?)", ++this.#last, id, type, payload, fresh, now);
    if (this.#waiting !== undefined) this.#waiting++;
  }

  /** Whether an event was stored before the object started. */
  isOlder(event: PendingEvent): boolean {
    return event.number <= this.#before;
  }

  /** Up to `limit` events whose retry is due, less those in `running`. */
  dueRetries(target: Target, now: number, running: ReadonlySet<number>, limit: number): PendingEvent[] {
    if (this.#retries === 0) return [];
    return this.#sql.exec<{ number: number; id: string; type: EventType; payload: string; added: number; attempts: number; due: number }>(
      `SELECT number, id, type, payload, added, attempts, due FROM event_retries CROSS JOIN events USING (number)
        WHERE target = ? AND due <= ? ORDER BY due LIMIT ?`, BITS[target], now, limit + running.size)
      .toArray().filter(({ number }) => !running.has(number)).slice(0, limit);
  }

  /** Up to `limit` events that the target was never handed, in order. Each is handed out once in the object's life. */
  takeFresh(target: Target, limit: number): PendingEvent[] {
    if (this.#cursors[target] >= this.#last) return [];
    const rows = this.#sql.exec<{ number: number; id: string; type: EventType; payload: string; added: number }>(
      "SELECT number, id, type, payload, added FROM events WHERE number > ? AND fresh & ? ORDER BY number LIMIT ?", this.#cursors[target], BITS[target], limit).toArray();
    this.#cursors[target] = rows.length < limit ? this.#last : rows.at(-1)!.number;
    return rows.map((row) => ({ ...row, attempts: 0, due: undefined }));
  }

  hasFresh(target: Target): boolean {
    return this.#cursors[target] < this.#last;
  }

  /** When the target's next retry is due, those in `running` apart. */
  nextRetry(target: Target, running: ReadonlySet<number>): number | undefined {
    if (this.#retries === 0) return undefined;
    return this.#sql.exec<{ number: number; due: number }>("SELECT number, due FROM event_retries WHERE target = ? ORDER BY due LIMIT ?", BITS[target], running.size + 1)
      .toArray().find(({ number }) => !running.has(number))?.due;
  }

  /** The target is done with the event. */
  finish(target: Target, event: PendingEvent): void {
    const bit = BITS[target];
    this.#removeRetry(target, event);
    const removed = this.#sql.exec("DELETE FROM events WHERE number = ? AND fresh | retried = ? RETURNING 1", event.number, bit).toArray().length > 0;
    if (removed && this.#waiting !== undefined) this.#waiting--;
    if (!removed) this.#sql.exec("UPDATE events SET fresh = fresh & ~?, retried = retried & ~? WHERE number = ?", bit, bit, event.number);
  }

  /** The target failed: the event is due there again at `due`. */
  retry(target: Target, event: PendingEvent, due: number, error: string): void {
    if (this.#erased.has(event.number)) return;
    const bit = BITS[target];
    if (event.due === undefined) this.#sql.exec("UPDATE events SET fresh = fresh & ~?, retried = retried | ? WHERE number = ?", bit, bit, event.number);
    else this.#removeRetry(target, event);
    this.#sql.exec("INSERT INTO event_retries (target, due, number, attempts, error) VALUES (?, ?, ?, ?, ?)", bit, due, event.number, event.attempts + 1, error);
    this.#retries++;
  }

  /** Gives the event up for the target: it becomes a dead letter. */
  bury(target: Target, event: PendingEvent, error: string): void {
    if (this.#erased.has(event.number)) return;
    this.#sql.exec("INSERT OR REPLACE INTO dead_letters (id, target, payload, type, attempts, error) VALUES (?, ?, ?, ?, ?, ?)",
      event.id, target, event.payload, event.type, event.attempts + 1, error);
    this.finish(target, event);
  }

  /** Dead letters, the newest first. */
  dead(before: string | undefined, limit: number): DeadLetter[] {
    return this.#sql.exec<{ id: string; target: Target; payload: string; attempts: number; error: string }>(
      "SELECT id, target, payload, attempts, error FROM dead_letters WHERE id < ? ORDER BY id DESC LIMIT ?", before ?? "~", limit)
      .toArray().map(({ id, target, payload, attempts, error }) => ({ id, target, attempts, error, event: JSON.parse(splitPayload(payload).body) as Envelope }));
  }

  /** Makes the dead letters of that id an event again; false if there is none. */
  replay(id: string, now: number): boolean {
    const rows = this.#sql.exec<{ target: Target; type: EventType; payload: string }>("DELETE FROM dead_letters WHERE id = ? RETURNING target, type, payload", id).toArray();
    if (rows.length > 0) this.add(id, rows[0]!.type, rows[0]!.payload, rows.map(({ target }) => target), now);
    return rows.length > 0;
  }

  /** Removes events and dead letters that have a phone number as a value. */
  erase(phone: string): void {
    for (const { number } of this.#sql.exec<{ number: number }>(`DELETE FROM events WHERE ${HAS_NUMBER("payload")} RETURNING number`, phone).toArray()) {
      this.#sql.exec("DELETE FROM event_retries WHERE number = ?", number);
      this.#erased.add(number);
    }
    this.#sql.exec(`DELETE FROM dead_letters WHERE ${HAS_NUMBER("payload")}`, phone);
    this.#waiting = undefined;
    this.#retries = this.#countRetries();
  }

  count(): { waiting: number; dead: number } {
    const count = (table: string) => this.#sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n;
    this.#waiting ??= count("events");
    return { waiting: this.#waiting, dead: count("dead_letters") };
  }

  /** Removes dead letters from before `ulid`, and events that wait since before `time`; returns how many of these. */
  purge(ulid: string, time: number): number {
    this.#sql.exec("DELETE FROM dead_letters WHERE (id, target) IN (SELECT id, target FROM dead_letters WHERE id < ? ORDER BY id LIMIT ?)", ulid, PURGED_AT_ONCE);
    const oldest = this.#sql.exec<{ number: number; added: number }>("SELECT number, added FROM events ORDER BY number LIMIT ?", PURGED_AT_ONCE).toArray();
    const keep = oldest.findIndex(({ added }) => added >= time);
    const old = keep < 0 ? oldest : oldest.slice(0, keep);
    if (old.length === 0) return 0;
    const last = old.at(-1)!.number;
    this.#sql.exec("DELETE FROM event_retries WHERE number <= ?", last);
    this.#sql.exec("DELETE FROM events WHERE number <= ?", last);
    this.#waiting = undefined;
    this.#retries = this.#countRetries();
    return old.length;
  }

  #countRetries(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM event_retries").one().count;
  }

  #removeRetry(target: Target, event: PendingEvent): void {
    if (event.due === undefined) return;
    this.#retries -= this.#sql.exec("DELETE FROM event_retries WHERE target = ? AND due = ? AND number = ? RETURNING 1", BITS[target], event.due, event.number).toArray().length;
  }
}
