// The queue's batches: what comes in one turn is stored together, as if it had come alone; what was just stored is sent without being read back.

import assert from "node:assert/strict";
import test from "node:test";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { Sender } from "../../../js/gateway/link/sender.ts";
import { Handover } from "../../../js/gateway/link/store/handover.ts";
import { insertRows } from "../../../js/gateway/link/store/insert.ts";
import { MessageLists } from "../../../js/gateway/link/store/lists.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { sqliteStorage } from "./sqlite.mjs";

const PLACE = { account: "main", link: 0 };
const NOW = Date.parse("2026-11-29T12:00:00Z");
/** How many messages and characters are kept in memory: see unread.ts. */
const KEPT = 10_000;
const KEPT_CHARACTERS = 2_097_152;

function open(storage = sqliteStorage()) {
  const db = new Database(storage);
  createTables(db, "main/0");
  const changes = [];
  const queue = new MessageQueue(db, PLACE, (id, status) => changes.push(`${id} ${status}`));
  const reads = () => storage.log.filter((query) => /^SELECT .* FROM messages m WHERE m\.n > \? AND m\.status = 'queued' AND m\.held = 0 ORDER BY/.test(query)).length;
  return { storage, db, queue, changes, reads, lists: new MessageLists(db, PLACE, (n) => queue.sentAt(n)), rows: (table) => db.all(`SELECT * FROM ${table}`) };
}

let tag = 1;
function message(change = {}) {
  const { input, ...rest } = change;
  return { id: "", tag: tag++, encoding: "gsm7", segments: 1, caller: "shop", due: NOW, expires: null, input: { to: "+491511", text: "hello", ...input }, ...rest };
}
const texts = (messages) => messages.map(({ input }) => input.text);
const numbered = (count, from = 0) => Array.from({ length: count }, (_, i) => message({ input: { text: String(from + i) } }));

test("rows go in by one statement with the values they have, shared or not", () => {
  const { db, storage } = open();
  db.exec("CREATE TABLE things (n INTEGER PRIMARY KEY, text TEXT, number, json TEXT)");
  const columns = ["n", "text", "number", "json"];
  const strange = "a\"b'c\\ \u20ac \ud83d\ude00\n";
  const into = "INSERT INTO things";
  const sets = [
    [[1, strange, null, { a: strange }]],
    [[2, strange, 5, { a: [1, null] }], [3, strange, 5, { a: {} }]],
    [[4, "", 1.5, { b: true }], [5, strange, null, { b: false }], [6, null, 2 ** 50, {}]],
  ];
  for (const rows of sets) {
    storage.log.length = 0;
    insertRows(db, into, columns, rows);
    assert.equal(storage.log.length, 1);
  }
  insertRows(db, into, columns, []);
  insertRows(db, "INSERT OR IGNORE INTO things", columns, [[6, "other", 1, {}]]);
  assert.throws(() => insertRows(db, into, columns, [[6, "other", 1, {}]]), /UNIQUE/);
  const stored = db.all("SELECT * FROM things ORDER BY n").map(({ n, text, number, json }) => [n, text, number, JSON.parse(json)]);
  assert.deepEqual(stored, sets.flat());
});

test("messages of one turn are stored by one statement, and each call gets its own ids", () => {
  const { queue, storage, changes, lists } = open();
  storage.log.length = 0;
  const calls = [[message(), message({ caller: "crm" })], [message({ expires: NOW + 5 })], [message({ validity: 60 }), message({ encoding: "ucs2", segments: 2 })]];
  const ids = queue.insertAll(calls.map((messages) => ({ messages })), NOW);
  assert.equal(storage.log.length, 1);
  assert.deepEqual(ids.map((of) => of.length), [2, 1, 2]);
  assert.deepEqual(changes, ids.flat().map((id) => `${id} queued`));
  assert.deepEqual(ids.flat().map((id) => lists.row(id).n), [1, 2, 3, 4, 5]);
  const columns = ({ caller, expires, encoding, segments, held, account, hops, id }) => [caller, expires, encoding, segments, held, account, hops, id];
  assert.deepEqual(ids.flat().map((id) => columns(lists.row(id))), [
    ["shop", null, "gsm7", 1, 0, null, 0, null], ["crm", null, "gsm7", 1, 0, null, 0, null], ["shop", NOW + 5, "gsm7", 1, 0, null, 0, null],
    ["shop", NOW + 60_000, "gsm7", 1, 0, null, 0, null], ["shop", null, "ucs2", 2, 0, null, 0, null],
  ]);
  assert.equal(queue.waiting, 5);
});

test("a call finds what a call before it in the same turn added", () => {
  const { queue, rows } = open();
  const request = () => [message({ position: 0, tag: 7 }), message({ position: 1, tag: 8 })];
  const [first, second] = queue.insertAll([{ messages: request(), nonce: "n" }, { messages: request(), nonce: "n" }], NOW);
  assert.deepEqual(second, first);
  const lost = message({ tag: 9 });
  const [once, again] = queue.insertAll([{ messages: [lost] }, { messages: [lost], again: true }], NOW);
  assert.deepEqual(again, once);
  const moved = message({ id: "01kzzzzzzz0000000000000000-spare-1", hops: 1 });
  assert.deepEqual(queue.insertAll([{ messages: [moved, moved] }, { messages: [moved] }], NOW), [[moved.id, moved.id], [moved.id]]);
  assert.equal(rows("messages").length, 4);
  assert.equal(queue.waiting, 4);
});

test("what the SMSC accepts in one turn is stored as if it had come alone", () => {
  const answers = (taken) => taken.map((one, i) => ({
    message: one,
    parts: Array.from({ length: one.segments }, (_, index) => ({ index, messageId: i === 3 ? "" : `ID "${i}" ${index}`, key: i === 3 ? "" : i === 2 ? `ID "${i}" ${index}` : `id${i}-${index}`, status: "accepted" })),
  }));
  const [together, alone] = [open(), open()].map((link) => {
    const messages = [message({ tag: 1 }), message({ tag: 2, segments: 3 }), message({ tag: 3, input: { scheduleAt: new Date(NOW + 5).toISOString() }, due: NOW + 5 }), message({ tag: 4 })];
    link.queue.insert(messages, NOW);
    const taken = [...link.queue.fresh(0, 10).messages, ...link.queue.due(NOW + 5, 10)].toSorted((a, b) => a.n - b.n);
    link.queue.markSent(taken, 0, NOW + 6);
    return { link, answers: answers(taken) };
  });
  const rows = (before) => together.link.db.rowsWritten - before;
  const before = together.link.db.rowsWritten;
  together.link.storage.log.length = 0;
  together.link.queue.accepted(together.answers, NOW + 7);
  assert.ok(together.link.storage.log.length <= 3, together.link.storage.log.join("\n"));
  assert.ok(rows(before) <= 10, `${rows(before)} rows`);
  for (const { message: one, parts } of alone.answers) alone.link.queue.answered(one, "accepted", parts, NOW + 7);
  for (const table of ["messages", "segments", "waiting", "sending"]) assert.deepEqual(together.link.rows(table), alone.link.rows(table), table);
  assert.deepEqual(together.link.changes, alone.link.changes);
  assert.equal(together.link.queue.waiting, 0);
  assert.equal(together.link.queue.sentAt(1), undefined);
});

test("what was just stored is not read back, and nothing is left out or sent twice", () => {
  const { queue, reads } = open();
  const sent = [];
  let next = 0;
  const take = (limit) => {
    const { messages, next: after } = queue.fresh(next, limit);
    next = after;
    sent.push(...texts(messages));
    return messages.length;
  };
  queue.insert(numbered(5), NOW);
  assert.equal(take(2), 2);
  queue.insert(numbered(5, 5), NOW);
  while (take(3) > 0);
  assert.equal(reads(), 0);
  // What the sender goes back to is read.
  next = 7;
  assert.equal(take(2), 2);
  assert.ok(reads() > 0);
  queue.insert(numbered(2, 10), NOW);
  while (take(3) > 0);
  assert.deepEqual(sent.map(Number), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 7, 8, 9, 10, 11]);
  assert.equal(queue.fresh(next, 0).messages.length, 0);
});

test("what waits is read back when it was there before, or is too much to keep", () => {
  const storage = sqliteStorage();
  const first = open(storage);
  first.queue.insert(numbered(3), NOW);
  const again = open(storage);
  again.queue.insert(numbered(2, 3), NOW);
  assert.deepEqual(texts(again.queue.fresh(0, 10).messages).map(Number), [0, 1, 2, 3, 4]);
  for (const [count, length] of [[KEPT + 50, 1], [4, KEPT_CHARACTERS / 2 - 1]]) {
    const { queue, reads } = open();
    for (let i = 0; i < count; i += 50) queue.insert(numbered(Math.min(50, count - i), i).map((one) => ({ ...one, input: { ...one.input, text: one.input.text.padEnd(length) } })), NOW);
    const sent = [];
    for (let next = 0; next < count;) {
      const { messages, next: after } = queue.fresh(next, 500);
      sent.push(...texts(messages).map(Number));
      next = after;
    }
    assert.deepEqual(sent, Array.from({ length: count }, (_, i) => i));
    assert.ok(reads() > 0);
    // Once all are taken, the next ones are not read back.
    const before = reads();
    queue.insert(numbered(1), NOW);
    assert.equal(queue.fresh(count, 5).messages.length, 1);
    assert.equal(reads(), before);
  }
});

test("a message that was ended, put off or handed over before it was sent is not sent", () => {
  const { queue, db, lists } = open();
  const ids = queue.insert(numbered(5), NOW);
  const row = (i) => lists.row(ids[i]);
  queue.end(queue.waitingMessage(row(0)), "deleted", NOW);
  queue.requeue(queue.waitingMessage(row(1)), NOW + 9, NOW);
  new Handover(db, PLACE, queue).start({ scheduled: false, pinned: false, limit: 1, taken: () => false, from: { due: -1, n: -1, fresh: -1 } }, () => "spare/0", NOW);
  assert.equal(row(2).status, "moving");
  assert.deepEqual(texts(queue.fresh(0, 10).messages).map(Number), [3, 4]);
});

test("the sender stores the answers of one turn together, and one that failed alone", async () => {
  const { queue, db, storage, lists } = open();
  const given = [];
  const keys = [];
  const sender = new Sender({ queue, window: 10, keyOf: (id) => id, accepted: (some) => keys.push(...some), idle: () => {} });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  sender.start({ sendSms: () => new Promise((resolve, reject) => given.push({ resolve, reject })), stats: () => ({ rate: undefined }) });
  const ids = queue.insert(numbered(5), NOW);
  sender.kick();
  await turn();
  sender.beforeWrite(Uint8Array.from([0, 0, 0, 16, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1]), NOW);
  await turn();
  storage.log.length = 0;
  for (const i of [0, 1, 3]) given[i].resolve({ status: "accepted", segments: [{ index: 0, messageId: `s${i}`, status: "accepted" }] });
  given[2].reject(new Error("odd"));
  await Promise.resolve();
  await Promise.resolve();
  sender.storeAnswers();
  assert.equal(lists.row(ids[3]).status, "accepted", "a report of the same turn finds it");
  await turn();
  assert.equal(storage.log.filter((query) => query.startsWith("UPDATE messages")).length, 2);
  assert.deepEqual(keys, ["s0", "s1", "s3"]);
  assert.deepEqual(ids.map((id) => lists.view(lists.row(id)).status), ["accepted", "accepted", "unknown", "accepted", "sent"]);
  assert.deepEqual([1, 2, 3, 4, 5].map((n) => sender.has(n)), [false, false, false, false, true]);
  assert.equal(db.all("SELECT * FROM segments").length, 3);
});
