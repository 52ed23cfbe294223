// Requests that are wrong, by accident or not: each gets its own answer, and nothing is stored or sent.

import assert from "node:assert/strict";
import test from "node:test";
import { Smsc, startGateway } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const changed = (change) => ({ ...hello, ...change });
const raw = (text) => text;
const deep = (depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const soon = (ms) => new Date(Date.now() + ms).toISOString();

/** What, the body of POST /v1/messages, the status, and the field that is named or the problem's code. */
const BODIES = [
  ["no body", undefined, 415, "unsupported-type"],
  ["an empty body", raw(""), 400, "malformed-json"],
  ["not JSON", raw("{to:1}"), 400, "malformed-json"],
  ["JSON that breaks off", raw('{"to":"+1'), 400, "malformed-json"],
  ["not UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 400, "malformed-json"],
  ["null", raw("null"), 422, "invalid-message"],
  ["a number", raw("1"), 422, "invalid-message"],
  ["a string", raw('"hello"'), 422, "invalid-message"],
  ["an empty object", {}, 422, "to"],
  ["an empty array", [], 422, "invalid-message"],
  ["an array in an array", [[hello]], 422, "[0]"],
  ["arrays, 100,000 deep", raw(deep(100_000)), 422, "[0]"],
  ["objects, 50,000 deep", raw('{"to":'.repeat(50_000) + "1" + "}".repeat(50_000)), 422, "to"],
  ["1,001 messages", Array.from({ length: 1001 }, () => hello), 422, "invalid-message"],
  ["a good message and a bad one", [hello, changed({ to: 7 })], 422, "[1].to"],
  ["more than a mebibyte", changed({ text: "x".repeat(1_100_000) }), 413, "too-large"],
  ["no recipient", { from: "1", text: "x" }, 422, "to"],
  ["an empty recipient", changed({ to: "" }), 422, "to"],
  ["a lone +", changed({ to: "+" }), 422, "to"],
  ["a recipient too long", changed({ to: "+123456789012345678901234" }), 422, "to"],
  ["a recipient of 21 digits", changed({ to: "123456789012345678901" }), 422, "to"],
  ["a recipient that a spreadsheet has rounded", changed({ to: "4.9E+11" }), 422, "to"],
  ["a recipient that is a link", changed({ to: "tel:+12345" }), 422, "to"],
  ["a recipient with NUL", changed({ to: "12345\u0000" }), 422, "to"],
  ["a recipient that is a number", changed({ to: 1234567890 }), 422, "to"],
  ["a recipient that is an array", changed({ to: ["+1234567890"] }), 422, "to"],
  ["a recipient that is null", changed({ to: null }), 422, "to"],
  ["an address with NUL in it", changed({ to: { ton: 1, npi: 1, addr: "1234\u0000" } }), 422, "to"],
  ["an address with a control character", changed({ from: { ton: 5, npi: 0, addr: "AB\u001b" } }), 422, "from"],
  ["an address with a field too many", changed({ to: { ton: 1, npi: 1, addr: "1", x: 1 } }), 422, "to"],
  ["an address without a type", changed({ to: { addr: "1" } }), 422, "to"],
  ["a type of number out of range", changed({ to: { ton: 256, npi: 1, addr: "1" } }), 422, "to"],
  ["a type of number that is a fraction", changed({ to: { ton: 1.5, npi: 1, addr: "1" } }), 422, "to"],
  ["a sender of 12 letters", changed({ from: "ABCDEFGHIJKL" }), 422, "from"],
  ["an empty sender", changed({ from: "" }), 422, "from"],
  ["a sender in Cyrillic", changed({ from: "Привет" }), 422, "from"],
  ["a sender with one character that no octet has", changed({ from: "Shop€" }), 422, "from"],
  ["a sender with an emoji", changed({ from: "Shop😀" }), 422, "from"],
  ["a sender with NUL", changed({ from: "A\u0000B" }), 422, "from"],
  ["a sender with a carriage return", changed({ from: "A\rB" }), 422, "from"],
  ["a sender with a line feed", changed({ from: "Shop\n" }), 422, "from"],
  ["a sender with a tab", changed({ from: "A\tB" }), 422, "from"],
  ["a sender with DEL", changed({ from: "A\u007fB" }), 422, "from"],
  ["a sender with a control character of Latin-1", changed({ from: "A\u0085B" }), 422, "from"],
  ["a sender with a no-break space", changed({ from: "A\u00a0B" }), 422, "from"],
  ["a sender with a mark that is written over a letter", changed({ from: "Cafe\u0301" }), 422, "from"],
  ["a sender with a half of a character", changed({ from: "A\ud83d" }), 422, "from"],
  ["a sender object in Latin-1", changed({ from: { ton: 5, npi: 0, addr: "Café" } }), 422, "from"],
  ["a recipient of letters beyond Latin", changed({ to: "Привет" }), 422, "to"],
  ["neither text nor binary", { from: "1", to: "2" }, 422, "text"],
  ["both text and binary", changed({ binary: "00" }), 422, "text"],
  ["a text that is a number", changed({ text: 5 }), 422, "text"],
  ["a text that is an object", changed({ text: { toString: "x" } }), 422, "text"],
  ["a text of 60,000 characters", changed({ text: "x".repeat(60_000) }), 422, "text"],
  ["a text that the encoding can't carry", changed({ text: "Привет", encoding: "gsm7" }), 422, "text"],
  ["a text that needs more segments than allowed", changed({ text: "x".repeat(400), maxSegments: 2 }), 422, "text"],
  ["binary of an odd number of digits", { from: "1", to: "2", binary: "abc" }, 422, "binary"],
  ["binary that is not hexadecimal", { from: "1", to: "2", binary: "zz" }, 422, "binary"],
  ["an unknown field", changed({ colour: "red" }), 422, "colour"],
  ["a field by another case", changed({ Text: "x" }), 422, "Text"],
  ["a field named constructor", raw('{"from":"1","to":"2","text":"x","constructor":1}'), 422, "constructor"],
  ["a field named __proto__", raw('{"from":"1","to":"2","text":"x","__proto__":{"report":"none"}}'), 422, "__proto__"],
  ["a field named toString", raw('{"from":"1","to":"2","text":"x","toString":1}'), 422, "toString"],
  ["an unknown encoding", changed({ encoding: "utf-16" }), 422, "encoding"],
  ["an unknown kind of report", changed({ report: "sometimes" }), 422, "report"],
  ["an unknown way of splitting", changed({ concat: "tape" }), 422, "concat"],
  ["a validity of 0", changed({ validity: 0 }), 422, "validity"],
  ["a validity of a year", changed({ validity: 31_536_000 }), 422, "validity"],
  ["a validity in the past", changed({ validity: "2020-01-01T00:00:00Z" }), 422, "validity"],
  ["a date that is none", changed({ scheduleAt: "tomorrow" }), 422, "scheduleAt"],
  ["the 30th of February", changed({ scheduleAt: "2030-02-30T25:00:00Z" }), 422, "scheduleAt"],
  ["a year ahead", changed({ scheduleAt: soon(365 * 86_400_000) }), 422, "scheduleAt"],
  ["a validity that ends before the schedule", changed({ scheduleAt: soon(7_200_000), validity: soon(3_600_000) }), 422, "validity"],
  ["a priority of 4", changed({ priority: 4 }), 422, "priority"],
  ["a flag that is a string", changed({ flash: "true" }), 422, "flash"],
  ["a service_type of six", changed({ serviceType: "ABCDEF" }), 422, "serviceType"],
  ["a service_type with NUL", changed({ serviceType: "A\u0000B" }), 422, "serviceType"],
  ["a protocol_id out of range", changed({ protocolId: 300 }), 422, "protocolId"],
  ["a reference out of range", changed({ reference: 65_536 }), 422, "reference"],
  ["a substitute of two", changed({ substitute: "??" }), 422, "substitute"],
  ["TLVs in an array", changed({ tlvs: ["x"] }), 422, "tlvs"],
  ["a TLV without a name", changed({ tlvs: { "": 1 } }), 422, "tlvs"],
  ["a text in the TLVs beside another", changed({ tlvs: { message_payload: { hex: "41" } } }), 422, "tlvs"],
  ["segments numbered twice", changed({ text: "x".repeat(161), tlvs: { sar_msg_ref_num: 1 } }), 422, "tlvs"],
  ["a TLV named __proto__", raw('{"from":"1","to":"2","text":"x","tlvs":{"__proto__":1}}'), 422, "tlvs"],
  ["a TLV of objects", changed({ tlvs: { source_port: { value: 1 } } }), 422, "tlvs"],
  ["65 TLVs", changed({ tlvs: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`0x14${i.toString(16).padStart(2, "0")}`, 1])) }), 422, "tlvs"],
  ["an account that is not there", changed({ account: "other" }), 422, "account"],
  ["an account named __proto__", changed({ account: "__proto__" }), 422, "account"],
];

/** What, method, path, status, and the problem's code. */
const REQUESTS = [
  ["an unknown path", "GET", "/v2/messages", 404, "not-found"],
  ["a path above", "GET", "/v1/messages/../../etc/passwd", 404, "not-found"],
  ["an id that is none", "GET", "/v1/messages/1", 404, "not-found"],
  ["an id of another account", "GET", "/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-other-0", 404, "not-found"],
  ["an id of a link out of range", "GET", "/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-main-99", 404, "not-found"],
  ["an id with SQL in it", "GET", "/v1/messages/x'%20OR%201=1--", 404, "not-found"],
  ["an id that is not there", "DELETE", "/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-main-0", 404, "not-found"],
  ["PUT on messages", "PUT", "/v1/messages", 405, "method-not-allowed"],
  ["POST on a message", "POST", "/v1/messages/x", 405, "method-not-allowed"],
  ["DELETE on links", "DELETE", "/v1/links", 405, "method-not-allowed"],
  ["GET on decode", "GET", "/v1/decode", 405, "method-not-allowed"],
  ["a bad cursor", "GET", "/v1/messages?cursor=abc", 400, "invalid-cursor"],
  ["a cursor with SQL in it", "GET", "/v1/messages?cursor=%27%20OR%201=1", 400, "invalid-cursor"],
  ["an unknown status", "GET", "/v1/messages?status=lost", 400, "invalid-query"],
  ["an unknown parameter", "GET", "/v1/messages?page=2", 400, "invalid-query"],
  ["a limit of 0", "GET", "/v1/messages?limit=0", 400, "invalid-query"],
  ["an unknown parameter of the events", "GET", "/v1/events?key=x", 400, "invalid-query"],
  ["PDUs that are neither true nor false", "GET", "/v1/events?pdus=1", 400, "invalid-query"],
  ["a parameter named as what every object has", "GET", "/v1/messages?constructor=1", 400, "constructor"],
  ["a parameter of the links", "GET", "/v1/links?account=main", 400, "account"],
  ["a parameter of a message", "GET", "/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-main-0?pdus=true", 400, "pdus"],
  ["a parameter of a cancellation", "DELETE", "/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-main-0?force=true", 400, "force"],
  ["a parameter of a message to send", "POST", "/v1/messages?dry=1", 400, "dry"],
  ["a parameter of a preview", "POST", "/v1/messages/preview?x", 400, "x"],
  ["a parameter of a decoding", "POST", "/v1/decode?strict=true", 400, "strict"],
  ["a parameter of a replay", "POST", "/v1/dead-letters/x/replay?limit=1", 400, "limit"],
  ["a status of inbound messages", "GET", "/v1/inbound?status=queued", 400, "status"],
  ["a target of dead letters", "GET", "/v1/dead-letters?target=webhook", 400, "target"],
  ["a limit of 1,000,000", "GET", "/v1/messages?limit=1000000", 400, "invalid-query"],
  ["a dead letter that is not there", "POST", "/v1/dead-letters/x/replay", 404, "not-found"],
];

test("wrong requests", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();

  for (const [what, body, status, named] of BODIES) {
    await t.test(`${what} is ${status}`, async () => {
      const answer = await gateway.post("/v1/messages", body);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      problem(answer, status, named);
    });
  }

  for (const [what, method, path, status, named] of REQUESTS) {
    await t.test(`${what} is ${status}`, async () => {
      const answer = await gateway.call(method, path);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      problem(answer, status, named);
      if (status === 405) assert.match(answer.headers.get("allow"), /^[A-Z]+(, [A-Z]+)*$/);
    });
  }

  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", ""]) {
    await t.test(`a body of type "${type}" is 415`, async () => {
      const answer = await gateway.post("/v1/messages", JSON.stringify(hello), { "content-type": type });
      problem(answer, 415, "unsupported-type");
    });
  }

  for (const [charset, status] of [["utf-8", 200], ['"UTF8"', 200], ["us-ascii; x=1", 200], ["utf-16", 415], ["iso-8859-1", 415], ["utf-8x", 415]]) {
    await t.test(`JSON in charset=${charset} is ${status}`, async () => {
      const answer = await gateway.post("/v1/messages/preview", JSON.stringify(hello), { "content-type": `application/json; charset=${charset}` });
      assert.equal(answer.status, status, JSON.stringify(answer.body));
    });
  }

  for (const [what, change, field] of [
    ["a day that is not", { scheduleAt: "2026-11-31T10:00:00Z" }, "scheduleAt"], ["a day of another year's February", { validity: "2027-02-29T10:00:00+01:00" }, "validity"],
    ["a validity that is past", { validity: "2020-01-01T00:00:00Z" }, "validity"], ["a validity before the schedule", { scheduleAt: soon(60_000), validity: soon(30_000) }, "validity"],
    ["a schedule in a year", { scheduleAt: soon(366 * 86_400_000) }, "scheduleAt"], ["256 segments", { text: "x".repeat(255 * 153 + 1) }, "text"],
  ]) {
    await t.test(`${what} is refused, in a preview too`, async () => {
      for (const path of ["/v1/messages", "/v1/messages/preview"]) problem(await gateway.post(path, changed(change)), 422, field);
    });
  }

  const faults = {
    "it is missing": { text: "x" },
    "a string is expected": changed({ text: ["x"] }), "a number is expected": changed({ priority: "1" }), "true or false is expected": changed({ flash: "yes" }),
    'one of "always", "failure", "success", "none" is expected': changed({ report: "maybe" }),
    "at most 32 characters are expected": changed({ account: "x".repeat(33) }), "at most 32 values are expected": changed({ tlvs: { 0x1400: Array(33).fill(1) } }),
    "unknown field": changed({ colour: "red" }),
  };
  for (const [message, body] of Object.entries(faults)) {
    await t.test(`a fault is described in plain words: ${message}`, async () => {
      const { body: { errors } } = await gateway.post("/v1/messages", body);
      assert.ok(errors.some((error) => error.message === message), JSON.stringify(errors));
    });
  }

  for (const key of ["", "x".repeat(256), "a b", "ä"]) {
    await t.test(`the Idempotency-Key ${JSON.stringify(key.slice(0, 8))} of ${key.length} is 400`, async () => {
      problem(await gateway.post("/v1/messages", hello, { "idempotency-key": key }), 400, "invalid-key");
    });
  }

  await t.test("what monitors ask for is answered whatever they add", async () => {
    for (const path of ["/healthz", "/metrics", "/openapi.json"]) assert.equal((await gateway.get(`${path}?at=1&at=2`)).status, 200);
  });

  await t.test("a sender in Latin-1 is sent as it is", async () => {
    const { status, body } = await gateway.post("/v1/messages/preview", changed({ from: "Café" }));
    assert.deepEqual([status, body.segments], [200, 1]);
  });

  await t.test("a body that never says its length is cut off too", async () => {
    let octets = 0;
    const body = new ReadableStream({
      pull(controller) {
        octets += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
        if (octets > 3_000_000) controller.close();
      },
    });
    const answer = await fetch(new URL("/v1/messages", gateway.url), { method: "POST", duplex: "half", body, headers: { "content-type": "application/json" } });
    assert.equal(answer.status, 413);
  });

  await t.test("nothing of all that was stored or sent", async () => {
    assert.deepEqual((await gateway.get("/v1/messages")).body, { messages: [], cursor: null });
    assert.equal(smsc.submitted.length, 0);
  });

  await t.test("and the gateway works", async () => {
    const { body } = await gateway.post("/v1/messages", hello);
    await gateway.message(body.id, "delivered");
  });
});

/** The answer is a problem by RFC 9457 of that status, and names the field or is of that code. */
function problem(answer, status, named) {
  assert.equal(answer.type, "application/problem+json");
  assert.equal(answer.status, status);
  assert.equal(answer.body.status, status);
  assert.ok(answer.body.title.length > 0);
  assert.ok(JSON.stringify(answer.body).length < 3000, "the answer repeats the request");
  const paths = (answer.body.errors ?? []).map(({ path }) => path);
  const found = answer.body.type === `urn:smpp-edge:problem:${named}` || paths.some((path) => path === named || path.startsWith(`${named}.`));
  assert.ok(found, `${named} is not named in ${JSON.stringify(answer.body)}`);
}
