import { timeOf, type Place } from "../../model/ids.ts";
import type { InboundView, StoredMessage } from "../../model/views.ts";
import type { Database } from "../database.ts";
import { insertRows } from "./insert.ts";

/** A report whose message is yet to be found, as JSON. */
export interface Orphan {
  id: string;
  key: string;
  tries: number;
  due: number;
  report: string;
}

/** What came in at one link: inbound messages, and reports whose message is yet to be found. */
export class InboundStore {
  readonly #db: Database;
  readonly #place: Place;
  /** Orphans there are: most of the time none, so that nobody needs to look. */
  #orphans: number;

  constructor(db: Database, place: Place) {
    this.#db = db;
    this.#place = place;
    this.#orphans = db.first<{ count: number }>("SELECT count(*) AS count FROM orphans")!.count;
  }

  add(id: string, message: StoredMessage): void {
    this.#db.exec("INSERT INTO inbound (id, message) VALUES (?, ?)", id, JSON.stringify(message));
  }

  /** Inbound messages, the newest first. */
  list(before: string | undefined, limit: number): InboundView[] {
    return this.#db.all<{ id: string; message: string }>("SELECT id, message FROM inbound WHERE id < ? ORDER BY id DESC LIMIT ?", before ?? "~", limit)
      .map(({ id, message }) => {
        const { pdus: _, ...rest } = JSON.parse(message) as StoredMessage;
        return { id, account: this.#place.account, link: this.#place.link, at: new Date(timeOf(id)).toISOString(), ...rest };
      });
  }

  isEmpty(): boolean {
    return this.#db.first("SELECT 1 FROM inbound LIMIT 1") === undefined;
  }

  addOrphans(orphans: (Omit<Orphan, "report"> & { report: object })[]): void {
    insertRows(this.#db, "INSERT INTO orphans", ["due", "id", "key", "tries", "report"], orphans.map(({ due, id, key, tries, report }) => [due, id, key, tries, report]));
    this.#orphans += orphans.length;
  }

  /** The orphans of a message's segment, the oldest first. */
  orphansOf(key: string): Orphan[] {
    if (this.#orphans === 0) return [];
    return this.#db.all<Orphan & Record<string, string | number>>("SELECT id, key, tries, due, report FROM orphans INDEXED BY orphans_by_key WHERE key = ?", key)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  orphansDue(now: number, limit: number): Orphan[] {
    return this.#db.all<Orphan & Record<string, string | number>>("SELECT id, key, tries, due, report FROM orphans WHERE due <= ? ORDER BY due, id LIMIT ?", now, limit);
  }

  /** Puts an orphan off. */
  postpone(orphan: Orphan, due: number): void {
    this.#db.exec("UPDATE orphans SET due = ?, tries = ? WHERE due = ? AND id = ?", due, orphan.tries + 1, orphan.due, orphan.id);
    orphan.due = due;
  }

  /** False if it was removed before. */
  removeOrphan({ due, id }: Orphan): boolean {
    const removed = this.#db.exec("DELETE FROM orphans WHERE due = ? AND id = ? RETURNING 1", due, id).toArray().length > 0;
    if (removed) this.#orphans--;
    return removed;
  }

  /** When the next orphan is due. */
  nextDue(): number | undefined {
    if (this.#orphans === 0) return undefined;
    return this.#db.first<{ due: number }>("SELECT due FROM orphans ORDER BY due, id LIMIT 1")?.due;
  }
}
