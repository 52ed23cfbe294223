// The tables of one link, in its Durable Object's SQLite, and how older ones become them. Times are milliseconds since 1970.

/** The version of {@link TABLES}. Storage of an older one is migrated when it is opened. */
export const SCHEMA_VERSION = 3;

/**
 * Each message writes few rows, since each is billed: rows are found by their primary key, and no index holds a row a second time.
 *
 * `messages.n` ascends in the order of acceptance and is part of the message's id. The link sends in that order and stores in `sending`
 * how far it got, in place of a mark a message. What is not sent in that order is listed in `waiting`: `held` says so.
 */
export const TABLES: Record<string, string> = {
  meta: "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",

  // id: of a message that another link or an earlier version named; tag: the random part of an id; parts: the segments, as JSON;
  // input: the message as JSON; account: the one that the message is pinned to; moved: the link that has it now; hops: times it was
  // handed over; history: JSON entries with a comma before each
  messages: `CREATE TABLE messages (n INTEGER PRIMARY KEY, id TEXT, tag INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
    status TEXT NOT NULL, held INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, expires INTEGER, recipient TEXT NOT NULL, caller TEXT NOT NULL,
    label TEXT, account TEXT, encoding TEXT NOT NULL, segments INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, hops INTEGER NOT NULL DEFAULT 0,
    moved TEXT, error TEXT, parts TEXT, history TEXT NOT NULL DEFAULT '', input TEXT NOT NULL)`,

  // ids that name no row of their own link by number
  ids: "CREATE TABLE ids (id TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID",

  // scheduled messages, and those to be sent again; sent: their bytes may have left, and the SMSC has not answered
  waiting: "CREATE TABLE waiting (due INTEGER NOT NULL, n INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (due, n)) WITHOUT ROWID",

  // one row: every queued message up to `last` that is not in `waiting` may have left, and up to `settled` has its answer
  sending: "CREATE TABLE sending (id INTEGER PRIMARY KEY, last INTEGER NOT NULL, settled INTEGER NOT NULL)",

  // key: the SMSC's id in the form that reports are compared by
  segments: "CREATE TABLE segments (key TEXT NOT NULL, n INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (key, n, number)) WITHOUT ROWID",

  // what is being handed over to another link
  moving: "CREATE TABLE moving (n INTEGER PRIMARY KEY, link TEXT NOT NULL)",

  // requests with an Idempotency-Key: which of their messages are here; positions: of messages n, n + 1, … in the request, as JSON
  requests: "CREATE TABLE requests (nonce TEXT NOT NULL, n INTEGER NOT NULL, positions TEXT NOT NULL, PRIMARY KEY (nonce, n)) WITHOUT ROWID",

  // reports of which the message is yet to be found
  orphans: "CREATE TABLE orphans (due INTEGER NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL, tries INTEGER NOT NULL, report TEXT NOT NULL, PRIMARY KEY (due, id)) WITHOUT ROWID",
  orphans_by_key: "CREATE INDEX orphans_by_key ON orphans (key)",

  inbound: "CREATE TABLE inbound (id TEXT PRIMARY KEY, message TEXT NOT NULL) WITHOUT ROWID",

  // segments of long inbound messages; generation: of the messages with one key; done: 1 once the message was joined or given up, and pdu is empty; 2 for what may be a repeat
  inbound_segments: `CREATE TABLE inbound_segments (key TEXT NOT NULL, generation INTEGER NOT NULL, part INTEGER NOT NULL, digest TEXT NOT NULL,
    at INTEGER NOT NULL, done INTEGER NOT NULL, pdu TEXT NOT NULL, PRIMARY KEY (key, generation, part)) WITHOUT ROWID`,

  // idempotency keys: what they stood for; nonce: begins with its time
  claims: "CREATE TABLE claims (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, nonce TEXT NOT NULL, created INTEGER NOT NULL, layout TEXT) WITHOUT ROWID",
  claims_by_age: "CREATE INDEX claims_by_age ON claims (created)",
};

/** Statements that bring storage of version `from` (the index, from 1) to the next one. `{{link}}` is the link's name as in ids, with `-`. */
export const MIGRATIONS: Record<number, string[]> = {
  // 8554d8e: rows by id, and an index for each way to look for them.
  1: [
    "DROP INDEX queue", "DROP INDEX queue_by_end", "DROP INDEX messages_by_status", "DROP INDEX messages_by_recipient", "DROP INDEX segments_by_key",
    "DROP INDEX orphans_by_key",
    "ALTER TABLE messages RENAME TO messages_1", "ALTER TABLE segments RENAME TO segments_1", "ALTER TABLE orphans RENAME TO orphans_1",
    "ALTER TABLE claims ADD COLUMN layout TEXT",
    TABLES["messages"]!, TABLES["ids"]!, TABLES["waiting"]!, TABLES["sending"]!, TABLES["segments"]!, TABLES["moving"]!, TABLES["requests"]!,
    TABLES["orphans"]!, TABLES["orphans_by_key"]!,
    // Ids begin with their time, so that numbers ascend with it.
    "INSERT INTO ids (id, n) SELECT id, row_number() OVER (ORDER BY id) FROM messages_1",
    `INSERT INTO messages (n, id, tag, created, updated, status, held, due, expires, recipient, caller, account, encoding, segments, attempts, hops, moved, error, parts, history, input)
     SELECT ids.n, m.id, 0, m.created, m.updated, iif(m.status = 'sent', 'queued', m.status), m.status IN ('queued', 'sent'), m.due, m.expires, m.recipient, m.caller,
       json_extract(m.input, '$.account'), m.encoding, m.segments, m.attempts,
       iif(m.moved IS NOT NULL OR substr(m.id, 27) <> '-{{link}}', 1, 0), m.moved, m.error,
       (SELECT json_group_array(json_object('index', s.number, 'messageId', s.message_id, 'key', s.key, 'status', coalesce(s.report, s.status),
          'final', iif(s.report IS NULL, NULL, s.final), 'errorCode', s.error_code, 'done', s.done)) FROM segments_1 s WHERE s.message = m.id HAVING count(*) > 0),
       ',' || substr(m.history, 2, length(m.history) - 2), m.input
     FROM messages_1 m JOIN ids ON ids.id = m.id`,
    "INSERT INTO waiting (due, n, sent) SELECT m.due, ids.n, m.status = 'sent' FROM messages_1 m JOIN ids ON ids.id = m.id WHERE m.status IN ('queued', 'sent')",
    "INSERT INTO moving (n, link) SELECT ids.n, m.moved FROM messages_1 m JOIN ids ON ids.id = m.id WHERE m.status = 'moving'",
    "INSERT OR IGNORE INTO segments (key, n, number) SELECT s.key, ids.n, s.number FROM segments_1 s JOIN ids ON ids.id = s.message WHERE s.key <> ''",
    "INSERT INTO sending (id, last, settled) SELECT 1, coalesce(max(n), 0), coalesce(max(n), 0) FROM messages",
    "INSERT INTO orphans (due, id, key, tries, report) SELECT due, id, key, tries, report FROM orphans_1",
    "DROP TABLE messages_1", "DROP TABLE segments_1", "DROP TABLE orphans_1",
  ],
  2: [TABLES["inbound_segments"]!],
};
