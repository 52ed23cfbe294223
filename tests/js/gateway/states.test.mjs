// Every state that a message can be in, and every error that the API can answer with that the other files do not bring about.

import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { ulidFrom } from "../../../js/gateway/model/ids.ts";
import { Smsc, startGateway, temporary, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const later = () => new Date(Date.now() + 3_600_000).toISOString();

/** Runs `sql` in the databases of the gateway's links, which must not run. */
function inDatabases(storage, sql) {
  for (const file of globSync(join(storage, "**", "*.sqlite"))) {
    const database = new DatabaseSync(file);
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'messages'").get()) database.exec(sql);
    database.close();
  }
}

test("each state is reached, shown, and found in the list", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  const post = async (change = {}) => (await gateway.post("/v1/messages", { ...hello, ...change })).body.id;
  const reported = (stat) => async () => {
    const id = await post();
    const { messageId } = await gateway.message(id, "accepted");
    await smsc.deliverReport(messageId, stat, "1234567890", "12345");
    return id;
  };
  const answered = (answer, text) => () => {
    smsc.answer = (pdu, session) => (pdu.short_message.message.toString() === text ? answer(session) : {});
    return post({ text });
  };

  /** The message's state, how it comes to it, and its history. */
  const STATES = [
    ["queued", () => post({ scheduleAt: later() }), ["queued"]],
    ["sent", answered(() => "nothing", "no answer"), ["queued", "sent"]],
    ["accepted", () => post(), ["queued", "sent", "accepted"]],
    ["delivered", reported("DELIVRD"), ["queued", "sent", "accepted", "delivered"]],
    ["undeliverable", reported("UNDELIV"), ["queued", "sent", "accepted", "undeliverable"]],
    ["expired", reported("EXPIRED"), ["queued", "sent", "accepted", "expired"]],
    ["rejected", reported("REJECTD"), ["queued", "sent", "accepted", "rejected"]],
    ["deleted", reported("DELETED"), ["queued", "sent", "accepted", "deleted"]],
    ["skipped", reported("SKIPPED"), ["queued", "sent", "accepted", "skipped"]],
    ["failed", answered(() => ({ status: 0x0b }), "refuse me"), ["queued", "sent", "failed"]],
    ["unknown", answered((session) => session.socket.destroy() && "nothing", "cut me off"), ["queued", "sent", "unknown"]],
  ];
  for (const [status, bring, history] of STATES) {
    await t.test(status, async () => {
      const id = await bring();
      const message = await gateway.message(id, status);
      assert.deepEqual(message.history.map((entry) => entry.status), history);
      const { messages } = (await gateway.get(`/v1/messages?status=${status}`)).body;
      assert.ok(messages.some((found) => found.id === id && found.status === status));
    });
  }
});

test("cancelling in the wrong moment", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();

  await t.test("what is on its way is 409, in-flight, and goes on", async () => {
    smsc.answer = () => ({ after: 1500 });
    const { body } = await gateway.post("/v1/messages", hello);
    await gateway.message(body.id, "sent");
    const answer = await gateway.delete(`/v1/messages/${body.id}`);
    assert.deepEqual([answer.status, answer.body.type], [409, "urn:smpp-edge:problem:in-flight"]);
    await gateway.message(body.id, "accepted");
    smsc.answer = () => ({});
  });

  await t.test("what the SMSC has while the link is down is 503, unavailable, and stays", async () => {
    const { body } = await gateway.post("/v1/messages", hello);
    await gateway.message(body.id, "accepted");
    await smsc.stop();
    await until("the loss", async () => (await gateway.get("/v1/links")).body.links[0].state !== "bound");
    const answer = await gateway.delete(`/v1/messages/${body.id}`);
    assert.deepEqual([answer.status, answer.body.type], [503, "urn:smpp-edge:problem:unavailable"]);
    await gateway.message(body.id, "accepted");
  });
});

test("what is older than SMPP_RETENTION_DAYS goes, what is not stays, and what waits stays", async (t) => {
  const smsc = await Smsc.start(t);
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url, SMPP_RETENTION_DAYS: "2" };
  const before = await startGateway(t, { vars, storage });
  const [old, waits] = (await before.post("/v1/messages", [{ ...hello, text: "old" }, { ...hello, scheduleAt: later() }])).body;
  await before.message(old.id, "delivered");
  await smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: "old too" });
  await before.kill();
  // Three days pass: ids begin with their time.
  const time = Array.from("01kzzzzzzz", (digit) => "0123456789abcdefghjkmnpqrstvwxyz".indexOf(digit)).reduce((sum, digit) => sum * 32 + digit, 0);
  inDatabases(storage, `UPDATE inbound SET id = '01kzzzzzzz' || substr(id, 11); UPDATE messages SET created = ${time}, updated = ${time};
    UPDATE messages SET due = ${time} WHERE held = 0`);
  const after = await startGateway(t, { vars, storage });
  await after.bound();
  const young = (await after.post("/v1/messages", hello)).body;
  await after.message(young.id, "delivered");
  const aged = (id) => `01kzzzzzzz${id.slice(10)}`;
  await until("the old message to go", async () => (await after.get(`/v1/messages/${aged(old.id)}`)).status === 404, 60_000);
  assert.equal((await after.get(`/v1/messages/${aged(waits.id)}`)).body.status, "queued");
  assert.equal((await after.get(`/v1/messages/${young.id}`)).body.status, "delivered");
  assert.deepEqual((await after.get("/v1/inbound")).body.messages, []);
});

test("what is too old goes faster than messages come, while these are sent", async (t) => {
  const smsc = await Smsc.start(t);
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url, SMPP_RETENTION_DAYS: "1" };
  const before = await startGateway(t, { vars, storage });
  await before.bound();
  await before.kill();
  const old = Date.now() - 3 * 86_400_000;
  inDatabases(storage, `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
    INSERT INTO messages (n, tag, created, updated, status, due, recipient, caller, encoding, segments, input)
      SELECT n, 1, ${old}, ${old}, 'delivered', ${old}, '1', '', 'gsm7', 1, '{"to":"+1","text":"old"}' FROM numbers;
    UPDATE sending SET last = 20000, settled = 20000`);
  const after = await startGateway(t, { vars, storage });
  await after.bound();
  const young = [];
  await until("the old ones to go", async () => {
    young.push((await after.post("/v1/messages", hello)).body.id);
    return (await after.get(`/v1/messages?cursor=${ulidFrom(old + 86_400_000)}&limit=1`)).body.messages.length === 0;
  }, 180_000);
  for (const id of young) await after.message(id, "delivered");
  assert.equal((await after.all()).length, young.length);
});

test("a fault of the gateway's own is 500, internal, and tells nothing of it", async (t) => {
  const smsc = await Smsc.start(t);
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url };
  const first = await startGateway(t, { vars, storage });
  await first.bound();
  await first.kill();
  inDatabases(storage, "DROP TABLE inbound; CREATE TABLE inbound (x)");
  const second = await startGateway(t, { vars, storage });
  const { status, body } = await second.get("/v1/inbound");
  assert.deepEqual([status, body], [500, { type: "urn:smpp-edge:problem:internal", title: "Something went wrong here", status: 500 }]);
  assert.equal((await second.get("/v1/messages")).status, 200);
});

test("the log", async (t) => {
  const smsc = await Smsc.start(t);
  const key = "shop-key-0123456789";
  const secrets = ["password", key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
  const run = async (log) => {
    const vars = { SMPP_URL: smsc.url, SMPP_API_KEYS: JSON.stringify({ shop: key }), ...(log ? { SMPP_LOG: log } : {}) };
    const gateway = await startGateway(t, { vars });
    const authorization = { authorization: `Bearer ${key}` };
    const { body } = await gateway.post("/v1/messages", { ...hello, text: "Top secret" }, authorization);
    await gateway.message(body.id, "delivered", authorization);
    await gateway.get("/v1/messages", { authorization: "Bearer wrong-key-0123456789" });
    await gateway.stop();
    // What stands before is wrangler's: a list of the variables.
    return gateway.output().split("Starting local server")[1];
  };

  await t.test("is structured, and has neither secrets nor numbers nor texts", async () => {
    const output = await run();
    const events = output.split("\n").filter((line) => line.includes('{"event"')).map((line) => JSON.parse(line.slice(line.indexOf("{"))));
    assert.ok(events.some(({ event, account, link, state }) => event === "link" && account === "main" && link === 0 && state === "bound"), output);
    for (const word of [...secrets, "1234567890", "Top secret", "wrong-key"]) assert.ok(!output.includes(word), word);
  });

  await t.test('has a line a PDU with "pdus", without numbers and texts', async () => {
    const output = await run("pdus");
    assert.match(output, /main\/0 -> submit_sm seq=\d+ len=\d+/);
    for (const word of [...secrets, "1234567890", "Top secret"]) assert.ok(!output.includes(word), word);
  });

  await t.test('has numbers and texts with "texts", and no secrets', async () => {
    const output = await run("texts");
    assert.match(output, /-> submit_sm .*to=1234567890 text="Top secret"/);
    for (const word of secrets) assert.ok(!output.includes(word), word);
  });
});
