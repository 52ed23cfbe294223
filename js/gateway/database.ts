/** The tables of one link, in its Durable Object's SQLite. Times are milliseconds since 1970. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- input: the message as JSON; due: not to be sent earlier; moved: the link that has it now; history: [{ status, at, … }]
  CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, due INTEGER NOT NULL, expires INTEGER, recipient TEXT NOT NULL, input TEXT NOT NULL,
    encoding TEXT NOT NULL, segments INTEGER NOT NULL, caller TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, error TEXT,
    moved TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL, history TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS queue ON messages (due) WHERE status = 'queued';
  CREATE INDEX IF NOT EXISTS queue_by_end ON messages (expires) WHERE status = 'queued' AND expires IS NOT NULL;
  CREATE INDEX IF NOT EXISTS messages_by_status ON messages (status);
  CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages (recipient);

  -- key: the SMSC's id in the form that reports are compared by; status: its answer; report: what was reported last
  CREATE TABLE IF NOT EXISTS segments (
    message TEXT NOT NULL, number INTEGER NOT NULL, message_id TEXT NOT NULL, key TEXT NOT NULL, status TEXT NOT NULL,
    report TEXT, final INTEGER NOT NULL DEFAULT 0, error_code TEXT, done INTEGER, PRIMARY KEY (message, number)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS segments_by_key ON segments (key);

  -- reports of which the message is yet to be found
  CREATE TABLE IF NOT EXISTS orphans (id TEXT PRIMARY KEY, key TEXT NOT NULL, report TEXT NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS orphans_by_key ON orphans (key);

  CREATE TABLE IF NOT EXISTS inbound (id TEXT PRIMARY KEY, message TEXT NOT NULL) WITHOUT ROWID;

  -- what is to be handed on: id of the event, and to whom; dead: given up
  CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT NOT NULL, target TEXT NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL, error TEXT, dead INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (id, target)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE dead = 0;
  CREATE INDEX IF NOT EXISTS deliveries_dead ON deliveries (id) WHERE dead = 1;

  -- idempotency keys: what they stood for
  CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, nonce TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS claims_by_age ON claims (created);
`;

export function createTables(sql: SqlStorage): void {
  sql.exec(SCHEMA);
}

export function readMeta(sql: SqlStorage, name: string): string | undefined {
  return sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = ?", name).toArray()[0]?.value;
}

export function writeMeta(sql: SqlStorage, name: string, value: string): void {
  sql.exec("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}
