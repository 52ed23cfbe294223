// The stores of a link at their edges: what is counted, what is found again, and what an answer that comes late may change.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { Failover } from "../../../js/gateway/link/failover.ts";
import { Claims } from "../../../js/gateway/link/store/claims.ts";
import { Handover } from "../../../js/gateway/link/store/handover.ts";
import { InboundSegments } from "../../../js/gateway/link/store/inbound-segments.ts";
import { InboundStore } from "../../../js/gateway/link/store/inbound.ts";
import { MessageLists } from "../../../js/gateway/link/store/lists.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { ReportStore } from "../../../js/gateway/link/store/reports.ts";
import { Retention } from "../../../js/gateway/link/store/retention.ts";
import { MIGRATIONS, SCHEMA_VERSION, TABLES } from "../../../js/gateway/link/store/schema.ts";
import { ulidFrom } from "../../../js/gateway/model/ids.ts";
import { sqliteStorage } from "./sqlite.mjs";

const PLACE = { account: "main", link: 0 };
const NOW = Date.parse("2026-11-29T12:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function open(storage = sqliteStorage()) {
  const db = new Database(storage);
  createTables(db, "main/0");
  const changes = [];
  const changed = (id, status) => changes.push([id, status]);
  const queue = new MessageQueue(db, PLACE, changed);
  const lists = new MessageLists(db, PLACE, (n) => queue.sentAt(n));
  return {
    storage, db, changes, queue, lists,
    reports: new ReportStore(db, PLACE, changed), handover: new Handover(db, PLACE, queue), retention: new Retention(db, PLACE),
    row: (id) => lists.row(id), view: (id) => lists.view(lists.row(id)), status: (id) => lists.row(id).status,
    count: (table) => db.first(`SELECT count(*) AS n FROM ${table}`).n,
  };
}

const message = ({ input = {}, ...rest } = {}) => ({ id: "", input: { to: "+491511", text: "x", ...input }, encoding: "gsm7", segments: 1, caller: "", due: NOW, expires: null, ...rest });
const scheduled = (at, rest = {}) => message({ due: at, ...rest, input: { scheduleAt: new Date(at).toISOString(), ...rest.input } });
const add = (link, given = message(), now = NOW) => link.queue.insert([given], now)[0];
const part = (messageId, more = {}) => ({ index: 0, messageId, key: messageId, status: "accepted", ...more });

/** Gives what is due to the client, and has its bytes leave. */
function send(link, now = NOW) {
  const due = link.queue.due(now, 100);
  const all = [...due, ...link.queue.fresh(link.queue.sent, 100).messages];
  link.queue.markSent(all, link.queue.sent, now);
  return all;
}

function accept(link, now = NOW) {
  const all = send(link, now);
  for (const each of all) link.queue.answered(each, "accepted", [part(`s${each.n}`)], now);
  return all;
}

test("after everything was purged a restarted link sends what comes next", () => {
  const link = open();
  for (let i = 0; i < 3; i++) add(link);
  accept(link);
  while (link.retention.purge(NOW + DAY, NOW + 2 * DAY));
  assert.equal(link.count("messages"), 0);
  const again = open(link.storage);
  const id = add(again, message(), NOW + 2 * DAY);
  assert.deepEqual(again.queue.fresh(again.queue.sent, 1).messages.map((each) => each.id), [id]);
});

test("ids ascend where the clock goes back, also over a restart", () => {
  const link = open();
  const ids = [add(link), add(link, message(), NOW - 5_000)];
  ids.push(add(open(link.storage), message(), NOW - 9_000));
  assert.deepEqual(ids.toSorted(), ids);
});

test("a call that is repeated finds its messages among others that came meanwhile", () => {
  const link = open();
  const first = link.queue.insert([message({ tag: 7 })], NOW);
  link.queue.insert(Array.from({ length: 50 }, (_, i) => message({ tag: 100 + i })), NOW);
  assert.deepEqual(link.queue.insert([message({ tag: 7 })], NOW, undefined, true), first);
});

test("what is not scheduled is due at once, whatever the clock of who took it said", () => {
  const link = open();
  add(link, message({ due: NOW + HOUR }));
  assert.equal(link.queue.fresh(0, 10).messages.length, 1);
});

test("a scheduled message is due once, is not due while it is on the wire, and counts once when it is put off", () => {
  const link = open();
  add(link, scheduled(NOW + 1_000));
  assert.deepEqual([link.queue.nextDue(NOW), link.queue.nextDue(NOW + 999), link.queue.nextDue(NOW + 1_000)], [NOW + 1_000, NOW + 1_000, undefined]);
  const [due] = link.queue.due(NOW + 1_000, 10);
  // The link was lost before anything left.
  link.queue.requeue(due, due.due, NOW + 1_000);
  assert.equal(link.queue.waiting, 1);
  const [again, ...more] = link.queue.due(NOW + 1_000, 10);
  assert.deepEqual([more, link.count("waiting")], [[], 1]);
  link.queue.markSent([again], 0, NOW + 1_000);
  assert.deepEqual([link.queue.due(NOW + 1_000, 10), link.queue.waiting], [[], 0]);
  assert.equal(link.queue.waitingMessage(link.row(again.id)), undefined);
  link.queue.requeue(again, NOW + 9_000, NOW + 2_000, { detail: "busy" });
  assert.deepEqual([link.queue.waiting, link.count("waiting"), link.queue.due(NOW + 9_000, 10).length], [1, 1, 1]);
});

test("how far the link got is the highest number that left, in whatever order they did", () => {
  const link = open();
  for (let i = 0; i < 3; i++) add(link);
  const { messages } = link.queue.fresh(0, 3);
  link.queue.markSent(messages.toReversed(), 0, NOW);
  assert.equal(link.queue.sent, 3);
});

test("what waited past its validity ends by and by: not what the client has, and what ends later then", () => {
  const link = open();
  const [early, later] = [NOW + 1_000, NOW + 5_000].map((expires) => add(link, message({ expires })));
  const none = () => false;
  link.queue.expire(NOW, none);
  link.queue.expire(NOW + 2_000, (n) => n === link.row(early).n);
  assert.deepEqual([early, later].map(link.status), ["queued", "queued"]);
  link.queue.expire(NOW + 2_000, none);
  assert.deepEqual([early, later].map(link.status), ["expired", "queued"]);
  link.queue.expire(NOW + 6_000, none);
  assert.equal(link.status(later), "expired");
  // Hundreds go at once, and those far behind in the queue are reached.
  const many = link.queue.insert(Array.from({ length: 20_500 }, (_, i) => message({ expires: i < 300 || i === 20_499 ? NOW + 1_000 : null })), NOW);
  link.queue.expire(NOW + 9_000, none);
  assert.equal(link.queue.waiting, 20_200);
  link.queue.expire(NOW + 9_000, none);
  assert.equal(link.status(many.at(-1)), "expired");
});

test("an answer that comes late replaces the segments that it is about, and no others", () => {
  const link = open();
  const id = add(link, message({ segments: 2 }));
  const [sent] = send(link);
  link.queue.answered(sent, "unknown", [part("a"), part("", { index: 1, status: "unknown" })], NOW);
  link.queue.answeredLate(sent, "accepted", [part("a"), part("b", { index: 1 })], NOW + 1);
  assert.deepEqual(link.view(id).parts.map(({ index, messageId }) => [index, messageId]), [[0, "a"], [1, "b"]]);
  link.queue.cancelled(sent.n, id, NOW + 2);
  assert.deepEqual([link.status(id), link.view(id).parts.length], ["deleted", 2]);
});

test("a message that was delivered while the SMSC cancelled it stays delivered", () => {
  const link = open();
  const id = add(link);
  const [sent] = accept(link);
  link.reports.apply({ key: `s${sent.n}`, status: "delivered", final: true }, NOW + 1);
  link.queue.cancelled(sent.n, id, NOW + 2);
  assert.equal(link.status(id), "delivered");
});

test("long texts that the sender takes as they come are never read back", () => {
  const link = open();
  for (let i = 0; i < 40; i++) {
    add(link, message({ input: { text: "x".repeat(60_000) } }));
    link.storage.log.length = 0;
    const { messages, next } = link.queue.fresh(i, 10);
    assert.deepEqual([messages.length, next, link.storage.log], [1, i + 1, []]);
  }
});

/** The messages that go, at most `limit`, to the link `to`. */
const start = (link, more = {}, now = NOW) => link.handover.start({ scheduled: false, pinned: false, limit: 10, taken: () => false, from: { due: -1, n: -1, fresh: -1 }, ...more }, () => "spare/0", now);

test("another link gets what waits and may go there, and no more than asked for", () => {
  const link = open();
  const pinned = Array.from({ length: 12 }, () => add(link, message({ input: { account: "main" } })));
  const [free, other] = [add(link, message({ expires: NOW + HOUR })), add(link)];
  const later = add(link, scheduled(NOW + HOUR));
  const takenOne = (n) => n === link.row(other).n;
  assert.equal(start(link, { taken: takenOne }), 2, "both were looked at");
  assert.deepEqual([pinned[0], free, other, later].map(link.status), ["queued", "moving", "queued", "queued"]);
  const [offer] = link.handover.moving(10, []).get("spare/0");
  assert.deepEqual([offer.message.id, offer.message.expires], [free, NOW + HOUR]);
  // Of those from before and the new ones together as many as asked for.
  link.handover.refused([offer]);
  assert.equal(start(link, { limit: 1 }), 1);
  assert.deepEqual([free, other].map(link.status), ["moving", "queued"]);
  assert.equal(start(link, { scheduled: true, pinned: true, limit: 100 }), 14);
  assert.equal(link.queue.waiting, 0);
});

test("what is on the wire again after a busy answer is no other link's", () => {
  const link = open();
  const id = add(link);
  const [sent] = send(link);
  link.queue.requeue(sent, NOW, NOW, { detail: "busy" });
  const [again] = link.queue.due(NOW, 1);
  link.queue.markSent([again], 0, NOW);
  assert.deepEqual([start(link), link.status(id)], [0, "queued"]);
});

test("an answer to an offer counts once, and not when the message came back meanwhile or went elsewhere", () => {
  const link = open();
  const id = add(link);
  start(link);
  const offer = () => link.handover.moving(10, []).get("spare/0");
  const first = offer();
  const back = (hops) => link.queue.insert([message({ id, hops })], NOW);
  back(2);
  link.handover.taken(first);
  link.handover.refused(first);
  assert.deepEqual([link.status(id), link.queue.waiting, link.count("waiting"), link.handover.moving(10, []).size], ["queued", 1, 1, 0]);
  // It leaves once more: the first offer's answer is not about this one.
  start(link);
  const second = offer();
  link.handover.taken(first);
  assert.equal(link.status(id), "moving");
  link.handover.taken(second);
  link.handover.refused(second);
  assert.deepEqual([link.status(id), link.queue.waiting], ["moved", 0]);
  back(4);
  link.handover.taken(second);
  assert.equal(link.status(id), "queued");
});

/** What a link hands over, and to whom. */
function failing(link, accounts, place, more = {}) {
  const offered = [];
  const failover = new Failover({
    settings: { accounts }, place, queue: link.queue, handover: link.handover, retired: true, isDown: () => true, taken: () => false,
    linkNamed: (name) => ({
      enqueue: async (messages) => {
        offered.push([name, messages.length]);
        await more.until;
        return { taken: true };
      },
      existing: async () => [],
    }),
  });
  return { failover, offered };
}

test("a link that the settings have no more hands over to what is left of its account; pinned messages go nowhere else", async () => {
  const link = open();
  add(link, message({ input: { account: "main" } }));
  const { failover, offered } = failing(link, [{ name: "spare", links: 1 }, { name: "main", links: 1 }], { account: "main", link: 1 });
  assert.ok(failover.hasWork);
  await failover.run(NOW);
  assert.deepEqual([offered, failover.hasWork], [[["main/0", 1]], false]);
  const alone = open();
  add(alone);
  const only = failing(alone, [{ name: "main", links: 1 }], { account: "main", link: 1 });
  await only.failover.run(NOW);
  assert.deepEqual(only.offered, [["main/0", 1]]);
});

test("what one run is handing over another one does not offer again", async () => {
  const link = open();
  add(link);
  const { promise, resolve } = Promise.withResolvers();
  const { failover, offered } = failing(link, [{ name: "spare", links: 1 }], PLACE, { until: promise });
  const run = failover.run(NOW);
  await failover.run(NOW);
  resolve();
  await run;
  assert.deepEqual(offered, [["spare/0", 1]]);
});

test("a report settles its message: all segments for delivered, one for a failure, nothing that is not final or comes after", () => {
  const link = open();
  const ids = [2, 1, 1, 1].map((segments) => add(link, message({ segments })));
  const [two, one, lost, empty] = send(link);
  link.queue.answered(two, "accepted", [part("a"), part("b", { index: 1 })], NOW);
  link.queue.answered(one, "failed", [part("c")], NOW, { detail: "only in part" });
  link.queue.answered(lost, "unknown", [part("d")], NOW, { detail: "no answer" });
  link.queue.answered(empty, "accepted", [part("")], NOW);
  link.changes.length = 0;
  const report = (key, status, final = true) => link.reports.apply({ key, status, final }, NOW + 1)?.fresh;
  assert.deepEqual([report("a", "enroute", false), report("a", "enroute", false), report("a", "delivered")], [true, false, true]);
  assert.equal(link.status(ids[0]), "accepted");
  assert.deepEqual([report("b", "accepted", false), link.status(ids[0])], [true, "accepted"]);
  report("b", "delivered");
  assert.equal(link.status(ids[0]), "delivered");
  // What failed stays so, what was unknown is known now.
  report("c", "delivered");
  report("d", "delivered");
  assert.deepEqual([link.status(ids[1]), link.view(ids[1]).error?.detail], ["failed", "only in part"]);
  assert.deepEqual([link.status(ids[2]), link.view(ids[2]).error], ["delivered", undefined]);
  assert.equal(link.reports.apply({ key: "", status: "delivered", final: true }, NOW), undefined);
  assert.deepEqual(link.changes, [[ids[0], "delivered"], [ids[2], "delivered"]]);
  const id = add(link);
  const [sent] = accept(link);
  report(`s${sent.n}`, "undeliverable");
  assert.equal(link.status(id), "undeliverable");
});

test("a list looks at a bounded number of rows, and its pages leave out nothing at their ends", () => {
  const link = open();
  const named = (i, caller) => add(link, message({ id: `${ulidFrom(NOW).slice(0, 10)}${String(i).padStart(16, "0")}-spare-0`, hops: 1, caller }));
  const shop = { caller: "shop" };
  // The first of each kind that one call does not look at.
  const other = named(1, "shop");
  for (let i = 0; i < 5_000; i++) named(2 + i, "crm");
  link.queue.insert([message(shop)], NOW);
  const own = link.queue.insert([message(shop), ...Array.from({ length: 20_000 }, () => message())], NOW)[0];
  const found = [];
  let pages = 0;
  let before;
  do {
    const { items, until } = link.lists.list({ limit: 10, before, ...shop });
    assert.ok(before !== undefined || until !== undefined, "one call does not look at all");
    found.push(...items.map(({ id }) => id));
    before = until;
  } while (before !== undefined && ++pages < 10);
  assert.deepEqual([found.length, found[0], found.at(-1)], [3, own, other]);
  assert.deepEqual(found, found.toSorted().toReversed());
});

test("lists by status distinguish what is on the wire from what waits", () => {
  const link = open();
  const ids = [add(link), add(link)];
  const [one] = link.queue.fresh(0, 1).messages;
  link.queue.markSent([one], 0, NOW);
  const list = (status) => link.lists.list({ limit: 10, status }).items.map(({ id }) => id);
  assert.deepEqual([list("sent"), list("queued")], [[ids[0]], [ids[1]]]);
  assert.equal(link.view(ids[0]).updatedAt, new Date(NOW).toISOString());
  start(link);
  assert.deepEqual([link.status(ids[1]), list("queued"), link.view(ids[1]).status], ["moving", [ids[1]], "queued"]);
  link.handover.taken(link.handover.moving(10, []).get("spare/0"));
  assert.deepEqual([link.status(ids[1]), list("queued"), list(undefined), link.view(ids[1]).status], ["moved", [], [ids[0]], "queued"]);
});

test("a message on the wire shows since when, and a history that an SMSC never ends stays bounded", () => {
  const link = open();
  const id = add(link);
  const [one] = link.queue.fresh(0, 1).messages;
  link.queue.markSent([one], 0, NOW + 5_000);
  assert.equal(link.view(id).updatedAt, new Date(NOW + 5_000).toISOString());
  link.queue.answered(one, "accepted", [part("a")], NOW + 6_000);
  for (let i = 0; i < 1_000; i++) link.reports.apply({ key: "a", status: i % 2 ? "enroute" : "scheduled", final: false }, NOW + i);
  assert.ok(link.row(id).history.length < 17_000, `${link.row(id).history.length}`);
});

test("a rate lets a second's worth through at once, more from a full bucket, and then what time brings", () => {
  const claims = new Claims(open().db);
  const take = (rate, count, at) => {
    const { admitted, retryAfter } = claims.admit(`by ${rate}`, rate, count, undefined, NOW + at);
    return admitted || retryAfter;
  };
  assert.deepEqual([take(2, 5, 0), take(2, 1, 0), take(2, 1, 1_000), take(2, 1, 1_500), take(2, 1, 2_000), take(2, 1, 2_000)], [true, 2, 1, 1, true, 1]);
  assert.deepEqual([take(0.5, 1, 0), take(0.5, 1, 0), take(0.5, 1, 1_000), take(0.5, 1, 2_000)], [true, 2, 1, true]);
});

test("keys that are too old are looked for once a minute", () => {
  const link = open();
  const claims = new Claims(link.db);
  for (let i = 0; i < 5; i++) claims.admit("shop", undefined, 1, { key: `order-${i}`, fingerprint: "f", layout: "l" }, NOW + i);
  assert.equal(link.storage.log.filter((query) => query.startsWith("DELETE FROM claims")).length, 1);
});

test("reports that wait for their message come in their order, and where there are none nobody looks", () => {
  const link = open();
  const store = new InboundStore(link.db, PLACE);
  const orphan = (id) => ({ id, key: "k", tries: 0, due: NOW, report: { id } });
  store.addOrphans(["1", "2"].map(orphan));
  store.postpone(orphan("1"), NOW + 9_000);
  const all = store.orphansOf("k");
  assert.deepEqual(all.map(({ id, tries }) => [id, tries]), [["1", 1], ["2", 0]]);
  assert.deepEqual(all.map((each) => store.removeOrphan(each)), [true, true]);
  assert.equal(store.removeOrphan(all[0]), false);
  link.storage.log.length = 0;
  assert.deepEqual([store.nextDue(), store.orphansOf("k"), link.storage.log], [undefined, [], []]);
});

test("segments that stay incomplete are found behind thousands that wait, and what was joined keeps no text", () => {
  const link = open();
  const segments = new InboundSegments(link.db);
  const add2 = (key, part, digest, now) => segments.add({ key, digest, total: 2, part, pdu: Buffer.from(digest) }, now);
  const texts = (messages) => messages.map((pdus) => pdus.map((pdu) => Buffer.from(pdu).toString()).join(""));
  for (let i = 0; i < 2_500; i++) add2(`k${i}`, 1, "a", NOW + HOUR);
  add2("z", 1, "old", NOW);
  const found = [segments.overdue(NOW + HOUR + 1), segments.overdue(NOW + HOUR + 1)];
  assert.deepEqual(found.map(texts), [[], ["old"]]);
  // The second message has a segment like one of the first's; the third one's ends the doubt about it, and it is known from then on.
  const come = (part, digest, at) => texts(add2("m", part, digest, NOW + at));
  assert.deepEqual([come(1, "a", 0), come(2, "b", 0), come(1, "a", 1), come(2, "c", 1), come(2, "d", 2)], [[], ["ab"], [], [], ["ac"]]);
  assert.deepEqual(segments.overdue(NOW + 20_000), []);
  assert.deepEqual(come(2, "c", 21_000), []);
  assert.equal(link.db.first("SELECT count(*) AS n FROM inbound_segments WHERE done = 1 AND pdu <> ''").n, 0);
  assert.equal(link.db.first("SELECT count(*) AS n FROM inbound_segments WHERE key = 'm' AND done = 0").n, 1);
});

test("a key that is used again after a day stands for the new request", () => {
  const claims = new Claims(open().db);
  const admit = (key, now) => claims.admit("shop", undefined, 1, { key, fingerprint: "f", layout: "l" }, now);
  const { nonce } = admit("order-1", NOW);
  admit("order-2", NOW + DAY - 1);
  const again = admit("order-1", NOW + DAY + 1);
  assert.deepEqual([again.repeated, again.nonce === nonce], [false, false]);
  assert.deepEqual([admit("order-1", NOW + DAY + 2).repeated, admit("order-1", NOW + DAY + 2).nonce], [true, again.nonce]);
});

test("purging forgets the SMSC's ids with their message, leaves what is handed over, and looks once an hour at what stayed", () => {
  const link = open();
  const stays = Array.from({ length: 600 }, () => add(link, scheduled(NOW + 1_000)));
  const ids = [add(link), add(link)];
  const [gone, moving] = link.queue.fresh(0, 10).messages;
  link.queue.markSent([gone], gone.n, NOW);
  link.queue.answered(gone, "accepted", [part("00AB", { key: "ab" })], NOW);
  start(link);
  assert.equal(link.status(moving.id), "moving");
  const purge = (now) => {
    link.storage.log.length = 0;
    const more = link.retention.purge(NOW + DAY, now);
    return [more, link.storage.log.some((query) => /FROM messages/.test(query))];
  };
  assert.deepEqual([purge(NOW + 2 * DAY), purge(NOW + 2 * DAY)], [[true, true], [false, true]]);
  assert.deepEqual([link.row(ids[0]), link.count("segments"), link.status(ids[1]), link.count("messages")], [undefined, 0, "moving", 601]);
  // One of those that stayed ends; until an hour has passed nobody looks.
  link.queue.end(link.queue.waitingMessage(link.row(stays[0])), "deleted", NOW);
  assert.deepEqual(purge(NOW + 2 * DAY + HOUR - 1), [false, false]);
  purge(NOW + 2 * DAY + HOUR);
  assert.equal(link.row(stays[0]), undefined);
});

test("purging takes inbound messages by their time, requests after a day, and what another link named with its name; and goes on at once where there is more", () => {
  const link = open();
  const inbound = (time, i) => `${ulidFrom(time).slice(0, 10)}${String(i).padStart(16, "0")}-main-0`;
  for (let i = 0; i < 600; i++) link.db.exec("INSERT INTO inbound (id, message) VALUES (?, '{}')", inbound(NOW, i));
  link.db.exec("INSERT INTO inbound (id, message) VALUES (?, '{}')", inbound(NOW + 2 * DAY, 0));
  const now = NOW + 4 * DAY;
  const purge = () => [link.retention.purge(NOW + DAY, now), link.count("inbound"), link.count("requests")];
  assert.deepEqual([purge(), purge()], [[true, 101, 0], [false, 1, 0]]);
  for (let i = 0; i < 600; i++) link.db.exec("INSERT INTO requests (nonce, n, positions) VALUES (?, 1, '[0]')", inbound(now - DAY - 1, i));
  link.db.exec("INSERT INTO requests (nonce, n, positions) VALUES (?, 1, '[0]')", inbound(now - DAY, 0));
  assert.deepEqual([purge(), purge()], [[true, 1, 101], [false, 1, 1]]);
  const other = open();
  add(other, message({ id: "01m8kqv9vche33cazyjkaj4sgz-spare-0", hops: 1 }));
  accept(other);
  other.retention.purge(NOW + DAY, now);
  assert.deepEqual([other.count("messages"), other.count("ids")], [0, 0]);
});

test("storage of every earlier version becomes what new storage is, column by column", () => {
  const shape = ({ database }) => Object.fromEntries(database.prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%' ORDER BY name").all()
    .map(({ name }) => [name, database.prepare(`SELECT name FROM pragma_table_info('${name}') UNION SELECT name FROM pragma_index_info('${name}') ORDER BY name`).all().map((column) => column.name)]));
  const fresh = sqliteStorage();
  createTables(fresh, "main/0");
  /** Storage as version 2 made it: without what came later. */
  const second = sqliteStorage();
  for (const [name, statement] of Object.entries(TABLES)) if (!MIGRATIONS[2].some((later) => later.includes(` ${name} `))) second.exec(statement);
  second.exec("INSERT INTO sending (id, last, settled) VALUES (1, 0, 0)");
  second.exec("INSERT INTO meta (name, value) VALUES ('schema', '2')");
  const first = sqliteStorage();
  first.database.exec(readFileSync(new URL("../../vectors/gateway/8554d8e.sql", import.meta.url), "utf8"));
  assert.equal(SCHEMA_VERSION, 3, "a further version is to be tried here");
  for (const storage of [first, second]) {
    createTables(storage, "main/0");
    assert.deepEqual(shape(storage), shape(fresh));
  }
});
