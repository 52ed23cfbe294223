// Requests at the edges of what is taken, and where an object can't be asked. The gateway is in this process.

import assert from "node:assert/strict";
import test from "node:test";
import { joinEvents } from "../../../js/gateway/http/event-stream.ts";
import { page } from "../../../js/gateway/http/pages.ts";
import { startInProcess } from "./in-process.mjs";
import { Smsc, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
/** Nothing listens there: messages wait. */
const NOWHERE = "smpp://a:b@127.0.0.1:1";
const quiet = (t) => t.mock.method(console, "log", () => {});
const paths = ({ body }) => (body.errors ?? []).map(({ path }) => path);

test("JSON is taken whatever its type is spelt like, and with a mark before it", async (t) => {
  quiet(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  for (const type of ["application/json", "Application/JSON", "application/json;charset=utf-8", "application/json ; x"]) {
    assert.equal((await gateway.post("/v1/messages", JSON.stringify(hello), { "content-type": type })).status, 202, type);
  }
  assert.equal((await gateway.post("/v1/messages", new TextEncoder().encode(`\ufeff${JSON.stringify(hello)}`))).status, 202);
});

test("a thousand messages are taken; of more than a hundred faults the first are named", async (t) => {
  quiet(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  const accepted = await gateway.post("/v1/messages", Array.from({ length: 1000 }, () => hello));
  assert.deepEqual([accepted.status, accepted.body.length], [202, 1000]);
  const refused = await gateway.post("/v1/messages", Array.from({ length: 1000 }, () => ({ ...hello, to: 5 })));
  assert.equal(refused.status, 422);
  assert.deepEqual(paths(refused), Array.from({ length: 100 }, (_, i) => `[${i}].to`));
  const fields = await gateway.post("/v1/messages", { ...hello, ...Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, 1])) });
  assert.deepEqual([fields.status, paths(fields).length], [422, 1]);
  const tlvs = await gateway.post("/v1/messages", { ...hello, tlvs: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, {}])) });
  assert.deepEqual([tlvs.status, paths(tlvs).length], [422, 100]);
  const numbers = (count) => ({ ...hello, tlvs: { callback_num: Array.from({ length: count }, () => ({ hex: "01010139" })) } });
  assert.equal((await gateway.post("/v1/messages", numbers(32))).status, 202);
  assert.deepEqual(paths(await gateway.post("/v1/messages", numbers(33))), ["tlvs.callback_num"]);
});

test("the characters that can't be encoded are shown for a message that comes alone", async (t) => {
  quiet(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  const wrong = { ...hello, text: "aП", encoding: "gsm7" };
  assert.deepEqual((await gateway.post("/v1/messages", wrong)).body.unencodable, [{ index: 1, char: "П" }]);
  const several = await gateway.post("/v1/messages", [wrong, hello]);
  assert.deepEqual([several.body.unencodable, paths(several)], [undefined, ["[0].text"]]);
});

test("times and sizes are taken up to their limits", async (t) => {
  quiet(t);
  const now = Date.now();
  t.mock.method(Date, "now", () => now);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  const at = (ms) => new Date(now + ms).toISOString();
  const DAY = 86_400_000;
  for (const [field, change] of [
    [undefined, { validity: at(1) }], ["validity", { validity: at(0) }], [undefined, { validity: 63 * 86_400 }], ["validity", { validity: 63 * 86_400 + 1 }],
    [undefined, { scheduleAt: at(90 * DAY) }], ["scheduleAt", { scheduleAt: at(90 * DAY + 1) }],
    [undefined, { scheduleAt: at(5000), validity: at(5001) }], ["validity", { scheduleAt: at(5000), validity: at(5000) }],
    [undefined, { text: "x".repeat(306), maxSegments: 2 }], ["text", { text: "x".repeat(307), maxSegments: 2 }],
    [undefined, { concat: "payload", text: "x".repeat(153 * 255) }], ["text", { concat: "payload", text: "x".repeat(153 * 255 + 1) }],
    [undefined, { tlvs: { 0x1400: { hex: "00".repeat(32_000) }, 0x1401: { hex: "00".repeat(32_980) } } }], ["tlvs", { tlvs: { 0x1400: { hex: "00".repeat(32_000) }, 0x1401: { hex: "00".repeat(32_990) } } }],
  ]) {
    const { status, body } = await gateway.post("/v1/messages", { ...hello, ...change });
    assert.deepEqual([status, body.errors?.[0].path], field ? [422, field] : [202, undefined], JSON.stringify(change).slice(0, 100) + JSON.stringify(body));
  }
  assert.equal((await gateway.post("/v1/messages", { ...hello, text: "" })).body.segments, 1);
});

test("a HEAD of the events opens no stream", async (t) => {
  quiet(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  assert.equal((await gateway.call("HEAD", "/v1/events")).status, 200);
  assert.match((await gateway.get("/metrics")).body, /^smpp_event_streams\{account="main",link="0"\} 0$/m);
});

test("a list by recipient takes the number with a plus that became a blank", async (t) => {
  quiet(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  await gateway.post("/v1/messages", { ...hello, to: "+1234567891" });
  for (const to of ["1234567890", "%2B1234567890", "+1234567890"]) {
    assert.deepEqual((await gateway.get(`/v1/messages?to=${to}`)).body.messages.map((message) => message.id), [id], to);
  }
});

test("Last-Event-ID that is none repeats nothing", async (t) => {
  quiet(t);
  const smsc = await Smsc.start(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  for (const [last, found] of [["0", true], ["x", false], ["-1", false], ["1e1", false], ["12345678901234567", false]]) {
    const stop = new AbortController();
    const { body } = await gateway.fetch("/v1/events", { signal: stop.signal, headers: { "cf-connecting-ip": "127.0.0.1", "last-event-id": last } });
    const reader = body.getReader();
    // What is repeated comes before anything new.
    await gateway.post("/v1/messages", hello);
    let text = "";
    while (!text.includes('"accepted"')) text += new TextDecoder().decode((await reader.read()).value);
    assert.equal(text.includes("event: link"), found, last);
    stop.abort();
  }
});

test("an id of a link that no account can have makes no object, and of an account elsewhere neither", async (t) => {
  quiet(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  for (const place of ["main-63", "main-64", "main-99", "other-0", "main-0-eu"]) {
    assert.equal((await gateway.get(`/v1/messages/${id.slice(0, 26)}-${place}`)).status, 404);
  }
  assert.deepEqual([...gateway.places.keys()].filter((name) => !name.startsWith("@")).toSorted(), ["main/0", "main/63"]);
});

test("where nobody knows which links there were, those of the settings are listed all the same", async (t) => {
  quiet(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE }, calls: (name, _method, _values, call) => {
    if (name === "@links") throw Object.assign(new Error("overloaded"), { overloaded: true });
    return call();
  } });
  t.mock.method(console, "error", () => {});
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  const { status, body } = await gateway.get("/v1/messages");
  assert.deepEqual([status, body.messages.map((message) => message.id)], [200, [id]]);
});

test("a link that the registry comes to know is looked for ten seconds later, and each message is listed once", async (t) => {
  quiet(t);
  const now = Date.now();
  const clock = t.mock.method(Date, "now", () => now);
  const before = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: NOWHERE }, old: { url: NOWHERE } } } });
  const { body: { id } } = await before.post("/v1/messages", { ...hello, account: "old" });
  const own = await before.post("/v1/messages", { ...hello, account: "main" });
  await before.stop();
  const places = new Map([...before.places].filter(([name]) => !name.startsWith("@")));
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE }, places });
  assert.equal((await gateway.get(`/v1/messages/${id}`)).status, 404);
  await gateway.named("@links").object.register("old/0");
  await gateway.named("@links").object.register("main/0");
  clock.mock.mockImplementation(() => now + 9_999);
  assert.equal((await gateway.get(`/v1/messages/${id}`)).status, 404);
  clock.mock.mockImplementation(() => now + 10_000);
  assert.equal((await gateway.get(`/v1/messages/${id}`)).status, 200);
  assert.deepEqual((await gateway.get("/v1/messages")).body.messages.map((message) => message.id).toSorted(), [id, own.body.id].toSorted());
});

test("messages that their links refuse keep their places in the answer, and the order in which they came", async (t) => {
  quiet(t);
  /** What each link was offered, and the order; links of the account "first" are full. */
  const offers = [];
  const gateway = startInProcess(t, { vars: { SMPP_ACCOUNTS: { first: { url: NOWHERE, links: 3 }, second: { url: NOWHERE } } }, calls: async (name, method, values, call) => {
    if (method !== "enqueue") return call();
    offers.push([name, values[0].map(({ input }) => input.text)]);
    if (!name.startsWith("first/")) return call();
    // The links answer in another order than they were asked.
    for (let i = 3 - Number(name.at(-1)); i > 0; i--) await new Promise((resolve) => setImmediate(resolve));
    return { taken: false, why: "full" };
  } });
  const { status, body } = await gateway.post("/v1/messages", Array.from({ length: 12 }, (_, i) => ({ ...hello, to: `+49151${i}`, text: `m${i}` })));
  assert.deepEqual([status, body.length, body.every(({ id }) => id.endsWith("-second-0"))], [202, 12, true]);
  assert.deepEqual(offers.filter(([name]) => name === "second/0"), [["second/0", Array.from({ length: 12 }, (_, i) => `m${i}`)]]);
  assert.ok(new Set(offers.map(([name]) => name)).size > 2, "the first account was asked first");
});

test("where some found the queue full the others are stored, and where all did the answer is 429", async (t) => {
  quiet(t);
  const full = { ...hello, account: "full" };
  const gateway = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: NOWHERE }, full: { url: NOWHERE } } }, calls: (name, method, _values, call) => (name === "full/0" && method === "enqueue" ? { taken: false, why: "full" } : call()) });
  const { status, body } = await gateway.post("/v1/messages", [full, hello, full]);
  assert.deepEqual([status, body.map(({ id, error }) => id?.replace(/^.{26}/, "") ?? error.type)], [202, ["urn:smpp-edge:problem:queue-full", "-main-0", "urn:smpp-edge:problem:queue-full"]]);
  const none = await gateway.post("/v1/messages", [full, full]);
  assert.deepEqual([none.status, none.headers.get("retry-after")], [429, "5"]);
  assert.equal((await gateway.get("/v1/messages")).body.messages.length, 1);
});

test("a page ends where the link that was looked through least far ends, and the next one goes on there", async (t) => {
  quiet(t);
  const ulid = (n) => `01m8nvz23p${String(n).padStart(16, "0")}`;
  const parts = { "main/0": { items: [9, 5].map((n) => ({ id: `${ulid(n)}-main-0` })), until: ulid(4) }, "main/1": { items: [8, 7].map((n) => ({ id: `${ulid(n)}-main-1` })), until: ulid(7) } };
  const cursors = [];
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE, SMPP_LINKS: "2" }, calls: (name, method, [query], call) => {
    if (method !== "listPart") return call();
    cursors.push(query.before);
    return parts[name];
  } });
  const { body } = await gateway.get("/v1/messages?to=1");
  assert.deepEqual([body.messages.map(({ id }) => id.slice(24)), body.cursor], [["09-main-0", "08-main-1", "07-main-1"], ulid(7)]);
  await gateway.get(`/v1/messages?to=1&cursor=${body.cursor}`);
  assert.deepEqual(cursors, [undefined, undefined, ulid(7), ulid(7)]);
});

test("a link whose object starts anew stores a request once, also where that fills the queue", async (t) => {
  quiet(t);
  let resets = 1;
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE, SMPP_MAX_QUEUE: "2" }, calls: async (_name, method, _values, call) => {
    const result = await call();
    if (method === "enqueue" && resets-- > 0) throw Object.assign(new Error("reset"), { durableObjectReset: true });
    return result;
  } });
  const { status, body } = await gateway.post("/v1/messages", [hello, hello], { "idempotency-key": "k" });
  assert.equal(status, 202);
  assert.deepEqual((await gateway.get("/v1/messages")).body.messages.map(({ id }) => id).toSorted(), body.map(({ id }) => id).toSorted());
});

test("what a link stored before its object started anew is its own, though it is down by then", async (t) => {
  quiet(t);
  const smsc = await Smsc.start(t);
  let resets = 1;
  const gateway = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: NOWHERE }, spare: { url: smsc.url } }, SMPP_FAILOVER_SECONDS: "0" }, calls: async (_name, method, _values, call) => {
    const result = await call();
    if (method === "enqueue" && resets-- > 0) {
      await until("a link that is down", async () => (await gateway.get("/v1/links")).body.links[0].error);
      await gateway.bound();
      throw Object.assign(new Error("reset"), { durableObjectReset: true });
    }
    return result;
  } });
  const { body: { id } } = await gateway.post("/v1/messages", { ...hello, scheduleAt: new Date(Date.now() + 60_000).toISOString() }, { "idempotency-key": "k" });
  assert.deepEqual((await gateway.get("/v1/messages")).body.messages.map((message) => message.id), [id]);
});

test("a message that can only go by one link is offered to it once, up or down", async (t) => {
  quiet(t);
  let offers = 0;
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE, SMPP_FAILOVER_SECONDS: "0" }, calls: (_name, method, _values, call) => {
    if (method === "enqueue") offers++;
    return call();
  } });
  await until("a link that is down", async () => (await gateway.get("/v1/links")).body.links[0].error);
  assert.deepEqual([(await gateway.post("/v1/messages", hello)).status, offers], [202, 1]);
});

/** A stream of pieces that come when `give` is called. */
function source() {
  const own = { cancelled: false, pulls: 0 };
  own.stream = new ReadableStream({ start: (controller) => void (own.controller = controller), pull: () => void own.pulls++, cancel: () => void (own.cancelled = true) }, { highWaterMark: 0 });
  own.give = (text) => own.controller.enqueue(new TextEncoder().encode(text));
  return own;
}

test("streams of events are joined event by event, however they come", async () => {
  const [one, two] = [source(), source()];
  const joined = joinEvents([one.stream, two.stream], new AbortController().signal);
  let text = "";
  let ended = false;
  void (async () => {
    for await (const octets of joined) text += new TextDecoder().decode(octets);
    ended = true;
  })();
  const comes = async (expected) => {
    await until(expected, () => text.length >= expected.length);
    assert.equal(text, expected);
  };
  one.give("data: a");
  two.give("data: b1\n\ndata: b2\n\ndata");
  await comes("data: b1\n\ndata: b2\n\n");
  one.give("1\n\n");
  await comes("data: b1\n\ndata: b2\n\ndata: a1\n\n");
  two.give(": b3\n\n");
  await comes("data: b1\n\ndata: b2\n\ndata: a1\n\ndata: b3\n\n");
  one.controller.close();
  await until("the end of all", () => ended && two.cancelled);
});

test("joined streams are read no further than their reader is, and let go when it goes", async () => {
  for (const leave of ["cancel", "abort"]) {
    const abort = new AbortController();
    const one = source();
    const reader = joinEvents([one.stream], abort.signal).getReader();
    let given = 0;
    for (let i = 0; i < 50; i++) {
      if (one.pulls > given) one.give(`data: ${given++}\n\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(given > 0 && given < 5, `${given} events were read for nobody`);
    assert.match(new TextDecoder().decode((await reader.read()).value), /^data: 0\n\n/);
    if (leave === "abort") abort.abort();
    else await reader.cancel();
    await until("the end", () => one.cancelled);
  }
});

test("pages: HEAD is answered as GET, and what the assets have not is not found by the API either", async () => {
  const env = { SMPP_DEVELOPMENT: "true", SMPP_URL: NOWHERE, ASSETS: { fetch: async ({ method, url }) => (url.endsWith("/nothing.js") ? new Response(null, { status: 404 }) : new Response(method === "HEAD" ? null : "page")) } };
  const ask = (path, method = "GET") => page(new Request(`http://127.0.0.1${path}`, { method, headers: { "cf-connecting-ip": "127.0.0.1" } }), env);
  for (const method of ["GET", "HEAD"]) assert.equal((await ask("/", method)).status, 200);
  assert.deepEqual([(await ask("/", "POST")).status, (await ask("/", "POST")).headers.get("allow")], [405, "GET, HEAD"]);
  assert.equal(await ask("/console/nothing.js"), undefined);
  assert.equal(await ask("/v1/messages"), undefined);
});

test("a browser that opens an address by hand is this machine's own", async (t) => {
  quiet(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  for (const [site, status] of [["none", 200], ["same-origin", 200], ["same-site", 403], ["cross-site", 403]]) {
    assert.equal((await gateway.get("/v1/links", { "sec-fetch-site": site })).status, status, site);
  }
});
