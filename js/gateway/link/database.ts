import { createEventTables } from "./event-store.ts";
import { MIGRATIONS, SCHEMA_VERSION, TABLES } from "./store/schema.ts";

type Row = Record<string, SqlStorageValue>;

/** Names in `meta`: the types of events that the Worker ever had a handler for, as JSON. */
export const HANDLERS = "handlers";

/** What is used of a Durable Object's SQLite. */
export type Sql = Pick<SqlStorage, "exec">;

/** The storage of one link: its statements, and the rows that they wrote, as Cloudflare bills them. */
export class Database implements Sql {
  readonly #sql: Sql;
  #last: { readonly rowsWritten: number } | undefined;
  #written = 0;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Runs a statement. */
  exec<T extends Row>(query: string, ...bindings: SqlStorageValue[]): SqlStorageCursor<T> {
    const cursor = this.#sql.exec<T>(query, ...bindings);
    // A cursor knows what it wrote when it was read to its end: by the next statement it was.
    this.#count(cursor);
    return cursor;
  }

  /** The rows of a statement. */
  all<T extends Row>(query: string, ...bindings: SqlStorageValue[]): T[] {
    return this.exec<T>(query, ...bindings).toArray();
  }

  /** The first row of a statement. */
  first<T extends Row>(query: string, ...bindings: SqlStorageValue[]): T | undefined {
    return this.exec<T>(query, ...bindings).toArray()[0];
  }

  /** Rows written since the object started, index rows included. */
  get rowsWritten(): number {
    this.#count(undefined);
    return this.#written;
  }

  #count(next: { readonly rowsWritten: number } | undefined): void {
    this.#written += this.#last?.rowsWritten ?? 0;
    this.#last = next;
  }
}

/**
 * Creates the tables of a new link's storage, or brings those of an earlier version up to date. `link` is the link's name; it may be left
 * out if it is stored.
 */
export function createTables(sql: Sql, link?: string): void {
  const version = schemaVersion(sql);
  if (version === undefined) {
    for (const statement of Object.values(TABLES)) sql.exec(statement);
    sql.exec("INSERT INTO sending (id, last, settled) VALUES (1, 0, 0)");
    writeMeta(sql, HANDLERS, "[]");
  }
  const name = (link ?? (version === undefined ? "" : readMeta(sql, "name") ?? "")).replace("/", "-");
  for (let from = version ?? SCHEMA_VERSION; from < SCHEMA_VERSION; from++) {
    for (const statement of MIGRATIONS[from]!) sql.exec(statement.replaceAll("{{link}}", name));
  }
  if (version === SCHEMA_VERSION) return;
  createEventTables(sql);
  writeMeta(sql, "schema", String(SCHEMA_VERSION));
}

/** The version of the tables; undefined if there are none. The first version did not store it. */
function schemaVersion(sql: Sql): number | undefined {
  const exists = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'").toArray().length > 0;
  if (!exists) return undefined;
  const version = Number(readMeta(sql, "schema") ?? 1);
  if (version > SCHEMA_VERSION) throw new Error(`The storage was written by a later version of smpp-edge (schema ${version}, this one has ${SCHEMA_VERSION})`);
  return version;
}

export function readMeta(sql: Sql, name: string): string | undefined {
  return sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = ?", name).toArray()[0]?.value;
}

export function writeMeta(sql: Sql, name: string, value: string): void {
  sql.exec("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}
