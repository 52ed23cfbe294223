// A Durable Object's SQLite without workerd, on node:sqlite: for tests of what is stored.

import { DatabaseSync } from "node:sqlite";

/**
 * Storage as the gateway uses it, in memory or in `file`. `statements` collects the texts of the statements
 * that were run, `log` has the text of each run.
 * `rowsWritten` counts rows as `changes` has them: a row of an index is not among them.
 */
export function sqliteStorage(file = ":memory:") {
  const database = new DatabaseSync(file);
  const prepared = new Map();
  const changes = database.prepare("SELECT total_changes() AS n");
  const statements = new Set();
  const log = [];
  const prepare = (query) => {
    let statement = prepared.get(query);
    if (!statement) prepared.set(query, (statement = database.prepare(query)));
    return statement;
  };
  return {
    database,
    statements,
    log,
    exec(query, ...values) {
      statements.add(query);
      log.push(query);
      // What changes the tables makes prepared statements stale.
      if (/^\s*(CREATE|DROP|ALTER)/.test(query)) {
        prepared.clear();
        database.exec(query);
        return cursor([], 0);
      }
      const statement = prepare(query);
      if (!/^\s*(INSERT|UPDATE|DELETE)/.test(query)) return cursor(statement.all(...values), 0);
      const before = changes.get().n;
      const rows = statement.all(...values);
      return cursor(rows, changes.get().n - before);
    },
  };
}

function cursor(rows, rowsWritten) {
  return { rowsWritten, toArray: () => rows, one: () => rows[0] };
}
