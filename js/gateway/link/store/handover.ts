import type { MessageInput } from "../../model/message-input.ts";
import type { Place } from "../../model/ids.ts";
import type { NewMessage } from "../api.ts";
import type { Database } from "../database.ts";
import type { MessageQueue } from "./queue.ts";
import { forgetContent, idOf, type Row } from "./rows.ts";

/** Which messages another link may get. */
export interface Candidates {
  /** Also those scheduled for later. */
  scheduled: boolean;
  /** Also those that are pinned to an account. */
  pinned: boolean;
  limit: number;
  /** Messages that are being sent: they stay. */
  taken: (n: number) => boolean;
  /** How far the queue was looked through; moved on. */
  from: Position;
}

/** A place in the queue: in what waits for its time, and in what was never tried. */
export interface Position {
  due: number;
  n: number;
  fresh: number;
}

/** A message that is being handed over. */
export interface Moving {
  n: number;
  hops: number;
  message: NewMessage;
}

/**
 * Messages on their way to another link. Each is in one of three states: `queued` here; `moving`, from when it is offered until the other
 * link has answered, and offered to that link only; `moved`, which names the link that took it. A message that comes back is `queued`
 * again. `hops` counts the hand-overs, so that a repeated offer is not taken for a return.
 */
export class Handover {
  readonly #db: Database;
  readonly #place: Place;
  readonly #queue: MessageQueue;

  constructor(db: Database, place: Place, queue: MessageQueue) {
    this.#db = db;
    this.#place = place;
    this.#queue = queue;
  }

  /** Takes waiting messages out of the queue for the link that `to` names, if it names one. Returns how many it looked at. */
  start(candidates: Candidates, to: (row: Row) => string | undefined, now: number): number {
    const rows = this.#candidates(candidates, now);
    for (const row of rows) {
      const link = candidates.taken(row.n) ? undefined : to(row);
      if (link === undefined) continue;
      this.#queue.withdraw(row);
      this.#db.exec("UPDATE messages SET status = 'moving', moved = ?, hops = hops + 1, updated = ? WHERE n = ?", link, now, row.n);
      this.#db.exec("INSERT INTO moving (n, link) VALUES (?, ?)", row.n, link);
    }
    return rows.length;
  }

  /** What is being handed over, by link, but for some links. */
  moving(limit: number, except: Iterable<string>): Map<string, Moving[]> {
    const links = new Map<string, Moving[]>();
    const rows = this.#db.all<Row>("SELECT m.* FROM moving v JOIN messages m ON m.n = v.n WHERE v.link NOT IN (SELECT value FROM json_each(?)) ORDER BY v.n LIMIT ?",
      JSON.stringify([...except]), limit);
    for (const row of rows) {
      const { n, encoding, segments, caller, due, expires, hops } = row;
      const message = { id: idOf(row, this.#place), encoding, segments, caller, due, expires, hops, input: JSON.parse(row.input) as MessageInput };
      const entry = links.get(row.moved!);
      if (entry) entry.push({ n, hops, message });
      else links.set(row.moved!, [{ n, hops, message }]);
    }
    return links;
  }

  /** The other link has them. */
  taken(offers: Moving[]): void {
    for (const { n, hops, message } of offers) {
      if (!this.#isOffered(n, hops)) continue;
      if (message.input.store === "none") forgetContent(this.#db, n);
      this.#db.exec("DELETE FROM moving WHERE n = ?", n);
      this.#db.exec("UPDATE messages SET status = 'moved' WHERE n = ?", n);
    }
  }

  /** The other link did not take them, and has none of them. */
  refused(offers: Moving[]): void {
    for (const { n, hops } of offers) {
      const row = this.#isOffered(n, hops);
      if (!row) continue;
      this.#db.exec("DELETE FROM moving WHERE n = ?", n);
      this.#db.exec("UPDATE messages SET status = 'queued', held = 1, moved = NULL WHERE n = ?", n);
      this.#queue.putBack(row);
    }
  }

  /** The row, if this offer is still the one that counts: the message may have come back before its answer. */
  #isOffered(n: number, hops: number): Row | undefined {
    const row = this.#db.first<Row>("SELECT * FROM messages WHERE n = ?", n);
    return row?.status === "moving" && row.hops === hops ? row : undefined;
  }

  #candidates({ scheduled, pinned, limit, from }: Candidates, now: number): Row[] {
    const pins = pinned ? "" : " AND m.account IS NULL";
    const due = scheduled ? Number.MAX_SAFE_INTEGER : now;
    const held = this.#db.all<Row & { waits: number }>(
      `SELECT m.*, w.due AS waits FROM waiting w JOIN messages m ON m.n = w.n WHERE (w.due, w.n) > (?, ?) AND w.due <= ? AND w.sent = 0${pins} ORDER BY w.due, w.n LIMIT ?`,
      from.due, from.n, due, limit);
    const fresh = this.#db.all<Row>(`SELECT m.* FROM messages m WHERE m.n > ? AND m.status = 'queued' AND m.held = 0${pins} ORDER BY m.n LIMIT ?`,
      Math.max(from.fresh, this.#queue.sent), limit - held.length);
    const last = held.at(-1);
    if (last) [from.due, from.n] = [last.waits, last.n];
    from.fresh = fresh.at(-1)?.n ?? from.fresh;
    return [...held, ...fresh];
  }
}
