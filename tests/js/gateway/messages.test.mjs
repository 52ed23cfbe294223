// A message's life, as one sees it over HTTP: from POST /v1/messages to the delivery report.

import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Smsc, startGateway, temporary, until } from "./support.mjs";

const ESME_RTHROTTLED = 0x58;
const ESME_RINVDSTADR = 0x0b;
const hello = { from: "12345", to: "+1234567890", text: "Hello World" };

test("a message leaves for the SMSC and its report comes back", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });

  await t.test("202 with the id, the segments and the encoding; then delivered, with the SMSC's id", async () => {
    const sent = await gateway.post("/v1/messages", hello);
    assert.equal(sent.status, 202);
    assert.deepEqual({ ...sent.body, id: "" }, { id: "", status: "queued", segments: 1, encoding: "gsm7" });
    const message = await gateway.message(sent.body.id, "delivered");
    assert.equal(message.messageId, "npm-1");
    assert.deepEqual(message.history.map(({ status }) => status), ["queued", "sent", "accepted", "delivered"]);
    const [pdu] = smsc.submitted;
    assert.deepEqual([pdu.source_addr, pdu.destination_addr, pdu.dest_addr_ton, pdu.short_message.message.toString()], ["12345", "1234567890", 1, "Hello World"]);
  });

  await t.test("a long message is delivered when each of its segments is", async () => {
    smsc.report = undefined;
    const { body } = await gateway.post("/v1/messages", { ...hello, text: "x".repeat(320) });
    assert.equal(body.segments, 3);
    const { parts } = await gateway.message(body.id, "accepted");
    const ids = parts.map(({ messageId }) => messageId);
    assert.deepEqual(parts.map(({ index, status }) => [index, status]), [[0, "accepted"], [1, "accepted"], [2, "accepted"]]);
    for (const id of ids.slice(0, 2)) await smsc.deliverReport(id, "DELIVRD", "1234567890", "12345");
    const before = (await gateway.get(`/v1/messages/${body.id}`)).body;
    assert.equal(before.status, "accepted");
    assert.deepEqual(before.parts.map(({ status }) => status), ["delivered", "delivered", "accepted"]);
    await smsc.deliverReport(ids[2], "DELIVRD", "1234567890", "12345");
    await gateway.message(body.id, "delivered");
  });

  await t.test("a segment that is not delivered makes the message so", async () => {
    const { body } = await gateway.post("/v1/messages", { ...hello, text: "x".repeat(161) });
    const { parts } = await gateway.message(body.id, "accepted");
    await smsc.deliverReport(parts[0].messageId, "DELIVRD", "1234567890", "12345");
    await smsc.deliverReport(parts[1].messageId, "UNDELIV", "1234567890", "12345");
    await gateway.message(body.id, "undeliverable");
  });

  for (const [stat, status] of [["EXPIRED", "expired"], ["REJECTD", "rejected"], ["UNDELIV", "undeliverable"]]) {
    await t.test(`the report ${stat} makes it ${status}`, async () => {
      const { body } = await gateway.post("/v1/messages", hello);
      const { messageId } = await gateway.message(body.id, "accepted");
      await smsc.deliverReport(messageId, "ENROUTE", "1234567890", "12345");
      assert.equal((await gateway.get(`/v1/messages/${body.id}`)).body.status, "accepted");
      await smsc.deliverReport(messageId, stat, "1234567890", "12345");
      await gateway.message(body.id, status);
    });
  }

  await t.test("a report that overtakes the answer to its message is kept for it", async () => {
    smsc.answer = (pdu, session) => {
      smsc.deliverReport("early-1", "DELIVRD", "1234567890", "12345", session);
      return { message_id: "early-1" };
    };
    const { body } = await gateway.post("/v1/messages", hello);
    await gateway.message(body.id, "delivered");
    smsc.answer = () => ({});
  });

  await t.test("every report was acknowledged", () => {
    assert.ok(smsc.acknowledged.length >= 10);
    assert.deepEqual(smsc.acknowledged.filter(({ status }) => status !== 0), []);
  });

  await t.test("a refusal is failed, with the SMSC's status", async () => {
    smsc.answer = () => ({ status: ESME_RINVDSTADR });
    const { body } = await gateway.post("/v1/messages", hello);
    const { error } = await gateway.message(body.id, "failed");
    assert.deepEqual(error.smpp, { code: ESME_RINVDSTADR, name: "ESME_RINVDSTADR" });
    smsc.answer = () => ({});
  });

  await t.test("an array gets its answers in order, and all of it arrives", async () => {
    const texts = Array.from({ length: 250 }, (_, i) => `bulk ${i}`);
    const { status, body } = await gateway.post("/v1/messages", texts.map((text) => ({ ...hello, text })));
    assert.equal(status, 202);
    assert.equal(new Set(body.map(({ id }) => id)).size, 250);
    await gateway.message(body[249].id, "accepted");
    await until("all of them", () => smsc.texts().filter((text) => text.startsWith("bulk")).length === 250);
    assert.deepEqual(smsc.texts().filter((text) => text.startsWith("bulk")), texts);
    assert.equal((await gateway.get(`/v1/messages/${body[7].id}`)).body.text, "bulk 7");
  });

  await t.test("a message on the wire when the link is lost is unknown and not sent again", async () => {
    smsc.answer = (pdu, session) => {
      session.socket.destroy();
      return "nothing";
    };
    const { body } = await gateway.post("/v1/messages", { ...hello, text: "in doubt" });
    await gateway.message(body.id, "unknown");
    smsc.answer = () => ({});
    await gateway.bound();
    const next = await gateway.post("/v1/messages", { ...hello, text: "after" });
    await gateway.message(next.body.id, "accepted");
    assert.equal(smsc.texts().filter((text) => text === "in doubt").length, 1);
  });

  await t.test("throttling delays a message and loses none", async () => {
    let refusals = 2;
    smsc.answer = () => (refusals-- > 0 ? { status: ESME_RTHROTTLED } : {});
    const { body } = await gateway.post("/v1/messages", { ...hello, text: "throttled" });
    await gateway.message(body.id, "accepted");
    assert.equal(smsc.texts().filter((text) => text === "throttled").length, 3);
    smsc.answer = () => ({});
  });
});

test("the SMSC is down: messages wait, and go when it is there", async (t) => {
  const smsc = await Smsc.start(t);
  const { port } = smsc;
  await smsc.stop();
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  const { status, body } = await gateway.post("/v1/messages", hello);
  assert.equal(status, 202);
  const health = await gateway.get("/healthz");
  assert.deepEqual([health.status, health.body.status], [503, "down"]);
  const link = await until("the failed attempt", async () => {
    const { links } = (await gateway.get("/v1/links")).body;
    return links[0].state === "waiting" && links[0];
  });
  assert.ok(link.error.length > 0 && Date.parse(link.retryAt) > 0);
  assert.equal((await gateway.get(`/v1/messages/${body.id}`)).body.status, "queued");
  const back = await Smsc.start(t, port);
  await gateway.message(body.id, "delivered");
  assert.deepEqual(back.texts(), ["Hello World"]);
});

test("a wrong password: the link says so, and messages wait", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url.replace("password", "s3cret-wr0ng") } });
  const { body } = await gateway.post("/v1/messages", hello);
  const link = await until("the refusal", async () => {
    const { links } = (await gateway.get("/v1/links")).body;
    return links[0].state === "waiting" && links[0];
  });
  assert.match(link.error, /ESME_RINVPASWD/);
  assert.equal((await gateway.get(`/v1/messages/${body.id}`)).body.status, "queued");
  assert.equal(smsc.submitted.length, 0);
  for (const path of ["/v1/links", "/healthz", "/metrics", "/v1/messages"]) {
    assert.doesNotMatch(JSON.stringify((await gateway.get(path)).body), /s3cret/);
  }
});

test("cancelling", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();

  await t.test("what has not gone out never goes", async () => {
    const { body } = await gateway.post("/v1/messages", { ...hello, scheduleAt: new Date(Date.now() + 3_600_000).toISOString() });
    const cancelled = await gateway.delete(`/v1/messages/${body.id}`);
    assert.deepEqual([cancelled.status, cancelled.body.status], [200, "deleted"]);
    assert.equal(smsc.submitted.length, 0);
    const again = await gateway.delete(`/v1/messages/${body.id}`);
    assert.deepEqual([again.status, again.body.type], [409, "urn:smpp-edge:problem:not-cancellable"]);
  });

  await t.test("what the SMSC has is cancelled there", async () => {
    let cancelled;
    smsc.sessions[0].on("cancel_sm", (pdu) => {
      cancelled = pdu.message_id;
      smsc.sessions[0].send(pdu.response());
    });
    const { body } = await gateway.post("/v1/messages", hello);
    const { messageId } = await gateway.message(body.id, "accepted");
    const answer = await gateway.delete(`/v1/messages/${body.id}`);
    assert.deepEqual([answer.status, answer.body.status, cancelled], [200, "deleted", messageId]);
  });

  await t.test("each segment of a long message is cancelled", async () => {
    const cancelled = [];
    smsc.sessions[0].removeAllListeners("cancel_sm");
    smsc.sessions[0].on("cancel_sm", (pdu) => {
      cancelled.push(pdu.message_id);
      smsc.sessions[0].send(pdu.response());
    });
    const { body } = await gateway.post("/v1/messages", { ...hello, text: "x".repeat(400) });
    const { parts } = await gateway.message(body.id, "accepted");
    const answer = await gateway.delete(`/v1/messages/${body.id}`);
    assert.deepEqual([answer.status, answer.body.status, parts.length], [200, "deleted", 3]);
    assert.deepEqual(cancelled, parts.map(({ messageId }) => messageId));
  });

  await t.test("a refusal by the SMSC is passed on, and the message is as it was", async () => {
    smsc.sessions[0].removeAllListeners("cancel_sm");
    smsc.sessions[0].on("cancel_sm", (pdu) => smsc.sessions[0].send(pdu.response({ command_status: 0x11 })));
    const { body } = await gateway.post("/v1/messages", hello);
    await gateway.message(body.id, "accepted");
    const answer = await gateway.delete(`/v1/messages/${body.id}`);
    assert.equal(answer.status, 409);
    assert.equal(answer.body.smpp.code, 0x11);
    assert.equal((await gateway.get(`/v1/messages/${body.id}`)).body.status, "accepted");
  });

  await t.test("a message that is not there is 404", async () => {
    assert.equal((await gateway.delete("/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-main-0")).status, 404);
  });
});

test("scheduling and validity", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });

  await t.test("a scheduled message waits for its time, and then goes by itself", async () => {
    const at = Date.now() + 1500;
    const { body } = await gateway.post("/v1/messages", { ...hello, scheduleAt: new Date(at).toISOString() });
    const message = await gateway.message(body.id, "delivered");
    const sent = message.history.find(({ status }) => status === "sent");
    assert.ok(Date.parse(sent.at) >= at);
    assert.equal(message.scheduledAt, new Date(at).toISOString());
  });

  await t.test("the SMSC is told how long the message is valid", async () => {
    const { body } = await gateway.post("/v1/messages", { ...hello, validity: 3600 });
    const message = await gateway.message(body.id, "delivered");
    assert.equal(Date.parse(message.expiresAt) - Date.parse(message.createdAt), 3_600_000);
    assert.notEqual(smsc.submitted.at(-1).validity_period, "");
  });
});

test("a message too old to be sent is expired", async (t) => {
  const smsc = await Smsc.start(t);
  const { port } = smsc;
  await smsc.stop();
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  const { body } = await gateway.post("/v1/messages", { ...hello, validity: 1 });
  await sleep(1100);
  const back = await Smsc.start(t, port);
  await gateway.message(body.id, "expired");
  assert.equal(back.submitted.length, 0);
});

test("a full queue answers 429 and says when to come back", async (t) => {
  const smsc = await Smsc.start(t);
  await smsc.stop();
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_MAX_QUEUE: "5" } });
  assert.equal((await gateway.post("/v1/messages", Array.from({ length: 5 }, () => hello))).status, 202);
  const answer = await gateway.post("/v1/messages", hello);
  assert.deepEqual([answer.status, answer.body.type], [429, "urn:smpp-edge:problem:queue-full"]);
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
});

test("an Idempotency-Key makes a request count once", async (t) => {
  const smsc = await Smsc.start(t);
  const storage = temporary(t);
  const vars = { SMPP_URL: smsc.url };
  let gateway = await startGateway(t, { vars, storage });
  const key = { "idempotency-key": "order-1" };
  const first = await gateway.post("/v1/messages", [hello, { ...hello, text: "two" }], key);
  assert.equal(first.status, 202);
  await gateway.message(first.body[1].id, "delivered");

  const together = await Promise.all([1, 2, 3].map(() => gateway.post("/v1/messages", { ...hello, text: "once" }, { "idempotency-key": "order-2" })));
  assert.equal(new Set(together.map(({ body }) => body.id)).size, 1);
  await gateway.message(together[0].body.id, "delivered");

  const other = await gateway.post("/v1/messages", hello, key);
  assert.deepEqual([other.status, other.body.type], [422, "urn:smpp-edge:problem:key-reused"]);

  await gateway.kill();
  gateway = await startGateway(t, { vars, storage });
  const again = await gateway.post("/v1/messages", [hello, { ...hello, text: "two" }], key);
  assert.deepEqual([again.status, again.body], [202, first.body]);
  assert.deepEqual(smsc.texts().sort(), ["Hello World", "once", "two"]);
});
