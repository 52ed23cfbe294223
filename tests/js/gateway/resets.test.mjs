// Objects that Cloudflare resets, alarms that fail, and deploys.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { linkAt } from "../../../js/gateway/link/stub.ts";
import { messageId, parseId, parseLinkName, linkName } from "../../../js/gateway/model/ids.ts";
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
