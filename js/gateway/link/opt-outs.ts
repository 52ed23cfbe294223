import type { OptOut } from "../model/opt-out.ts";
import type { OptOutApi } from "./api.ts";
import type { Database } from "./database.ts";
import { insertRows } from "./store/insert.ts";

const TABLE = "CREATE TABLE IF NOT EXISTS opt_outs (number TEXT NOT NULL, scope TEXT NOT NULL, source TEXT NOT NULL, word TEXT, message TEXT, at INTEGER NOT NULL, PRIMARY KEY (number, scope)) WITHOUT ROWID";
const COLUMNS = ["number", "scope", "source", "word", "message", "at"];

type Row = { number: string; scope: string; source: OptOut["source"]; word: string | null; message: string | null; at: number };

/** Keeps who must not be written to: an object for some recipients each. */
export class OptOutKeeper implements OptOutApi {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
    db.exec(TABLE);
  }

  async blocks(numbers: string[]): Promise<[number: string, scope: string][]> {
    return this.#db.all<Pick<Row, "number" | "scope">>("SELECT o.number, o.scope FROM json_each(?) j CROSS JOIN opt_outs o ON o.number = j.value", JSON.stringify(numbers))
      .map(({ number, scope }) => [number, scope]);
  }

  async block(entries: OptOut[]): Promise<void> {
    const rows = (keyword: boolean) => entries.filter(({ source }) => (source === "keyword") === keyword)
      .map(({ number, scope, source, word = null, messageId = null, at }) => [number, scope, source, word, messageId, Date.parse(at)]);
    insertRows(this.#db, "INSERT OR REPLACE INTO opt_outs", COLUMNS, rows(false));
    // What an operator entered is not made a keyword's, which START would lift.
    insertRows(this.#db, "INSERT OR IGNORE INTO opt_outs", COLUMNS, rows(true));
  }

  async lift(number: string, scopes: string[]): Promise<void> {
    this.#db.exec("DELETE FROM opt_outs WHERE number = ? AND scope IN (SELECT value FROM json_each(?)) AND source = 'keyword'", number, JSON.stringify(scopes));
  }

  async unblock(number: string, scope: string | undefined): Promise<number> {
    return this.#db.all("DELETE FROM opt_outs WHERE number = ? AND scope = coalesce(?, scope) RETURNING 1", number, scope ?? null).length;
  }

  async blocked(number: string, scope: string, limit: number): Promise<OptOut[]> {
    return this.#db.all<Row>("SELECT * FROM opt_outs WHERE (number, scope) > (?, ?) ORDER BY number, scope LIMIT ?", number, scope, limit)
      .map(({ word, message, at, ...rest }) => ({ ...rest, ...(word !== null && { word }), ...(message !== null && { messageId: message }), at: new Date(at).toISOString() }));
  }
}
