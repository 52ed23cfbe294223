import type { Place } from "../../model/ids.ts";
import { toHex } from "../../model/hex.ts";
import type { Erased } from "../api.ts";
import type { Database } from "../database.ts";
import type { MessageQueue } from "./queue.ts";
import { removeRow, type Row } from "./rows.ts";

/** Rows of messages, and of inbound ones, that one call looks at. */
const SCAN = 20_000;
const SCAN_INBOUND = 5_000;

/** That a text of JSON has the number as a value, in one of the forms that `numberOf` takes for the same. */
export const HAS_NUMBER = (column: string) => `(${['"', '"+', '"00', '"+00'].map((before) => `instr(${column}, '${before}' || ?1 || '"')`).join(" OR ")})`;

/** Removes what is stored about a number: see {@link Erasure.step}. */
export class Erasure {
  readonly #db: Database;
  readonly #place: Place;
  readonly #queue: MessageQueue;

  constructor(db: Database, place: Place, queue: MessageQueue) {
    this.#db = db;
    this.#place = place;
    this.#queue = queue;
  }

  /** Looks through some messages after `n` and some inbound messages after `id`. `taken`: being sent, not to be removed now. */
  step(number: string, n: number, id: string, taken: (n: number) => boolean, now: number): Erased {
    const result: Erased = { erased: 0, left: 0 };
    for (const row of this.#db.all<Row>("SELECT * FROM messages WHERE n > ? AND n <= ? AND recipient = ?", n, n + SCAN, number)) {
      if (row.status === "moving" || taken(row.n)) {
        result.left++;
        continue;
      }
      const waiting = this.#queue.waitingMessage(row);
      if (waiting) this.#queue.end(waiting, "deleted", now);
      removeRow(this.#db, this.#place, row);
      result.erased++;
    }
    if (this.#db.first("SELECT 1 FROM messages WHERE n > ? LIMIT 1", n + SCAN)) result.n = n + SCAN;
    const last = this.#db.first<{ id: string }>("SELECT id FROM inbound WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?", id, SCAN_INBOUND)?.id;
    if (last !== undefined) result.id = last;
    result.erased += this.#db.all(`DELETE FROM inbound WHERE id > ?2 AND id <= ?3 AND ${HAS_NUMBER("message")} RETURNING 1`, number, id, last ?? "~").length;
    if (n > 0 || id !== "") return result;
    this.#db.exec(`DELETE FROM orphans WHERE ${HAS_NUMBER("report")}`, number);
    this.#db.exec("DELETE FROM inbound_segments WHERE instr(pdu, ?)", toHex(new TextEncoder().encode(number)));
    return result;
  }
}
