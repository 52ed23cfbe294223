// Routes that the user's own Worker chooses, in workerd.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import test from "node:test";
import { root, Smsc, startGateway, until } from "./support.mjs";

test("the Worker's smppRoute names the rule; where it has no answer in time the rules decide", async (t) => {
  const [a, b] = [await Smsc.start(t), await Smsc.start(t)];
  const vars = {
    SMPP_DEVELOPMENT: "true", SMPP_ACCOUNTS: JSON.stringify({ a: { url: a.url }, b: { url: b.url } }),
    SMPP_ROUTES: [{ name: "first", accounts: "a" }, { name: "second", tag: "never", accounts: "b", sender: "SECOND" }].reverse(),
  };
  const gateway = await startGateway(t, { main: join(root, "tests/js/gateway/routing-worker.ts"), vars });
  await until("two binds", async () => (await gateway.get("/healthz")).body.links?.up === 2);
  const asked = async () => Number((await gateway.get("/asked")).body);
  const routeOf = async (message) => {
    const { status, body } = await gateway.post("/v1/messages", { from: "ACME", text: "hello", ...message });
    assert.equal(status, 202, JSON.stringify(body));
    return (await gateway.get(`/v1/messages/${body.id}`)).body;
  };
  assert.equal((await routeOf({ to: "+4915112345678" })).route, "first");
  const second = await routeOf({ to: "+4915112345678", text: "second" });
  assert.deepEqual([second.route, second.account, second.from], ["second", "b", "SECOND"]);
  for (const tag of ["slow", "wrong", "none"]) assert.equal((await routeOf({ to: "+4915112345678", tag })).route, "first", tag);
  const { route } = (await gateway.post("/v1/messages/preview", { to: "+4915112345678", from: "ACME", text: "second" })).body;
  assert.deepEqual(route, { name: "second", tier: 1, account: "b", from: "SECOND", passed: [] });

  for (const to of [null, 123, true, [], {}, { ton: 1, npi: 1 }, { addr: 5 }, { ton: 1, addr: null }, "", "nobody"]) {
    const { status, body } = await gateway.post("/v1/messages", [{ from: "ACME", text: "second", to }]);
    assert.deepEqual([status, body.errors?.[0].path.startsWith("[0].to")], [422, true], JSON.stringify(to));
  }
  const before = await asked();
  for (const i of [1, 2, 3]) assert.equal((await routeOf({ to: `+44770090000${i}` })).route, "second");
  assert.equal(await asked(), before + 1, "the answer holds for the prefix");
  assert.equal((await routeOf({ to: "+447700910001" })).route, "second");
  assert.equal(await asked(), before + 2);
  const pinned = await routeOf({ to: "+4915112345678", text: "second", account: "a" });
  assert.deepEqual([pinned.account, await asked()], ["a", before + 2], "a message's own account wins");
});

test("the example takes the route that the lookup names", async (t) => {
  const smsc = await Smsc.start(t);
  const lookup = createServer((request, response) => response.end(JSON.stringify({ network: request.url.endsWith("=447700900001") ? "mobile" : "none" }))).listen(0, "127.0.0.1");
  await once(lookup, "listening");
  t.after(() => lookup.close());
  const routes = [{ name: "rest", to: "4", accounts: "main" }, { name: "mobile", to: "9", accounts: "main", sender: "MOBILE" }];
  const vars = { SMPP_DEVELOPMENT: "true", SMPP_URL: smsc.url, SMPP_ROUTES: routes, LOOKUP_URL: `http://127.0.0.1:${lookup.address().port}/` };
  const gateway = await startGateway(t, { main: join(root, "examples/routing/worker.ts"), vars });
  await gateway.bound();
  const routeOf = async (to) => (await gateway.post("/v1/messages/preview", { to, text: "hello" })).body.route.name;
  // The lookup may be too slow once; its answer is cached from then on.
  await until("the lookup", async () => await routeOf("+447700900001") === "mobile");
  assert.equal(await routeOf("+4915112345678"), "rest");
});
