// Who may do what: API keys, and this machine only where there are none.

import assert from "node:assert/strict";
import { request } from "node:http";
import test from "node:test";
import { Smsc, startGateway, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const bearer = (key) => ({ authorization: `Bearer ${key}` });

/** GET with a Host header of one's own, which fetch does not allow. */
function getAs(url, headers) {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    }).on("error", reject).end();
  });
}

test("without API keys only this machine is served", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  assert.equal((await gateway.get("/v1/messages")).status, 200);
  for (const path of ["/", "/healthz", "/v1/messages", "/metrics", "/openapi.json"]) {
    const answer = await gateway.get(path, { "cf-connecting-ip": "203.0.113.7" });
    assert.deepEqual([answer.status, answer.body.type], [403, "urn:smpp-edge:problem:local-only"], path);
  }
  assert.equal((await gateway.get("/v1/messages", { "cf-connecting-ip": "2001:db8::1" })).status, 403);
  assert.equal((await gateway.get("/v1/messages", { "cf-connecting-ip": "127.0.0.1.example.com" })).status, 403);
  assert.equal((await gateway.get("/v1/messages", { "x-forwarded-for": "127.0.0.1", "cf-connecting-ip": "203.0.113.7" })).status, 403);
  assert.equal(await getAs(new URL("/v1/messages", gateway.url), { host: "attacker.example" }), 403, "a name that resolves to 127.0.0.1");
});

test("API keys", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const keys = {
    shop: "shop-key-0123456789",
    slow: { key: "slow-key-0123456789", rate: 1 },
    crm: { key: "crm-key-0123456789", senders: ["12345", "SHOP"], scopes: ["send"] },
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
    assert.equal((await post(keys.crm.key, { ...hello, from: { ton: 1, npi: 1, addr: "12345" } })).status, 403);
    assert.equal((await post(keys.crm.key, { ...hello, from: "SHOP" })).status, 202);
    const before = smsc.submitted.length;
    assert.equal((await post(keys.crm.key, { to: hello.to, text: "default" })).status, 202);
    await until("the message", () => smsc.texts().includes("default"));
    assert.ok(smsc.submitted.length > before);
    assert.equal(smsc.submitted.at(-1).source_addr, "12345");
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
