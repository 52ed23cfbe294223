// What a link stores: the plan of each statement, the rows it writes, and that its cost stays the same however much there is.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createTables, Database, readMeta } from "../../../js/gateway/link/database.ts";
import { Claims } from "../../../js/gateway/link/store/claims.ts";
import { Handover } from "../../../js/gateway/link/store/handover.ts";
import { InboundSegments } from "../../../js/gateway/link/store/inbound-segments.ts";
import { InboundStore } from "../../../js/gateway/link/store/inbound.ts";
import { MessageLists } from "../../../js/gateway/link/store/lists.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { ReportStore } from "../../../js/gateway/link/store/reports.ts";
import { Retention } from "../../../js/gateway/link/store/retention.ts";
import { SCHEMA_VERSION } from "../../../js/gateway/link/store/schema.ts";
import { sqliteStorage } from "./sqlite.mjs";

const root = new URL("../../../", import.meta.url).pathname;
const PLACE = { account: "main", link: 0 };
const NOW = Date.parse("2026-11-29T12:00:00Z");
const DAY = 86_400_000;

/** The stores of one link. */
function open(storage = sqliteStorage()) {
  const db = new Database(storage);
  createTables(db, "main/0");
  const changes = [];
  const changed = (id, status, error) => changes.push({ id, status, error });
  const queue = new MessageQueue(db, PLACE, changed);
  return {
    storage, db, changes, queue,
    reports: new ReportStore(db, PLACE, changed),
    lists: new MessageLists(db, PLACE, (n) => queue.sentAt(n)),
    handover: new Handover(db, PLACE, queue),
    inbound: new InboundStore(db, PLACE),
    retention: new Retention(db, PLACE),
    claims: new Claims(db),
  };
}

let next = 0;
function message(change = {}) {
  const to = change.to ?? "+491511";
  const { scheduleAt, account, ...rest } = change;
  return {
    id: "", encoding: "gsm7", segments: 1, caller: "shop", due: scheduleAt ?? NOW, expires: null,
    input: { to, text: `message ${next++}`, ...(scheduleAt ? { scheduleAt: new Date(scheduleAt).toISOString() } : {}), ...(account ? { account } : {}) },
    ...rest,
  };
}

/** Sends what is due, as the sender does, and has the SMSC accept it; returns the messages. */
function send(link, limit, now = NOW, accept = true) {
  const due = link.queue.due(now, limit);
  const { messages } = link.queue.fresh(link.queue.sent, limit - due.length);
  const all = [...due, ...messages];
  if (all.length === 0) return all;
  link.queue.markSent(all, (messages[0]?.n ?? link.queue.sent + 1) - 1, now);
  if (accept) for (const m of all) link.queue.answered(m, "accepted", [{ index: 0, messageId: `smsc-${m.n}`, key: `smsc-${m.n}`, status: "accepted" }], now);
  return all;
}

const delivered = (n) => ({ key: `smsc-${n}`, status: "delivered", final: true, errorCode: "000", doneAt: NOW });
const view = (link, id) => link.lists.view(link.lists.row(id));

test("a message with its report writes five rows at most, and tells its history", () => {
  const link = open();
  const before = link.db.rowsWritten;
  const [id] = link.queue.insert([message()], NOW);
  assert.equal(view(link, id).status, "queued");
  const [sent] = send(link, 1, NOW + 1, false);
  assert.equal(sent.id, id);
  assert.equal(view(link, id).status, "sent");
  link.queue.answered(sent, "accepted", [{ index: 0, messageId: "A1", key: "a1", status: "accepted" }], NOW + 2);
  assert.deepEqual([view(link, id).status, view(link, id).messageId], ["accepted", "A1"]);
  assert.deepEqual(link.reports.apply({ key: "a1", status: "delivered", final: true, errorCode: "000", doneAt: NOW }, NOW + 3), { id, fresh: true });
  assert.ok(link.db.rowsWritten - before <= 5, `${link.db.rowsWritten - before} rows`);
  const { status, history, parts } = view(link, id);
  assert.equal(status, "delivered");
  assert.deepEqual(history.map((entry) => [entry.status, Date.parse(entry.at) - NOW]), [["queued", 0], ["sent", 1], ["accepted", 2], ["delivered", 3]]);
  assert.deepEqual(parts, [{ index: 0, messageId: "A1", status: "delivered", errorCode: "000", doneAt: new Date(NOW).toISOString() }]);
  assert.deepEqual(link.reports.apply({ key: "a1", status: "delivered", final: true }, NOW + 4), { id, fresh: false });
  assert.equal(link.reports.apply({ key: "nobody", status: "delivered", final: true }, NOW + 4), undefined);
});

test("messages go in the order of acceptance, those for later when they are due", () => {
  const link = open();
  const [first, later, last] = link.queue.insert([message(), message({ scheduleAt: NOW + 1000 }), message()], NOW);
  assert.deepEqual(send(link, 10).map(({ id }) => id), [first, last]);
  assert.equal(link.queue.waiting, 1);
  assert.equal(link.queue.nextDue(NOW), NOW + 1000);
  assert.deepEqual(send(link, 10, NOW + 1000).map(({ id }) => id), [later]);
  assert.equal(link.queue.waiting, 0);
});

test("after a restart what may have left is unknown, and nothing else", () => {
  const storage = sqliteStorage();
  const link = open(storage);
  const ids = link.queue.insert([message(), message(), message({ scheduleAt: NOW + 1 }), message(), message()], NOW);
  const [a, b, , c] = ids;
  const taken = [...link.queue.due(NOW + 1, 1), ...link.queue.fresh(0, 3).messages];
  link.queue.markSent(taken, 0, NOW + 1);
  link.queue.answered(taken.find(({ id }) => id === b), "accepted", [{ index: 0, messageId: "B", key: "B", status: "accepted" }], NOW + 2);
  link.queue.requeue(taken.find(({ id }) => id === c), NOW + 5, NOW + 2, { detail: "busy" });

  const again = open(storage);
  again.queue.recover(NOW + 3);
  assert.deepEqual(ids.map((id) => view(again, id).status), ["unknown", "accepted", "unknown", "queued", "queued"]);
  assert.equal(again.queue.waiting, 2);
  assert.deepEqual(again.changes.map(({ id, status }) => [id, status]).sort(), [[a, "unknown"], [ids[2], "unknown"]].sort());
  // Once is enough.
  const third = open(storage);
  third.queue.recover(NOW + 4);
  assert.deepEqual(third.changes, []);
  assert.deepEqual(send(third, 10, NOW + 5).map(({ id }) => id), [c, ids[4]]);
});

test("a repeated request gets the ids it has, and a repeated call too", () => {
  const link = open();
  const some = () => [message({ position: 3 }), message({ position: 5 })];
  const ids = link.queue.insert(some(), NOW, "nonce");
  assert.deepEqual(link.queue.insert(some(), NOW + 1, "nonce"), ids);
  assert.deepEqual([...link.queue.known("nonce")], [[3, ids[0]], [5, ids[1]]]);
  const more = link.queue.insert([...some(), message({ position: 7 })], NOW + 2, "nonce");
  assert.deepEqual(more.slice(0, 2), ids);
  assert.equal(link.queue.waiting, 3);
  const tagged = [message({ tag: 12345 }), message({ tag: 23456 })];
  const [one] = link.queue.insert(tagged.slice(0, 1), NOW);
  assert.equal(link.queue.insert(tagged, NOW, undefined, true)[0], one);
  assert.equal(link.queue.waiting, 5);
});

test("an id that was made up finds nothing", () => {
  const link = open();
  const [id] = link.queue.insert([message()], NOW);
  const other = (at) => id.slice(0, at) + (id[at] === "0" ? "1" : "0") + id.slice(at + 1);
  for (const at of [5, 18, 25]) assert.equal(link.lists.row(other(at)), undefined, other(at));
  assert.equal(link.lists.row(id.replace("main", "spare")), undefined);
  assert.equal(link.lists.row(`${id}-eu`), undefined);
  assert.notEqual(link.lists.row(id), undefined);
});

test("a list finds all, page by page, with filters that match few rows among many", () => {
  const link = open();
  const wanted = [];
  for (let i = 0; i < 45_000; i++) {
    const rare = i % 9_000 === 17;
    const [id] = link.queue.insert([message({ to: rare ? "+499999" : "+491511", caller: rare ? "rare" : "shop" })], NOW + i);
    if (rare) wanted.unshift(id);
  }
  link.queue.insert([message({ id: "01kzzzzzzz0000000000000000-spare-1", hops: 1, to: "+499999", caller: "rare" })], NOW + 50_000);
  wanted.push("01kzzzzzzz0000000000000000-spare-1");
  for (const query of [{ to: "499999" }, { caller: "rare" }]) {
    const found = [];
    let before;
    let pages = 0;
    do {
      const { items, until } = link.lists.list({ ...query, before, limit: 2 });
      found.push(...items.map(({ id }) => id));
      before = items.length === 2 ? items.at(-1).id.slice(0, 26) : until;
      pages++;
    } while (before !== undefined && pages < 20);
    assert.deepEqual(found, wanted);
  }
  const all = [];
  let before;
  for (;;) {
    const { items, until } = link.lists.list({ before, limit: 1000 });
    all.push(...items.map(({ id }) => id));
    before = items.length === 1000 ? items.at(-1).id.slice(0, 26) : until;
    if (before === undefined) break;
  }
  assert.deepEqual([all.length, new Set(all).size], [45_001, 45_001]);
  assert.deepEqual(all, all.toSorted().reverse());
});

test("messages that another link named are listed page by page too, and filtered", () => {
  const link = open();
  const ids = Array.from({ length: 9 }, (_, i) => `01kzzzzzzz000000000000000${i}-spare-1`);
  link.queue.insert(ids.toSorted(() => -1).map((id, i) => message({ id, hops: 1, to: i % 2 ? "+491" : "+492" })), NOW);
  const list = (query) => {
    const found = [];
    for (let before; ;) {
      const { items, until } = link.lists.list({ ...query, before, limit: 2 });
      found.push(...items.map(({ id }) => id));
      before = items.length === 2 ? items.at(-1).id.slice(0, 26) : until;
      if (before === undefined) return found;
    }
  };
  assert.deepEqual(list({}), ids.toReversed());
  const to = (number) => ids.filter((id) => link.lists.row(id).recipient === number).toReversed();
  assert.deepEqual([list({ to: "491" }), list({ to: "492" })], [to("491"), to("492")]);
  assert.equal(to("491").length + to("492").length, 9);
});

test("an idempotency key counts for a day, and is removed after that", () => {
  const link = open();
  const admit = (now, key = "k", fingerprint = "f") => link.claims.admit("shop", undefined, 1, { key, fingerprint, layout: "main/0 1" }, now);
  const { nonce, repeated } = admit(NOW);
  assert.equal(repeated, false);
  assert.deepEqual(admit(NOW + DAY - 1), { admitted: true, nonce, created: NOW, repeated: true, layout: "main/0 1" });
  assert.deepEqual(admit(NOW + DAY - 1, "k", "other"), { admitted: false, why: "reused" });
  const keys = () => link.storage.database.prepare("SELECT count(*) AS n FROM claims").get().n;
  admit(NOW + DAY - 1, "second");
  assert.equal(keys(), 2);
  admit(NOW + 2 * DAY, "third");
  assert.equal(keys(), 1);
  const again = admit(NOW + 3 * DAY);
  assert.notEqual(again.nonce, nonce);
  assert.equal(again.repeated, false);
});

test("validity counts in seconds from when the message is accepted, or is due", () => {
  const link = open();
  const [now, later, absolute] = link.queue.insert([message({ validity: 60 }), message({ validity: 60, scheduleAt: NOW + 5_000 }), message({ expires: NOW + 7 })], NOW);
  assert.deepEqual([now, later, absolute].map((id) => link.lists.row(id).expires - NOW), [60_000, 65_000, 7]);
});

test("an SMSC's id that is used again belongs to the latest message that waits for a report", () => {
  const link = open();
  const answer = (m) => link.queue.answered(m, "accepted", [{ index: 0, messageId: "same", key: "same", status: "accepted" }], NOW);
  link.queue.insert([message(), message()], NOW);
  const [a, b] = send(link, 2, NOW, false);
  answer(a);
  answer(b);
  assert.equal(link.reports.apply({ key: "same", status: "delivered", final: true }, NOW).id, b.id);
  assert.equal(link.reports.apply({ key: "same", status: "delivered", final: true }, NOW).id, a.id);
  assert.deepEqual(link.reports.apply({ key: "same", status: "delivered", final: true }, NOW), { id: b.id, fresh: false });
});

test("a late answer settles what is unknown, and nothing else", () => {
  const link = open();
  link.queue.insert([message(), message()], NOW);
  const [a, b] = send(link, 2, NOW, false);
  const parts = (id) => [{ index: 0, messageId: id, key: id, status: "accepted" }];
  link.queue.end(a, "unknown", NOW + 1, { detail: "no answer" });
  link.queue.answered(b, "accepted", parts("B"), NOW + 1);
  assert.equal(link.queue.answeredLate(a, "accepted", parts("A"), NOW + 2), true);
  assert.equal(link.queue.answeredLate(b, "accepted", parts("other"), NOW + 2), false);
  assert.deepEqual([view(link, a.id).status, view(link, a.id).messageId, view(link, a.id).error], ["accepted", "A", undefined]);
  assert.equal(view(link, b.id).messageId, "B");
  assert.equal(link.queue.waiting, 0);
  assert.equal(link.reports.apply({ key: "A", status: "delivered", final: true }, NOW + 3).id, a.id);
  assert.equal(view(link, a.id).status, "delivered");
});

test("purging takes what ended before the time, leaves the rest, and never looks at all at once", () => {
  const link = open();
  const count = 3_000;
  const ids = link.queue.insert(Array.from({ length: count }, () => message()), NOW);
  send(link, count - 1);
  link.reports.apply({ key: "smsc-7", status: "delivered", final: true }, NOW + 10 * DAY);
  link.inbound.add("01kzzzzzzz0000000000000000-main-0", { text: "old" });
  const [young] = link.queue.insert([message()], NOW + 10 * DAY);
  let calls = 0;
  while (link.retention.purge(NOW + 5 * DAY, NOW + 12 * DAY)) calls++;
  assert.ok(calls >= count / 500 - 1, `${calls} calls`);
  const left = link.lists.list({ limit: 10_000 }).items.map(({ id }) => id);
  assert.deepEqual(left, [young, ids.at(-1), ids[6]]);
  assert.equal(link.db.first("SELECT count(*) AS n FROM segments").n, 1);
  assert.deepEqual(link.inbound.list(undefined, 10), []);
});

test("storage that commit 8554d8e wrote goes on", () => {
  const storage = sqliteStorage();
  storage.database.exec(readFileSync(join(root, "tests/vectors/gateway/8554d8e.sql"), "utf8"));
  const old = Object.fromEntries(storage.database.prepare("SELECT json_extract(input, '$.text') AS text, id FROM messages").all().map(({ text, id }) => [text.slice(0, 12), id]));
  // As when it was killed while the SMSC had not answered.
  storage.database.exec(`UPDATE messages SET status = 'sent' WHERE id = '${old["sent"]}'`);
  const link = open(storage);
  assert.equal(readMeta(link.db, "schema"), String(SCHEMA_VERSION));
  assert.deepEqual(storage.database.prepare("SELECT name FROM sqlite_master WHERE name LIKE '%\\_1' ESCAPE '\\'").all(), []);
  link.queue.recover(NOW);

  const state = (text) => view(link, old[text]).status;
  assert.deepEqual(["accepted", "delivered", "keyed", "failed", "unknown", "sent", "scheduled", "queued", "queued keyed"].map(state),
    ["accepted", "delivered", "accepted", "failed", "unknown", "unknown", "queued", "queued", "queued"]);
  assert.deepEqual(view(link, old["delivered"]).history.map(({ status }) => status), ["queued", "sent", "accepted", "delivered"]);
  assert.equal(view(link, old["xxxxxxxxxxxx"]).parts.length, 2);
  assert.equal(link.lists.list({ limit: 100 }).items.length, 10);
  assert.deepEqual(link.lists.list({ limit: 100, status: "queued" }).items.map(({ text }) => text).sort(), ["queued", "queued keyed", "scheduled"]);
  // What waited goes, once its time has come.
  assert.deepEqual(send(link, 10, NOW + DAY).map(({ id }) => id), [old["queued"], old["queued keyed"]]);
  assert.equal(link.queue.waiting, 1);
  // Reports find what was accepted then; the second segment's makes the long message whole.
  const report = (key) => link.reports.apply({ key, status: "delivered", final: true }, NOW);
  assert.deepEqual(report(view(link, old["accepted"]).messageId), { id: old["accepted"], fresh: true });
  assert.deepEqual(report(view(link, old["xxxxxxxxxxxx"]).parts[1].messageId), { id: old["xxxxxxxxxxxx"], fresh: true });
  assert.equal(state("xxxxxxxxxxxx"), "delivered");
  assert.deepEqual(report(view(link, old["delivered"]).messageId), { id: old["delivered"], fresh: false });
  // Inbound messages, orphans, keys and what is to be handed on are there.
  assert.deepEqual(link.inbound.list(undefined, 10).map(({ text }) => text), ["inbound"]);
  assert.deepEqual(link.inbound.orphansOf("nobody-1").length, 1);
  assert.equal(link.claims.find("", "order-1", 1_795_958_876_299).fingerprint.length, 64);
  assert.ok(link.db.first("SELECT count(*) AS n FROM events").n >= 6);
  // New messages come after the old ones, and a second opening changes nothing.
  const [id] = link.queue.insert([message()], NOW + DAY);
  assert.equal(link.lists.list({ limit: 1 }).items[0].id, id);
  assert.equal(open(storage).lists.list({ limit: 100 }).items.length, 11);
});

test("storage of a later version is left alone", () => {
  const storage = sqliteStorage();
  open(storage);
  storage.database.exec(`UPDATE meta SET value = '${SCHEMA_VERSION + 1}' WHERE name = 'schema'`);
  assert.throws(() => open(storage), /written by a later version/);
});

/** A link's segments, opened anew for each: `take` says what is whole with it, as texts of digests. */
function segmentsOf(total) {
  const storage = sqliteStorage();
  createTables(storage, "main/0");
  const texts = (messages) => messages.map((pdus) => pdus.map((pdu) => Buffer.from(pdu).toString()).join(""));
  return {
    take: (part, digest, now = NOW) => texts(new InboundSegments(new Database(storage)).add({ key: "k", digest, total, part, pdu: Buffer.from(digest) }, now)),
    overdue: (now) => texts(new InboundSegments(new Database(storage)).overdue(now)),
    rows: () => storage.database.prepare("SELECT count(*) AS n FROM inbound_segments").get().n,
    storage,
    texts,
  };
}

test("segments of inbound messages are joined in any order, once, over restarts; a reference may be used again", () => {
  const { take } = segmentsOf(2);
  assert.deepEqual(take(2, "b"), []);
  assert.deepEqual(take(2, "b"), []);
  assert.deepEqual(take(1, "a"), ["ab"]);
  // Repeats of a joined message say nothing new.
  for (const repeat of [1, 2]) {
    assert.deepEqual(take(1, "a"), [], repeat);
    assert.deepEqual(take(2, "b"), [], repeat);
  }
  // Two messages with the same reference, interleaved.
  assert.deepEqual(take(1, "c"), []);
  assert.deepEqual(take(1, "e"), []);
  assert.deepEqual(take(2, "d"), ["cd"]);
  assert.deepEqual(take(2, "f"), ["ef"]);
});

test("what stays incomplete is handed on after an hour, and a repeat is known for another hour", () => {
  const HOUR = 3_600_000;
  const { take, overdue, rows } = segmentsOf(3);
  assert.deepEqual(take(1, "g"), []);
  assert.deepEqual(overdue(NOW + HOUR), []);
  assert.deepEqual(overdue(NOW + HOUR + 1), ["g"]);
  // A repeat alone is not handed on, nor does it stay.
  assert.deepEqual(overdue(NOW + 2 * HOUR), []);
  assert.deepEqual(take(1, "g", NOW + 2 * HOUR), []);
  assert.equal(rows(), 2);
  assert.deepEqual(overdue(NOW + 2 * HOUR + 2), []);
  assert.equal(rows(), 1);
  assert.deepEqual(overdue(NOW + 3 * HOUR), []);
  assert.equal(rows(), 1);
  assert.deepEqual(overdue(NOW + 3 * HOUR + 1), []);
  assert.equal(rows(), 0);
});

test("a message with the reference of an earlier one and a segment like one of its comes whole", () => {
  const SOON = NOW + 10_000;
  const joined = () => {
    const segments = segmentsOf(3);
    for (const [part, digest] of [[1, "a"], [2, "b"]]) segments.take(part, digest);
    assert.deepEqual(segments.take(3, "c"), ["abc"]);
    return segments;
  };
  // The last segment of the earlier one may be repeated before: it gives way, if another one of its number comes.
  for (const order of [[1, 2, 3], [3, 2, 1], [2, 3, 1]]) {
    const { take } = joined();
    assert.deepEqual(take(3, "c"), []);
    assert.deepEqual(order.map((part) => take(part, " xyz"[part])), [[], [], ["xyz"]], String(order));
  }
  // Where none comes it belongs to the message, however the link was opened since.
  for (const order of [["a", "y", "z"], ["z", "y", "a"], ["x", "b", "z"]]) {
    const { storage, texts } = joined();
    const segments = new InboundSegments(new Database(storage));
    const whole = order.flatMap((digest) => segments.add({ key: "k", digest, total: 3, part: " axbycz".indexOf(digest) + 1 >> 1, pdu: Buffer.from(digest) }, NOW));
    assert.deepEqual(whole, []);
    assert.deepEqual(texts(segments.overdue(SOON)), []);
    assert.deepEqual(texts(segments.overdue(SOON + 1)), [[...order].sort((one, other) => "axbycz".indexOf(one) - "axbycz".indexOf(other)).join("")]);
    assert.deepEqual(texts(segments.overdue(NOW + 2 * 3_600_000)), []);
  }
  // The next message begins before that.
  const { take, overdue } = joined();
  assert.deepEqual(["a", "y", "z"].map((digest, i) => take(i + 1, digest)), [[], [], []]);
  assert.deepEqual(["a", "v", "w"].map((digest, i) => take(i + 1, digest)), [["ayz"], [], []]);
  assert.deepEqual(take(3, "u"), ["avw"]);
  assert.deepEqual(overdue(NOW + 3_600_001), ["u"]);
});

test("an earlier message is one again once another one came, and else a repeat", () => {
  const { take, rows } = segmentsOf(2);
  const message = (text) => [...text].flatMap((digest, i) => take(i + 1, digest));
  assert.deepEqual(["ab", "ab", "cd", "ab", "ab", "cd"].flatMap(message), ["ab", "cd", "ab", "cd"]);
  assert.equal(rows(), 8);
});

test("repeats of several messages are none", () => {
  const { take, overdue, rows } = segmentsOf(2);
  for (const [first, second] of ["ab", "cd"]) {
    assert.deepEqual(take(1, first), []);
    assert.deepEqual(take(2, second), [first + second]);
  }
  assert.deepEqual(take(1, "a"), []);
  assert.deepEqual(take(2, "d"), []);
  assert.equal(rows(), 4);
  // A later repeat takes the place of an earlier one, and none begins a message beside one that is on its way.
  assert.deepEqual(take(1, "a"), []);
  assert.deepEqual(take(1, "c"), []);
  assert.deepEqual(take(1, "e"), []);
  assert.deepEqual(take(1, "a"), []);
  assert.equal(rows(), 5);
  assert.deepEqual(take(2, "f"), ["ef"]);
  assert.deepEqual(overdue(NOW + 3_600_001), []);
});

test("the plan of every statement: each row by its key, nothing sorted", () => {
  const link = open();
  const { storage } = link;
  // All that the stores do.
  const ids = link.queue.insert([message(), message({ position: 1 }), message({ scheduleAt: NOW + 1 })], NOW, "nonce");
  link.queue.known("nonce");
  link.queue.insert([message({ tag: 5 })], NOW, undefined, true);
  link.queue.insert([message({ id: "01kzzzzzzz0000000000000000-spare-1", hops: 1 })], NOW);
  link.handover.start({ scheduled: false, pinned: false, limit: 1, taken: () => false, from: { due: -1, n: -1, fresh: -1 } }, () => "spare/0", NOW);
  for (const [, moving] of link.handover.moving(10, [])) link.handover.refused(moving);
  link.handover.start({ scheduled: false, pinned: false, limit: 1, taken: () => false, from: { due: -1, n: -1, fresh: -1 } }, () => "spare/0", NOW);
  for (const [, moving] of link.handover.moving(10, [])) link.handover.taken(moving);
  link.handover.start({ scheduled: true, pinned: true, limit: 1, taken: () => false, from: { due: -1, n: -1, fresh: -1 } }, () => undefined, NOW);
  const sent = send(link, 10, NOW + 1);
  link.queue.insert([message(), message()], NOW);
  const together = send(link, 2, NOW + 1, false);
  link.queue.accepted(together.map((one, i) => ({ message: one, parts: [{ index: 0, messageId: `t${i}`, key: `t${i}`, status: "accepted" }] })), NOW);
  link.queue.insert([message(), message()], NOW);
  const [busy, doubtful] = send(link, 2, NOW + 1, false);
  link.queue.requeue(busy, NOW + 1, NOW + 1);
  link.queue.end(doubtful, "unknown", NOW);
  link.queue.answeredLate(doubtful, "accepted", [{ index: 0, messageId: "x", key: "x", status: "accepted" }], NOW);
  link.queue.cancelled(sent[0].n, sent[0].id, NOW);
  link.queue.nextDue(NOW);
  link.queue.expire(NOW, () => false);
  link.queue.recover(NOW);
  link.reports.apply(delivered(sent[1].n), NOW);
  for (const query of [{}, { status: "queued" }, { status: "sent", to: "1", caller: "a", before: ids[0].slice(0, 26) }]) link.lists.list({ limit: 5, ...query });
  link.lists.traffic(5);
  link.lists.isEmpty();
  link.inbound.isEmpty();
  link.inbound.add("01", { pdus: [] });
  link.inbound.list(undefined, 5);
  const segments = new InboundSegments(link.db);
  for (const part of [1, 2]) segments.add({ key: "k", digest: String(part), total: 2, part, pdu: new Uint8Array(1) }, NOW);
  segments.overdue(NOW + DAY);
  const orphan = { id: "o", key: "k", tries: 0, due: 1, report: "{}" };
  link.inbound.addOrphans([{ ...orphan, report: {} }, { ...orphan, id: "p", key: "l", report: {} }]);
  link.reports.known(["k", "l"]);
  link.inbound.orphansOf("k");
  link.inbound.orphansDue(5, 5);
  link.inbound.postpone(orphan, 9);
  link.inbound.nextDue();
  link.inbound.removeOrphan(orphan);
  link.claims.admit("shop", 5, 1, { key: "k", fingerprint: "f", layout: "main/0 1" }, NOW);
  link.claims.adopt("shop", "l", { fingerprint: "f", nonce: "n", created: NOW });
  link.retention.purge(NOW + DAY, NOW + DAY);

  /** Statements that look at every row on purpose: of tables that hold few, or at a start. */
  const scans = [
    "SELECT count(*) AS count FROM waiting", "SELECT count(*) AS count FROM orphans", "FROM waiting w JOIN messages m ON m.n = w.n WHERE w.sent = 1",
    "FROM moving v JOIN messages", "FROM sqlite_master", "SELECT 1 FROM messages LIMIT 1", "SELECT 1 FROM inbound LIMIT 1", "FROM messages ORDER BY n DESC LIMIT 1",
    "FROM orphans ORDER BY due, id LIMIT 1", "FROM messages ORDER BY n DESC LIMIT ?",
  ];
  let looked = 0;
  for (const statement of storage.statements) {
    if (/^\s*(CREATE|INSERT INTO (?!.*SELECT))/s.test(statement)) continue;
    const values = Array.from(statement.matchAll(/\?/g), () => null);
    const plan = storage.database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...values).map(({ detail }) => detail);
    looked++;
    for (const detail of plan) {
      assert.doesNotMatch(detail, /TEMP B-TREE|AUTOMATIC/, `${statement}\n${plan.join("\n")}`);
      const isScan = /^SCAN (?!i$|w$|(json_each|j) VIRTUAL TABLE|\(subquery|CONSTANT ROW)/.test(detail) || (/^SCAN w$/.test(detail) && !/LIMIT \?\) w/.test(statement));
      assert.ok(!isScan || scans.some((known) => statement.includes(known)), `${statement}\n${plan.join("\n")}`);
    }
  }
  assert.ok(looked > 35, `${looked} statements`);
});

test("the SMSC's answer fits in the row of its message: one that grew would move others", () => {
  const link = open();
  const size = () => link.storage.database.prepare("SELECT length(parts) + length(history) AS size, parts FROM messages").get();
  link.queue.insert([message()], NOW);
  const before = size();
  assert.deepEqual(JSON.parse(before.parts), []);
  const [one] = link.queue.fresh(0, 1).messages;
  link.queue.markSent([one], 0, NOW);
  link.queue.accepted([{ message: one, parts: [{ index: 0, messageId: "0123456789abcdef01234567", key: "0123456789abcdef01234567", status: "accepted" }] }], NOW);
  assert.ok(size().size <= before.size, `${size().size} of ${before.size}`);
});
