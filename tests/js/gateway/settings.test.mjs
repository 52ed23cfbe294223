// Settings that can't be used: what they stop, what they don't, and that fixing them is enough.

import assert from "node:assert/strict";
import test from "node:test";
import { settingsOf } from "../../../js/gateway/model/config.ts";
import { Smsc, startGateway, temporary, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };

test("an account that can't be used is misconfigured alone, and works once it is fixed, without a request", async (t) => {
  const smsc = await Smsc.start(t);
  const spare = await Smsc.start(t);
  const storage = temporary(t);
  const accounts = (url) => ({ SMPP_ACCOUNTS: JSON.stringify({ broken: { url, links: 2 }, good: { url: smsc.url } }) });
  const gateway = await startGateway(t, { storage, vars: accounts("smpp://user%:secret@127.0.0.1:2775") });
  await gateway.bound();

  const health = await gateway.get("/healthz");
  assert.deepEqual([health.status, health.body.status, health.body.links], [200, "degraded", { up: 1, total: 3 }]);
  assert.match(health.body.problems[0], /^SMPP_ACCOUNTS: broken: .*%25/);
  const { status, body: { links } } = await gateway.get("/v1/links");
  assert.equal(status, 200);
  assert.deepEqual(links.map(({ account, link, state }) => [account, link, state]), [["broken", 0, "misconfigured"], ["broken", 1, "misconfigured"], ["good", 0, "bound"]]);
  assert.match(links[0].error, /^SMPP_ACCOUNTS: broken/);
  const metrics = await gateway.get("/metrics");
  assert.equal(metrics.status, 200);
  assert.match(metrics.body, /smpp_link_up\{account="good",link="0"\} 1/);
  assert.doesNotMatch(JSON.stringify([health.body, links, metrics.body]), /secret|user%/);

  const free = await gateway.post("/v1/messages", hello);
  assert.match(free.body.id, /-good-0$/);
  await gateway.message(free.body.id, "delivered");
  const pinned = await gateway.post("/v1/messages", { ...hello, account: "broken" });
  assert.equal(pinned.status, 202);
  assert.equal((await gateway.get(`/v1/messages/${pinned.body.id}`)).body.status, "queued");
  await gateway.stop();

  const fixed = await startGateway(t, { storage, vars: accounts(spare.url) });
  await until("the message that waited", () => spare.texts().includes(hello.text), 90_000);
  await fixed.message(pinned.body.id, "delivered");
  assert.equal((await fixed.get("/healthz")).body.problems, undefined);
});

test("what is wrong with an account is its fault, what is wrong with all else an error", () => {
  const env = (vars) => ({ SMPP_URL: "smpp://a:b@host", ...vars });
  const faults = (accounts, more) => settingsOf({ SMPP_ACCOUNTS: JSON.stringify(accounts), ...more }).accounts.map(({ fault }) => fault);
  const url = "smpp://a:secret@host";
  for (const [account, named] of [
    [{ url: "http://host" }, "scheme"], [{ url: "smpp://" }, "host"], [{ url: "no" }, "smpp://"], [{ url: "smpp://%@host" }, "%25"], [{}, "url"], [null, " "], ["smpp://host", " "], [{ url, window: 0 }, "window"],
    [{ url, colour: 1 }, "colour is not known"], [{ url, endpoints: ["http://x"] }, "scheme"], [{ url, via: "MISSING" }, "MISSING"], [{ url, links: 65 }, "links"], [{ url, systemType: "x".repeat(40) }, undefined],
  ]) {
    const [fault, good] = faults({ bad: account, good: { url } });
    assert.equal(good, undefined);
    if (named === undefined) continue;
    assert.match(fault, /^SMPP_ACCOUNTS: bad: /, JSON.stringify(account));
    assert.ok(fault.includes(named) && !fault.includes("secret"), fault);
  }
  assert.deepEqual(settingsOf({ SMPP_ACCOUNTS: { bad: { url: 5, links: 3 } }, SMPP_LINKS: "2" }).accounts.map(({ links }) => links), [3], "its links are to be found");
  assert.deepEqual(settingsOf({ SMPP_ACCOUNTS: { bad: { url: 5, links: "many" } }, SMPP_LINKS: "2" }).accounts.map(({ links }) => links), [2]);
  assert.deepEqual(["eu", "mars", 5].map((jurisdiction) => settingsOf({ SMPP_ACCOUNTS: { bad: { url: 5, jurisdiction } } }).accounts[0].jurisdiction), ["eu", undefined, undefined], "and they are where it says");
  assert.match(settingsOf(env({ SMPP_URL: "smpp://%@host" })).accounts[0].fault, /^SMPP_URL: /);
  const secret = (octets) => settingsOf(env({ SMPP_WEBHOOK_URL: "https://example.com", SMPP_WEBHOOK_SECRET: `whsec_${Buffer.alloc(octets, 1).toString("base64")}` })).webhook.secrets;
  assert.throws(() => secret(15), /SMPP_WEBHOOK_SECRET: .*16 octets/);
  assert.deepEqual(secret(16), [new Uint8Array(16).fill(1)]);

  for (const vars of [
    { SMPP_URL: undefined }, { SMPP_ACCOUNTS: "{" }, { SMPP_ACCOUNTS: "[]x" }, { SMPP_ACCOUNTS: {} }, { SMPP_ACCOUNTS: { "a b": { url } } }, { SMPP_LINKS: "0" }, { SMPP_LINKS: "1.5" }, { SMPP_LINKS: "x" }, { SMPP_LINKS: "65" },
    { SMPP_OPTIONS: { colour: 1 } }, { SMPP_OPT_OUT: { scope: "some" } }, { SMPP_OPT_OUT: "[]" }, { SMPP_MAX_QUEUE: "0" }, { SMPP_RETENTION_DAYS: "0" }, { SMPP_FAILOVER_SECONDS: "-1" }, { SMPP_LOG: "all" }, { SMPP_WEBHOOK_URL: "https://example.com" },
    { SMPP_WEBHOOK_URL: "https://a:b@example.com", SMPP_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, { SMPP_WEBHOOK_URL: "https://a@example.com", SMPP_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, { SMPP_WEBHOOK_URL: "https://:b@example.com", SMPP_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, { SMPP_WEBHOOK_URL: "ftp://example.com" }, { SMPP_WEBHOOK_URL: "https://example.com", SMPP_WEBHOOK_SECRET: "whsec_c2hvcnQ=" },
  ]) assert.throws(() => settingsOf(env(vars)), (error) => error.name === "ConfigError" && error.message.includes(Object.keys(vars)[0].slice(0, 12)), JSON.stringify(vars));
});

test("an array is no object of settings", () => {
  const url = "smpp://a:b@host";
  for (const vars of [{ SMPP_OPTIONS: [] }, { SMPP_OPTIONS: "[]" }, { SMPP_OPTIONS: "null" }, { SMPP_OPTIONS: new Map() }, { SMPP_ACCOUNTS: [{ url }] }, { SMPP_ACCOUNTS: JSON.stringify([{ url }]) }, { SMPP_ACCOUNTS: "5" }]) {
    const [name] = Object.keys(vars);
    assert.throws(() => settingsOf({ SMPP_URL: url, ...vars }), { name: "ConfigError", message: `${name}: a JSON object is expected` });
  }
  assert.match(settingsOf({ SMPP_ACCOUNTS: { main: [{ url }] } }).accounts[0].fault, /^SMPP_ACCOUNTS: main: /);
});

test("settings have the documented defaults and units", () => {
  const { accounts, ...settings } = settingsOf({ SMPP_URL: "smpp://a:b@host" });
  assert.deepEqual([accounts.map(({ name, links }) => [name, links]), settings], [[["main", 1]], { routes: undefined, optOut: undefined, webhook: undefined, secrets: [], inboundRoutes: undefined, callbackHosts: undefined, maxQueue: 100_000, retention: 30 * 86_400_000, failoverAfter: 30_000, log: "none" }]);
  const set = settingsOf({ SMPP_URL: "smpp://a:b@host", SMPP_LINKS: "64", SMPP_MAX_QUEUE: 1, SMPP_RETENTION_DAYS: "3650", SMPP_FAILOVER_SECONDS: "0", SMPP_LOG: "texts", SMPP_OPTIONS: '{"window":7}' });
  assert.deepEqual([set.accounts[0].links, set.accounts[0].options, set.maxQueue, set.retention, set.failoverAfter, set.log], [64, { window: 7 }, 1, 3650 * 86_400_000, 0, "texts"]);
  const several = settingsOf({ SMPP_ACCOUNTS: { a: { url: "smpp://h", window: 3 }, b: { url: "smpp://h", links: 2 } }, SMPP_OPTIONS: { window: 5, rate: 2 }, SMPP_LINKS: 4 }).accounts;
  assert.deepEqual(several.map(({ name, links, options }) => [name, links, options]), [["a", 4, { window: 3, rate: 2 }], ["b", 2, { window: 5, rate: 2 }]]);
});
