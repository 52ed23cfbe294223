import { ulidFrom, type Place } from "../../model/ids.ts";
import type { Database } from "../database.ts";
import { KEY_LIFETIME } from "./claims.ts";
import { removeRow, type Row } from "./rows.ts";

/** Rows that one call looks at in each table. */
const AT_ONCE = 500;
/** How long rows that could not go yet are left alone before they are looked at again. */
const NEXT_ROUND = 3_600_000;

/** Removes what is older than the settings keep it, a bounded number of rows a call. */
export class Retention {
  readonly #db: Database;
  readonly #place: Place;
  /** Rows up to this number were looked at in this round. */
  #lookedTo = 0;
  #nextRound = 0;

  constructor(db: Database, place: Place) {
    this.#db = db;
    this.#place = place;
  }

  /** Removes messages that last changed before `before`, and inbound messages from before it. True if there is more to do now. */
  purge(before: number, now: number): boolean {
    const messages = this.#messages(before, now);
    const inbound = this.#db.exec("DELETE FROM inbound WHERE id IN (SELECT id FROM inbound WHERE id < ? ORDER BY id LIMIT ?) RETURNING 1", ulidFrom(before), AT_ONCE).toArray().length;
    const requests = this.#db.exec("DELETE FROM requests WHERE nonce IN (SELECT nonce FROM requests WHERE nonce < ? ORDER BY nonce LIMIT ?) RETURNING 1", ulidFrom(now - KEY_LIFETIME), AT_ONCE).toArray().length;
    return messages || inbound === AT_ONCE || requests >= AT_ONCE;
  }

  #messages(before: number, now: number): boolean {
    if (now < this.#nextRound) return false;
    const rows = this.#db.all<Pick<Row, "n" | "id" | "tag" | "created" | "updated" | "status" | "due" | "parts">>(
      "SELECT n, id, tag, created, updated, status, due, parts FROM messages WHERE n > ? ORDER BY n LIMIT ?", this.#lookedTo, AT_ONCE);
    let ended = rows.length < AT_ONCE;
    for (const row of rows) {
      if (row.created >= before) {
        ended = true;
        break;
      }
      this.#lookedTo = row.n;
      if (row.status === "queued" || row.status === "moving" || Math.max(row.updated, row.due) >= before) continue;
      removeRow(this.#db, this.#place, row);
    }
    if (!ended) return true;
    // What was left stays for a while: the next round begins with it again.
    this.#lookedTo = 0;
    this.#nextRound = now + NEXT_ROUND;
    return false;
  }
}
