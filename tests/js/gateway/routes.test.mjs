// Which accounts a message may take: the rules against a slow model of them, settings that can't be used, and messages in workerd.

import assert from "node:assert/strict";
import test from "node:test";
import { seeded } from "../seeded.ts";
import { init } from "../../../js/client/index.ts";
import { settingsOf } from "../../../js/gateway/model/config.ts";
import { accountsOf, findRoute, mismatch, routesFault, traitsOf } from "../../../js/gateway/model/routes.ts";
import { Smsc, startGateway, temporary, until } from "./support.mjs";

await init();

const url = "smpp://a:secret@host";
const ACCOUNTS = { a: { url }, b: { url }, c: { url } };

/** The model: a rule is a set of messages, which are listed one by one. */
const VALUES = {
  to: ["4", "44", "4477", "49", "1"],
  from: ["ACME", "acme", "12345"],
  key: ["shop", "crm"],
  tag: ["otp", "news"],
  class: ["otp", "marketing"],
  parts: ["1", ">1", "<3", ">3", "0"],
};
const MESSAGES = [];
for (const to of ["4", "40", "44", "447", "4477", "447712", "49151", "1", "33"]) {
  for (const from of ["ACME", "acme", "12345", undefined]) {
    for (const key of ["shop", "crm", ""]) {
      for (const tag of ["otp", "news", undefined]) {
        for (const own of ["otp", "transactional", undefined]) {
          for (const parts of [1, 2, 3, 4]) MESSAGES.push({ to, from, key, tag, class: own, parts });
        }
      }
    }
  }
}
function modelMatches(route, message) {
  for (const field of ["to", "from", "key", "tag", "class", "parts"]) {
    if (!route[field]) continue;
    let any = false;
    for (const value of route[field]) {
      if (field === "to") any ||= message.to.slice(0, value.length) === value;
      else if (field !== "parts") any ||= message[field] === value;
      else if (value[0] === ">") any ||= message.parts > Number(value.slice(1));
      else if (value[0] === "<") any ||= message.parts < Number(value.slice(1));
      else any ||= message.parts === Number(value);
    }
    if (!any) return false;
  }
  return true;
}

test("rules drawn at random decide as the model does", () => {
  const seeds = process.env.SEED ? [Number(process.env.SEED)] : Array.from({ length: 60 }, (_, i) => i + 1);
  for (const seed of seeds) {
    const random = seeded(seed);
    const some = (list) => list.filter(() => random() < 0.4);
    const routes = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, i) => {
      const fields = Object.entries(VALUES).flatMap(([field, values]) => {
        const chosen = random() < 0.5 ? some(values) : [];
        return chosen.length > 0 ? [[field, chosen]] : [];
      });
      return { name: `r${i}`, ...Object.fromEntries(fields), accounts: [{ a: 1 }] };
    });
    for (const message of MESSAGES) {
      const expected = routes.find((route) => modelMatches(route, message));
      assert.equal(findRoute(routes, message), expected, `SEED=${seed} ${JSON.stringify([routes, message])}`);
      for (const route of routes) {
        const field = mismatch(route, message);
        assert.equal(field === undefined, modelMatches(route, message));
        // Without that field's condition the fields before it match.
        if (field) assert.ok(!modelMatches({ [field]: route[field] }, message), field);
      }
    }
    // A rule that is said to be out of reach decides nothing.
    const fault = routesFault(routes, ["a"]);
    if (fault) {
      const [, name] = /^"(\w+)" can't be reached/.exec(fault);
      const i = routes.findIndex((route) => route.name === name);
      assert.ok(MESSAGES.every((message) => !modelMatches(routes[i], message) || routes.slice(0, i).some((earlier) => modelMatches(earlier, message))), `SEED=${seed} ${fault} ${JSON.stringify(routes)}`);
    }
  }
});

test("a rule looks at a recipient's digits, however they are written", () => {
  for (const to of ["+447700", { ton: 1, npi: 1, addr: "4-47 700" }, { ton: 0, npi: 0, addr: "447700 " }]) assert.equal(traitsOf({ to }, "", () => 1).to, "447700");
});

test("weights are the shares of accounts, each recipient keeps its account, and the others follow in proportion", () => {
  const route = { name: "r", accounts: [{ a: 70, b: 30, off: 0 }, { c: 1 }] };
  const recipients = Array.from({ length: 20_000 }, (_, i) => `44770090${String(i).padStart(4, "0")}`);
  const share = (weights, account) => recipients.filter((to) => accountsOf({ name: "r", accounts: [weights] }, to)[0] === account).length / recipients.length;
  assert.ok(Math.abs(share({ a: 70, b: 30 }, "a") - 0.7) < 0.02);
  assert.ok(Math.abs(share({ a: 1, b: 1, d: 2 }, "d") - 0.5) < 0.02);
  for (const to of recipients.slice(0, 100)) {
    const order = accountsOf(route, to);
    assert.deepEqual(order.toSorted(), ["a", "b", "c"], "an account of weight 0 gets nothing");
    assert.equal(order[2], "c");
    assert.deepEqual(accountsOf(route, to), order);
  }
  // Where one can't send, its recipients go to the others by their weights, and nobody else moves.
  const three = { a: 60, b: 30, d: 10 };
  const firsts = recipients.map((to) => accountsOf({ name: "r", accounts: [three] }, to));
  const ofA = firsts.filter(([first]) => first === "a");
  assert.ok(Math.abs(ofA.filter(([, next]) => next === "b").length / ofA.length - 0.75) < 0.03);
  for (const [i, to] of recipients.entries()) {
    const [first] = accountsOf({ name: "r", accounts: [{ ...three, a: 0 }] }, to);
    assert.equal(first, firsts[i].find((name) => name !== "a"));
  }
  // Neighbouring numbers are spread, not kept together.
  const runs = recipients.slice(0, 1000).filter((to, i) => i > 0 && accountsOf(route, to)[0] !== accountsOf(route, recipients[i - 1])[0]).length;
  assert.ok(runs > 300, `${runs} changes`);
});

test("rules that can't be used are named, and take no link down", () => {
  const read = (SMPP_ROUTES) => settingsOf({ SMPP_ACCOUNTS: ACCOUNTS, SMPP_ROUTES });
  const rule = (more) => ({ name: "uk", accounts: "a", ...more });
  for (const [rules, fault] of [
    ["{", "SMPP_ROUTES: JSON is expected"], [{}, "SMPP_ROUTES: a JSON array is expected"], ["{}", "SMPP_ROUTES: a JSON array is expected"],
    [[{ accounts: "a" }], "SMPP_ROUTES: 0.name is not as expected"], [[rule({ colour: 1 })], "SMPP_ROUTES: 0.colour is not known"],
    [[rule({ to: "4-4" })], "SMPP_ROUTES: 0.to is not as expected"], [[rule({ to: [] })], "SMPP_ROUTES: 0.to is not as expected"], [[rule({ parts: "many" })], "SMPP_ROUTES: 0.parts is not as expected"],
    [[rule({ sender: "far too long a sender" })], "SMPP_ROUTES: 0.sender is not as expected"],
    [[rule({ parts: "<1" })], "SMPP_ROUTES: 0.parts is not as expected"], [[rule({ parts: "0" })], "SMPP_ROUTES: 0.parts is not as expected"], [[rule({ accounts: [] })], 'SMPP_ROUTES: "uk" needs either accounts or refuse'],
    [[rule({ accounts: {} })], 'SMPP_ROUTES: "uk" needs either accounts or refuse'], ['[{"name":"uk","accounts":[{"__proto__":1}]}]', 'SMPP_ROUTES: "__proto__" is no name'],
    [[rule({ tlvs: { nope: 1 } })], 'SMPP_ROUTES: "uk": tlvs: nope is no TLV'], [[rule({ tlvs: { user_message_reference: "x" } })], 'SMPP_ROUTES: "uk": tlvs: user_message_reference must be a number'],
    [[{ name: "uk" }], 'SMPP_ROUTES: "uk" needs either accounts or refuse'], [[rule({ refuse: "no" })], 'SMPP_ROUTES: "uk" needs either accounts or refuse'],
    [[rule({ accounts: [{ a: 1 }, "x"] })], 'SMPP_ROUTES: "uk" has the unknown account "x"'],
    [[rule({ to: "44" }), rule({ to: "49" })], 'SMPP_ROUTES: "uk" is the name of two routes'],
    [[rule({ to: "44" }), { name: "mobile", to: ["+447", "4420"], tag: "otp", accounts: "b" }], 'SMPP_ROUTES: "mobile" can\'t be reached: "uk" before it matches the same messages'],
    [[rule({ parts: ">1" }), { name: "long", parts: ["2", ">4"], accounts: "b" }], 'SMPP_ROUTES: "long" can\'t be reached: "uk" before it matches the same messages'],
    [[rule(), { name: "rest", accounts: "b" }], 'SMPP_ROUTES: "rest" can\'t be reached: "uk" before it matches the same messages'],
  ]) {
    const settings = read(rules);
    assert.equal(settings.routesFault, fault, JSON.stringify(rules));
    assert.deepEqual([settings.routes, settings.accounts.length], [[], 3]);
  }
  const good = [rule({ to: "+447" }), { name: "uk2", to: ["44", "353"], accounts: [{ a: 70, b: 30 }, "c"] }, { name: "premium", to: "449", key: "", refuse: "premium" }, { name: "rest", accounts: ["a", "b"] }];
  // A part of the third is what the second matches, yet not by its fields alone.
  assert.equal(read([good[0], good[2], good[1], good[3]]).routesFault, undefined);
  assert.equal(read(JSON.stringify([good[0], good[1]])).routesFault, undefined);
  assert.deepEqual(read([good[1]]).routes[0].accounts, [{ a: 70, b: 30 }, { c: 1 }]);
  assert.equal(read("").routes, undefined);
});

test("in workerd the rules decide, and messages, history, preview and simulation show it", async (t) => {
  const [a, b, c] = [await Smsc.start(t), await Smsc.start(t), await Smsc.start(t)];
  const accounts = { a: { url: a.url }, b: { url: b.url }, c: { url: c.url } };
  const routes = [
    { name: "premium", to: "449", refuse: "no premium numbers" },
    { name: "codes", to: "44", tag: "otp", accounts: "c", sender: "CODES", tlvs: { "0x1400": "entity" } },
    { name: "news", class: "marketing", accounts: "a" },
    { name: "long", parts: ">1", key: "shop", accounts: "b" },
    { name: "uk", to: ["44", "353"], accounts: [{ a: 70, b: 30 }, "c"] },
  ];
  const keys = { shop: "shop-key-1", crm: { key: "crm-key-22", senders: ["12345"] } };
  const gateway = await startGateway(t, { vars: { SMPP_ACCOUNTS: JSON.stringify(accounts), SMPP_ROUTES: routes, SMPP_API_KEYS: JSON.stringify(keys), SMPP_FAILOVER_SECONDS: "0" } });
  const [shop, crm] = ["shop-key-1", "crm-key-22"].map((key) => ({ authorization: `Bearer ${key}` }));
  gateway.headers = shop;
  await until("three binds", async () => (await gateway.get("/healthz")).body.links.up === 3);
  const message = async (body, headers) => (await gateway.get(`/v1/messages/${(await gateway.post("/v1/messages", body, headers)).body.id}`)).body;
  const text = "hello";
  const long = "x".repeat(200);

  await t.test("accounts, sender and TLVs of the rule", async () => {
    const code = await message({ to: "+447700900001", from: "12345", text, tag: "otp" });
    assert.deepEqual([code.account, code.route, code.tag, code.from], ["c", "codes", "otp", "CODES"]);
    assert.deepEqual({ ...code.history[0], at: undefined }, { status: "queued", at: undefined, route: "codes", sender: "CODES" });
    await until("the code", () => c.submitted.length === 1);
    assert.equal(c.submitted[0].source_addr, "CODES");
    assert.equal(c.submitted[0].source_addr_ton, 5);
    const own = await message({ to: "+447700900001", text, tag: "otp", class: "otp", tlvs: { "0x1400": "mine" } });
    assert.equal(own.class, "otp");
    assert.equal(own.route, "codes");
    await until("the second code", () => c.submitted.length === 2);
    assert.equal((await message({ to: "+491511", text: long })).account, "b", "long, by that key");
    const uk = await Promise.all(Array.from({ length: 40 }, (_, i) => message({ to: `+4477009001${String(i).padStart(2, "0")}`, text, from: "ACME" })));
    for (const { account, route, to } of uk) assert.deepEqual([route, account], ["uk", accountsOf({ accounts: [{ a: 70, b: 30 }] }, to.slice(1))[0]]);
    assert.deepEqual([...new Set(uk.map(({ account }) => account))].sort(), ["a", "b"]);
    assert.equal(uk[0].from, "ACME");
  });

  await t.test("refusals are of that message alone, and its own account wins", async () => {
    const refused = await gateway.post("/v1/messages", { to: "+449001", text });
    assert.deepEqual([refused.status, refused.body.type, refused.body.detail], [422, "urn:smpp-edge:problem:refused-by-route", "no premium numbers"]);
    const none = await gateway.post("/v1/messages", { to: "+491511", text });
    assert.deepEqual([none.status, none.body.type, none.body.errors], [422, "urn:smpp-edge:problem:no-route", undefined]);
    assert.equal((await gateway.post("/v1/messages", { to: "+491511", text: long }, crm)).status, 422, "another key");
    const some = await gateway.post("/v1/messages", [{ to: "+491511", text }, { to: "+447700900001", text }]);
    assert.equal(some.status, 202);
    assert.equal(some.body[0].error.type, "urn:smpp-edge:problem:no-route");
    assert.match(some.body[1].id, /^[0-9a-z]{26}-[ab]-0$/);
    const all = await gateway.post("/v1/messages", [{ to: "+491511", text }, { to: "+449001", text }]);
    assert.deepEqual([all.status, all.body.errors.map(({ path }) => path)], [422, ["[0]", "[1]"]]);
    const pinned = await message({ to: "+449001", text, account: "a" });
    assert.deepEqual([pinned.account, pinned.route], ["a", undefined]);
  });

  await t.test("a repeated request gets what it got", async () => {
    const headers = { "idempotency-key": "again" };
    const body = [{ to: "+491511", text }, { to: "+447700900001", text }];
    const first = await gateway.post("/v1/messages", body, headers);
    assert.deepEqual((await gateway.post("/v1/messages", body, headers)).body, first.body);
  });

  await t.test("the preview says why", async () => {
    const { body } = await gateway.post("/v1/messages/preview", { to: "+447700900001", from: "12345", text: long });
    assert.deepEqual(body.route, { name: "long", tier: 1, account: "b", from: "12345", passed: [{ name: "premium", field: "to" }, { name: "codes", field: "tag" }, { name: "news", field: "class" }] });
    const news = (await gateway.post("/v1/messages/preview", { to: "+33612345678", text, class: "marketing" })).body.route;
    assert.deepEqual([news.name, news.account], ["news", "a"]);
    assert.equal((await gateway.post("/v1/messages/preview", { to: "+33612345678", text, class: "spam" })).status, 422);
    assert.equal(body.segments, 2);
    const code = (await gateway.post("/v1/messages/preview", { to: "+447700900001", text, tag: "otp" })).body.route;
    assert.deepEqual(code, { name: "codes", tier: 1, account: "c", from: "CODES", tlvs: { "0x1400": "entity" }, passed: [{ name: "premium", field: "to" }] });
    const none = (await gateway.post("/v1/messages/preview", { to: "+491511", text }, crm)).body.route;
    assert.equal(none.error.type, "urn:smpp-edge:problem:no-route");
    assert.deepEqual(none.passed.map(({ field }) => field), ["to", "to", "class", "key", "to"]);
    assert.equal((await gateway.post("/v1/messages/preview", { text })).body.route, undefined);
  });

  await t.test("other rules over what was sent", async () => {
    const other = [{ name: "uk", to: "44", from: ["ACME", "12345"], accounts: [{ c: 1, a: 0 }] }, { name: "no", to: "4477", refuse: "no" }];
    const { status, body } = await gateway.post("/v1/routes/simulate", { routes: other });
    assert.equal(status, 200, JSON.stringify(body));
    const stored = await gateway.all();
    assert.deepEqual([body.messages, body.pinned], [stored.length, 1]);
    // The first code had another sender before its rule replaced it, the second had none.
    const accounts = stored.filter(({ from, text: own, tag }) => from === "ACME" || (from === "CODES" && own === text && tag === "otp")).map(({ account }) => account);
    const moved = (from) => accounts.filter((account) => account === from).length;
    assert.deepEqual(body.moves.toSorted((x, y) => (x.from < y.from ? -1 : 1)), [{ from: "a", to: "c", messages: moved("a") }, { from: "b", to: "c", messages: moved("b") }]);
    assert.deepEqual(body.routes, [{ name: "uk", messages: moved("a") + moved("b") + 1 }, { name: "no", messages: body.refused }]);
    assert.deepEqual([body.unrouted, body.messages], [1, 1 + body.pinned + body.refused + moved("a") + moved("b") + 1]);
    assert.equal((await gateway.post("/v1/routes/simulate", { routes: other, limit: 1 })).body.messages, 3);
    const wrong = await gateway.post("/v1/routes/simulate", { routes: [{ name: "x", accounts: "nobody" }] });
    assert.deepEqual([wrong.status, wrong.body.detail], [400, 'routes: "x" has the unknown account "nobody"']);
    assert.equal((await gateway.post("/v1/routes/simulate", {})).status, 400);
  });

  await t.test("only accounts that can send get messages, and those of the rule alone", async () => {
    await a.stop();
    a.drop();
    await until("its loss", async () => (await gateway.get("/v1/links")).body.links[0].state !== "bound");
    const to = Array.from({ length: 20 }, (_, i) => `+4477009002${String(i).padStart(2, "0")}`).find((number) => accountsOf({ accounts: [{ a: 70, b: 30 }] }, number.slice(1))[0] === "a");
    await until("its link to give up", async () => (await message({ to, text })).account === "b");
    await b.stop();
    b.drop();
    await until("the other tier", async () => (await message({ to, text })).account === "c");
    const { route } = (await gateway.post("/v1/messages/preview", { to, text })).body;
    assert.deepEqual([route.account, route.tier], ["c", 2]);
  });
});

test("what waits on a link that is down moves within its route, and says so; wrong routes take no link down", async (t) => {
  const [a, b, c] = [await Smsc.start(t), await Smsc.start(t), await Smsc.start(t)];
  const storage = temporary(t);
  const vars = (routes) => ({ SMPP_ACCOUNTS: JSON.stringify({ a: { url: a.url }, b: { url: b.url }, c: { url: c.url } }), SMPP_ROUTES: JSON.stringify(routes), SMPP_FAILOVER_SECONDS: "1" });
  const gateway = await startGateway(t, { storage, vars: vars([{ name: "two", accounts: ["a", "c"] }]) });
  await until("three binds", async () => (await gateway.get("/healthz")).body.links.up === 3);
  a.answer = () => ({ status: 0x14 });
  const { body: { id } } = await gateway.post("/v1/messages", { to: "+491511", text: "moves" });
  await until("the refusal", async () => (await gateway.get(`/v1/messages/${id}`)).body.error);
  await a.stop();
  a.drop();
  const moved = await gateway.message(id, "delivered");
  assert.deepEqual([moved.account, moved.route], ["c", "two"]);
  assert.deepEqual(moved.history.map(({ status }) => status).slice(0, 3), ["queued", "moved", "sent"]);
  assert.deepEqual([moved.history[1].account, moved.history[1].link], ["c", 0]);
  assert.equal(b.submitted.length, 0);
  await gateway.stop();

  const wrong = await startGateway(t, { storage, vars: vars([{ name: "two", accounts: ["a", "x"] }]) });
  await until("two binds", async () => (await wrong.get("/healthz")).body.links?.up === 2);
  assert.deepEqual((await wrong.get("/healthz")).body.problems, ['SMPP_ROUTES: "two" has the unknown account "x"']);
  for (const path of ["/v1/messages", "/v1/messages/preview"]) {
    const { status, body } = await wrong.post(path, { to: "+491511", text: "hello" });
    assert.deepEqual([status, body.type], [500, "urn:smpp-edge:problem:misconfigured"]);
  }
  const { command_status: status } = await b.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: "Good day" });
  assert.equal(status, 0);
  assert.equal((await wrong.get("/v1/inbound")).body.messages.length, 1);
});
