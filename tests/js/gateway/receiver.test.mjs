// What a link does with reports: those of one turn together, each at its message, and what becomes of those that have none.

import assert from "node:assert/strict";
import test from "node:test";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { Receiver } from "../../../js/gateway/link/receiver.ts";
import { InboundStore } from "../../../js/gateway/link/store/inbound.ts";
import { MessageLists } from "../../../js/gateway/link/store/lists.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { ReportStore } from "../../../js/gateway/link/store/reports.ts";
import { sqliteStorage } from "./sqlite.mjs";

const PLACE = { account: "main", link: 0 };
const NOW = Date.parse("2026-11-29T12:00:00Z");
/** After this long a report is handed on without a message. */
const SEARCH_TIME = 35_000;

function start({ isOnly = true, offer = async (offers) => offers.map(() => false) } = {}) {
  const storage = sqliteStorage();
  const db = new Database(storage);
  createTables(db, "main/0");
  const queue = new MessageQueue(db, PLACE, () => {});
  const lists = new MessageLists(db, PLACE, (n) => queue.sentAt(n));
  const store = new InboundStore(db, PLACE);
  const handed = [];
  const offered = [];
  /** What the SMSC answered in this turn, to be stored. */
  const answers = [];
  let woken = 0;
  const receiver = new Receiver({
    place: PLACE, store, segments: undefined, joinOptions: {}, reports: new ReportStore(db, PLACE, () => {}), isOnly,
    deliveries: { add: (event, type, { id, status, rawMessageId }) => handed.push([id, status, rawMessageId]) },
    storeAnswers: () => answers.splice(0).forEach((store) => store()),
    keyOf: (id) => id.toLowerCase(), arrived: () => {}, wake: () => woken++,
    offer: (offers) => {
      offered.push(...offers.map((one) => one.offer.key));
      return offer(offers);
    },
  });
  /** A message that the SMSC gave that id. */
  const accept = (key) => {
    const [id] = queue.insert([{ id: "", input: { to: "+491511", text: "x" }, encoding: "gsm7", segments: 1, caller: "", due: NOW, expires: null }], NOW);
    const { messages } = queue.fresh(queue.sent, 10);
    queue.markSent(messages, 0, NOW);
    queue.accepted(messages.map((message) => ({ message, parts: [{ index: 0, messageId: key, key, status: "accepted" }] })), NOW);
    return id;
  };
  return { storage, store, receiver, handed, offered, answers, accept, wakes: () => woken, status: (id) => lists.view(lists.row(id)).status };
}

const report = (rawMessageId, status = "delivered") => ({
  messageId: rawMessageId, rawMessageId, status, final: status === "delivered", stat: "DELIVRD", from: "+491511", to: "12345", raw: Uint8Array.of(1), pdu: Uint8Array.of(2),
});

test("reports of one turn settle their messages, in their order, and are handed on once", async () => {
  const { receiver, handed, accept, status, store } = start();
  const [a, b] = [accept("a"), accept("b")];
  await Promise.all([report("A", "enroute"), report("b"), report("A"), report("b")].map((one) => receiver.report(one, NOW)));
  assert.deepEqual([status(a), status(b)], ["delivered", "delivered"]);
  assert.deepEqual(handed, [[a, "enroute", "A"], [b, "delivered", "b"], [a, "delivered", "A"]]);
  assert.equal(store.nextDue(), undefined);
  assert.equal(receiver.reports, 4);
});

test("a report alone settles its message, and is stored when its promise resolves and not before", async () => {
  const { receiver, handed, accept, status, storage } = start();
  const id = accept("a");
  storage.log.length = 0;
  const stored = receiver.report(report("a"), NOW);
  assert.equal(storage.log.length, 0);
  await stored;
  assert.equal(status(id), "delivered");
  await receiver.report(report("a"), NOW);
  assert.equal(handed.length, 1);
});

test("a report that comes in the turn of its message's answer settles it without being kept", async () => {
  const { receiver, answers, accept, status, store } = start();
  let id;
  answers.push(() => (id = accept("a")));
  await receiver.report(report("a"), NOW);
  assert.equal(status(id), "delivered");
  assert.equal(store.nextDue(), undefined);
});

test("many reports without a message cost few statements; the answer that brings their message settles it", async () => {
  const { receiver, handed, accept, status, storage, wakes, store } = start();
  const id = accept("known");
  storage.log.length = 0;
  await Promise.all([...Array.from({ length: 50 }, (_, i) => report(`u${i}`)), report("known")].map((one) => receiver.report(one, NOW)));
  assert.ok(storage.log.length <= 6, storage.log.join("\n"));
  assert.equal(status(id), "delivered");
  assert.equal(wakes(), 1);
  const late = accept("u7");
  receiver.answered(["u7"], NOW + 1);
  assert.equal(status(late), "delivered");
  assert.deepEqual(handed.map(([of]) => of), [id, late]);
  assert.deepEqual(store.orphansOf("u7"), []);
  assert.equal(store.orphansOf("u8").length, 1);
});

test("on the only link a report is handed on without a message when none came in time, and nothing is asked before", async () => {
  const { receiver, handed, store } = start();
  await Promise.all(["x", "y"].map((key) => receiver.report(report(key), NOW)));
  assert.equal(receiver.nextDue(), NOW + SEARCH_TIME);
  await receiver.search(NOW + SEARCH_TIME - 1);
  assert.deepEqual(handed, []);
  await receiver.search(NOW + SEARCH_TIME);
  assert.deepEqual(handed, [[null, "delivered", "x"], [null, "delivered", "y"]]);
  assert.equal(store.nextDue(), undefined);
});

test("where there are other links they are asked at once, and again until the time is over", async () => {
  const { receiver, handed, offered, store } = start({ isOnly: false, offer: async (offers) => offers.map((one) => one.offer.key === "theirs") });
  await Promise.all(["theirs", "x"].map((key) => receiver.report(report(key), NOW)));
  const searches = [];
  for (let at = receiver.nextDue(); at !== undefined && searches.length < 10; at = receiver.nextDue()) {
    searches.push(at - NOW);
    await receiver.search(at);
  }
  assert.deepEqual(searches, [0, 1_000, 5_000, 15_000, SEARCH_TIME]);
  assert.deepEqual(offered, ["theirs", "x", "x", "x", "x", "x"]);
  assert.deepEqual(handed, [[null, "delivered", "x"]]);
  assert.equal(store.nextDue(), undefined);
});

test("reports that can't be stored are not acknowledged, and the next ones are taken", async () => {
  const { receiver, accept, status, store } = start();
  const id = accept("a");
  const { addOrphans } = store;
  store.addOrphans = () => {
    throw new Error("disk full");
  };
  const [known, unknown] = [receiver.report(report("a"), NOW), receiver.report(report("x"), NOW)];
  await assert.rejects(unknown, /disk full/);
  await assert.rejects(known, /disk full/);
  store.addOrphans = addOrphans;
  await Promise.all([receiver.report(report("a"), NOW), receiver.report(report("x"), NOW)]);
  assert.equal(status(id), "delivered");
  assert.equal(store.orphansOf("x").length, 1);
});
