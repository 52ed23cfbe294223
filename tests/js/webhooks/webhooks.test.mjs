// Reports and inbound messages leave by webhook: signed, tried again, and in the end kept as dead letters.

import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { Webhook } from "standardwebhooks";
import { Smsc, startGateway, startReceiver, temporary, until } from "../gateway/support.mjs";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const hello = { from: "12345", to: "+1234567890", text: "Hello World" };

/** The event in a request, if its signature is right: checked by the package of Standard Webhooks. */
const verified = ({ body, headers }) => new Webhook(secret).verify(body, headers);

test("webhooks", async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  const vars = { SMPP_URL: smsc.url, SMPP_WEBHOOK_URL: receiver.url, SMPP_WEBHOOK_SECRET: secret, SMPP_WEBHOOK_PRIVATE: "true" };
  const gateway = await startGateway(t, { vars });
  const events = () => receiver.requests.map(verified);

  await t.test("a report is posted, signed by Standard Webhooks", async () => {
    const { body } = await gateway.post("/v1/messages", hello);
    await until("the webhook", () => receiver.requests.length === 1);
    const event = verified(receiver.requests[0]);
    assert.deepEqual([event.type, event.data.id, event.data.status, event.data.messageId], ["message.report", body.id, "delivered", "npm-1"]);
    assert.throws(() => new Webhook("whsec_AAAAAAAAAAAAAAAAAAAAAAAA").verify(receiver.requests[0].body, receiver.requests[0].headers));
  });

  await t.test("an inbound long message is posted once, joined", async () => {
    const part = (number, text) => smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 7, 2, number]), message: Buffer.from(text) } });
    const answers = await Promise.all([part(2, "World"), part(1, "Hello ")]);
    assert.deepEqual(answers.map(({ command_status }) => command_status), [0, 0]);
    const event = await until("the webhook", () => events().find(({ type }) => type === "message.received"));
    assert.deepEqual([event.data.text, event.data.segments, event.data.from.addr], ["Hello World", 2, "4915112345"]);
    const { messages } = (await gateway.get("/v1/inbound")).body;
    assert.deepEqual(messages.map(({ id, text }) => [id, text]), [[event.data.id, "Hello World"]]);
  });

  await t.test("a message that fails without a report is told of too", async () => {
    smsc.answer = () => ({ status: 0x0b });
    const { body } = await gateway.post("/v1/messages", hello);
    const event = await until("the webhook", () => events().find(({ type }) => type === "message.ended"));
    assert.deepEqual([event.data.id, event.data.status, event.data.error.smpp.name], [body.id, "failed", "ESME_RINVDSTADR"]);
    smsc.answer = () => ({});
  });

  await t.test("a refusal is tried again, with the same id and a new signature", async () => {
    let refusals = 1;
    receiver.answer = () => (refusals-- > 0 ? 503 : 204);
    const before = receiver.requests.length;
    await gateway.post("/v1/messages", hello);
    await until("the second attempt", () => receiver.requests.length === before + 2);
    const [first, second] = receiver.requests.slice(before);
    assert.equal(first.headers["webhook-id"], second.headers["webhook-id"]);
    assert.deepEqual(verified(first), verified(second));
    assert.ok(Number(second.headers["webhook-timestamp"]) > Number(first.headers["webhook-timestamp"]));
  });

  await t.test("a redirection is not followed", async () => {
    receiver.answer = () => 302;
    const before = receiver.requests.length;
    await gateway.post("/v1/messages", hello);
    await until("the attempt", () => receiver.requests.length === before + 1);
    receiver.answer = () => 204;
    await until("the second attempt", () => receiver.requests.length === before + 2);
  });
});

/** A gateway whose event the receiver refused, and that was then killed. */
async function crashAfterRefusal(t) {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url, SMPP_WEBHOOK_URL: receiver.url, SMPP_WEBHOOK_SECRET: secret, SMPP_WEBHOOK_PRIVATE: "true" };
  receiver.answer = () => 500;
  const gateway = await startGateway(t, { vars, storage });
  const { body } = await gateway.post("/v1/messages", hello);
  await until("an attempt that failed", async () => /result="failed"\} [1-9]/.test((await gateway.get("/metrics")).body));
  await gateway.kill();
  return { receiver, storage, vars, body };
}

test("what is not delivered outlives a crash", async (t) => {
  const { receiver, storage, vars, body } = await crashAfterRefusal(t);
  receiver.answer = () => 204;
  receiver.requests.length = 0;
  const second = await startGateway(t, { vars, storage });
  await second.bound();
  const [request] = await until("the next attempt", () => receiver.requests.length > 0 && receiver.requests);
  assert.equal(verified(request).data.id, body.id);
});

test("after a day of refusals an event is a dead letter, and can be tried again", async (t) => {
  const { receiver, storage, vars, body } = await crashAfterRefusal(t);

  // Ten attempts later: the day is passed over in the gateway's database.
  for (const file of globSync(join(storage, "**", "*.sqlite"))) {
    const database = new DatabaseSync(file);
    const isLink = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'event_retries'").get();
    if (isLink) database.exec("UPDATE event_retries SET attempts = 10, due = 0");
    database.close();
  }

  const second = await startGateway(t, { vars, storage });
  await second.bound();
  const [letter] = await until("the dead letter", async () => {
    const { deadLetters } = (await second.get("/v1/dead-letters")).body;
    return deadLetters.length > 0 && deadLetters;
  });
  assert.deepEqual([letter.target, letter.attempts, letter.event.type, letter.event.data.id], ["webhook", 11, "message.report", body.id]);
  assert.match(letter.error, /500/);

  receiver.answer = () => 204;
  const replayed = await second.post(`/v1/dead-letters/${letter.id}/replay`);
  assert.deepEqual([replayed.status, replayed.body], [202, { id: letter.id, status: "queued" }]);
  await until("its delivery", async () => (await second.get("/v1/dead-letters")).body.deadLetters.length === 0);
  await until("the request", () => receiver.requests.filter(({ headers }) => headers["webhook-id"] === letter.id).length === 3);
  assert.equal((await second.post(`/v1/dead-letters/${letter.id}/replay`)).status, 404);
});

test("settings of webhooks that can't be used are refused by name, and not shown", async (t) => {
  const smsc = await Smsc.start(t);
  for (const [vars, expected] of [
    [{ SMPP_WEBHOOK_URL: "https://127.0.0.1/hook" }, /SMPP_WEBHOOK_URL: a public host/],
    [{ SMPP_WEBHOOK_URL: "http://example.com/hook" }, /SMPP_WEBHOOK_URL: https/],
    [{ SMPP_WEBHOOK_URL: "https://example.com/hook", SMPP_WEBHOOK_SECRET: "s3cret" }, /SMPP_WEBHOOK_SECRET/],
  ]) {
    const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_WEBHOOK_SECRET: secret, ...vars } });
    const { status, body } = await gateway.get("/healthz");
    assert.equal(status, 500);
    assert.match(body.detail, expected);
    assert.doesNotMatch(JSON.stringify(body), /s3cret|127\.0\.0\.1|example/);
    await gateway.kill();
  }
});
