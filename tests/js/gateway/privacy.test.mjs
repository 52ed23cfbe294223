// What is not kept, and what is erased.

import assert from "node:assert/strict";
import test from "node:test";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { EventStore } from "../../../js/gateway/link/event-store.ts";
import { OptOutKeeper } from "../../../js/gateway/link/opt-outs.ts";
import { Erasure } from "../../../js/gateway/link/store/erasure.ts";
import { Handover } from "../../../js/gateway/link/store/handover.ts";
import { MessageLists } from "../../../js/gateway/link/store/lists.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { sqliteStorage } from "./sqlite.mjs";
import { Smsc, startGateway, startReceiver, temporary, until } from "./support.mjs";

const PLACE = { account: "main", link: 0 };
const NOW = Date.parse("2026-11-30T12:00:00Z");
const NUMBER = "447700900001";

function open() {
  const storage = sqliteStorage();
  const db = new Database(storage);
  createTables(db, "main/0");
  const queue = new MessageQueue(db, PLACE, () => {});
  const insert = (messages) => queue.insert(messages.map((message) => ({ id: "", encoding: "gsm7", segments: 1, caller: "", due: 0, expires: null, ...message, input: { to: `+${NUMBER}`, text: "a secret", ...message.input } })), NOW);
  return { storage, db, queue, insert, handover: new Handover(db, PLACE, queue), lists: new MessageLists(db, PLACE, () => undefined), erasure: new Erasure(db, PLACE, queue) };
}

test("a message with store none loses its content when it leaves the queue, and not before", () => {
  const link = open();
  const [accepted, failed, back, kept] = link.insert([{ input: { store: "none", tlvs: { "0x1400": "secret" } } }, { input: { store: "none" } }, { input: { store: "none" } }, { input: { text: "kept" } }]);
  const messages = link.queue.fresh(0, 4).messages;
  link.queue.markSent(messages, 0, NOW);
  link.queue.requeue(messages[2], NOW, NOW);
  link.queue.accepted([{ message: messages[0], parts: [] }, { message: messages[3], parts: [] }], NOW);
  link.queue.end(messages[1], "failed", NOW, { detail: "refused" });
  assert.deepEqual([accepted, failed, back, kept].map((id) => link.lists.row(id)).map(({ input }) => JSON.parse(input).text), [undefined, undefined, "a secret", "kept"]);
  assert.ok(!JSON.stringify(link.lists.row(accepted)).includes("secret"));
  const view = link.lists.view(link.lists.row(accepted));
  assert.deepEqual([view.to, view.text, view.status], [`+${NUMBER}`, undefined, "accepted"]);

  // On the way to another link it stays whole until that has it; and it comes back whole.
  link.handover.start({ scheduled: true, pinned: true, limit: 9, taken: () => false, from: { due: -1, n: -1, fresh: -1 } }, () => "spare/0", NOW);
  const [[, moving]] = link.handover.moving(9, []);
  assert.equal(JSON.parse(link.lists.row(back).input).text, "a secret");
  link.handover.taken(moving);
  assert.equal(JSON.parse(link.lists.row(back).input).text, undefined);
  assert.equal(moving[0].message.input.text, "a secret");
  link.queue.insert([{ ...moving[0].message, hops: moving[0].hops + 1 }], NOW);
  assert.equal(link.queue.due(NOW, 1)[0].input.text, "a secret");
});

test("erasure goes through any number of rows some at a time, and leaves what is being sent and all others", () => {
  const link = open();
  const many = 20_100;
  link.insert(Array.from({ length: many }, (_, i) => ({ input: { to: i % 10_000 === 50 ? `+${NUMBER}` : `+4915${i}` } })));
  for (let i = 0; i < 5_010; i++) link.db.exec("INSERT INTO inbound (id, message) VALUES (?, ?)", `01${String(i).padStart(6, "0")}`, JSON.stringify({ from: { ton: 1, npi: 1, addr: i % 5_000 === 3 ? NUMBER : `${NUMBER}9` }, to: { ton: 0, npi: 0, addr: "1" } }));
  const steps = [];
  for (let at = { n: 0, id: "" }; at.n !== undefined || at.id !== undefined; at = steps.at(-1)) {
    steps.push(link.erasure.step(NUMBER, at.n ?? Number.MAX_SAFE_INTEGER, at.id ?? "~", (n) => n === 51, NOW));
  }
  assert.deepEqual(steps, [{ erased: 2, left: 1, n: 20_000, id: "01005000" }, { erased: 2, left: 0 }]);
  const count = (table) => link.db.first(`SELECT count(*) AS n FROM ${table}`).n;
  assert.deepEqual([count("messages"), count("inbound"), link.queue.waiting], [many - 2, 5_008, many - 2]);
  assert.equal(link.queue.fresh(10_049, 2).messages.map(({ n }) => n).join(), "10050,10052");
});

test("an attempt that goes on while its event is erased leaves nothing", () => {
  const sql = sqliteStorage();
  createTables(sql, "main/0");
  const store = new EventStore(sql);
  const payload = (number) => JSON.stringify({ type: "message.received", timestamp: "", data: { from: { addr: number }, text: `${number}, I am` } });
  for (const [i, number] of [NUMBER, `+${NUMBER}`, "1", NUMBER, `00${NUMBER}`, `+00${NUMBER}`].entries()) store.add(`e${i}`, "message.received", payload(number), ["webhook"], NOW);
  const [one, two, three, four] = store.takeFresh("webhook", 9);
  store.retry("webhook", one, NOW, "later");
  store.bury("webhook", four, "given up");
  store.erase(NUMBER);
  store.retry("webhook", two, NOW, "later");
  store.bury("webhook", one, "given up");
  store.finish("webhook", two);
  assert.deepEqual([store.count(), store.nextRetry("webhook", new Set())], [{ waiting: 1, dead: 0 }, undefined]);
  assert.ok(!JSON.stringify(sql.database.prepare("SELECT * FROM events").all()).includes(NUMBER));
  store.finish("webhook", three);
  assert.equal(store.count().waiting, 0);
});

test("an opt-out outlives erasure as a keyed hash", async () => {
  const storage = sqliteStorage();
  createTables(storage, "@opt-outs/1");
  const list = () => new OptOutKeeper(new Database(storage));
  const entry = (number, source, scope = "all") => ({ number, scope, source, at: "2026-11-30T12:00:00.000Z" });
  const first = list();
  await first.block([entry(NUMBER, "keyword", "all"), entry(NUMBER, "api", "account:a"), entry("1", "api")]);
  await first.hide(NUMBER);
  for (const keeper of [first, list()]) {
    assert.deepEqual((await keeper.blocks(["1", NUMBER, "2"])).sort(), [["1", "all"], [NUMBER, "account:a"], [NUMBER, "all"]]);
    assert.deepEqual((await keeper.blocked("", "", 9)).map(({ number }) => number), ["1"]);
  }
  assert.ok(!JSON.stringify(storage.database.prepare("SELECT * FROM opt_outs").all()).includes(NUMBER));
  await list().unblock(NUMBER, ["all", "account:a"], "keyword");
  assert.deepEqual(await list().blocks([NUMBER]), [[NUMBER, "account:a"]]);
  assert.equal(await list().unblock(NUMBER), 1);
  assert.deepEqual(await list().blocks([NUMBER]), []);
});

test("in workerd a number is erased from every link, list, event and dead letter", async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  receiver.answer = ({ body }) => (body.includes(NUMBER) ? 410 : 204);
  const vars = { SMPP_ACCOUNTS: JSON.stringify({ main: { url: smsc.url }, spare: { url: smsc.url } }), SMPP_WEBHOOK_URL: receiver.url, SMPP_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SMPP_WEBHOOK_PRIVATE: "true", SMPP_OPT_OUT: "{}",
    SMPP_API_KEYS: JSON.stringify({ all: "admin-key-1", quiet: { key: "quiet-key-1", store: "none" }, reader: { key: "reader-key", scopes: ["read", "send"] } }) };
  const gateway = await startGateway(t, { storage: temporary(t), vars });
  gateway.headers = { authorization: "Bearer admin-key-1" };
  await until("two binds", async () => (await gateway.get("/healthz")).body.links.up === 2);

  const quiet = await gateway.post("/v1/messages", { to: "+491511", from: "12345", text: "a secret" }, { authorization: "Bearer quiet-key-1" });
  const { text, to } = await gateway.message(quiet.body.id, "delivered");
  assert.deepEqual([text, to], [undefined, "+491511"]);
  const none = await gateway.post("/v1/messages", { to: "+491511", from: "12345", text: "a secret", store: "none" });
  assert.equal((await gateway.message(none.body.id, "delivered")).text, undefined);
  assert.deepEqual(smsc.texts(), ["a secret", "a secret"]);
  assert.equal((await gateway.post("/v1/messages", { to: "+491511", text: "x", store: "all" })).status, 422);

  const spelled = `${NUMBER.slice(0, 2)} ${NUMBER.slice(2, 6)}-${NUMBER.slice(6)}`;
  for (const [account, to] of [["main", `+${NUMBER}`], ["spare", { ton: 1, npi: 1, addr: spelled }]]) {
    const sent = await gateway.post("/v1/messages", { to, from: "12345", text: "hello", account });
    await gateway.message(sent.body.id, "delivered");
    await gateway.post("/v1/messages", { to: NUMBER, text: "later", account, scheduleAt: new Date(Date.now() + 3_600_000).toISOString() });
  }
  for (const session of smsc.sessions) assert.equal((await smsc.deliver({ source_addr: NUMBER, destination_addr: "12345", short_message: "STOP" }, session)).command_status, 0);
  await smsc.deliver({ source_addr: "4915", destination_addr: "12345", short_message: "another" });
  await smsc.deliverReport("unknown", "DELIVRD", NUMBER, "12345");
  await until("dead letters", async () => (await gateway.get("/v1/dead-letters")).body.deadLetters.length >= 4);

  assert.equal((await gateway.delete(`/v1/messages?to=%2B${NUMBER}`, { authorization: "Bearer reader-key" })).status, 403);
  for (const path of ["/v1/messages", "/v1/messages?to=x"]) assert.equal((await gateway.delete(path)).status, 400, path);
  const { status, body } = await gateway.delete(`/v1/messages?to=%2B${NUMBER}`);
  assert.deepEqual([status, body], [200, { erased: 6, left: 0 }]);
  const lists = [await gateway.all(), (await gateway.get("/v1/inbound")).body, (await gateway.get("/v1/dead-letters")).body, (await gateway.get("/v1/opt-outs")).body];
  assert.doesNotMatch(JSON.stringify(lists), new RegExp(`${NUMBER}|${spelled}`));
  assert.equal(lists[1].messages[0].text, "another");
  assert.equal((await gateway.get(`/v1/messages/${quiet.body.id}`)).status, 200);
  assert.deepEqual((await gateway.delete(`/v1/messages?to=${NUMBER}`)).body, { erased: 0, left: 0 });
  const stream = await fetch(new URL("/v1/events?pdus=true", gateway.url), { headers: { ...gateway.headers, "last-event-id": "0" } });
  const { value } = await stream.body.getReader().read();
  assert.doesNotMatch(Buffer.from(value).toString(), new RegExp(`${NUMBER}|${Buffer.from(NUMBER).toString("hex")}`));
  // Whoever opted out stays so.
  assert.equal((await gateway.post("/v1/messages", { to: `+${NUMBER}`, text: "again" })).body.type, "urn:smpp-edge:problem:opted-out");
  assert.deepEqual((await gateway.get("/metrics")).body.match(/smpp_queue_length\{.*\} \d+/g).map((line) => line.split(" ")[1]), ["0", "0"]);
});
