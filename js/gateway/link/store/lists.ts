import { rowUlid, type Place } from "../../model/ids.ts";
import type { MessageInput } from "../../model/message-input.ts";
import { traitsOf } from "../../model/routes.ts";
import type { MessageView } from "../../model/views.ts";
import type { ListPart, ListQuery, Traffic } from "../api.ts";
import type { Database } from "../database.ts";
import { findRow, viewOf, type Row } from "./rows.ts";

/** Rows that one call looks at, and those of them with ids of their own: no index serves a list, so that none has to be written. */
const SCAN = 20_000;
const SCAN_IDS = 5_000;

type Mark = Pick<Row, "n" | "tag" | "created">;

/** Lists of one link's messages, the newest first. */
export class MessageLists {
  readonly #db: Database;
  readonly #place: Place;
  readonly #sentAt: (n: number) => number | undefined;

  /** `sentAt`: since when a message is on the wire. */
  constructor(db: Database, place: Place, sentAt: (n: number) => number | undefined) {
    this.#db = db;
    this.#place = place;
    this.#sentAt = sentAt;
  }

  row(id: string): Row | undefined {
    return findRow(this.#db, this.#place, id);
  }

  view(row: Row): MessageView {
    return viewOf(row, this.#place, this.#sentAt(row.n));
  }

  /** Messages with the newest first, without those that another link has now. Looks at a bounded number of rows. */
  list(query: ListQuery): ListPart {
    const { where, values } = filters(query);
    const own = this.#own(query, where, values);
    const named = this.#named(query, where, values);
    const until = [own.until, named.until].filter((ulid) => ulid !== undefined).sort().at(-1);
    const items = [...own.rows, ...named.rows].map((row) => this.view(row))
      .filter(({ id, status }) => (until === undefined || id >= until) && (query.status === undefined || status === query.status))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    return { items: items.slice(0, query.limit), ...(until === undefined ? {} : { until }) };
  }

  /** What routes look at, of the newest messages. */
  traffic(limit: number): Traffic[] {
    const rows = this.#db.all<Pick<Row, "status" | "input" | "caller" | "segments">>("SELECT status, input, caller, segments FROM messages ORDER BY n DESC LIMIT ?", limit);
    return rows.filter(({ status }) => status !== "moved").map(({ input, caller, segments }) => {
      const message = JSON.parse(input) as MessageInput;
      // Without the getter, which a call can't carry.
      return { ...traitsOf(message, caller, () => segments), pinned: message.account !== undefined };
    });
  }

  isEmpty(): boolean {
    return this.#db.first("SELECT 1 FROM messages LIMIT 1") === undefined;
  }

  /** Those whose ids are of their number. */
  #own(query: ListQuery, where: string, values: (string | number)[]): { rows: Row[]; until?: string | undefined } {
    const before = query.before === undefined ? Number.MAX_SAFE_INTEGER : this.#position(query.before);
    const first = this.#db.first<{ n: number }>("SELECT n FROM messages WHERE n < ? ORDER BY n DESC LIMIT 1", before);
    if (!first) return { rows: [] };
    const floor = first.n - SCAN;
    const rows = this.#db.all<Row>(`SELECT * FROM messages WHERE n < ? AND n > ? AND id IS NULL${where} ORDER BY n DESC LIMIT ?`, before, floor, ...values, query.limit);
    if (rows.length === query.limit) return { rows };
    const rest = this.#db.first<Mark>("SELECT n, tag, created FROM messages WHERE n <= ? ORDER BY n DESC LIMIT 1", floor);
    return { rows, until: rest && rowUlid(rest.created, rest.n + 1, 0) };
  }

  /** Those that another link or an earlier version named. */
  #named(query: ListQuery, where: string, values: (string | number)[]): { rows: Row[]; until?: string | undefined } {
    const before = query.before ?? "~";
    const rows = this.#db.all<Row>(
      `SELECT m.* FROM (SELECT id, n FROM ids WHERE id < ? ORDER BY id DESC LIMIT ?) i JOIN messages m ON m.n = i.n WHERE true${where} LIMIT ?`,
      before, SCAN_IDS, ...values, query.limit);
    if (rows.length === query.limit) return { rows };
    const last = this.#db.first<{ id: string }>("SELECT id FROM ids WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ?", before, SCAN_IDS - 1);
    return { rows, until: last?.id.slice(0, 26) };
  }

  /** The number of the first row whose ULID is not below `ulid`, which may be of another link: times ascend with numbers. */
  #position(ulid: string): number {
    let low = 0;
    let high = (this.#db.first<{ n: number }>("SELECT n FROM messages ORDER BY n DESC LIMIT 1")?.n ?? 0) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#db.first<Mark>("SELECT n, tag, created FROM messages WHERE n >= ? AND id IS NULL ORDER BY n LIMIT 1", middle);
      if (!row || row.n >= high) high = middle;
      else if (rowUlid(row.created, row.n, row.tag) < ulid) low = row.n + 1;
      else high = middle;
    }
    return high;
  }
}

/** Further conditions of a list's statement, and their values. What is `sent` is stored as queued. */
function filters(query: ListQuery): { where: string; values: (string | number)[] } {
  const values: (string | number)[] = [];
  let where = " AND status <> 'moved'";
  const add = (condition: string, value: string | undefined) => {
    if (value === undefined) return;
    where += ` AND ${condition}`;
    values.push(value);
  };
  if (query.status === "queued") where += " AND status IN ('queued', 'moving')";
  else add("status = ?", query.status === "sent" ? "queued" : query.status);
  add("recipient = ?", query.to);
  add("caller = ?", query.caller);
  return { where, values };
}

