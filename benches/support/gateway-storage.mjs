// The storage of a gateway's link, changed while the gateway does not run: what else would take a million requests, or days.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The file of the link's SQLite below `directory`: that which has messages. */
function fileOf(directory) {
  const files = readdirSync(join(directory, "disk"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sqlite"));
  return files.map((name) => join(directory, "disk", name)).find((file) => read(file, (database) => count(database, "name = 'messages'", "sqlite_master") > 0 && count(database, "1") > 0));
}

function read(file, work) {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function count(database, condition, table = "messages") {
  return database.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${condition}`).get().n;
}

/** Has the link's storage hold `wanted` messages more: copies of the first one, which has ended, with their segments. */
export function addCopies(directory, wanted) {
  const database = new DatabaseSync(fileOf(directory));
  const columns = database.prepare("SELECT name FROM pragma_table_info('messages') WHERE name <> 'n'").all().map(({ name }) => name).join(", ");
  const { last } = database.prepare("SELECT max(n) AS last FROM messages").get();
  database.exec(`BEGIN;
    INSERT INTO messages (n, ${columns}) WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${wanted})
      SELECT ${last} + i, ${columns} FROM numbers, (SELECT * FROM messages ORDER BY n LIMIT 1);
    INSERT OR IGNORE INTO segments (key, n, number) SELECT json_extract(parts, '$[0].messageId') || '-' || n, n, 1 FROM messages WHERE n > ${last};
    UPDATE sending SET last = ${last + wanted}, settled = ${last + wanted};
    COMMIT`);
  database.close();
}

/** Makes all messages older. */
export function age(directory, milliseconds) {
  const database = new DatabaseSync(fileOf(directory));
  database.exec(`UPDATE messages SET created = created - ${milliseconds}, updated = updated - ${milliseconds}, due = due - ${milliseconds}`);
  database.close();
}

/** How many messages from before `time` there are; undefined if nothing is stored. */
export function countBefore(directory, time) {
  const file = existsSync(join(directory, "disk")) ? fileOf(directory) : undefined;
  return file && read(file, (database) => count(database, `created < ${time}`));
}
