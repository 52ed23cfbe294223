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

  await t.test("arguments of other types are refused by name, and nothing is sent", async () => {
    const special = (name) => ({ $: name });
    const before = (await call("messages")).result.items.length;
    const wrong = async (status, path, method, ...args) => {
      const { result, error, problem } = await call(method, ...args);
      const what = `${method} ${JSON.stringify(args)}: ${JSON.stringify(result ?? problem ?? error)}`;
      assert.equal(problem?.status, status, what);
      assert.deepEqual(problem.errors?.map((found) => found.path), path === undefined ? undefined : [path], what);
      if (path) assert.ok(error.startsWith(`${path}: `), error);
    };
    for (const options of [null, "k", 5, [], ["k"], special("map"), special("date"), special("function"), special("octets")]) {
      await wrong(400, "options", "sendSms", hello, options);
      await wrong(400, "options", "sendMany", [hello], options);
      await wrong(400, "query", "messages", options);
    }
    for (const key of [null, 5, "", "a b", "ä", "x".repeat(256), ["k"], { k: 1 }, special("date"), special("bigint")]) await wrong(400, "options.idempotencyKey", "sendSms", hello, { idempotencyKey: key });
    for (const name of ["colour", "constructor"]) {
      await wrong(400, `options.${name}`, "sendSms", hello, { [name]: 1 });
      await wrong(400, `query.${name}`, "messages", { [name]: 1 });
    }
    for (const [name, value] of [["status", null], ["status", special("map")], ["to", 5], ["to", ["+1"]], ["cursor", 1], ["cursor", special("date")], ["limit", "50"], ["limit", null], ["limit", 1.5], ["limit", 101], ["limit", special("bigint")]]) {
      await wrong(400, `query.${name}`, "messages", { [name]: value });
    }
    const { result: { id } } = await call("sendSms", { ...hello, scheduleAt: new Date(Date.now() + 3_600_000).toISOString() });
    for (const given of [[id], null, 5, {}, special("undefined"), special("date")]) {
      await wrong(400, "id", "message", given);
      await wrong(400, "id", "cancel", given);
    }
    assert.equal((await call("message", id)).result.status, "queued");
    for (const method of ["sendSms", "preview"]) {
      for (const given of [null, "x", 5, [], [hello], special("map"), special("date"), special("octets"), special("function"), special("undefined")]) await wrong(422, "", method, given);
      for (const [path, change] of [
        ["tlvs", { tlvs: null }], ["tlvs", { tlvs: "x" }], ["tlvs", { tlvs: [5] }], ["tlvs", { tlvs: [] }], ["tlvs", { tlvs: [{ tag: 0x1400, value: 5 }] }], ["tlvs", { tlvs: special("map") }], ["tlvs", { tlvs: special("octets") }],
        ["tlvs.0x1400", { tlvs: { "0x1400": { tag: 1, value: 2 } } }], ["tlvs.0x1400", { tlvs: { "0x1400": special("date") } }], ["tlvs.0x1400", { tlvs: { "0x1400": [special("map")] } }], ["tlvs.0x1400", { tlvs: { "0x1400": special("bigint") } }],
        ["tlvs.no_such_tlv", { tlvs: { no_such_tlv: 1 } }], ["tlvs.source_port", { tlvs: { source_port: 70_000 } }],
        ["account", { account: "other" }], ["account", { account: 5 }], ["encoding", { encoding: "utf-16" }], ["language", { language: "klingon" }], ["substitute", { substitute: "ab" }],
        ["udh", { udh: special("buffer") }], ["udh", { udh: special("map") }], ["scheduleAt", { scheduleAt: special("no date") }], ["validity", { validity: special("bigint") }], ["priority", { priority: special("bigint") }], ["text", { text: special("cycle") }], ["to", { to: special("map") }],
      ]) await wrong(422, path, method, { ...hello, ...change }, ...(method === "sendSms" ? [{ idempotencyKey: "wrong" }] : []));
    }
    for (const given of [null, "x", {}, special("map"), special("set")]) await wrong(422, undefined, "sendMany", given);
    for (const [path, messages] of [["[1]", [hello, null]], ["[1]", [hello, [hello]]], ["[1]", special("gap")], ["[0].priority", [{ ...hello, priority: special("bigint") }]], ["[0].self", [special("cycle")]]]) {
      const { problem } = await call("sendMany", messages, { idempotencyKey: "wrong" });
      assert.equal(problem?.status, 422);
      assert.ok(problem.errors.some((found) => found.path === path), JSON.stringify(problem));
    }
    assert.equal((await call("messages")).result.items.length, before + 1);
  });

  await t.test("an idempotency key makes a call count once", async () => {
    const first = await call("sendSms", { ...hello, text: "once" }, { idempotencyKey: "k" });
    const second = await call("sendSms", { ...hello, text: "once" }, { idempotencyKey: "k" });
    assert.equal(first.result.id, second.result.id);
    assert.equal((await call("sendSms", { ...hello, text: "another" }, { idempotencyKey: "k" })).problem.status, 422);
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
