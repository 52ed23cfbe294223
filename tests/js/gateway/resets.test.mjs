// Objects that Cloudflare resets, alarms that fail, and deploys.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { init } from "../../../js/engine/init.ts";
import { AdmissionKeeper } from "../../../js/gateway/link/admission.ts";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { linkAt } from "../../../js/gateway/link/stub.ts";
import { TRUSTED } from "../../../js/gateway/model/caller.ts";
import { messageId, parseId, parseLinkName, linkName } from "../../../js/gateway/model/ids.ts";
import { sendAll } from "../../../js/gateway/operations/send.ts";
import { sqliteStorage } from "./sqlite.mjs";
import { root, Smsc, startGateway, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const main = join(root, "tests/js/gateway/reset-worker.ts");

test("a reset object is called again and stores once; where that does not help the answer is 503 with Retry-After", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url }, main });
  await gateway.bound();
  for (const [resets, text] of [["before", "before"], ["after", "after"], ["after,before,after", "three times"]]) {
    await gateway.get(`/resets?at=${resets}`);
    const { status, body } = await gateway.post("/v1/messages", { ...hello, text });
    assert.equal(status, 202, text);
    await gateway.message(body.id, "delivered");
  }
  assert.deepEqual(smsc.texts(), ["before", "after", "three times"]);
  await gateway.get("/resets?at=before,before,before,before");
  const { status, body, headers } = await gateway.post("/v1/messages", hello);
  assert.deepEqual([status, body.type], [503, "urn:smpp-edge:problem:unavailable"]);
  assert.ok(Number(headers.get("retry-after")) > 0);
});

test("an alarm whose work fails is there again", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url }, main });
  await gateway.bound();
  const at = (await gateway.get("/alarm")).body;
  assert.ok(at > Date.now() - 5_000 && at < Date.now() + 40_000, String(at));
});

test("told of newer code a link empties its window, unbinds, and starts anew: nothing is unknown", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  smsc.answer = () => ({ after: 300 });
  let unbinds = 0;
  const watch = (session) => session.on("unbind", () => unbinds++);
  const vars = { SMPP_URL: smsc.url, CF_VERSION_METADATA: { id: "older", timestamp: "2026-01-01T00:00:00Z" } };
  const gateway = await startGateway(t, { vars, main });
  await gateway.bound();
  smsc.sessions.forEach(watch);
  const { body } = await gateway.post("/v1/messages", Array.from({ length: 60 }, (_, i) => ({ ...hello, text: `m${i}` })));
  await until("some to be on the wire", () => smsc.submitted.length >= 10);
  await gateway.get("/deploy");
  await until("the unbind", () => unbinds === 1);
  await until("the next bind", () => smsc.sessions.length === 1 && smsc.submitted.length > 20, 90_000);
  smsc.answer = () => ({});
  for (const { id } of body) await gateway.message(id, "accepted");
  assert.equal(smsc.submitted.length, 60);
  assert.equal(new Set(smsc.texts()).size, 60);
});

test("a link's jurisdiction is part of its name, and its region of how it is made", async () => {
  const calls = [];
  const stub = { status: async () => ({}) };
  const namespace = (jurisdiction) => ({
    jurisdiction: (name) => namespace(name),
    getByName: (name, options) => {
      calls.push([jurisdiction, name, options]);
      return stub;
    },
  });
  const env = { SMPP_LINK: namespace("none"), SMPP_ACCOUNTS: { main: { url: "smpp://a:b@c", region: "weur", jurisdiction: "eu" }, spare: { url: "smpp://a:b@c" } } };
  await linkAt(env, { account: "main", link: 1, jurisdiction: "eu" }).status();
  await linkAt(env, { account: "spare", link: 0 }).status();
  assert.deepEqual(calls, [["eu", "main/1/eu", { locationHint: "weur" }], ["none", "spare/0", {}]]);
  const id = messageId("01m8kqv9vche33cazyjkaj4sgz", { account: "main", link: 1, jurisdiction: "eu" });
  assert.deepEqual(parseId(id), { ulid: "01m8kqv9vche33cazyjkaj4sgz", account: "main", link: 1, jurisdiction: "eu" });
  assert.deepEqual(parseLinkName(linkName(parseId(id))), { account: "main", link: 1, jurisdiction: "eu" });
});

test("in workerd, links are made in the region and jurisdiction of their account, and are found by the ids of their messages", async (t) => {
  const smsc = await Smsc.start(t);
  const accounts = { main: { url: smsc.url, region: "weur", jurisdiction: "eu" }, spare: { url: smsc.url, region: "apac" }, plain: { url: smsc.url } };
  const gateway = await startGateway(t, { vars: { SMPP_ACCOUNTS: JSON.stringify(accounts) }, main: join(root, "tests/js/gateway/place-worker.ts") });
  for (const [account, place, ending] of [["main", ["eu", "main/0/eu", "weur"], "-main-0-eu"], ["spare", [null, "spare/0", "apac"], "-spare-0"], ["plain", [null, "plain/0", null], "-plain-0"]]) {
    await gateway.get("/places");
    const { status, body } = await gateway.post("/v1/messages", { ...hello, account });
    assert.equal(status, 202, JSON.stringify(body));
    assert.ok(body.id.endsWith(ending), body.id);
    assert.deepEqual((await gateway.get("/places")).body, [place]);
    await gateway.message(body.id, "delivered");
  }
});

test("results of objects are released at once, and what is passed on of them has nothing to release", async () => {
  let released = 0;
  const disposable = (value) => Object.assign(value, { [Symbol.dispose]: () => released++ });
  const stub = { status: async () => disposable({ state: "bound" }), inbound: async () => disposable([{ id: "1" }]), message: async () => undefined, replay: async () => true };
  const link = linkAt({ SMPP_URL: "smpp://a:b@c", SMPP_LINK: { getByName: () => stub } }, { account: "main", link: 0 });
  const [status, inbound] = [await link.status(), await link.inbound(undefined, 1)];
  assert.deepEqual([status, inbound, await link.message("x"), await link.replay("x")], [{ state: "bound" }, [{ id: "1" }], undefined, true]);
  assert.deepEqual([Symbol.dispose in status, Symbol.dispose in inbound, released], [false, false, 2]);
});

test("objects that still run the code of 8554d8e are used as far as they go, and what they lack is 503, not 500", async (t) => {
  const gateway = await startGateway(t, { vars: { SMPP_URL: "smpp://smppclient1:password@127.0.0.1:1" }, main: join(root, "tests/js/gateway/former-worker.ts") });
  assert.equal((await gateway.get("/healthz")).status, 200);
  const { status, body } = await gateway.post("/v1/messages", hello);
  assert.equal(status, 202);
  assert.equal((await gateway.get(`/v1/messages/${body.id}`)).body.text, hello.text);
  const list = await gateway.get("/v1/messages");
  assert.deepEqual([list.status, list.body.messages.map(({ id }) => id)], [200, [body.id]]);
  const metrics = await gateway.get("/metrics");
  assert.deepEqual([metrics.status, /^smpp_link_up\{.*\} 1$/m.test(metrics.body), /^smpp_sql_rows_written_total\{/m.test(metrics.body)], [200, true, false]);
  assert.equal((await gateway.get("/v1/inbound")).status, 200);
  assert.equal((await gateway.get(`/v1/messages/${body.id.replace("-0", "-1")}`)).status, 404);
  // The object that keeps keys can't be such a one: better later than twice.
  const keyed = await gateway.post("/v1/messages", hello, { "idempotency-key": "order-1" });
  assert.deepEqual([keyed.status, keyed.body.type, Number(keyed.headers.get("retry-after")) > 0], [503, "urn:smpp-edge:problem:unavailable", true]);
  assert.equal((await gateway.delete(`/v1/messages/${body.id}`)).status, 503);
});

test("a request that is repeated with its key finds its messages on a link that ran the code of 8554d8e when they came", async () => {
  await init();
  const stored = [];
  const former = {
    enqueue: async (messages) => {
      stored.push(...messages);
      return { taken: true };
    },
    existing: async (ids) => ids.filter((id) => stored.some((message) => message.id === id)),
  };
  const db = new Database(sqliteStorage());
  createTables(db, "@keys/0");
  const keeper = new AdmissionKeeper(db, async () => undefined, Date.now());
  const env = { SMPP_URL: "smpp://a:b@c", SMPP_LINK: { getByName: (name) => (name.startsWith("@keys/") ? keeper : former) } };
  const send = (key) => sendAll(env, TRUSTED, [hello, { ...hello, text: "Another one" }], true, { key, content: () => "both" });
  const first = await send("order-1");
  assert.deepEqual(await send("order-1"), first);
  assert.equal(stored.length, 2);
  const other = await send("order-2");
  assert.equal(new Set([...first, ...other].map(({ id }) => id)).size, 4);
});
