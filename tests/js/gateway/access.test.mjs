// Who may do what: API keys, and this machine only where there are none.

import assert from "node:assert/strict";
import { timingSafeEqual } from "node:crypto";
import { request } from "node:http";
import test from "node:test";
import { isLocal } from "../../../js/gateway/http/keys.ts";
import { apiKeysOf, findKey } from "../../../js/gateway/model/api-keys.ts";
import { Smsc, startGateway, until } from "./support.mjs";

// What workerd has and Node has not.
crypto.subtle.timingSafeEqual ??= (one, other) => timingSafeEqual(new Uint8Array(one), new Uint8Array(other));

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const bearer = (key) => ({ authorization: `Bearer ${key}` });

/** A request exactly as given: fetch would put the path in order, and take no Host header of one's own. */
function raw(gateway, path, { method = "GET", headers = {}, body } = {}) {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers } }, (response) => {
      const done = () => resolve({ status: response.statusCode, headers: response.headers });
      response.resume();
      // A stream of events has no end.
      if (/event-stream/.test(response.headers["content-type"])) response.destroy();
      response.on("close", done);
    }).on("error", reject).end(body);
  });
}

test("without API keys only this machine is served", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  assert.equal((await gateway.get("/v1/messages")).status, 200);
  for (const path of ["/", "/healthz", "/v1/messages", "/metrics", "/openapi.json", "/v1/nothing"]) {
    const answer = await gateway.get(path, { "cf-connecting-ip": "203.0.113.7" });
    assert.deepEqual([answer.status, answer.body.type], [403, "urn:smpp-edge:problem:local-only"], path);
  }
  const { origin, host, port } = new URL(gateway.url);
  for (const [what, headers, status] of [
    ["an IPv6 address", { "cf-connecting-ip": "2001:db8::1" }, 403],
    ["a name that starts like a loopback address", { "cf-connecting-ip": "127.0.0.1.example.com" }, 403],
    ["an address that starts like a loopback one", { "cf-connecting-ip": "127.0.0.1, 203.0.113.7" }, 403],
    ["a visitor of a proxy on this machine", { "x-forwarded-for": "203.0.113.7" }, 403],
    ["a visitor who says that the proxy is on this machine", { "x-forwarded-for": "127.0.0.1", "cf-connecting-ip": "203.0.113.7" }, 403],
    ["a visitor of a proxy that says so otherwise", { forwarded: "for=203.0.113.7" }, 403],
    ["another proxy's", { via: "1.1 proxy" }, 403],
    ["a name that resolves to 127.0.0.1", { host: "attacker.example" }, 403],
    ["a name with a loopback address in it", { host: "127.0.0.1.attacker.example" }, 403],
    ["a name that ends in localhost", { host: "notlocalhost" }, 403],
    ["a web page of another origin", { origin: "https://attacker.example" }, 403],
    ["a web page of another port", { origin: `http://127.0.0.1:${Number(port) + 1}` }, 403],
    ["a sandboxed web page", { origin: "null" }, 403],
    ["a web page that sends no origin", { "sec-fetch-site": "cross-site" }, 403],
    ["a web page of the same site", { "sec-fetch-site": "same-site" }, 403],
    ["the console", { origin, "sec-fetch-site": "same-origin", host }, 200],
    ["an address typed by the user", { "sec-fetch-site": "none" }, 200],
    ["localhost by its name", { host: "localhost" }, 200],
    ["localhost over IPv6", { host: "[::1]", "cf-connecting-ip": "::1" }, 200],
    ["a mapped address", { "cf-connecting-ip": "::ffff:127.0.0.1" }, 200],
  ]) assert.equal((await raw(gateway, "/v1/messages", { headers })).status, status, what);
});

test("without API keys nobody is served but under development", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_DEVELOPMENT: "false" } });
  for (const path of ["/", "/healthz", "/v1/messages"]) {
    const { status, body } = await gateway.get(path);
    assert.deepEqual([status, body.type], [403, "urn:smpp-edge:problem:local-only"], path);
  }
});

/** Who is who in the table: names of keys with their scopes. */
const SCOPES = { read: ["read"], send: ["send"], own: ["own"], admin: ["admin"], sendOwn: ["send", "own"], sendRead: ["send", "read"], tunnel: ["tunnel"], none: [], all: undefined };
const ANY = Object.keys(SCOPES);
const API = ANY.filter((name) => name !== "tunnel");
/** Method, path, who may; the others get 403. `:id` is another key's message, `:own` one of the key's, where it can send. */
const ROUTES = [
  ["GET", "/v1/messages", ["read", "own", "sendOwn", "sendRead", "all"]],
  ["HEAD", "/v1/messages", ["read", "own", "sendOwn", "sendRead", "all"]],
  ["POST", "/v1/messages", ["send", "sendOwn", "sendRead", "all"]],
  ["POST", "/v1/messages/preview", API],
  ["GET", "/v1/messages/:id", ["read", "sendRead", "all"]],
  ["GET", "/v1/messages/:own", ["sendOwn", "sendRead", "all"]],
  ["DELETE", "/v1/messages/:id", ["admin", "all"]],
  ["DELETE", "/v1/messages/:own", ["send", "sendOwn", "sendRead", "all"]],
  ["GET", "/v1/inbound", ["read", "sendRead", "all"]],
  ["GET", "/v1/events", ["read", "sendRead", "all"]],
  ["GET", "/v1/events?pdus=true", ["all"]],
  ["GET", "/v1/links", ["read", "sendRead", "all"]],
  ["GET", "/metrics", ["read", "sendRead", "all"]],
  ["GET", "/v1/dead-letters", ["admin", "all"]],
  ["POST", "/v1/dead-letters/x/replay", ["admin", "all"]],
  ["GET", "/v1/applications", ["admin", "all"]],
  ["POST", "/v1/decode", API],
  ["GET", "/healthz", [...ANY, "nobody"]],
  ["GET", "/openapi.json", [...ANY, "nobody"]],
  ["GET", "/", [...ANY, "nobody"]],
  ["GET", "/decoder/", [...ANY, "nobody"]],
  ["GET", "/v1/nothing", ANY],
  ["OPTIONS", "/v1/messages", ANY],
  ["PUT", "/v1/messages", ANY],
];

test("each route is for exactly the keys that have its scope", async (t) => {
  const smsc = await Smsc.start(t);
  const keys = Object.fromEntries(Object.entries(SCOPES).map(([name, scopes]) => [name, { key: `${name}-key-0123456789`, ...(scopes ? { scopes } : {}) }]));
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_API_KEYS: JSON.stringify({ ...keys, other: "other-key-0123456789" }) } });
  const later = { ...hello, scheduleAt: new Date(Date.now() + 3_600_000).toISOString() };
  const bodies = { "/v1/messages": hello, "/v1/messages/preview": hello, "/v1/decode": { pdus: "00000010000000150000000000000007" } };
  const send = async (key) => (await gateway.post("/v1/messages", later, bearer(key))).body.id;
  const reached = [200, 202, 404, 405];

  for (const [method, path, who] of ROUTES) {
    await t.test(`${method} ${path}`, async () => {
      for (const name of [...ANY, "nobody"]) {
        const own = path.includes(":own") && /^(send|all)/.test(name) ? await send(keys[name].key) : "01m82fd79y4x1xmnxj1kjq1sjt-main-0";
        const other = path.includes(":id") ? await send("other-key-0123456789") : "";
        if (path.includes(":own") && !/^(send|all)/.test(name)) continue;
        const headers = name === "nobody" ? {} : bearer(keys[name].key);
        const body = method === "POST" ? JSON.stringify(bodies[path] ?? {}) : undefined;
        const { status } = await raw(gateway, path.replace(":own", own).replace(":id", other), { method, headers, body });
        const allowed = who.includes(name);
        if (name === "nobody" && !allowed) assert.equal(status, 401, `${name}: ${status}`);
        else if (path.includes(":")) assert.ok(allowed ? status === 200 : status === 403 || status === 404, `${name}: ${status}`);
        else if (allowed) assert.ok(reached.includes(status), `${name}: ${status}`);
        else assert.equal(status, 403, name);
      }
    });
  }

  await t.test("a key that sees its own messages only, sees no others in the list", async () => {
    const own = await send(keys.sendOwn.key);
    await send("other-key-0123456789");
    const { messages } = (await gateway.get("/v1/messages?status=queued", bearer(keys.sendOwn.key))).body;
    assert.ok(messages.some(({ id }) => id === own));
    assert.deepEqual([...new Set(messages.map(({ key }) => key))], ["sendOwn"]);
    assert.deepEqual((await gateway.get("/v1/messages", bearer(keys.own.key))).body, { messages: [], cursor: null });
    const all = (await gateway.get("/v1/messages?limit=100", bearer(keys.read.key))).body.messages;
    assert.ok(new Set(all.map(({ key }) => key)).size > 2, "a key that reads sees them all, and whose they are");
  });

  await t.test("another key's message is left alone, and unknown to a key that can't read", async () => {
    const id = await send("other-key-0123456789");
    const unknown = await gateway.delete("/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-main-0", bearer(keys.send.key));
    for (const name of ["send", "own", "sendOwn"]) {
      const refused = await gateway.delete(`/v1/messages/${id}`, bearer(keys[name].key));
      assert.deepEqual([refused.status, refused.body], [404, unknown.body], name);
    }
    assert.equal((await gateway.delete(`/v1/messages/${id}`, bearer(keys.sendRead.key))).status, 403);
    assert.equal((await gateway.get(`/v1/messages/${id}`, bearer(keys.read.key))).body.status, "queued");
    assert.equal((await gateway.delete("/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-main-0", bearer(keys.read.key))).status, 403, "a key that only reads cancels nothing");
  });

  await t.test("no spelling of a path and no method gets round the key", async () => {
    const spellings = (path) => [path, `${path}/`, `${path}//`, `/${path}`, `//${path}`, path.replace("/v1/", "/v1//"), path.replace("/v1/", "/v1/./"), path.replace("/v1", "/x/../v1"),
      path.replace("/v1", "/healthz/../v1"), path.replace("/v1", "/healthz/v1"), path.toUpperCase(), path.replace("v1", "%76%31"), path.replace("/v1/", "/v1%2f"), path.replace("/v1", "/%2e/v1"),
      `${path}%2f`, `${path}%00`, `${path};healthz`, `${path}?/healthz`, `${path}#/healthz`, `${path}/healthz`, `${path}/..%2fhealthz`, `${path}.json`, `/console/..${path}`, `/decoder/..${path}`, `/sms${path}`];
    const paths = ["/v1/messages", "/v1/messages/preview", "/v1/decode", "/v1/inbound", "/v1/events", "/v1/links", "/v1/dead-letters", "/v1/messages/01m82fd79y4x1xmnxj1kjq1sjt-main-0"];
    const body = JSON.stringify({ text: "x", pdus: "" });
    for (const path of paths) {
      for (const spelling of spellings(path)) {
        for (const [method, headers] of [["GET", {}], ["POST", {}], ["HEAD", {}], ["OPTIONS", {}], ["POST", { "x-http-method-override": "GET" }]]) {
          const { status } = await raw(gateway, spelling, { method, headers, ...(method === "POST" ? { body } : {}) });
          assert.equal(status, 401, `${method} ${spelling}`);
        }
      }
    }
    for (const path of ["/metrics", "/metrics/", "//metrics", "/METRICS", "/healthz/", "/healthz/x", "/healthz//", "/Healthz", "/nothing/", "/x/healthz", "/v1/"]) assert.equal((await raw(gateway, path)).status, 401, path);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) assert.equal((await raw(gateway, "/healthz", { method })).status, 401, method);
  });

  await t.test("every answer of the API has headers that keep it from being shown, cached or taken for something else", async () => {
    for (const [path, headers] of [["/v1/messages", bearer(keys.read.key)], ["/v1/messages", {}], ["/v1/nothing", bearer(keys.read.key)], ["/v1/links", bearer(keys.send.key)], ["/healthz", {}], ["/metrics", bearer(keys.read.key)], ["/v1/events", bearer(keys.read.key)]]) {
      const answer = await raw(gateway, path, { headers });
      assert.deepEqual(["x-content-type-options", "cache-control", "content-security-policy", "referrer-policy", "cross-origin-resource-policy", "x-frame-options"].map((name) => answer.headers[name]),
        ["nosniff", "no-store", "default-src 'none'; frame-ancestors 'none'", "no-referrer", "same-origin", "DENY"], path);
    }
  });
});

test("API keys", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const keys = {
    shop: "shop-key-0123456789",
    slow: { key: "slow-key-0123456789", rate: 1 },
    crm: { key: "crm-key-0123456789", senders: ["12345", "SHOP", { ton: 2, npi: 1, addr: "0171" }], scopes: ["send"] },
    dashboard: { key: "dash-key-0123456789", scopes: ["read"] },
  };
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_API_KEYS: JSON.stringify(keys) } });
  const post = (key, body = hello, headers = {}) => gateway.post("/v1/messages", body, { ...bearer(key), ...headers });

  await t.test("a valid key is served, from anywhere", async () => {
    assert.equal((await post(keys.shop, hello, { "cf-connecting-ip": "203.0.113.7" })).status, 202);
  });

  for (const [what, headers] of [
    ["no key", {}],
    ["a wrong key", bearer("shop-key-012345678x")],
    ["the start of a key", bearer("shop-key-012345678")],
    ["an empty key", { authorization: "Bearer " }],
    ["another scheme", { authorization: `Basic ${keys.shop}` }],
    ["a key's name", bearer("shop")],
    ["a key in the address", {}],
  ]) {
    await t.test(`${what} is 401`, async () => {
      const answer = await gateway.get(`/v1/messages${what.endsWith("address") ? `?key=${keys.shop}` : ""}`, headers);
      assert.deepEqual([answer.status, answer.body.type, answer.type], [401, "urn:smpp-edge:problem:unauthorized", "application/problem+json"]);
      assert.match(answer.headers.get("www-authenticate"), /^Bearer/);
      assert.doesNotMatch(JSON.stringify(answer.body), /key-0123/);
    });
  }

  await t.test("health and the API's description are open, and tell nothing of messages", async () => {
    const health = await gateway.get("/healthz");
    assert.deepEqual(Object.keys(health.body), ["status", "links"]);
    assert.equal((await gateway.get("/openapi.json")).status, 200);
    assert.equal((await gateway.get("/metrics")).status, 401);
  });

  await t.test("a key sends by its senders only, the first by default", async () => {
    const refused = await post(keys.crm.key, { ...hello, from: "99999" });
    assert.deepEqual([refused.status, refused.body.errors[0].path], [403, "from"]);
    for (const from of [{ ton: 1, npi: 1, addr: "12345" }, { ton: 5, npi: 0, addr: "12345" }, { ton: 0, npi: 1, addr: "12345" }, "+12345", "123456", "1234", "shop", "SHOP ", { ton: 5, npi: 0, addr: "" }]) {
      assert.equal((await post(keys.crm.key, { ...hello, from })).status, 403, JSON.stringify(from));
    }
    assert.equal((await post(keys.crm.key, [hello, { ...hello, from: "99999" }])).body.errors[0].path, "[1].from");
    for (const from of [{ ton: 0, npi: 0, addr: "12345" }, { ton: 5, npi: 0, addr: "SHOP" }, "12345"]) assert.equal((await post(keys.crm.key, { ...hello, from })).status, 202, JSON.stringify(from));
    assert.equal((await post(keys.crm.key, { ...hello, from: { ton: 2, npi: 1, addr: "0171" } })).status, 202, "a sender with its type and plan");
    assert.equal((await post(keys.crm.key, { ...hello, from: { ton: 1, npi: 1, addr: "0171" } })).status, 403);
    assert.equal((await post(keys.crm.key, { ...hello, from: "SHOP" })).status, 202);
    const before = smsc.submitted.length;
    assert.equal((await post(keys.crm.key, { to: hello.to, text: "default" })).status, 202);
    await until("the message", () => smsc.texts().includes("default"));
    assert.ok(smsc.submitted.length > before);
    assert.equal(smsc.submitted.at(-1).source_addr, "12345");
  });

  await t.test("a key with senders names no other one by TLV or header either", async () => {
    for (const tlvs of [{ source_subaddress: { hex: "a0313233" } }, { 514: { hex: "a0313233" } }, { "0x0202": { hex: "a0313233" } }, { callback_num: { hex: "01010139" } }, { callback_num_atag: { hex: "0039" } }, { callback_num_pres_ind: 1 }, { message_payload: { hex: "062204039144f778" } }, { 0x1400: "1101", "0x381": { hex: "01010139" } }]) {
      // A text in a TLV goes with no other.
      const text = "message_payload" in tlvs ? "" : hello.text;
      const refused = await post(keys.crm.key, { ...hello, text, tlvs });
      assert.deepEqual([refused.status, refused.body.errors[0].path], [403, "tlvs"], JSON.stringify(tlvs));
      assert.equal((await post(keys.shop, { ...hello, text, tlvs })).status, 202, `a key without senders may: ${JSON.stringify(tlvs)}`);
    }
    assert.equal((await post(keys.crm.key, { ...hello, tlvs: { 0x1400: "1101", source_port: 5 } })).status, 202);
    // Elements without the length octet in front of them, as they are sent: the address to reply to is the first, or the second. The octet of it that another element contains is none.
    for (const udh of ["2204039144f7", "05040b8423f02204039144f7", "7001002204039144f7"]) {
      const refused = await post(keys.crm.key, { ...hello, udh });
      assert.deepEqual([refused.status, refused.body.errors[0].path], [403, "udh"], udh);
      assert.equal((await post(keys.shop, { ...hello, udh })).status, 202, `a key without senders may: ${udh}`);
    }
    for (const udh of ["05040b8423f0", "05040b220400", "0504220000f0"]) assert.equal((await post(keys.crm.key, { ...hello, udh })).status, 202, udh);
  });

  await t.test("a scope that is missing is 403", async () => {
    assert.equal((await post(keys.dashboard.key)).status, 403);
    assert.equal((await gateway.get("/v1/messages", bearer(keys.crm.key))).status, 403);
    assert.equal((await gateway.get("/v1/messages", bearer(keys.dashboard.key))).status, 200);
    assert.equal((await gateway.get("/v1/events?pdus=true", bearer(keys.dashboard.key))).status, 403);
    assert.equal((await gateway.get("/v1/dead-letters", bearer(keys.dashboard.key))).status, 403);
    assert.equal((await gateway.get("/v1/dead-letters", bearer(keys.shop))).status, 200);
  });

  await t.test("past its rate a key gets 429 and a time to come back", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(keys.slow.key)));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 3, `${refused.length} refused`);
    assert.equal(refused[0].body.type, "urn:smpp-edge:problem:rate-limited");
    assert.ok(Number(refused[0].headers.get("retry-after")) >= 1);
    assert.equal((await post(keys.shop)).status, 202, "the others are not held back");
  });

  await t.test("idempotency keys of two API keys are two", async () => {
    const one = await post(keys.shop, hello, { "idempotency-key": "k" });
    const two = await post(keys.crm.key, hello, { "idempotency-key": "k" });
    assert.notEqual(one.body.id, two.body.id);
  });
});

test("keys that can't be used are refused by the setting's name", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_API_KEYS: '{"shop":"short"}' } });
  const { status, body } = await gateway.get("/v1/messages");
  assert.equal(status, 500);
  assert.match(body.detail, /^SMPP_API_KEYS/);
  assert.doesNotMatch(body.detail, /short/);
});

test("a request is of this machine only if something says so, under development", () => {
  const local = (headers, env = { SMPP_DEVELOPMENT: "true" }, url = "http://127.0.0.1:8787/v1/messages") => isLocal(new Request(url, { headers }), env);
  const here = { "cf-connecting-ip": "127.0.0.1" };
  assert.equal(local(here), true);
  assert.equal(local({}), false, "without an address nothing says so: another Worker may have made the request");
  assert.equal(local(here, {}), false, "this is no build for development");
  assert.equal(local(here, { SMPP_DEVELOPMENT: true }), true);
  for (const off of ["false", "", "1", "yes", false]) assert.equal(local(here, { SMPP_DEVELOPMENT: off }), false, `${off}`);
  assert.equal(local(here, undefined, "https://gateway.example.workers.dev/v1/messages"), false);
  for (const header of ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "true-client-ip", "cf-ray", "cf-worker"]) assert.equal(local({ ...here, [header]: "x" }), false, header);
  for (const address of ["127.0.0.1.", "::ffff:203.0.113.7", "::2", "0.0.0.0", "localhost", "1127.0.0.1"]) assert.equal(local({ "cf-connecting-ip": address }), false, address);
});

test("keys are checked: scopes, senders, and that each is one's own; those of the Secrets Store are read again", async () => {
  const env = (keys) => ({ SMPP_API_KEYS: typeof keys === "string" ? keys : JSON.stringify(keys) });
  const key = "a-key-0123456789";
  for (const wrong of ["{", "[]x", [], [key], { a: [key] }, { a: "seven77" }, { a: { key, scopes: ["write"] } }, { a: { key, senders: [] } }, { a: { key, senders: ["Привет!"] } }, { a: { key, senders: [{ ton: 300, npi: 0, addr: "1" }] } }, { a: { key, rate: 0 } }, { "a b": key }, { a: { key, colour: 1 } }, { a: key, b: key }]) {
    await assert.rejects(apiKeysOf(env(wrong)), (error) => error.name === "ConfigError" && error.message.startsWith("SMPP_API_KEYS: ") && !error.message.includes(key), JSON.stringify(wrong));
  }
  assert.deepEqual((await apiKeysOf(env({ a: key }))).map(({ name, scopes }) => [name, scopes]), [["a", ["send", "read", "admin"]]]);
  assert.deepEqual(await apiKeysOf({}), []);
  let stored = JSON.stringify({ a: key });
  let reads = 0;
  const store = { SMPP_API_KEYS: { get: async () => (reads++, stored) } };
  const now = Date.now();
  assert.equal((await findKey(await apiKeysOf(store, now), key)).name, "a");
  stored = JSON.stringify({ b: "b-key-0123456789" });
  assert.equal((await findKey(await apiKeysOf(store, now + 59_000), key)).name, "a");
  assert.equal(reads, 1);
  const later = await apiKeysOf(store, now + 60_000);
  assert.equal(await findKey(later, key), undefined);
  assert.equal((await findKey(later, "b-key-0123456789")).name, "b");
  assert.equal(await findKey(later, "b-key-012345678"), undefined);
  stored = "{";
  await assert.rejects(apiKeysOf(store, now + 120_000), /SMPP_API_KEYS/);
  stored = "{}";
  assert.deepEqual(await apiKeysOf(store, now + 120_001), [], "an error is not kept");
});
