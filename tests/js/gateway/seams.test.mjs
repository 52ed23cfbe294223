// Where one thing ends and another begins: restarts, deploys, changed settings, reset objects. All in real workerd.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { root, Smsc, startGateway, temporary, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const later = () => new Date(Date.now() + 3_600_000).toISOString();

/** Accounts, each with an SMSC of its own. */
const accountsOf = (smscs, more = {}) => JSON.stringify(Object.fromEntries(Object.entries(smscs).map(([name, smsc]) => [name, { url: smsc.url, ...more[name] }])));

/** A long inbound message's segment, as deliver_sm. */
const segment = (reference, total, part, text) =>
  ({ source_addr: "4915112345", destination_addr: "12345", esm_class: 0x40, short_message: { message: Buffer.concat([Buffer.from([5, 0, 3, reference, total, part]), Buffer.from(text)]) } });

test("segments of an inbound message are joined over a lost link and a crash, on any link", async (t) => {
  const smsc = await Smsc.start(t);
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url, SMPP_LINKS: "2" };
  let gateway = await startGateway(t, { vars, storage });
  await gateway.get("/v1/links");
  await until("both binds", () => smsc.sessions.length === 2);
  const inbound = async () => (await gateway.get("/v1/inbound")).body.messages.map(({ text, complete }) => [text, complete]);

  assert.equal((await smsc.deliver(segment(1, 2, 1, "over a "), smsc.sessions[0])).command_status, 0);
  smsc.drop();
  await until("the binds", () => smsc.sessions.length === 2);
  assert.equal((await smsc.deliver(segment(1, 2, 2, "lost link"), smsc.sessions[1])).command_status, 0);
  assert.deepEqual(await inbound(), [["over a lost link", true]]);

  assert.equal((await smsc.deliver(segment(2, 2, 2, "crash"), smsc.sessions[0])).command_status, 0);
  await gateway.kill();
  await until("the end of the binds", () => smsc.sessions.length === 0);
  gateway = await startGateway(t, { vars, storage });
  await gateway.get("/v1/links");
  await until("the binds", () => smsc.sessions.length === 2);
  assert.equal((await smsc.deliver(segment(2, 2, 1, "over a "), smsc.sessions[1])).command_status, 0);
  // The SMSC repeats one whose response it did not see.
  assert.equal((await smsc.deliver(segment(2, 2, 2, "crash"), smsc.sessions[1])).command_status, 0);
  assert.deepEqual((await inbound()).sort(), [["over a crash", true], ["over a lost link", true]]);
});

test("what waited for the rate when the gateway was killed is queued, not unknown", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url, SMPP_OPTIONS: JSON.stringify({ rate: 1, window: 50 }) };
  const gateway = await startGateway(t, { vars, storage });
  await gateway.bound();
  const { body } = await gateway.post("/v1/messages", Array.from({ length: 8 }, (_, i) => ({ ...hello, text: `m${i}` })));
  await gateway.message(body[1].id, "accepted");
  await gateway.kill();
  const sent = smsc.submitted.length;
  const again = await startGateway(t, { vars, storage });
  const states = await Promise.all(body.map(async ({ id }) => (await again.get(`/v1/messages/${id}`)).body.status));
  const unknown = states.filter((status) => status === "unknown").length;
  assert.ok(sent < 8 && unknown <= 1, `${sent} were sent, the states are ${states}`);
  for (const { id } of body.slice(sent + 1)) await again.message(id, "accepted");
  assert.equal(new Set(smsc.texts()).size, smsc.submitted.length);
});

test("what the SMSC was too busy for when the gateway was killed is queued, not unknown", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  smsc.answer = () => ({ status: 0x58 });
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url, SMPP_OPTIONS: JSON.stringify({ window: 50 }) };
  const gateway = await startGateway(t, { vars, storage });
  await gateway.bound();
  const { body } = await gateway.post("/v1/messages", Array.from({ length: 20 }, (_, i) => ({ ...hello, to: `+49151${i}`, text: `m${i}` })));
  await until("each to be refused once", async () => (await gateway.all()).every(({ history }) => history.some(({ smpp }) => smpp?.name === "ESME_RTHROTTLED")), 45_000);
  await gateway.kill();
  smsc.answer = () => ({});
  const accepted = smsc.submitted.length;
  const again = await startGateway(t, { vars, storage });
  const unknown = (await again.all()).filter(({ status }) => status === "unknown").map(({ id }) => id);
  assert.ok(unknown.length <= 2, `${unknown.length} are unknown: the link had a pause, and may send one or two after it`);
  for (const { id } of body) if (!unknown.includes(id)) await again.message(id, "accepted");
  assert.equal(new Set(smsc.texts().slice(accepted)).size, smsc.submitted.length - accepted);
});

test("messages to one recipient go in the order of acceptance; one that the SMSC is too busy for goes later, and those behind it do not wait", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  let refused = 0;
  smsc.answer = (pdu) => (pdu.short_message.message.toString() === "m4" && refused++ === 0 ? { status: 0x14 } : {});
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_LINKS: "2", SMPP_OPTIONS: JSON.stringify({ window: 3 }) } });
  await gateway.get("/v1/links");
  const texts = Array.from({ length: 9 }, (_, i) => `m${i}`);
  const { body } = await gateway.post("/v1/messages", texts.map((text) => ({ ...hello, text })));
  for (const { id } of body) await gateway.message(id, "accepted");
  assert.deepEqual(smsc.texts(), [...texts, "m4"]);
});

test("messages pinned to a dead account don't hold up those that may go by another", async (t) => {
  const [dead, alive] = [await Smsc.start(t), await Smsc.start(t)];
  await dead.stop();
  const vars = { SMPP_ACCOUNTS: accountsOf({ dead, alive }), SMPP_FAILOVER_SECONDS: "4" };
  const gateway = await startGateway(t, { vars });
  await until("the bind", async () => (await gateway.get("/healthz")).body.status === "degraded");
  const pinned = Array.from({ length: 250 }, () => ({ ...hello, account: "dead" }));
  const ids = (await gateway.post("/v1/messages", [...pinned, ...Array.from({ length: 50 }, (_, i) => ({ ...hello, text: `free ${i}` }))])).body.slice(250).map(({ id }) => id);
  assert.ok(ids.every((id) => id.endsWith("-dead-0")), ids[0]);
  for (const id of ids) await gateway.message(id, "delivered");
  assert.equal(alive.texts().filter((text) => text.startsWith("free")).length, 50);
  assert.equal((await gateway.get("/v1/messages?status=queued&limit=100")).body.messages.length, 100);
});

test("messages that moved to another account and come back are sent once", async (t) => {
  const [a, b] = [await Smsc.start(t), await Smsc.start(t)];
  const { port } = a;
  // Each takes one message, and answers none.
  const answer = () => "nothing";
  Object.assign(a, { answer });
  Object.assign(b, { answer });
  const vars = { SMPP_ACCOUNTS: accountsOf({ a, b }), SMPP_OPTIONS: JSON.stringify({ window: 1, responseTimeout: 600_000 }), SMPP_FAILOVER_SECONDS: "1" };
  const gateway = await startGateway(t, { vars });
  await gateway.bound();
  const { body } = await gateway.post("/v1/messages", ["held by a", 1, 2, 3, 4, 5].map((text) => ({ ...hello, text: String(text) })));
  await until("the first message", () => a.submitted.length === 1);
  await a.stop();
  const queuedAt = async (name) => (await gateway.get("/v1/links")).body.links.find(({ account }) => account === name).queued;
  await until("the others to move", async () => b.submitted.length === 1 && await queuedAt("b") === 4, 120_000);
  a.answer = () => ({});
  await a.listen(port);
  await until("a's bind", async () => (await gateway.get("/healthz")).status === 200 && a.sessions.length > 0, 120_000);
  await b.stop();
  await until("the others at a", () => new Set(a.texts()).size === 5, 120_000);
  const states = await Promise.all(body.map(async ({ id }) => (await until("an end", async () => {
    const { status } = (await gateway.get(`/v1/messages/${id}`)).body;
    return ["unknown", "delivered"].includes(status) && status;
  }))));
  assert.deepEqual([states[0], states.filter((status) => status === "delivered").length], ["unknown", 4]);
  assert.deepEqual([...a.texts(), ...b.texts()].sort(), ["1", "2", "3", "4", "5", "held by a"]);
});

test("an Idempotency-Key holds over another number of links and another first account, and in a full queue", async (t) => {
  const [a, b] = [await Smsc.start(t), await Smsc.start(t)];
  const storage = temporary(t);
  const request = Array.from({ length: 6 }, (_, i) => ({ ...hello, to: `+49151${i}`, text: `order ${i}` }));
  const key = { "idempotency-key": "order-1" };
  let ids;
  for (const vars of [
    { SMPP_ACCOUNTS: accountsOf({ a }), SMPP_MAX_QUEUE: "6" },
    { SMPP_ACCOUNTS: accountsOf({ a }, { a: { links: 3 } }) },
    { SMPP_ACCOUNTS: accountsOf({ b, a }) },
  ]) {
    const gateway = await startGateway(t, { vars, storage });
    const { status, body } = await gateway.post("/v1/messages", request, key);
    assert.equal(status, 202);
    ids ??= body.map(({ id }) => id);
    assert.deepEqual(body.map(({ id }) => id), ids);
    for (const id of ids) await gateway.message(id, "delivered");
    await gateway.kill();
  }
  assert.deepEqual([...a.texts(), ...b.texts()].sort(), request.map(({ text }) => text));

  await b.stop();
  const full = await startGateway(t, { vars: { SMPP_URL: b.url, SMPP_MAX_QUEUE: "1" } });
  const first = await full.post("/v1/messages", hello, key);
  assert.deepEqual([first.status, (await full.post("/v1/messages", hello)).status], [202, 429]);
  assert.deepEqual((await full.post("/v1/messages", hello, key)).body, first.body);
});

test("messages of links that the settings have no more are listed and found, and what waited there goes", async (t) => {
  const smsc = await Smsc.start(t);
  const storage = temporary(t);
  const before = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_LINKS: "3" }, storage });
  const sent = (await before.post("/v1/messages", Array.from({ length: 12 }, (_, i) => ({ ...hello, to: `+49151${i}`, text: `m${i}` })))).body;
  const waiting = (await before.post("/v1/messages", Array.from({ length: 12 }, (_, i) => ({ ...hello, to: `+49152${i}`, scheduleAt: later() })))).body;
  assert.equal(new Set(sent.map(({ id }) => id.slice(27))).size, 3);
  for (const { id } of sent) await before.message(id, "delivered");
  // Before their first beat, which is 30 seconds after their start.
  await until("the registration of every link", () => registered(storage).length === 3, 15_000);
  await before.kill();
  const after = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_LINKS: "1" }, storage });
  await after.bound();
  const listed = (await after.all()).map(({ id }) => id).sort();
  assert.deepEqual(listed, [...sent, ...waiting].map(({ id }) => id).sort());
  for (const { id } of [...sent, ...waiting]) assert.equal((await after.get(`/v1/messages/${id}`)).status, 200);
  await until("all that waits to be on the link that is left", async () => (await after.get("/v1/links")).body.links[0].queued === 12, 60_000);
  assert.equal((await after.delete(`/v1/messages/${waiting[0].id}`)).body.status, "deleted");
});

test("a throttled message whose validity ends is expired", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.answer = () => ({ status: 0x58 });
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  const { body } = await gateway.post("/v1/messages", { ...hello, validity: 3 });
  const { error, history } = await gateway.message(body.id, "expired");
  assert.ok(error.detail.length > 0);
  assert.equal(history.at(-1).status, "expired");
});

test("an answer that comes after its time settles what was unknown, and so does the receipt, whichever comes first", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const held = [];
  smsc.answer = (pdu, session) => {
    held.push(() => session.send(pdu.response({ message_id: `id-${pdu.short_message.message}` })));
    return "nothing";
  };
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_OPTIONS: JSON.stringify({ responseTimeout: 1_000 }) } });
  await gateway.bound();
  const [first, second] = (await gateway.post("/v1/messages", ["first", "second"].map((text) => ({ ...hello, text })))).body;
  for (const { id } of [first, second]) await gateway.message(id, "unknown");
  // The receipt of the second one overtakes its answer.
  await smsc.deliverReport("id-second", "DELIVRD", "1234567890", "12345");
  for (const answer of held) answer();
  const { messageId, history } = await gateway.message(first.id, "accepted");
  assert.deepEqual([messageId, history.map(({ status }) => status)], ["id-first", ["queued", "sent", "unknown", "accepted"]]);
  await gateway.message(second.id, "delivered");
  await smsc.deliverReport("id-first", "DELIVRD", "1234567890", "12345");
  await gateway.message(first.id, "delivered");
  assert.deepEqual(smsc.acknowledged.map(({ status }) => status), [0, 0]);
  assert.equal(smsc.submitted.length, 2);
});

test("links of every account bind again without a request once wrong settings are repaired", async (t) => {
  const [a, b] = [await Smsc.start(t), await Smsc.start(t)];
  const storage = temporary(t);
  const right = { SMPP_ACCOUNTS: accountsOf({ a, b }) };
  const before = await startGateway(t, { vars: right, storage });
  await until("the binds", async () => (await before.get("/healthz")).body.status === "ok");
  await before.kill();
  const wrong = await startGateway(t, { vars: { SMPP_ACCOUNTS: "{" }, storage });
  // An alarm runs with the wrong settings, and finds no link.
  await until("the alarm", () => wrong.output().includes('"event":"alarm"'), 120_000);
  assert.deepEqual([a.sessions.length, b.sessions.length], [0, 0]);
  await wrong.kill();
  await startGateway(t, { vars: right, storage });
  await until("the binds", () => a.sessions.length === 1 && b.sessions.length === 1, 120_000);
});

test("counters live as long as the object, over binds", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  const { body } = await gateway.post("/v1/messages", hello);
  await gateway.message(body.id, "delivered");
  const metric = async (name) => Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, "m").exec((await gateway.get("/metrics")).body)[1]);
  assert.equal(await metric("smpp_segments_submitted_total"), 1);
  smsc.drop();
  await until("the loss", async () => await metric("smpp_link_losses_total") === 1);
  await gateway.bound();
  assert.equal(await metric("smpp_segments_submitted_total"), 1);
  assert.ok(await metric("smpp_sql_rows_written_total") >= 4);
});

test("storage that commit 8554d8e wrote: what was queued is sent, receipts find their messages, keys hold", async (t) => {
  const smsc = await Smsc.start(t);
  // Another SMSC than the one that gave the ids in the storage.
  smsc.answer = (pdu) => ({ message_id: `new-${pdu.short_message.message}`.replace(" ", "-") });
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url, SMPP_RETENTION_DAYS: "3650" };
  const fresh = await startGateway(t, { vars, storage });
  await fresh.bound();
  await fresh.kill();
  const { dump, ids } = aged(readFileSync(join(root, "tests/vectors/gateway/8554d8e.sql"), "utf8"));
  for (const file of databases(storage, "main/0")) {
    const database = new DatabaseSync(file);
    for (const { type, name } of database.prepare("SELECT type, name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND type = 'table'").all()) database.exec(`DROP ${type} ${name}`);
    database.exec(dump);
    database.close();
  }
  const gateway = await startGateway(t, { vars, storage });
  for (const text of ["queued", "queued keyed"]) await gateway.message(ids[text], "delivered");
  assert.equal((await gateway.get(`/v1/messages/${ids.scheduled}`)).body.status, "queued");
  assert.equal((await gateway.get(`/v1/messages/${ids.unknown}`)).body.status, "unknown");
  const { messageId } = await gateway.message(ids.accepted, "accepted");
  await smsc.deliverReport(messageId, "DELIVRD", "1234567890", "12345");
  await gateway.message(ids.accepted, "delivered");
  assert.equal((await gateway.all()).length, 10);
  assert.deepEqual((await gateway.get("/v1/inbound")).body.messages.map(({ text }) => text), ["inbound"]);
  const again = await gateway.post("/v1/messages", JSON.stringify({ ...hello, text: "keyed" }), { "idempotency-key": "order-1", "content-type": "application/json" });
  assert.deepEqual([again.status, again.body.id], [202, ids.keyed]);
  assert.deepEqual(smsc.texts().sort(), ["queued", "queued keyed"]);
});

/** Databases of the objects of that name. */
function databases(storage, name) {
  return globSync(join(storage, "**", "*.sqlite")).filter((file) => {
    const database = new DatabaseSync(file);
    try {
      return database.prepare("SELECT value FROM meta WHERE name = 'name'").get()?.value === name;
    } catch {
      return false;
    } finally {
      database.close();
    }
  });
}

/** The links in the registry's database, while the gateway runs. */
function registered(storage) {
  for (const file of databases(storage, "@links")) {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return JSON.parse(database.prepare("SELECT value FROM meta WHERE name = 'links'").get()?.value ?? "[]");
    } finally {
      database.close();
    }
  }
  return [];
}

/** The dump as if it had been made a minute ago, since keys last a day; and its ids by their texts. */
function aged(dump) {
  const digits = "0123456789abcdefghjkmnpqrstvwxyz";
  const decode = (text) => Array.from(text, (digit) => digits.indexOf(digit)).reduce((sum, digit) => sum * 32 + digit, 0);
  const encode = (time) => Array.from({ length: 10 }, (_, i) => digits[Math.floor(time / 32 ** (9 - i)) % 32]).join("");
  const delta = Date.now() - 60_000 - decode(/'([0-9a-z]{10})[0-9a-z]{16}-main-0', 'accepted'/.exec(dump)[1]);
  const moved = dump.replace(/\b([0-9a-z]{10})(?=[0-9a-z]{16}-main-0)/g, (time) => encode(decode(time) + delta))
    .replace(/\b1795958\d{6}\b/g, (time) => String(Number(time) + delta))
    .replaceAll("2026-12-30T12:00:00Z", "2099-12-30T12:00:00Z").replaceAll(", 1798632000000,", ", 4102315200000,");
  const ids = Object.fromEntries([...moved.matchAll(/^INSERT INTO messages VALUES \('([^']+)'.*"text":"([^"]+)"/gm)].map(([, id, text]) => [text, id]));
  return { dump: moved, ids };
}

