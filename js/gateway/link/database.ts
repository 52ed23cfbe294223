import { createEventTables } from "./event-store.ts";

/** The tables of one link, in its Durable Object's SQLite. Times are milliseconds since 1970. */
const TABLES = {
  meta: "name TEXT PRIMARY KEY, value TEXT NOT NULL",

  // input: the message as JSON; due: not to be sent earlier; moved: the link that has it now; history: [{ status, at, … }]
  messages: `id TEXT PRIMARY KEY, status TEXT NOT NULL, due INTEGER NOT NULL, expires INTEGER, recipient TEXT NOT NULL, input TEXT NOT NULL,
    encoding TEXT NOT NULL, segments INTEGER NOT NULL, caller TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, error TEXT,
    moved TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL, history TEXT NOT NULL`,

  // key: the SMSC's id in the form that reports are compared by; status: its answer; report: what was reported last
  segments: `message TEXT NOT NULL, number INTEGER NOT NULL, message_id TEXT NOT NULL, key TEXT NOT NULL, status TEXT NOT NULL,
    report TEXT, final INTEGER NOT NULL DEFAULT 0, error_code TEXT, done INTEGER, PRIMARY KEY (message, number)`,

  // reports of which the message is yet to be found
  orphans: "id TEXT PRIMARY KEY, key TEXT NOT NULL, report TEXT NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL",

  inbound: "id TEXT PRIMARY KEY, message TEXT NOT NULL",

  // idempotency keys: what they stood for
  claims: "key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, nonce TEXT NOT NULL, created INTEGER NOT NULL",
};

const INDEXES = {
  queue: "messages (due) WHERE status = 'queued'",
  queue_by_end: "messages (expires) WHERE status = 'queued' AND expires IS NOT NULL",
  messages_by_status: "messages (status)",
  messages_by_recipient: "messages (recipient)",
  segments_by_key: "segments (key)",
  orphans_by_key: "orphans (key)",
  claims_by_age: "claims (created)",
};

export function createTables(sql: SqlStorage): void {
  for (const [name, columns] of Object.entries(TABLES)) sql.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) WITHOUT ROWID`);
  for (const [name, where] of Object.entries(INDEXES)) sql.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${where}`);
  createEventTables(sql);
}

export function readMeta(sql: SqlStorage, name: string): string | undefined {
  return sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = ?", name).toArray()[0]?.value;
}

export function writeMeta(sql: SqlStorage, name: string, value: string): void {
  sql.exec("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}
