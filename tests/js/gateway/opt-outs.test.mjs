// Who must not be written to: words, the list, and messages in workerd.

import assert from "node:assert/strict";
import test from "node:test";
import { OptOutKeeper } from "../../../js/gateway/link/opt-outs.ts";
import { Database } from "../../../js/gateway/link/database.ts";
import { numberOf } from "../../../js/gateway/model/address.ts";
import { settingsOf } from "../../../js/gateway/model/config.ts";
import { isBlocked, requestOf } from "../../../js/gateway/model/opt-out.ts";
import { startInProcess } from "./in-process.mjs";
import { sqliteStorage } from "./sqlite.mjs";
import { Smsc, startGateway, until } from "./support.mjs";

const optOut = (setting) => settingsOf({ SMPP_URL: "smpp://a:b@host", SMPP_OPT_OUT: setting }).optOut;

test("the whole text has to be a word, in any spelling", () => {
  const settings = optOut("{}");
  const ask = (text, own = settings) => requestOf(text, own)?.request;
  for (const text of ["STOP", "stop", " Stop. ", "«STOP!»", "STOPALL", "stop  all", "Unsubscribe", "cancel", "END", "quit", "Revoke", "optout", "opt out", "OPT-OUT", "ARRÊT", "arrete", "ＳＴＯＰ", "ST\u00adOP", "stop\n", "\"stop\"", "🛑 STOP 🛑"]) assert.equal(ask(text), "stop", text);
  for (const text of ["START", "unstop", "Start!"]) assert.equal(ask(text), "start", text);
  for (const text of ["HELP", "info?"]) assert.equal(ask(text), "help", text);
  for (const text of ["STOP PLEASE", "STOP 12345", "please, stop", "no end in sight"]) assert.equal(ask(text), "maybe", text);
  for (const text of ["", "YES", "nonstop", "I will stop by at five", "...", "stopping", "started"]) assert.equal(ask(text), undefined, text);
  const own = optOut({ stop: ["Stopp", "afmelden"], help: [] });
  for (const [text, request] of [["stopp", "stop"], ["STOP", undefined], ["Afmelden.", "stop"], ["help", undefined], ["start", "start"]]) assert.equal(ask(text, own), request, text);
  assert.equal(ask("schluß", optOut({ stop: ["SCHLUSS"] })), "stop");
  assert.equal(optOut(undefined), undefined);
  for (const wrong of [{ stop: ["..."] }, { stop: ["🛑"] }, { stop: ["STOP"], start: ["stop"] }, { help: ["stop"] }, '{"stop":["x"],"__proto__":{}}']) assert.throws(() => optOut(wrong), /^ConfigError: SMPP_OPT_OUT/, JSON.stringify(wrong));
});

test("a number is the same number however it is written", () => {
  const plain = [["+447700900001"], ["447700900001"], ["44 7700 900001"], ["4-47700900001 "], ["+44 (7700) 900.001"], ["44/7700900001"], ["44\t7700900001\u00a0"], ["44,7700_900:001;"], ["\u200e+44 7700 900001"], ["00447700900001"], ["00 44 7700-900001"]];
  for (const [addr] of plain) for (const to of [addr, { ton: 1, npi: 1, addr }, { ton: 0, npi: 0, addr }]) assert.equal(numberOf(to), "447700900001", JSON.stringify(to));
  for (const [to, number] of [[{ ton: 5, npi: 0, addr: "AC-ME 1" }, "AC-ME 1"], [{ ton: 0, npi: 0, addr: "*100#" }, "*100#"], [{ ton: 0, npi: 0, addr: "- -" }, "- -"], [{ ton: 0, npi: 0, addr: "00123" }, "00123"], [{ ton: 0, npi: 0, addr: "000447700900" }, "000447700900"]]) assert.equal(numberOf(to), number);
});

test("an entry blocks everything, an account or a sender", () => {
  for (const [scopes, account, from, blocked] of [
    [undefined, "a", "1", false], [["all"], "a", undefined, true], [["account:a"], "a", "1", true], [["account:a"], "b", "1", false],
    [["sender:12345"], "a", "12345", true], [["sender:12345"], "a", "+12345", true], [["sender:ACME"], "a", "acme", false], [["sender:1"], "a", undefined, false], [["account:b", "sender:1"], "a", "1", true],
  ]) assert.equal(isBlocked(scopes, account, from), blocked, JSON.stringify([scopes, account, from]));
});

test("a keyword does not replace what an operator entered, and START lifts keywords alone", async () => {
  const storage = sqliteStorage();
  const list = new OptOutKeeper(new Database(storage));
  const entry = (number, source, more) => ({ number, scope: "all", source, at: "2026-11-30T12:00:00.000Z", ...more });
  await list.block([entry("1", "keyword", { word: "stop", messageId: "m" }), entry("2", "api")]);
  await list.block([entry("1", "keyword", { word: "quit" }), entry("2", "keyword")]);
  assert.deepEqual(await list.blocked("", "", 5), [entry("1", "keyword", { word: "stop", messageId: "m" }), entry("2", "api")]);
  for (const number of ["1", "2"]) await list.unblock(number, ["all", "account:a"], "keyword");
  assert.deepEqual(await list.blocks(["1", "2", "3"]), [["2", "all"]]);
  await list.block([entry("3", "keyword"), entry("3", "keyword", { scope: "sender:1" }), entry("3", "keyword", { scope: "account:b" })]);
  await list.block([entry("3", "import")]);
  await list.unblock("3", ["all", "account:a", "sender:1"], "keyword");
  assert.deepEqual((await list.blocked("2", "~", 5)).map(({ scope, source }) => [scope, source]), [["account:b", "keyword"], ["all", "import"]]);
  assert.deepEqual([await list.unblock("3", ["all"]), await list.unblock("3", ["all"]), await list.unblock("3"), await list.unblock("2")], [1, 0, 1, 1]);
  // Each statement finds its rows by the primary key.
  for (const statement of storage.statements) {
    if (!/opt_outs/.test(statement) || /^(CREATE|INSERT)/.test(statement)) continue;
    const plan = storage.database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...Array.from(statement.matchAll(/\?/g), () => null)).map(({ detail }) => detail);
    assert.ok(plan.some((detail) => /SEARCH (o|opt_outs) USING PRIMARY KEY/.test(detail)) && plan.every((detail) => !/TEMP B-TREE|SCAN (o|opt_outs)/.test(detail)), `${statement}\n${plan.join("\n")}`);
  }
});

const text = "hello";
const inbound = (from, body, to = "12345") => ({ source_addr: from, destination_addr: to, short_message: body });

test("in workerd STOP blocks at acceptance and at sending, and START lifts it", async (t) => {
  const [smsc, other] = [await Smsc.start(t), await Smsc.start(t)];
  const keys = { shop: "shop-key-1", codes: { key: "codes-key-2", optOut: "ignore" } };
  const gateway = await startGateway(t, { vars: { SMPP_ACCOUNTS: JSON.stringify({ main: { url: smsc.url, links: 2 }, other: { url: other.url } }), SMPP_API_KEYS: JSON.stringify(keys), SMPP_OPT_OUT: {} } });
  gateway.headers = { authorization: "Bearer shop-key-1" };
  const codes = { authorization: "Bearer codes-key-2" };
  await until("three binds", async () => (await gateway.get("/healthz")).body.links.up === 3);
  const optOuts = async (query = "") => (await gateway.get(`/v1/opt-outs${query}`)).body.optOuts;
  const ask = async (from, body, to) => assert.equal((await smsc.deliver(inbound(from, body, to))).command_status, 0);

  await t.test("the message that waits fails, the next one is refused, and that one alone", async () => {
    const later = await gateway.post("/v1/messages", { to: "+447700900001", text, scheduleAt: new Date(Date.now() + 3_000).toISOString() });
    const free = await gateway.post("/v1/messages", { to: "+447700900002", text, scheduleAt: new Date(Date.now() + 3_000).toISOString() });
    const exempt = await gateway.post("/v1/messages", { to: "+447700900001", text: "code", scheduleAt: new Date(Date.now() + 3_000).toISOString() }, codes);
    await ask("447700900001", "Stop.");
    const [entry] = await optOuts("?number=%2B447700900001");
    assert.deepEqual({ ...entry, messageId: "", at: "" }, { number: "447700900001", scope: "all", source: "keyword", word: "stop", messageId: "", at: "" });
    const { body: { messages: [stored] } } = await gateway.get("/v1/inbound");
    assert.deepEqual([stored.id, stored.optOut, stored.text], [entry.messageId, "stop", "Stop."]);

    const refused = await gateway.post("/v1/messages", { to: "+44 7700 900001", text });
    assert.deepEqual([refused.status, refused.body.type], [422, "urn:smpp-edge:problem:opted-out"]);
    const pinned = await gateway.post("/v1/messages", { to: "+447700900001", text, account: "other" });
    assert.equal(pinned.status, 422);
    for (const addr of ["44 7700900001", "44-7700-900001", "447700900001 "]) assert.equal((await gateway.post("/v1/messages", { to: { ton: 1, npi: 1, addr }, text })).status, 422, addr);
    const some = await gateway.post("/v1/messages", [{ to: "+447700900001", text }, { to: "+447700900003", text }]);
    assert.deepEqual([some.status, some.body[0].error?.type, typeof some.body[1].id], [202, "urn:smpp-edge:problem:opted-out", "string"]);
    assert.equal((await gateway.post("/v1/messages/preview", { to: "+447700900001", text })).body.optedOut, true);
    assert.equal((await gateway.post("/v1/messages/preview", { to: "+447700900001", text }, codes)).body.optedOut, false);
    assert.equal((await gateway.post("/v1/messages/preview", { to: "+447700900002", text })).body.optedOut, false);

    const failed = await gateway.message(later.body.id, "failed");
    assert.deepEqual(failed.error, { reason: "opted-out", detail: "The recipient has opted out" });
    await gateway.message(free.body.id, "delivered");
    await gateway.message(exempt.body.id, "delivered");
    assert.deepEqual([...smsc.submitted, ...other.submitted].filter(({ destination_addr: to }) => to === "447700900001").map((pdu) => pdu.short_message.message.toString()), ["code"]);
  });

  await t.test("a word among others is noted, help changes nothing, START lifts what a keyword stopped", async () => {
    await ask("447700900004", "STOP PLEASE");
    await ask("447700900001", "help");
    assert.deepEqual((await gateway.get("/v1/inbound?limit=2")).body.messages.map(({ optOut: own }) => own).sort(), ["help", "maybe"]);
    assert.equal((await optOuts()).length, 1);
    await ask("447700900001", "START");
    assert.equal((await optOuts()).length, 0);
    assert.equal((await gateway.post("/v1/messages", { to: "+447700900001", text })).status, 202);
    await gateway.call("PUT", "/v1/opt-outs", { number: "+447700900001" });
    await ask("447700900001", "START");
    assert.equal((await gateway.post("/v1/messages", { to: "+447700900001", text })).status, 422, "an operator's entry stays");
  });

  await t.test("a word in segments counts, once all are there; a sender with letters is on no list", async () => {
    const segment = (part, body) => smsc.deliver({ ...inbound("447700900007", ""), esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 0xaa, 2, part]), message: Buffer.from(body) } });
    assert.equal((await segment(2, "OP")).command_status, 0);
    assert.deepEqual(await optOuts("?number=447700900007"), []);
    assert.equal((await segment(1, "ST")).command_status, 0);
    const [entry] = await optOuts("?number=447700900007");
    assert.deepEqual([entry.word, entry.scope], ["stop", "all"]);
    await ask("ACME STOP", "STOP", undefined);
    const { body: { messages: [named, joined] } } = await gateway.get("/v1/inbound?limit=2");
    assert.deepEqual([named, joined].map(({ text: own, optOut: asked }) => [own, asked]).sort(), [["STOP", "stop"], ["STOP", undefined]].sort());
    assert.ok((await optOuts()).every(({ number }) => /^\d+$/.test(number)));
  });

  await t.test("entries of an account or a sender block that alone", async () => {
    const put = await gateway.call("PUT", "/v1/opt-outs", [{ number: "447700900005", scope: "account:main" }, { number: "447700900006", scope: "sender:ACME" }]);
    assert.deepEqual([put.status, put.body], [200, { stored: 2 }]);
    const sent = await gateway.post("/v1/messages", { to: "+447700900005", text });
    assert.match(sent.body.id, /-other-0$/);
    assert.equal((await gateway.post("/v1/messages", { to: "+447700900005", text, account: "main" })).status, 422);
    assert.equal((await gateway.post("/v1/messages", { to: "+447700900006", from: "ACME", text })).status, 422);
    assert.equal((await gateway.post("/v1/messages", { to: "+447700900006", from: "acme", text })).status, 202);
  });

  await t.test("lists come out as they went in", async () => {
    for (const { number } of await optOuts()) await gateway.delete(`/v1/opt-outs?number=${number}`);
    const many = Array.from({ length: 60 }, (_, i) => ({ number: `4915100${100 + i}` }));
    const upload = (body, type) => gateway.call("PUT", "/v1/opt-outs", body, { "content-type": type });
    assert.deepEqual((await upload(many.map((one) => JSON.stringify(one)).join("\n"), "application/x-ndjson")).body, { stored: 60 });
    assert.deepEqual((await upload("+4915100100\r\n4915100999\r\n", "text/csv; charset=utf-8")).body, { stored: 2 });
    assert.deepEqual((await upload('scope,number,source,at\n"sender:A,""B""",4915100998,keyword,2026-01-01T00:00:00Z\n', "text/csv")).body, { stored: 1 });
    const formula = { number: "4915100997", scope: "all", source: "import", word: "=1+1", at: "2026-01-01T00:00:00.000Z" };
    assert.deepEqual((await upload(JSON.stringify(formula), "application/x-ndjson")).body, { stored: 1 });
    const all = [];
    for (let cursor = ""; cursor !== null;) {
      const { body } = await gateway.get(`/v1/opt-outs?limit=7${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      all.push(...body.optOuts);
      cursor = body.cursor;
    }
    assert.deepEqual(all.map(({ number }) => number).sort(), [...many.map(({ number }) => number), "4915100997", "4915100998", "4915100999"].sort());
    assert.deepEqual(all.find(({ number }) => number === "4915100998"), { number: "4915100998", scope: 'sender:A,"B"', source: "keyword", at: "2026-01-01T00:00:00.000Z" });
    const [csv, ndjson] = [await gateway.get("/v1/opt-outs?format=csv"), await gateway.get("/v1/opt-outs?format=ndjson")];
    assert.deepEqual([csv.type, ndjson.type], ["text/csv", "application/x-ndjson"]);
    assert.ok(csv.body.includes("\n4915100997,all,import,'=1+1,,"));
    for (const number of all.map((entry) => entry.number)) assert.deepEqual((await gateway.delete(`/v1/opt-outs?number=%2B${number}`)).body, { removed: 1 });
    assert.deepEqual(await optOuts(), []);
    await upload(csv.body, "text/csv");
    assert.equal((await gateway.get("/v1/opt-outs?format=csv")).body, csv.body);
    assert.deepEqual((await gateway.get("/v1/opt-outs?number=4915100997")).body.optOuts, [formula]);
    await upload(ndjson.body, "application/x-ndjson");
    assert.equal((await gateway.get("/v1/opt-outs?format=ndjson")).body, ndjson.body);
    const wrong = await upload('{"number":"1"}\n{"number":"x"}', "application/x-ndjson");
    assert.deepEqual([wrong.status, wrong.body.errors], [400, [{ path: "1.number", message: "a phone number is expected" }]]);
    assert.equal((await upload("{", "application/x-ndjson")).status, 400);
    assert.equal((await upload('{"number":"1","word":"a\\nb"}', "application/x-ndjson")).status, 400);
    assert.equal((await gateway.get("/v1/opt-outs?cursor=x")).status, 400);
  });
});

test("a STOP that can't be stored is not acknowledged; messages are not sent while nobody knows", async (t) => {
  t.mock.method(console, "error", () => {});
  const smsc = await Smsc.start(t);
  let broken = true;
  const calls = (name, _method, _values, call) => {
    if (broken && name.startsWith("@opt-outs/")) throw new Error("broken");
    return call();
  };
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url, SMPP_OPT_OUT: {} }, calls });
  await gateway.bound();
  assert.notEqual((await smsc.deliver(inbound("447700900001", "STOP"))).command_status, 0);
  assert.equal((await gateway.get("/v1/inbound")).body.messages.length, 0);
  assert.equal((await smsc.deliver(inbound("447700900001", "hello"))).command_status, 0);
  broken = false;
  const { body: { id } } = await gateway.post("/v1/messages", { to: "+447700900002", text, scheduleAt: new Date(Date.now() + 1_500).toISOString() });
  broken = true;
  const { mock } = console.error;
  await until("the failed check", () => mock.calls.some(({ arguments: [line] }) => String(line).includes("opt-outs")));
  assert.equal(smsc.submitted.length, 0);
  assert.equal((await gateway.get(`/v1/messages/${id}`)).body.status, "queued");
  assert.equal((await smsc.deliver(inbound("447700900001", "STOP"))).command_status, 0x64);
  broken = false;
  assert.equal((await smsc.deliver(inbound("447700900001", "STOP"))).command_status, 0);
  await gateway.message(id, "delivered");
});

test("without the setting no object is asked", async (t) => {
  const smsc = await Smsc.start(t);
  const names = new Set();
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url }, calls: (name, _method, _values, call) => (names.add(name), call()) });
  await gateway.bound();
  assert.equal((await smsc.deliver(inbound("447700900001", "STOP"))).command_status, 0);
  const sent = await gateway.post("/v1/messages", { to: "+447700900001", text, scheduleAt: new Date(Date.now() + 1_500).toISOString() });
  await gateway.message(sent.body.id, "delivered");
  assert.equal((await gateway.get("/v1/inbound")).body.messages[0].optOut, undefined);
  assert.deepEqual([...names].filter((name) => name !== "main/0" && name !== "@links"), []);
  for (const method of ["GET", "PUT"]) {
    const { status, body } = await gateway.call(method, "/v1/opt-outs", method === "PUT" ? [] : undefined);
    assert.deepEqual([status, body.detail], [404, "SMPP_OPT_OUT is not set"]);
  }
});
