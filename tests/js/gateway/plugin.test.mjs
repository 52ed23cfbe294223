// The gateway inside a user's Worker: RPC by service binding, and the Worker's own handlers.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { root, Smsc, startGateway, startReceiver, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };

test("a Worker sends by RPC and gets reports and messages in its handlers", async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  const gateway = await startGateway(t, { main: join(root, "tests/js/gateway/plugin-worker.ts"), vars: { SMPP_URL: smsc.url, RECEIVER: receiver.url }, queue: true });
  const call = async (method, ...args) => (await gateway.post("/rpc", { method, args })).body;
  const handled = (kind) => receiver.requests.map(({ body }) => JSON.parse(body)).filter((event) => event.kind === kind);

  await t.test("sendSms returns the id, and smppReport gets the report with it", async () => {
    const { result } = await call("sendSms", hello);
    assert.deepEqual({ ...result, id: "" }, { id: "", status: "queued", segments: 1, encoding: "gsm7" });
    const report = await until("the report", () => handled("report").find(({ id }) => id === result.id));
    assert.deepEqual([report.status, report.final, report.messageId, report.account], ["delivered", true, "npm-1", "main"]);
    assert.deepEqual([report.rawIsOctets, report.doneAtIsDate], [true, true]);
    assert.match(String.fromCharCode(...report.raw), /^id:npm-1 .*stat:DELIVRD/);
    assert.equal((await call("message", result.id)).result.status, "delivered");
  });

  await t.test("octets and dates go as they are", async () => {
    const { result } = await call("sendSms", { from: "12345", to: "+1234567890", binary: [0, 1, 254, 255], scheduleAt: "2020-01-01T00:00:00Z" });
    await until("the message", () => smsc.submitted.length === 2);
    const { data_coding, short_message } = smsc.submitted[1];
    assert.deepEqual([data_coding, ...short_message.message], [4, 0, 1, 254, 255]);
    assert.equal(result.encoding, "binary");
  });

  await t.test("sendMany, messages, preview, links and cancel", async () => {
    const later = { ...hello, scheduleAt: new Date(Date.now() + 3_600_000).toISOString() };
    const { result } = await call("sendMany", [later, later]);
    assert.equal(result.length, 2);
    assert.equal((await call("cancel", result[0].id)).result.status, "deleted");
    const page = (await call("messages", { status: "queued" })).result;
    assert.deepEqual(page.items.map(({ id }) => id), [result[1].id]);
    assert.equal((await call("preview", { text: "a".repeat(161) })).result.segments, 2);
    assert.equal((await call("links")).result[0].state, "bound");
  });

  await t.test("what can't be sent is thrown, with the reason", async () => {
    assert.match((await call("sendSms", { to: "+1234567890" })).error, /text/);
    assert.match((await call("sendSms", { ...hello, colour: "red" })).error, /colour: unknown field/);
    assert.match((await call("message", "nothing")).error, /no message/);
    assert.match((await call("sendMany", "x")).error, /An array of messages is expected/);
    for (const [query, fault] of [[{ limit: 1000 }, /limit: a whole number from 1 to 100/], [{ status: ["queued"] }, /status/], [{ colour: "red" }, /colour/]]) {
      assert.match((await call("messages", query)).error, fault);
    }
  });

  await t.test("an idempotency key makes a call count once", async () => {
    const first = await call("sendSms", { ...hello, text: "once" }, { idempotencyKey: "k" });
    const second = await call("sendSms", { ...hello, text: "once" }, { idempotencyKey: "k" });
    assert.equal(first.result.id, second.result.id);
  });

  await t.test("an inbound message is acknowledged and handed to smppMessage", async () => {
    const answer = await smsc.deliver({ source_addr: "4915112345", source_addr_ton: 1, destination_addr: "12345", short_message: "Good day" });
    assert.equal(answer.command_status, 0);
    const message = await until("the message", () => handled("message")[0]);
    assert.deepEqual([message.text, message.from.addr, message.to.addr, message.complete], ["Good day", "4915112345", "12345", true]);
  });

  await t.test("a Queue that is bound gets both as well", async () => {
    const types = await until("the Queue's messages", () => {
      const found = new Set(handled("queue").map(({ type }) => type));
      return found.size === 2 && found;
    });
    assert.deepEqual([...types].sort(), ["message.received", "message.report"]);
    const { data } = handled("queue").find(({ type }) => type === "message.received");
    assert.equal(data.text, "Good day");
  });

  await t.test("an event that is too long for the Queue comes without PDUs", async () => {
    const text = "x".repeat(50_000);
    const answer = await smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: "", message_payload: { message: Buffer.from(text) } });
    assert.equal(answer.command_status, 0);
    const { data } = await until("the long event", () => handled("queue").find((event) => event.data.text === text));
    assert.deepEqual(["pdus" in data, data.from.addr], [false, "4915112345"]);
  });

  await t.test("a handler that throws gets it again", async () => {
    let refusals = 1;
    receiver.answer = ({ body }) => (JSON.parse(body).kind === "message" && refusals-- > 0 ? 500 : 204);
    await smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: "Again" });
    await until("both attempts", () => handled("message").filter(({ text }) => text === "Again").length === 2);
    const [one, two] = handled("message").filter(({ text }) => text === "Again");
    assert.equal(one.id, two.id);
  });

  await t.test("its fetch is the HTTP API", async () => {
    const { status, body } = await gateway.post("/v1/messages", hello);
    assert.equal(status, 202);
    await gateway.message(body.id, "delivered");
  });

  await t.test("smppRoutes() is mounted in a Hono app beside routes of its own", async () => {
    assert.equal((await gateway.get("/own")).body, "mine");
    const { status, body } = await gateway.post("/sms/v1/messages", hello);
    assert.equal(status, 202);
    await gateway.message(body.id, "delivered");
    assert.equal((await gateway.get(`/sms/v1/messages/${body.id}`)).body.id, body.id);
    assert.equal((await gateway.get("/sms/healthz")).body.status, "ok");
    assert.equal((await gateway.get("/sms/nothing")).status, 404);
  });
});
