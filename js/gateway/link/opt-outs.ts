import { fromHex, toHex } from "../model/hex.ts";
import type { OptOut } from "../model/opt-out.ts";
import type { OptOutApi } from "./api.ts";
import { readMeta, writeMeta, type Database } from "./database.ts";
import { insertRows } from "./store/insert.ts";

const TABLE = "CREATE TABLE IF NOT EXISTS opt_outs (number TEXT NOT NULL, scope TEXT NOT NULL, source TEXT NOT NULL, word TEXT, message TEXT, at INTEGER NOT NULL, PRIMARY KEY (number, scope)) WITHOUT ROWID";
const COLUMNS = ["number", "scope", "source", "word", "message", "at"];

/** The first character of a hash: below that of every number. */
const HIDDEN = "#";
const HASH_KEY = "hash-key";

type Row = { number: string; scope: string; source: OptOut["source"]; word: string | null; message: string | null; at: number };

/** Keeps who must not be written to: an object for some recipients each. */
export class OptOutKeeper implements OptOutApi {
  readonly #db: Database;
  /** Whether there are hashes, so that they have to be looked for. */
  #hasHidden: boolean;
  #key: Promise<CryptoKey> | undefined;

  constructor(db: Database) {
    this.#db = db;
    db.exec(TABLE);
    this.#hasHidden = db.first("SELECT 1 FROM opt_outs WHERE number < '$' LIMIT 1") !== undefined;
  }

  async blocks(numbers: string[]): Promise<[number: string, scope: string][]> {
    const names = new Map<string, string>();
    for (const number of numbers) for (const name of await this.#names(number)) names.set(name, number);
    return this.#db.all<Pick<Row, "number" | "scope">>("SELECT o.number, o.scope FROM json_each(?) j CROSS JOIN opt_outs o ON o.number = j.value", JSON.stringify([...names.keys()]))
      .map(({ number, scope }) => [names.get(number)!, scope]);
  }

  async block(entries: OptOut[]): Promise<void> {
    const rows = (keyword: boolean) => entries.filter(({ source }) => (source === "keyword") === keyword)
      .map(({ number, scope, source, word = null, messageId = null, at }) => [number, scope, source, word, messageId, Date.parse(at)]);
    insertRows(this.#db, "INSERT OR REPLACE INTO opt_outs", COLUMNS, rows(false));
    // What an operator entered is not made a keyword's, which START would lift.
    insertRows(this.#db, "INSERT OR IGNORE INTO opt_outs", COLUMNS, rows(true));
  }

  async unblock(number: string, scopes?: string[], source?: OptOut["source"]): Promise<number> {
    const json = scopes ? JSON.stringify(scopes) : null;
    const removed = (await this.#names(number)).map((name) => this.#db.all(
      "DELETE FROM opt_outs WHERE number = ? AND (? IS NULL OR scope IN (SELECT value FROM json_each(?))) AND source = coalesce(?, source) RETURNING 1", name, json, json, source ?? null).length);
    return removed.reduce((sum, count) => sum + count);
  }

  async hide(number: string): Promise<void> {
    this.#db.exec("UPDATE OR REPLACE opt_outs SET number = ?, message = NULL WHERE number = ?", await this.#hash(number), number);
    this.#hasHidden = true;
  }

  async blocked(number: string, scope: string, limit: number): Promise<OptOut[]> {
    return this.#db.all<Row>("SELECT * FROM opt_outs WHERE (number, scope) > (?, ?) ORDER BY number, scope LIMIT ?", number || "$", scope, limit)
      .map(({ word, message, at, ...rest }) => ({ ...rest, ...(word !== null && { word }), ...(message !== null && { messageId: message }), at: new Date(at).toISOString() }));
  }

  /** What a number may be stored as. */
  async #names(number: string): Promise<string[]> {
    return this.#hasHidden ? [number, await this.#hash(number)] : [number];
  }

  async #hash(number: string): Promise<string> {
    const mac = await crypto.subtle.sign("HMAC", await (this.#key ??= this.#readKey()), new TextEncoder().encode(number));
    return HIDDEN + toHex(new Uint8Array(mac));
  }

  /** The key of this object alone, made when it is first needed. */
  #readKey(): Promise<CryptoKey> {
    let key = readMeta(this.#db, HASH_KEY);
    if (key === undefined) writeMeta(this.#db, HASH_KEY, key = toHex(crypto.getRandomValues(new Uint8Array(32))));
    return crypto.subtle.importKey("raw", fromHex(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }
}
