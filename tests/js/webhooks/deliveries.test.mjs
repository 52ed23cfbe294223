// When an event is tried again: the schedule, on a clock of the test's own.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { createTables } from "../../../js/gateway/link/database.ts";
import { Deliveries, RETRIES } from "../../../js/gateway/link/deliveries.ts";
import { until } from "../gateway/support.mjs";

const HOUR = 3_600_000;

/** A Durable Object's SqlStorage, as far as the gateway uses it. */
function sqlStorage() {
  const database = new DatabaseSync(":memory:");
  return {
    exec(query, ...values) {
      const rows = database.prepare(query).all(...values);
      return { toArray: () => rows, one: () => rows[0] };
    },
  };
}

function deliveries(handler) {
  const sql = sqlStorage();
  createTables(sql);
  return new Deliveries(sql, { handler, queue: undefined, webhook: undefined }, () => {});
}

test("retries spread over about a day, then the event is dead", async () => {
  const attempts = [];
  let now = 1_000_000;
  const events = deliveries(async () => {
    attempts.push(now);
    throw new Error("not today");
  });
  events.add("1", "message.report", {}, now);
  while (events.nextDue() !== undefined) {
    now = events.nextDue();
    events.run(now);
    await until("the attempt's end", () => events.failed === attempts.length);
  }
  assert.equal(attempts.length, RETRIES.length + 1);
  const waits = attempts.slice(1).map((at, i) => at - attempts[i]);
  assert.ok(waits[0] < 6_000 && waits.every((wait, i) => i === 0 || wait > waits[i - 1]), `${waits}`);
  const total = attempts.at(-1) - attempts[0];
  assert.ok(total > 20 * HOUR && total < 28 * HOUR, `${total / HOUR} hours`);
  assert.deepEqual(events.dead(undefined, 10).map(({ id, attempts: count, error }) => [id, count, error]), [["1", 11, "not today"]]);
  assert.deepEqual(events.count(), { waiting: 0, dead: 1 });
});

test("a Worker without a handler is not asked again", async () => {
  let asked = 0;
  const events = deliveries(async () => {
    asked++;
    return false;
  });
  events.add("1", "message.report", {}, 1);
  events.run(1);
  await until("the end", () => events.count().waiting === 0);
  events.add("2", "message.report", {}, 2);
  assert.equal(events.nextDue(), undefined);
  assert.equal(asked, 1);
});

test("at most 16 are under way at a time, and none twice", async () => {
  const started = [];
  const ends = [];
  const events = deliveries((envelope) => new Promise((resolve) => {
    started.push(envelope.data.n);
    ends.push(() => resolve(true));
  }));
  for (let n = 0; n < 40; n++) events.add(String(n).padStart(2, "0"), "message.report", { n }, 5);
  events.run(10);
  events.run(10);
  assert.equal(started.length, 16);
  assert.equal(events.nextDue(), undefined);
  while (events.count().waiting > 0) {
    for (const end of ends.splice(0)) end();
    await new Promise((resolve) => setImmediate(resolve));
    events.run(10);
  }
  assert.deepEqual(started.toSorted((a, b) => a - b), Array.from({ length: 40 }, (_, n) => n));
});
