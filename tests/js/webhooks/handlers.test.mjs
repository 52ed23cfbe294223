// Events in real workerd: handlers that hang, throw or return what can't be passed back, webhooks that never answer, and a configuration in
// which handlers can't be called. Each is for itself.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { root, Smsc, startGateway, startReceiver, temporary, until } from "../gateway/support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const main = join(root, "tests/js/gateway/handlers-worker.ts");
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const webhookVars = (receiver) => ({ SMPP_WEBHOOK_URL: receiver.url, SMPP_WEBHOOK_SECRET: secret, SMPP_WEBHOOK_PRIVATE: "true" });

/** What the Worker's handlers posted, by kind. */
const handled = (receiver, kind) => receiver.requests.map(({ body }) => JSON.parse(body)).filter((event) => event.kind === kind);
const inbound = (smsc, text) => smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: text });
/** The value of a metric with these labels. */
const metric = async (gateway, name) => Number(new RegExp(`^${name.replace(/[{}]/g, "\\$&")} (\\d+)$`, "m").exec((await gateway.get("/metrics")).body)?.[1]);
const labels = (target, result) => `{account="main",link="0",target="${target}"${result ? `,result="${result}"` : ""}}`;

test("handlers of a class", async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  const gateway = await startGateway(t, { main, vars: { SMPP_URL: smsc.url, RECEIVER: receiver.url } });
  await gateway.bound();
  const messages = (text) => handled(receiver, "message").filter((event) => event.text === text);

  await t.test("smppReport and smppEnded get their events", async () => {
    const { body } = await gateway.post("/v1/messages", hello);
    const report = await until("the report", () => handled(receiver, "report")[0]);
    assert.deepEqual([report.id, report.isDate], [body.id, true]);
    smsc.answer = () => ({ status: 0x0b });
    const failed = await gateway.post("/v1/messages", hello);
    const ended = await until("the end", () => handled(receiver, "ended")[0]);
    assert.deepEqual([ended.id, ended.status, ended.error.smpp.name, ended.account], [failed.body.id, "failed", "ESME_RINVDSTADR", "main"]);
    smsc.answer = () => ({});
  });

  await t.test("what a handler returns is of no interest", async () => {
    for (const text of ["instance", "function"]) {
      assert.equal((await inbound(smsc, text)).command_status, 0);
      await until(text, () => messages(text).length > 0);
    }
    await until("both to be taken", async () => await metric(gateway, "smpp_deliveries_waiting{account=\"main\",link=\"0\"}") === 0);
  });

  await t.test("a TypeError of the handler's own call is tried again, and says nothing of the handler", async () => {
    await inbound(smsc, "own TypeError");
    await until("the second attempt", () => messages("own TypeError").length === 2);
    await inbound(smsc, "after it");
    await until("the next message", () => messages("after it").length === 1);
    assert.equal(await metric(gateway, "smpp_deliveries_waiting{account=\"main\",link=\"0\"}"), 1);
    assert.equal(gateway.output().split("\n").filter((line) => line.includes('"state":"failing"')).length, 1, "it is logged once");
  });
});

test("handlers that never return and a webhook that never answers keep nothing from the Queue", async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  const webhook = await startReceiver(t);
  let most = 0;
  webhook.answer = () => {
    most = Math.max(most, webhook.open);
    return "nothing";
  };
  const gateway = await startGateway(t, { main, vars: { SMPP_URL: smsc.url, RECEIVER: receiver.url, ...webhookVars(webhook) }, queue: true });
  await gateway.bound();
  const answers = await Promise.all(Array.from({ length: 60 }, () => inbound(smsc, "hang")));
  assert.ok(answers.every(({ command_status }) => command_status === 0));
  await until("all of them in the Queue", () => new Set(handled(receiver, "queue").map(({ id }) => id)).size === 60, 60_000);
  assert.ok(most <= 4, `${most} webhooks at a time`);
  assert.equal(most, 4);
  assert.ok(new Set(handled(receiver, "message").map(({ id }) => id)).size >= 16);
  const { body } = await gateway.post("/v1/messages", hello);
  await gateway.message(body.id, "delivered");

  await t.test("past their time limits they fail, and the next events have their turn", async () => {
    await until("webhooks that were given up", async () => await metric(gateway, `smpp_deliveries_total${labels("webhook", "failed")}`) >= 4, 60_000);
    await until("further webhooks", () => new Set(webhook.requests.map(({ headers }) => headers["webhook-id"])).size > 4, 60_000);
    await until("handlers that were given up", async () => await metric(gateway, `smpp_deliveries_total${labels("handler", "failed")}`) >= 16, 60_000);
  });
});

test("a webhook's answers: 4xx is no delivery, Retry-After is waited for, 410 is an end", async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, ...webhookVars(receiver) } });
  await gateway.bound();
  const of = (id) => receiver.requests.filter(({ body }) => JSON.parse(body).data.id === id);
  const send = async () => (await gateway.post("/v1/messages", hello)).body.id;

  await t.test("400 is tried again", async () => {
    receiver.answer = () => (receiver.requests.length === 1 ? 400 : 204);
    const id = await send();
    await until("the second attempt", () => of(id).length === 2);
    await until("its end", async () => await metric(gateway, "smpp_deliveries_waiting{account=\"main\",link=\"0\"}") === 0);
  });

  await t.test("429 with Retry-After", async () => {
    receiver.answer = () => [429, { "retry-after": "9" }];
    const began = Date.now();
    const id = await send();
    await until("the attempt", () => of(id).length === 1);
    receiver.answer = () => 204;
    const next = await send();
    await until("both", () => of(id).length === 2 && of(next).length === 1, 60_000);
    assert.ok(Date.now() - began >= 9_000, "also the next event waited");
  });

  await t.test("410", async () => {
    receiver.answer = () => 410;
    const id = await send();
    const letters = await until("the dead letter", async () => {
      const { deadLetters } = (await gateway.get("/v1/dead-letters")).body;
      return deadLetters.length > 0 && deadLetters;
    });
    assert.deepEqual([letters[0].event.data.id, letters[0].attempts, letters[0].error], [id, 1, "The webhook answered 410"]);
    const asked = receiver.requests.length;
    await send();
    await until("the next dead letter", async () => (await gateway.get("/v1/dead-letters")).body.deadLetters.length === 2);
    assert.equal(receiver.requests.length, asked, "it is not asked again");
    receiver.answer = () => 204;
    assert.equal((await gateway.post(`/v1/dead-letters/${letters[0].id}/replay`)).status, 202);
    await until("the replay", () => of(id).length === 2);
  });
});

test("where handlers can't be called, /healthz says why, and the events wait until they can", async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  const storage = temporary(t);
  const start = (date) => startGateway(t, { main, storage, vars: { SMPP_URL: smsc.url, RECEIVER: receiver.url }, date });
  const old = await start("2025-09-01");
  await old.bound();
  assert.equal((await inbound(smsc, "early")).command_status, 0);
  const { problems } = (await old.get("/healthz")).body;
  assert.match(problems[0], /handlers can't be called.*compatibility_date.*2025-11-17.*enable_ctx_exports/);
  await until("the log", () => old.output().includes("enable_ctx_exports"));
  assert.equal(await metric(old, "smpp_deliveries_waiting{account=\"main\",link=\"0\"}"), 1);
  await old.stop();
  assert.equal(receiver.requests.length, 0);
  await start("2026-10-01");
  await until("the message that waited", () => handled(receiver, "message").some(({ text }) => text === "early"), 90_000);
});
