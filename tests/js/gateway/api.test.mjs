// What else the API offers: preview, decoding, events, the console, and a description that matches it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { root, Smsc, startGateway, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const openapi = JSON.parse(readFileSync(join(root, "js/gateway/openapi.json"), "utf8"));

/** Reads server-sent events; `events` grows. */
async function follow(t, gateway, headers = {}, query = "") {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const response = await fetch(new URL(`/v1/events${query}`, gateway.url), { headers, signal: stop.signal });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const events = [];
  (async () => {
    let rest = "";
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + piece).split("\n\n");
      rest = parts.pop();
      for (const part of parts.filter((text) => !text.startsWith(":"))) {
        const [, id, type, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(part);
        events.push({ id, type, data: JSON.parse(data) });
      }
    }
  })().catch(() => {});
  return { events, stop: () => stop.abort() };
}

test("preview tells encoding and segments, and what can't be encoded", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  const preview = async (body) => (await gateway.post("/v1/messages/preview", body)).body;
  const shape = ({ encoding, dataCoding, segments, units, remaining }) => [encoding, dataCoding, segments, units, remaining];
  assert.deepEqual(shape(await preview({ text: "x".repeat(160) })), ["gsm7", 0, 1, 160, 0]);
  assert.deepEqual(shape(await preview({ text: "x".repeat(161) })), ["gsm7", 0, 2, 161, 145]);
  assert.deepEqual(shape(await preview({ text: "Привет" })), ["ucs2", 8, 1, 6, 64]);
  assert.deepEqual((await preview({ text: "aП", encoding: "gsm7" })).unencodable, [{ index: 1, char: "П" }]);
  assert.equal((await preview({ ...hello, text: "hi" })).parts[0].octets, "6869");
  const binary = await preview({ binary: "0102".repeat(70) + "03" });
  assert.deepEqual(shape(binary).slice(0, 4), ["binary", 4, 2, 141]);
  assert.equal(binary.parts.map(({ octets, udh }) => octets.slice(udh.length)).join(""), "0102".repeat(70) + "03");
  assert.equal((await gateway.post("/v1/messages/preview", { colour: "red" })).status, 422);
  assert.equal((await gateway.post("/v1/messages/preview", { text: "x", encoding: "nonsense" })).status, 422);
  assert.equal((await gateway.post("/v1/messages/preview", {})).status, 422);
  assert.equal(smsc.submitted.length, 0);
});

test("preview counts as sending does, by the settings of the account, and refuses by name what sending refuses", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_ACCOUNTS: JSON.stringify({ main: { url: smsc.url }, latin: { url: smsc.url, defaultAlphabet: "latin1", concat: "payload" } }) } });
  const scheduleAt = new Date(Date.now() + 3_600_000).toISOString();
  const both = async (change) => Promise.all(["/v1/messages/preview", "/v1/messages"].map(async (path) => (await gateway.post(path, { ...hello, scheduleAt, ...change })).body));
  for (const [account, encoding, segments] of [[undefined, "gsm7", 2], ["main", "gsm7", 2], ["latin", "latin1", 1]]) {
    for (const counted of await both({ text: "x".repeat(161), ...(account && { account }) })) assert.deepEqual([counted.encoding, counted.segments], [encoding, segments], account);
  }
  for (const [path, change] of [["account", { account: "other" }], ["tlvs.no_such_tlv", { tlvs: { no_such_tlv: 1 } }], ["tlvs.source_port", { tlvs: { source_port: 70_000 } }], ["encoding", { encoding: "nonsense" }]]) {
    for (const { status, errors } of await both(change)) assert.deepEqual([status, errors.map((found) => found.path)], [422, [path]]);
  }
});

test("PDUs are explained", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  const enquireLink = "00000010000000150000000000000007";
  for (const [body, type] of [[JSON.stringify({ pdus: enquireLink }), "application/json"], [enquireLink, "text/plain"], [Buffer.from(enquireLink, "hex"), "application/octet-stream"]]) {
    const answer = await gateway.post("/v1/decode", body, { "content-type": type });
    assert.equal(answer.status, 200);
    const [{ command, sequence, valid, bytes }] = answer.body.pdus;
    assert.deepEqual([command, sequence, valid, bytes, answer.body.rest], ["enquire_link", 7, true, enquireLink, 0]);
  }
  for (const body of [{ pdus: enquireLink, colour: "red" }, { pdus: "not hexadecimal" }]) {
    const answer = await gateway.post("/v1/decode", body);
    assert.deepEqual([answer.status, answer.body.title], [422, "The body can't be used"]);
  }
  assert.equal((await gateway.post("/v1/decode", "x", { "content-type": "image/png" })).status, 415);
});

for (const links of ["1", "3"]) {
  test(`events over ${links} link${links === "1" ? "" : "s"}`, async (t) => {
    const smsc = await Smsc.start(t);
    const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_LINKS: links } });
    await until("the binds", async () => (await gateway.get("/healthz")).body.status === "ok");
    const first = await follow(t, gateway);
    const { body } = await gateway.post("/v1/messages", ["+491511", "+491512", "+491513", "+491514"].map((to) => ({ ...hello, to })));

    await t.test("each message's states, in order", async () => {
      const of = (id) => first.events.filter(({ type, data }) => type === "message" && data.id === id).map(({ data }) => data.status);
      for (const { id } of body) {
        await until("its events", () => of(id).includes("delivered"));
        assert.deepEqual(of(id), ["queued", "sent", "accepted", "delivered"]);
      }
    });

    await t.test("inbound messages and the link's state", async () => {
      await smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: "Good day" });
      const inbound = await until("the message", () => first.events.find(({ type }) => type === "inbound"));
      assert.equal(inbound.data.text, "Good day");
      smsc.drop();
      await until("the loss", () => first.events.some(({ type, data }) => type === "link" && data.state === "waiting"));
      await until("the bind", () => first.events.some(({ type, data }) => type === "link" && data.state === "bound"));
    });

    await t.test("Last-Event-ID repeats what came since", async () => {
      const { id } = first.events.find(({ type }) => type === "inbound");
      const again = await follow(t, gateway, { "last-event-id": id });
      const expected = first.events.filter((event) => Number(event.id) >= Number(id)).length;
      await until("the rest", () => again.events.length >= expected);
      assert.ok(again.events.every((event) => Number(event.id) >= Number(id)));
    });
  });
}

test("the console is served", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  const { status, type, body, headers } = await gateway.get("/");
  assert.deepEqual([status, type.split(";")[0]], [200, "text/html"]);
  assert.match(body, /<form/);
  const policy = headers.get("content-security-policy");
  assert.match(policy, /^default-src 'none'; /);
  assert.match(policy, /script-src 'self'$/);
  assert.doesNotMatch(policy, /unsafe|\*|http/);
  for (const [, path] of body.matchAll(/(?:src|href)="(console\/[^"]+)"/g)) {
    const part = await gateway.get(`/${path}`);
    assert.deepEqual([part.status, part.headers.get("x-content-type-options")], [200, "nosniff"], path);
  }
  assert.equal((await gateway.post("/", {})).status, 405);
  assert.equal((await gateway.get("/console/nothing.js")).status, 404);
});

test("PDUs come with the events to those who ask for them", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  const without = await follow(t, gateway);
  const early = await gateway.post("/v1/messages", hello);
  await gateway.message(early.body.id, "delivered");
  const { events } = await follow(t, gateway, {}, "?pdus=true");
  const pdus = () => events.filter(({ type }) => type === "pdu").map(({ data }) => data);

  await t.test("those that passed before, first", async () => {
    const [request, answer] = await until("the bind", () => pdus().length >= 6 && pdus());
    assert.deepEqual([request.account, request.link, request.direction, request.command, request.sequence], ["main", 0, "out", "bind_transceiver", 1]);
    assert.deepEqual([answer.direction, answer.command, answer.status, answer.statusName], ["in", "bind_transceiver_resp", 0, "ESME_ROK"]);
    assert.match(Buffer.from(request.pdu, "hex").toString("latin1"), /smppclient1\0\*{8}\0/);
  });

  await t.test("octet for octet what the SMSC got", async () => {
    const submit = pdus().find(({ command }) => command === "submit_sm");
    const { body } = await gateway.post("/v1/decode", { pdus: submit.pdu });
    assert.deepEqual([body.pdus[0].valid, body.pdus[0].text.value, body.rest], [true, "Hello World", 0]);
    assert.equal(body.pdus[0].commandLength, smsc.submitted[0].command_length);
  });

  await t.test("and those to come", async () => {
    await smsc.deliver({ source_addr: "1", destination_addr: "2", short_message: "see me" });
    await until("the PDU", () => pdus().some(({ command, pdu }) => command === "deliver_sm" && pdu.includes(Buffer.from("see me").toString("hex"))));
    assert.ok(without.events.every(({ type }) => type !== "pdu"));
  });

  await t.test("PDUs in pieces and in one are shown one by one", async () => {
    const before = pdus().length;
    const enquire = Buffer.from("000000100000001500000000000000aa", "hex");
    for (const octet of enquire) smsc.sessions[0].socket.write(Buffer.of(octet));
    smsc.sessions[0].socket.write(Buffer.concat([enquire, enquire, enquire]));
    await until("all of them", () => pdus().slice(before).filter(({ command, sequence }) => command === "enquire_link" && sequence === 0xaa).length === 4);
  });
});

test("the OpenAPI document matches the API", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  // With what entries of their own add.
  const gateway = await startGateway(t, { main: join(root, "tests/js/gateway/limits-worker.ts"), vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  const served = await gateway.get("/openapi.json");
  assert.deepEqual(served.body, openapi);

  await t.test("every reference leads somewhere", () => {
    for (const [, path] of JSON.stringify(openapi).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      assert.ok(path.split("/").reduce((at, key) => at?.[key], openapi), path);
    }
  });

  await t.test("there are exactly the methods that it names", async () => {
    for (const [path, item] of Object.entries(openapi.paths)) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        const address = path.replace("{id}", "01m82fd79y4x1xmnxj1kjq1sjt-main-0");
        const stop = new AbortController();
        const { status } = await fetch(new URL(address, gateway.url), { method, signal: stop.signal });
        stop.abort();
        assert.equal(status !== 405, method.toLowerCase() in item, `${method} ${path} is ${status}`);
      }
    }
  });

  await t.test("the fields that it names are known, by type, and no others are", async () => {
    for (const [path, schema] of [["/v1/messages", "MessageInput"], ["/v1/messages/preview", "PreviewInput"]]) {
      const names = Object.keys(openapi.components.schemas[schema].properties);
      const { body } = await gateway.post(path, Object.fromEntries([...names, "colour"].map((name) => [name, []])));
      const faults = new Map(body.errors.map(({ path: field, message }) => [field.split(".")[0], message]));
      for (const name of names) if (name !== "tlvs") assert.notEqual(faults.get(name) ?? "unknown field", "unknown field", name);
      assert.equal(faults.get("colour"), "unknown field");
    }
  });

  await t.test("answers are as it says", async () => {
    const sent = await gateway.post("/v1/messages", { ...hello, validity: 3600, text: "x".repeat(200) });
    conforms(sent, "/v1/messages", "post");
    conforms(await gateway.post("/v1/messages", [hello, hello]), "/v1/messages", "post");
    conforms(await gateway.post("/v1/messages", {}), "/v1/messages", "post");
    await gateway.message(sent.body.id, "accepted");
    conforms(await gateway.get(`/v1/messages/${sent.body.id}`), "/v1/messages/{id}", "get");
    const later = await gateway.post("/v1/messages", { ...hello, scheduleAt: new Date(Date.now() + 3_600_000).toISOString() });
    conforms(await gateway.delete(`/v1/messages/${later.body.id}`), "/v1/messages/{id}", "delete");
    conforms(await gateway.get("/v1/messages"), "/v1/messages", "get");
    conforms(await gateway.get("/v1/messages?limit=x"), "/v1/messages", "get");
    for (const twice of ["/v1/messages?status=queued&status=sent", "/v1/inbound?limit=1&limit=2", "/v1/events?pdus=true&pdus=true"]) assert.equal((await gateway.get(twice)).status, 400, twice);
    await smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: "Good day" });
    const inbound = await gateway.get("/v1/inbound");
    assert.equal(inbound.body.messages.length, 1);
    conforms(inbound, "/v1/inbound", "get");
    conforms(await gateway.get("/v1/links"), "/v1/links", "get");
    conforms(await gateway.get("/v1/applications"), "/v1/applications", "get");
    conforms(await gateway.get("/v1/dead-letters"), "/v1/dead-letters", "get");
    conforms(await gateway.get("/healthz"), "/healthz", "get");
    conforms(await gateway.post("/v1/messages/preview", hello), "/v1/messages/preview", "post");
    conforms(await gateway.post("/v1/decode", { pdus: "00000010000000150000000000000007" }), "/v1/decode", "post");
  });
});

/** The answer is one that the document has for that path and method. */
function conforms({ status, type, body }, path, method) {
  let response = openapi.paths[path][method].responses[status];
  assert.ok(response, `${method} ${path} answers ${status}`);
  if (response.$ref) response = resolve(response);
  const { schema } = response.content[type.split(";")[0]];
  assert.deepEqual(faultsOf(body, schema), [], `${method} ${path}: ${JSON.stringify(body)}`);
}

function resolve(schema) {
  return schema.$ref ? schema.$ref.slice(2).split("/").reduce((at, key) => at[key], openapi) : schema;
}

/** What of JSON Schema the document uses. */
function faultsOf(value, given, path = "$") {
  const schema = resolve(given);
  const faults = [];
  const fail = (why) => faults.push(`${path}: ${why}`);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices && !choices.some((choice) => faultsOf(value, choice, path).length === 0)) fail("none of the choices");
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.includes(kind) && !(kind === "integer" && types.includes("number"))) fail(`${kind} in place of ${types}`);
  if (schema.enum && !schema.enum.includes(value)) fail(`${value} is not in the enumeration`);
  if ("const" in schema && value !== schema.const) fail(`${value} in place of ${schema.const}`);
  if (schema.pattern && !new RegExp(schema.pattern).test(value)) fail("does not match");
  if (schema.format === "date-time" && new Date(value).toISOString() !== value) fail("is no time");
  if (value < schema.minimum || value > schema.maximum) fail("out of range");
  if (kind === "array" && schema.items) value.forEach((item, i) => faults.push(...faultsOf(item, schema.items, `${path}[${i}]`)));
  if (kind === "object") {
    for (const name of schema.required ?? []) if (!(name in value)) fail(`${name} is missing`);
    for (const [name, part] of Object.entries(value)) {
      const known = schema.properties?.[name];
      if (known) faults.push(...faultsOf(part, known, `${path}.${name}`));
      else if (schema.additionalProperties === false) fail(`${name} is not described`);
    }
  }
  return faults;
}
