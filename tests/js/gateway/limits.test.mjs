// How many messages recipients, prefixes and keys may get: the rule against a slow, obvious model, and limits in workerd.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { Database } from "../../../js/gateway/link/database.ts";
import { encodePdu } from "../../../js/engine/codec.ts";
import { countryOf } from "../../../js/gateway/model/countries.ts";
import { toHex } from "../../../js/gateway/model/hex.ts";
import { rowUlid } from "../../../js/gateway/model/ids.ts";
import { candidateOf, ticketOf } from "../../../js/gateway/limits/candidate.ts";
import { LimitKeeper } from "../../../js/gateway/limits/keeper.ts";
import { Counter, dayOf, endOfDay, freeAt, prefixOf } from "../../../js/gateway/limits/rule.ts";
import { limitsOf } from "../../../js/gateway/limits/setting.ts";
import { seeded } from "../seeded.ts";
import { NodeEsme } from "../simulator/peers.ts";
import { hashed } from "./application-settings.mjs";
import { startInProcess } from "./in-process.mjs";
import { sqliteStorage } from "./sqlite.mjs";
import { freePort, listening, root, Smsc, startGateway, startReceiver, until } from "./support.mjs";

const settings = (given) => limitsOf({ SMPP_LIMITS: given });

test("settings are read, and wrong ones named without their values", () => {
  const { recipient, prefix, duplicate, countries, allow, monitor, timeZone } = settings({ recipient: "otp", allow: ["+447700900001"], duplicate: 60 });
  assert.deepEqual(recipient, [{ count: 1, seconds: 30 }, { count: 5, seconds: 600 }, { count: 10, seconds: 86_400 }]);
  assert.deepEqual([prefix, duplicate, countries, allow, monitor, timeZone], [[], 60_000, undefined, ["447700900001"], false, "UTC"]);
  assert.equal(settings('{"mode":"monitor","spend":{"*":5}}').monitor, true);
  assert.equal(settings(undefined), undefined);
  for (const wrong of [{ mode: "off" }, { countries: ["UK"] }, { recipient: [{ count: 0, seconds: 1 }] }, { recipient: "sms" }, { timeZone: "Nowhere/At all" }, { spend: { a: -1 } }, { block: ["x"] }, { match: { too: "1" } }, "{", "[]"]) {
    assert.throws(() => settings(wrong), /^ConfigError: SMPP_LIMITS/, JSON.stringify(wrong));
  }
});

test("a number's country is what libphonenumber says", () => {
  const numbers = JSON.parse(readFileSync(join(root, "tests/vectors/gateway/countries.json"), "utf8"));
  // Numbers of these may be those of the country in the comment.
  const shared = new Set(["358412345678" /* FI */]);
  for (const [country, own] of Object.entries(numbers)) for (const number of own) if (!shared.has(number)) assert.equal(countryOf(number), country, number);
  assert.equal(Object.keys(numbers).length, 237);
  for (const none of ["", "0", "07700900001", "12345", "21099999"]) assert.equal(countryOf(none), undefined, none);
});

test("a day ends at midnight of its time zone, also where a clock is set", () => {
  for (const [at, zone, day, end] of [
    ["2026-11-30T12:00:00Z", "UTC", "2026-11-30", "2026-12-01T00:00:00Z"],
    ["2026-11-30T07:30:00Z", "America/Los_Angeles", "2026-11-29", "2026-11-30T08:00:00Z"],
    ["2026-10-25T00:30:00Z", "Europe/London", "2026-10-25", "2026-10-26T00:00:00Z"],
    ["2026-10-24T23:00:00Z", "Europe/London", "2026-10-25", "2026-10-26T00:00:00Z"],
    ["2026-03-29T00:30:00Z", "Europe/London", "2026-03-29", "2026-03-29T23:00:00Z"],
  ]) {
    const time = Date.parse(at);
    assert.equal(dayOf(time, zone), day);
    assert.ok(Math.abs(endOfDay(time, zone) - Date.parse(end)) <= 1000, `${at} ${zone}: ${new Date(endOfDay(time, zone)).toISOString()}`);
    assert.notEqual(dayOf(endOfDay(time, zone), zone), day);
  }
});

test("a window is open again when the oldest message of a full one has left it", () => {
  const windows = [{ count: 2, seconds: 10 }, { count: 3, seconds: 60 }];
  assert.equal(freeAt([], windows, 5), 5);
  assert.equal(freeAt([1_000, 5_000], windows, 6_000), 11_000);
  assert.equal(freeAt([1_000, 5_000], windows, 11_000), 11_000);
  assert.equal(freeAt([1_000, 5_000, 11_000], windows, 15_000), 61_000);
  assert.deepEqual(["447700900123", "1234567", "ACME-SHOP", "49151-000000"].map(prefixOf), ["44770090", undefined, undefined, undefined]);
});

/** The slow, obvious model: every message that passed and may matter, looked through each time. */
class Model {
  passed = [];

  constructor(rules) {
    this.rules = rules;
  }

  over({ number, text }, now) {
    const { recipient, prefix, duplicate } = this.rules;
    const isFull = (of, { count, seconds }) => this.passed.filter((message) => of(message) && message.at > now - seconds * 1000).length >= count;
    if (recipient.some((window) => isFull((message) => message.number === number, window))) return "recipient";
    if (prefix.some((window) => isFull((message) => message.number.length === number.length && message.number.slice(0, -4) === number.slice(0, -4), window))) return "prefix";
    if (text !== undefined && this.passed.some((message) => message.number === number && message.text === text && message.at > now - duplicate)) return "duplicate";
    return undefined;
  }

  count(candidate, now) {
    this.passed = this.passed.filter(({ at }) => at > now - this.horizon);
    const { part } = candidate;
    const same = this.passed.filter(({ number, ticket }) => number === candidate.number && ticket === candidate.ticket);
    const known = part === undefined ? same[0] : same.findLast(({ at, parts }) => at > now - 300_000 && !parts.has(part));
    known?.parts.add(part);
    if (known) return undefined;
    const check = this.over(candidate, now);
    if (check === undefined || this.rules.monitor) this.passed.push({ ...candidate, at: now, parts: new Set([part]) });
    return check;
  }

  get horizon() {
    const { recipient, prefix, duplicate } = this.rules;
    return Math.max(duplicate, ...[...recipient, ...prefix].map(({ seconds }) => seconds * 1000));
  }
}

const RULES = [
  { recipient: [{ count: 1, seconds: 30 }, { count: 3, seconds: 300 }], prefix: [{ count: 6, seconds: 120 }], duplicate: 60_000, monitor: false },
  { recipient: [], prefix: [{ count: 4, seconds: 60 }, { count: 9, seconds: 600 }], duplicate: 0, monitor: false },
  { recipient: [{ count: 2, seconds: 20 }], prefix: [], duplicate: 120_000, monitor: false },
  { recipient: [{ count: 2, seconds: 20 }], prefix: [{ count: 5, seconds: 100 }], duplicate: 30_000, monitor: true },
];

/** Runs seeded messages on virtual time through `counter(rules)` and the model. Each that passes before its time is checked at that time, too. */
function agree(seed, messages, counterOf) {
  const random = seeded(seed);
  const pick = (count) => Math.floor(random() * count);
  for (const rules of RULES) {
    const counter = counterOf(rules);
    const model = new Model(rules);
    let now = 1_000_000;
    let last;
    for (let i = 0; i < messages; i++) {
      now += pick(12) * 1000;
      const number = `4477009${pick(2)}000${pick(4)}`;
      // Parts of long messages have few references, so that they come again.
      const long = random() < 0.3 && { number, ticket: -1 - pick(2), part: 1 + pick(3) };
      const candidate = last && random() < 0.05 ? last : long || { number, ticket: i, text: `t${pick(3)}` };
      last = candidate;
      if (!rules.monitor && random() < 0.05) {
        const given = model.passed[pick(model.passed.length)];
        if (given && given.part === undefined && now - given.at < model.horizon) {
          counter.giveBack({ number: given.number, ticket: given.ticket });
          model.passed = model.passed.filter(({ number, ticket }) => number !== given.number || ticket !== given.ticket);
        }
      }
      const over = counter.count(candidate, now);
      assert.equal(over?.check, model.count(candidate, now), `seed ${seed}, message ${i}`);
      // It says exactly when the first check will let the message pass.
      if (over && !rules.monitor) {
        assert.notEqual(model.over(candidate, over.free), over.check, `seed ${seed}, message ${i}`);
        assert.equal(model.over(candidate, over.free - 1), over.check, `seed ${seed}, message ${i}`);
      }
    }
  }
}

const MESSAGES = Number(process.env.LIMITED_MESSAGES ?? 2_000);

test(`the rule agrees with the model over ${MESSAGES} messages`, () => {
  for (let seed = 1; seed <= 3; seed++) agree(seed, MESSAGES, (rules) => {
    const entries = new Map();
    return new Counter(rules, {
      read: (number) => [...entries.get(number) ?? []],
      write: (number, own) => void (own.length === 0 ? entries.delete(number) : entries.set(number, own)),
      block: (prefix) => [...entries].flatMap(([number, own]) => (number.startsWith(prefix) && number.length === prefix.length + 4 ? [own] : [])),
    });
  });
});

test("the object that keeps counts agrees with the model, also when it is started anew; rows go when they are old", () => {
  const stores = [];
  agree(7, 500, (rules) => {
    const storage = sqliteStorage();
    stores.push(storage);
    const open = () => new LimitKeeper(new Database(storage), { ...rules, spend: {}, timeZone: "UTC" });
    let [keeper, calls] = [open(), 0];
    return {
      count: (candidate, now) => {
        if (++calls % 20 === 0) keeper = open();
        return keeper.count([candidate], now)[0];
      },
      giveBack: (candidate) => keeper.giveBack([candidate]),
    };
  });
  for (const { statements, database } of stores) {
    for (const statement of statements) {
      if (!/counted|spent/.test(statement) || /^(CREATE|INSERT)/.test(statement)) continue;
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...Array.from(statement.matchAll(/\?/g), () => null)).map(({ detail }) => detail);
      assert.ok(plan.some((detail) => /SEARCH (c|counted|spent) USING PRIMARY KEY/.test(detail)), `${statement}\n${plan.join("\n")}`);
    }
  }
  const storage = sqliteStorage();
  const keeper = new LimitKeeper(new Database(storage), { ...RULES[0], spend: {}, timeZone: "UTC" });
  const count = () => storage.database.prepare("SELECT count(*) AS n FROM counted").get().n;
  for (let i = 0; i < 500; i++) keeper.count([{ number: `49151${10_000_000 + 10_000 * i}`, ticket: i }], 10_000 * i);
  // Five minutes have 30 of them, and looking through takes as long again.
  assert.ok(count() <= 60, `${count()} rows`);
});

test("a message counts once, however often its call is repeated, and its row is written once a call", () => {
  const storage = sqliteStorage();
  const keeper = new LimitKeeper(new Database(storage), { ...RULES[0], spend: { shop: 10, "*": 5 }, timeZone: "UTC" });
  const candidates = Array.from({ length: 3 }, (_, i) => ({ number: `44770090000${i}`, ticket: i, text: "a" }));
  assert.deepEqual(keeper.count(candidates, 1_000), [undefined, undefined, undefined]);
  assert.deepEqual(keeper.count(candidates, 1_500), [undefined, undefined, undefined]);
  const [again] = keeper.count([{ ...candidates[0], ticket: 9 }], 2_000);
  assert.deepEqual(again, { check: "recipient", free: 31_000, first: true });
  assert.equal(keeper.count([{ ...candidates[0], ticket: 10 }], 3_000)[0].first, false);
  assert.deepEqual(keeper.view("447700900000", "a", 32_000).over, [{ check: "duplicate", free: 61_000, since: 1_000 }]);
  keeper.forget("447700900000");
  assert.deepEqual(keeper.view("447700900000", "a", 2_000), { counted: [], over: [] });

  const day = Date.parse("2026-11-30T12:00:00Z");
  assert.deepEqual(keeper.spend("shop", [6, 5, 4], day).map((over) => over?.check), [undefined, "spend", undefined]);
  assert.deepEqual(keeper.spend("other", [6, 5], day).map((over) => over?.check), ["spend", undefined]);
  keeper.refund("shop", 4, day);
  assert.deepEqual(keeper.spent("shop"), { day: "2026-11-30", segments: 6 });
  keeper.refund("shop", 4, day - 86_400_000);
  assert.deepEqual(keeper.spend("shop", [4, 1], day).map((over) => over?.check), [undefined, "spend"]);
  assert.deepEqual(keeper.spend("shop", [10], day + 86_400_000), [undefined]);
  for (const name of ["constructor", "__proto__"]) assert.deepEqual(keeper.spend(name, [6, 5], day).map((over) => over?.check), ["spend", undefined], name);
});

/** What limits see of an application's submit_sm. */
function candidate(fields) {
  const input = { from: { ton: 0, npi: 0, addr: "12345" }, to: { ton: 1, npi: 1, addr: "447700900001" }, pdu: toHex(encodePdu({ command: "submit_sm", sequence: 1, ...fields })) };
  input.counted = ticketOf(input, undefined, 0);
  return candidateOf({ duplicate: 1 }, { message: { input, segments: 1 }, index: 0 });
}

test("a part of a long message is known by its reference, by header or TLV; one of one, and what is no part, is a message of its own", () => {
  const udh = (header, text = "hello") => candidate({ esm_class: 0x40, short_message: Buffer.from([header.length, ...header, ...Buffer.from(text)]) });
  const sar = (reference, total, number) => candidate({ short_message: Buffer.from("hello"), tlvs: { sar_msg_ref_num: reference, sar_total_segments: total, sar_segment_seqnum: number } });
  const plain = candidate({ short_message: Buffer.from("hello") });
  const tickets = [1, 2, 3].map((number) => [udh([0, 3, 7, 3, number]), udh([8, 4, 1, 7, 3, number]), udh([5, 4, 0, 80, 0, 80, 0, 3, 8, 3, number]), sar(7, 3, number)]);
  for (const [i, own] of tickets.entries()) assert.deepEqual(own.map(({ part, text }) => [part, text]), own.map(() => [i + 1, undefined]));
  assert.equal(new Set(tickets.flat().map(({ ticket }) => ticket)).size, 4, "each long message has one ticket");
  const alone = [[0, 3, 7, 1, 1], [0, 3, 8, 1, 1], [8, 4, 1, 7, 1, 1], [0, 3, 7, 3, 4], [0, 3, 7, 3, 0], [0, 3, 7, 0, 0]].map((header) => udh(header));
  for (const [i, { part, text }] of [...alone, sar(7, 1, 1), sar(7, 3, 4)].entries()) assert.deepEqual([part, text], [undefined, plain.text], `${i}`);
  assert.notEqual(alone[0].ticket, udh([0, 3, 7, 1, 1]).ticket);
  const odd = [udh([5, 4, 0, 80, 0, 80]), udh([0, 1, 7]), udh([0, 200, 7]), candidate({ esm_class: 0x40, short_message: Buffer.from([9, 0, 3, 7]) }), candidate({ esm_class: 0x40, short_message: Buffer.alloc(0) })];
  for (const [i, { part, text }] of odd.entries()) assert.deepEqual([part, typeof text, text === plain.text], [undefined, "string", false], `${i}`);
});

test("what is a part in one place, and a whole message or another part in a second one, is a message of its own", () => {
  const { text } = candidate({ short_message: Buffer.from("hello") });
  const header = (...elements) => Buffer.from([elements.flat().length, ...elements.flat(), ...Buffer.from("hello")]);
  const sar = (part, total = 9) => ({ sar_msg_ref_num: 7, sar_total_segments: total, sar_segment_seqnum: part });
  const [part, whole] = [[0, 3, 7, 9, 2], [0, 3, 7, 1, 1]];
  for (const [what, fields, own, known] of [
    ["the last element holds", { esm_class: 0x40, short_message: header(part, whole) }, undefined, text],
    ["also where it is the part", { esm_class: 0x40, short_message: header(whole, part) }, 2],
    ["header and TLVs agree", { esm_class: 0x40, short_message: header(part), tlvs: sar(2) }, 2],
    ["the header has a whole message", { esm_class: 0x40, short_message: header(whole), tlvs: sar(2) }, undefined, text],
    ["another part", { esm_class: 0x40, short_message: header(part), tlvs: sar(3) }, undefined, text],
    ["another total", { esm_class: 0x40, short_message: header(part), tlvs: sar(2, 8) }, undefined, text],
    ["two bodies", { esm_class: 0x40, short_message: Buffer.from("hello"), tlvs: { message_payload: header(part) } }, undefined, text],
    ["one body in the TLV", { esm_class: 0x40, tlvs: { message_payload: header(part) } }, 2],
    ["an empty TLV beside the body", { short_message: Buffer.from("hello"), tlvs: { message_payload: Buffer.alloc(0) } }, undefined, text],
  ]) {
    const found = candidate(fields);
    assert.deepEqual([found.part, found.text], [own, known], what);
  }
  // sar_total_segments twice: 9, then 1.
  const pdu = encodePdu({ command: "submit_sm", sequence: 1, short_message: Buffer.from("hello"), tlvs: sar(2) });
  const twice = Buffer.concat([pdu, Buffer.from("020e000101", "hex")]);
  twice.writeUInt32BE(twice.length);
  assert.equal(candidateOf({ duplicate: 1 }, { message: { input: { from: { ton: 0, npi: 0, addr: "12345" }, to: "447700900001", pdu: toHex(twice), counted: 1 }, segments: 1 }, index: 0 }).part, undefined);
});

test("a sender is the same one however it is written", () => {
  const textOf = (from) => candidateOf({ duplicate: 1 }, { message: { input: { from, to: "447700900001", text: "hello", counted: 1 }, segments: 1 }, index: 0 }).text;
  for (const from of ["447700900000", "+44 7700 900000", { ton: 1, npi: 1, addr: "447700900000" }]) assert.equal(textOf(from), textOf("+447700900000"));
  assert.notEqual(textOf("ACME"), textOf("acme"));
});

test("a long message counts once, and again when its reference comes again; what is left of it stays counted", () => {
  const keeper = new LimitKeeper(new Database(sqliteStorage()), { ...RULES[0], recipient: [{ count: 3, seconds: 3600 }], prefix: [], unverified: { least: 3, share: 0 }, spend: {}, timeZone: "UTC" });
  const number = "447700900001";
  const parts = (...own) => own.map((part) => ({ number, ticket: 7, part }));
  const checks = (own, at) => keeper.count(own, at).map((over) => over?.check);
  const codes = (own, at) => keeper.codes("GB", own, at).map((over) => over?.check);
  const counted = (at) => [keeper.view(number, undefined, at).counted.length, keeper.codesOf("GB", at).sent];
  for (const count of [checks, codes]) {
    assert.deepEqual(count(parts(1, 2, 3), 1_000), [undefined, undefined, undefined]);
    // Out of their order, and in two calls.
    assert.deepEqual([...count(parts(3), 2_000), ...count(parts(1, 2), 2_000)], [undefined, undefined, undefined]);
    assert.deepEqual(count(parts(2), 3_000), [undefined]);
  }
  assert.deepEqual(counted(3_000), [3, 3]);
  assert.deepEqual([checks(parts(1, 1), 4_000), codes(parts(3, 3), 4_000)], [[undefined, "recipient"], [undefined, "unverified"]]);
  keeper.giveBack(parts(1));
  keeper.uncount("GB", parts(3), 4_000);
  assert.deepEqual(counted(4_000), [3, 3], "part 2 is left of the third");
  keeper.giveBack(parts(2));
  keeper.uncount("GB", parts(2), 4_000);
  assert.deepEqual(counted(4_000), [2, 2]);
  // After five minutes a part is another message, and the first part stands for the message.
  assert.deepEqual([checks(parts(3), 400_000), codes(parts(2), 400_000)], [[undefined], [undefined]]);
  assert.deepEqual(counted(400_000), [3, 3]);
  keeper.giveBack(parts(2, 1));
  assert.equal(counted(400_000)[0], 2);
});

test("unverified codes to a country agree with the model, and outlive the object", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const hour = 3_600_000;
  for (let seed = 1; seed <= 3; seed++) {
    const random = seeded(seed);
    const rule = { least: 5, share: 0.25 };
    const storage = sqliteStorage();
    const open = () => new LimitKeeper(new Database(storage), { ...RULES[0], unverified: rule, spend: {}, timeZone: "UTC" });
    let keeper = open();
    const sent = [];
    const ids = [];
    const verified = [];
    let now = 1_700_000_000_000;
    let [passed, refused] = [0, 0];
    for (let i = 0; i < 500; i++) {
      now += Math.floor(random() * hour * 1.5);
      const current = Math.floor(now / hour);
      const hourOf = (at) => Math.floor(at / hour);
      const isLast = (at) => hourOf(at) > current - 24;
      const used = verified.filter(isLast).length;
      const perDay = Array.from({ length: 14 }, (_, day) => verified.filter((at) => Math.floor(hourOf(at) / 24) === Math.floor(current / 24) - day).length);
      const most = Math.floor(Math.max(5, 0.25 * used, 0.25 * Math.max(...perDay)));
      const unverified = Math.max(0, sent.filter(isLast).length - used);
      assert.deepEqual(keeper.codesOf("GB", now), { sent: sent.filter(isLast).length, verified: used, unverified, most }, `seed ${seed}, step ${i}`);
      if (random() < 0.55) {
        const count = 1 + Math.floor(random() * 4);
        const answer = keeper.codes("GB", Array.from({ length: count }, (_, n) => ({ ticket: 10 * i + n })), now);
        const room = Math.min(count, Math.max(0, most - unverified));
        assert.deepEqual(answer.map((over) => over?.check), Array.from({ length: count }, (_, n) => (n < room ? undefined : "unverified")), `seed ${seed}, step ${i}`);
        for (let n = 0; n < room; n++) {
          sent.push(now);
          ids.push(rowUlid(now, ids.length, 0));
        }
        passed += room;
        refused += count - room;
      } else if (random() < 0.8) {
        // Most codes are used soon, some late, and some again.
        const n = random() < 0.8 ? ids.length - 1 - Math.floor(random() * 4) : Math.floor(random() * ids.length);
        if (ids[n] === undefined) continue;
        const isNew = ids[n] !== "" && sent[n] >= now - 14 * 24 * hour;
        const id = rowUlid(sent[n], n, 0);
        assert.equal(keeper.verify("GB", id, now), isNew, `seed ${seed}, step ${i}`);
        assert.equal(keeper.verify("GB", id, now), false);
        ids[n] = "";
        if (isNew) verified.push(sent[n]);
      }
      if (random() < 0.05) {
        // What is counted is written within a second.
        t.mock.timers.setTime(now);
        t.mock.timers.tick(1_000);
        keeper = open();
      }
    }
    assert.ok(storage.database.prepare("SELECT count(*) AS n FROM codes").get().n <= 15 * 24);
    t.mock.timers.setTime(0);
    assert.ok(passed > 100 && refused > 5, `${passed} ${refused}`);
  }
});

const LIMITS_WORKER = join(root, "tests/js/gateway/limits-worker.ts");
const WEBHOOK = { SMPP_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SMPP_WEBHOOK_PRIVATE: "true" };
const text = "hello";
const problem = ({ status, body }) => [status, body.type?.replace("urn:smpp-edge:problem:", "")];

/** A gateway in workerd with limits, bound to an SMSC, with a webhook. */
async function limited(t, SMPP_LIMITS, vars = {}, main = LIMITS_WORKER) {
  const [smsc, receiver] = [await Smsc.start(t), await startReceiver(t)];
  const gateway = await startGateway(t, { main, vars: { SMPP_URL: smsc.url, SMPP_LIMITS, SMPP_WEBHOOK_URL: receiver.url, ...WEBHOOK, ...vars } });
  await gateway.bound();
  const refusals = () => receiver.requests.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === "message.refused").map(({ data }) => data);
  const send = (to, more, headers) => gateway.post("/v1/messages", { to, from: "12345", text, ...more }, headers);
  return { smsc, gateway, refusals, send };
}

test("in workerd recipients, prefixes, countries and lists are limited at acceptance, in their order", async (t) => {
  const { smsc, gateway, refusals, send } = await limited(t, {
    block: ["+44870"], allow: ["+447700900999", "+4487099"], countries: ["GB", "DE"],
    recipient: [{ count: 2, seconds: 3600 }], prefix: [{ count: 5, seconds: 7200 }], duplicate: 600, match: { tag: ["otp", "news"] },
  }, { SMPP_ACCOUNTS: undefined });
  const otp = (to, body = text) => send(to, { tag: "otp", text: body });

  await t.test("the third message to a recipient is refused, with Retry-After, and one event", async () => {
    const first = await otp("+447700900001", "one");
    assert.equal(first.status, 202);
    assert.equal((await otp("+447700900001", "two")).status, 202);
    const third = await otp("+44 7700 900001", "three");
    assert.deepEqual(problem(third), [429, "recipient-limit"]);
    const wait = Number(third.headers.get("retry-after"));
    assert.ok(wait > 3000 && wait <= 3600 && third.body.retryAfter === wait, `${wait}`);
    assert.deepEqual(problem(await otp("+447700900001", "four")), [429, "recipient-limit"]);
    // A message that is not one of those that are counted passes.
    assert.equal((await send("+447700900001")).status, 202);
    await until("the event", () => refusals().length === 1);
    const [{ until: end, ...event }] = refusals();
    assert.deepEqual(event, { reason: "recipient-limit", to: "+447700900001", key: "", monitor: false });
    assert.ok(Date.parse(end) > Date.now());
  });

  await t.test("preview and the number's own page say why", async () => {
    const ask = async (to, body = text) => (await gateway.post("/v1/messages/preview", { to, from: "12345", text: body, tag: "otp" })).body.limits;
    const [recipient, prefix, duplicate] = await ask("+447700900001", "two");
    assert.deepEqual([recipient.check, recipient.ok, prefix, duplicate.check, duplicate.ok], ["recipient", false, { check: "prefix", ok: true }, "duplicate", false]);
    assert.ok(duplicate.retryAfter <= 600 && recipient.retryAfter > 3000);
    assert.deepEqual(await ask("+447700900002"), ["recipient", "prefix", "duplicate"].map((check) => ({ check, ok: true })));
    assert.deepEqual(await ask("+4487000"), [{ check: "block", ok: false }]);
    assert.deepEqual(await ask("+447700900999"), [{ check: "allow", ok: true }]);
    assert.deepEqual(await ask("+33612345678"), [{ check: "country", ok: false, country: "FR" }]);
    const { body } = await gateway.get("/v1/limits?number=%2B447700900001");
    assert.deepEqual([body.number, body.country, body.counted.length, body.over.map(({ check }) => check)], ["447700900001", "GB", 2, ["recipient"]]);
    assert.equal((await gateway.get("/v1/limits")).status, 400);
  });

  await t.test("the same text to the same recipient is a duplicate, with the first one's id; another sender's is none", async () => {
    const first = await otp("+447700900002", "the code is 1");
    const again = await otp("+447700900002", "the code is 1");
    assert.deepEqual([...problem(again), again.body.id], [409, "duplicate", first.body.id]);
    assert.equal((await send("+447700900002", { tag: "otp", text: "the code is 1", from: "6789" })).status, 202);
    const [one, two] = (await gateway.post("/v1/messages", ["+4915112340001", "+4915112340001"].map((to) => ({ to, text: "both", tag: "otp" })))).body;
    assert.deepEqual([typeof one.id, two.error?.type, two.error?.id], ["string", "urn:smpp-edge:problem:duplicate", one.id]);
  });

  await t.test("a prefix has its own limit; an allowed number skips it, a blocked one and a foreign one are refused", async () => {
    // Four were counted for the first two recipients.
    assert.equal((await otp("+447700900003")).status, 202);
    assert.deepEqual(problem(await otp("+447700900004")), [429, "prefix-limit"]);
    for (let i = 0; i < 3; i++) assert.equal((await otp("+447700900999")).status, 202);
    assert.equal((await otp("+4915112350001")).status, 202, "another prefix");
    assert.deepEqual(problem(await send("+448709900001")), [422, "blocked"], "the block list comes first");
    const foreign = await send("+33612345678");
    assert.deepEqual([...problem(foreign), foreign.body.detail], [422, "country", "FR"]);
    await until("an event for each limit", () => new Set(refusals().map(({ reason }) => reason)).size === 5);
    assert.deepEqual(refusals().map(({ reason, country }) => [reason, country]).filter(([, country]) => country), [["country", "FR"]]);
  });

  await t.test("in an array those over a limit are refused alone; when all are, so is the request", async () => {
    const several = await gateway.post("/v1/messages", [{ to: "+447700900001", text, tag: "otp" }, { to: "+4915112360001", text, tag: "otp" }]);
    assert.deepEqual([several.status, several.body[0].error.type, typeof several.body[1].id], [202, "urn:smpp-edge:problem:recipient-limit", "string"]);
    assert.ok(several.body[0].error.retryAfter > 0);
    const all = await gateway.post("/v1/messages", [{ to: "+447700900001", text, tag: "otp" }]);
    assert.deepEqual([...problem(all), all.headers.get("retry-after")], [429, "recipient-limit", String(all.body.retryAfter)]);
  });

  await t.test("a repeated request counts once, a cancelled message not at all, and an operator can forget a number", async () => {
    const twice = () => gateway.post("/v1/messages", { to: "+4915112370001", text: "x", tag: "otp" }, { "idempotency-key": "once" });
    assert.deepEqual((await twice()).body, (await twice()).body);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const waiting = await send("+4915112370001", { tag: "otp", text: "y", scheduleAt: later });
    assert.equal((await otp("+4915112370001", "z")).status, 429);
    assert.equal((await gateway.delete(`/v1/messages/${waiting.body.id}`)).status, 200);
    assert.equal((await otp("+4915112370001", "z")).status, 202);
    assert.equal((await otp("+4915112370001", "w")).status, 429);
    assert.equal((await gateway.delete("/v1/limits?number=%2B4915112370001")).status, 200);
    assert.equal((await otp("+4915112370001", "w")).status, 202);
    await gateway.delete("/v1/messages?to=%2B4915112370001");
    assert.deepEqual((await gateway.get("/v1/limits?number=4915112370001")).body.counted, []);
    assert.ok(smsc.texts().includes("w"));
    assert.ok(!smsc.texts().includes("three"));
  });
});

test("in workerd a key spends segments by the day, and gets back what was not sent", async (t) => {
  const keys = { shop: "shop-key-1", crm: "crm-key-12", free: "free-key-1" };
  const { gateway, send } = await limited(t, { spend: { shop: 3, "*": 2, free: 1000 } }, { SMPP_API_KEYS: JSON.stringify(keys) }, join(root, "examples/limits/worker.ts"));
  const by = (name) => ({ authorization: `Bearer ${keys[name]}` });
  gateway.headers = by("free");
  const long = "x".repeat(300);
  assert.equal((await send("+447700900001", { text: long }, by("shop"))).status, 202);
  const over = await send("+447700900002", { text: long }, by("shop"));
  assert.deepEqual([...problem(over), over.headers.get("retry-after")], [429, "spend-limit", String(over.body.retryAfter)], JSON.stringify(over.body));
  const waiting = await send("+447700900003", { scheduleAt: new Date(Date.now() + 3_600_000).toISOString() }, by("shop"));
  assert.equal(waiting.status, 202);
  assert.equal((await gateway.post("/v1/messages/preview", { to: "+447700900001", text }, by("shop"))).body.limits[0].ok, false);
  await gateway.delete(`/v1/messages/${waiting.body.id}`);
  assert.deepEqual((await gateway.post("/v1/messages/preview", { to: "+447700900001", text }, by("shop"))).body.limits, [{ check: "spend", ok: true }]);
  assert.equal((await send("+447700900003", {}, by("shop"))).status, 202);
  assert.equal((await send("+447700900004", { text: long }, by("crm"))).status, 202, "each key has its own");
  const { body } = await gateway.get("/v1/limits?key=shop");
  assert.deepEqual([body.key, body.segments, body.most], ["shop", 3, 3]);
  for (const name of ["__proto__", "constructor"]) assert.equal((await gateway.get(`/v1/limits?key=${name}`)).body.most, 2, name);
});

test("in workerd codes to a country are limited by how many of them are used", async (t) => {
  const keys = { shop: { key: "shop-key-1", scopes: ["send"] }, other: { key: "other-key-1", scopes: ["send", "own"] }, all: "all-keys-1" };
  const { gateway, refusals, send } = await limited(t, { unverified: { least: 3, share: 0.5 }, match: { tag: "otp" } }, { SMPP_API_KEYS: JSON.stringify(keys) });
  const by = (name) => ({ authorization: `Bearer ${keys[name].key ?? keys[name]}` });
  gateway.headers = by("shop");
  const otp = (i, more) => send(`+44770090000${i}`, { tag: "otp", ...more });
  const sent = [];
  for (let i = 0; i < 3; i++) sent.push((await otp(i)).body.id);
  const fourth = await otp(4);
  assert.deepEqual([...problem(fourth), fourth.body.detail], [429, "prefix-limit", "GB"]);
  const plain = await send("+447700900004");
  assert.equal(plain.status, 202, "no code");
  assert.equal((await send("+4915112345678", { tag: "otp" })).status, 202, "another country");
  await until("the event", () => refusals().length === 1);
  const verified = (id, name = "shop") => gateway.post(`/v1/messages/${id}/verified`, undefined, by(name));
  assert.equal((await verified(sent[0], "other")).status, 404, "another key's message");
  await until("all to be accepted", async () => {
    const { messages } = (await gateway.get("/v1/messages", by("all"))).body;
    return messages.every(({ status }) => ["accepted", "delivered"].includes(status));
  });
  assert.deepEqual((await verified(sent[0])).body, { id: sent[0], verified: true, country: "GB" });
  assert.deepEqual((await verified(plain.body.id)).body, { id: plain.body.id, verified: false, country: "GB" }, "no code, as it does not count");
  await verified(sent[0]);
  const count = async () => (await gateway.get("/v1/limits?country=GB", by("all"))).body;
  assert.deepEqual(await count(), { country: "GB", sent: 3, verified: 1, unverified: 2, most: 3 });
  const [check] = (await gateway.post("/v1/messages/preview", { to: "+447700900001", text, tag: "otp" })).body.limits;
  assert.deepEqual(check, { check: "unverified", ok: true, country: "GB" });
  const waiting = await otp(5, { scheduleAt: new Date(Date.now() + 3_600_000).toISOString() });
  assert.equal((await otp(6)).status, 429);
  assert.equal((await verified(waiting.body.id)).body.verified, false, "nobody has it yet");
  await gateway.delete(`/v1/messages/${waiting.body.id}`);
  assert.equal((await verified(waiting.body.id)).body.verified, false, "nobody will have it");
  assert.equal((await count()).verified, 1);
  const some = await gateway.post("/v1/messages", [7, 8].map((i) => ({ to: `+44770090000${i}`, text, tag: "otp" })));
  assert.deepEqual(some.body.map(({ id, error }) => error?.type ?? typeof id), ["string", "urn:smpp-edge:problem:prefix-limit"]);
  assert.equal((await gateway.get("/v1/limits?country=UK", by("all"))).status, 400);
  assert.equal((await verified("00000000000000000000000000-main-0")).status, 404);
});

test("monitoring refuses nothing and says what it would", async (t) => {
  const { gateway, refusals, send } = await limited(t, { mode: "monitor", countries: ["GB"], recipient: [{ count: 1, seconds: 3600 }], spend: { "*": 2 } });
  for (const to of ["+447700900001", "+447700900001", "+447700900001", "+33612345678"]) assert.equal((await send(to)).status, 202);
  await until("the events", () => refusals().length === 3);
  assert.deepEqual(refusals().map(({ reason, monitor }) => [reason, monitor]).sort(), [["country", true], ["recipient-limit", true], ["spend-limit", true]]);
  assert.equal((await gateway.get("/v1/limits?number=447700900001")).body.counted.length, 1, "the latest is enough to know");
});

test("a Worker without limits refuses messages where they are set", async (t) => {
  const gateway = await startGateway(t, { vars: { SMPP_URL: "smpp://a:b@127.0.0.1:1", SMPP_LIMITS: {} } });
  const { status, body } = await gateway.post("/v1/messages", { to: "+447700900001", text });
  assert.deepEqual([status, body.detail], [500, "SMPP_LIMITS needs smpp-edge/limits in the Worker"]);
  assert.ok((await gateway.get("/healthz")).body.problems.includes(body.detail));
});

test("an application's message over a limit gets ESME_RSUBMITFAIL, to a foreign country ESME_RINVDSTADR; parts of one message count once", async (t) => {
  const smsc = await Smsc.start(t);
  const port = await freePort();
  const vars = { SMPP_URL: smsc.url, SMPP_APPLICATIONS: { shop: { password: hashed("password") } }, SMPP_LIMITS: { countries: ["GB"], recipient: [{ count: 1, seconds: 3600 }], duplicate: 7200 } };
  const gateway = await startGateway(t, { main: LIMITS_WORKER, port, vars });
  await listening(port);
  await gateway.bound();
  const esme = new NodeEsme(`smpp://127.0.0.1:${port}`);
  t.after(() => esme.close?.());
  await esme.bind("bind_transceiver", { system_id: "shop", password: "password", interface_version: 0x34 });
  const submit = async (to, short_message, more = {}) => (await esme.request("submit_sm", { source_addr: "12345", destination_addr: to, short_message, ...more })).command_status;
  const part = (number, total = 3) => ({ udh: Buffer.from([5, 0, 3, 0xaa, total, number]), message: Buffer.from(`part ${number}`) });
  for (const number of [1, 2, 3]) assert.equal(await submit("447700900001", part(number), { esm_class: 0x40 }), 0, `part ${number}`);
  assert.equal(await submit("447700900001", { message: Buffer.from("another") }), 0x45);
  assert.equal(await submit("33612345678", { message: Buffer.from("hello") }), 0x0b);
  assert.equal(await submit("447700900002", { message: Buffer.from("hello") }), 0);
});

test("in workerd an application gets around no limit by references or spellings of a number", async (t) => {
  const smsc = await Smsc.start(t);
  const port = await freePort();
  const rules = { block: ["+44999"], recipient: [{ count: 3, seconds: 3600 }], duplicate: 7200, unverified: { least: 8, share: 0 } };
  const gateway = await startGateway(t, { main: LIMITS_WORKER, port, vars: { SMPP_URL: smsc.url, SMPP_APPLICATIONS: { shop: { password: hashed("password") } }, SMPP_LIMITS: rules } });
  await listening(port);
  await gateway.bound();
  const esme = new NodeEsme(`smpp://127.0.0.1:${port}`);
  t.after(() => esme.close?.());
  await esme.bind("bind_transceiver", { system_id: "shop", password: "password", interface_version: 0x34 });
  const submit = async (to, text, header) => (await esme.request("submit_sm", {
    source_addr: "12345", destination_addr: to, short_message: header ? { udh: Buffer.from([5, 0, 3, ...header]), message: Buffer.from(text) } : { message: Buffer.from(text) }, ...(header && { esm_class: 0x40 }),
  })).command_status;
  const [OK, DESTINATION, FAILED] = [0, 0x0b, 0x45];

  const alone = [];
  for (let i = 0; i < 5; i++) alone.push(await submit("447700900001", `text ${i}`, [7, 1, 1]));
  assert.deepEqual(alone, [OK, OK, OK, FAILED, FAILED]);
  assert.deepEqual([await submit("447700900002", "hello", [1, 1, 1]), await submit("447700900002", "hello", [2, 1, 1]), await submit("447700900002", "hello")], [OK, FAILED, FAILED]);

  const long = [];
  for (let i = 0; i < 12; i++) long.push(await submit("447700900003", `part ${i}`, [7, 3, 1 + (i % 3)]));
  assert.deepEqual(long, [...Array.from({ length: 9 }, () => OK), FAILED, FAILED, FAILED]);
  const { sent } = (await gateway.get("/v1/limits?country=GB")).body;
  assert.equal(sent, 7, "three, one and three messages");

  const spellings = ["44999123456", "44\t999123456", "44999\xa0123456", "44999\xff123456", "44,999'123456"];
  for (const to of spellings) assert.equal(await submit(to, "hello"), DESTINATION, JSON.stringify(to));
  assert.equal(await submit("447700900001\x7f", "hello"), DESTINATION);
  assert.equal(await submit("447700900001,", "hello"), FAILED);
});

test("while counts can't be reached nothing is sent and nothing stays counted; monitoring sends", async (t) => {
  await import("../../../js/gateway/limits.ts");
  const logged = t.mock.method(console, "error", () => {});
  const smsc = await Smsc.start(t);
  let broken;
  const calls = (name, method, _values, call) => {
    if (broken && (name === broken || broken === "all") && name.startsWith("@limits/") && method === "extend") throw new Error("broken");
    return call();
  };
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url, SMPP_LIMITS: { recipient: [{ count: 1, seconds: 3600 }] } }, calls });
  await gateway.bound();
  const messages = Array.from({ length: 8 }, (_, i) => ({ to: `+49151${i}0000001`, text }));
  const send = () => gateway.post("/v1/messages", messages);
  broken = "all";
  const failed = await send();
  assert.deepEqual([failed.status, failed.headers.get("retry-after")], [503, "2"]);
  broken = undefined;
  await gateway.get("/v1/limits?number=4915100000001");
  const shards = [...gateway.places.keys()].filter((name) => name.startsWith("@limits/"));
  [broken] = shards;
  assert.equal((await send()).status, 503);
  assert.equal(smsc.submitted.length, 0);
  broken = undefined;
  assert.ok((await send()).body.every(({ id }) => id !== undefined), "nothing was counted before");
  assert.ok((await gateway.post("/v1/messages", messages)).status === 429);
  assert.ok(logged.mock.calls.some(({ arguments: [line] }) => String(line).includes('"limits"')));

  const watching = startInProcess(t, { vars: { SMPP_URL: smsc.url, SMPP_LIMITS: { mode: "monitor", recipient: "otp", spend: { "*": 1 } } }, calls });
  await watching.bound();
  broken = "all";
  assert.equal((await watching.post("/v1/messages", messages)).status, 202);
});

test("a message writes one row more with limits", () => {
  const storage = sqliteStorage();
  const db = new Database(storage);
  const keeper = new LimitKeeper(db, { ...RULES[0], spend: { "*": 1000 }, timeZone: "UTC" });
  const before = db.rowsWritten;
  keeper.count(Array.from({ length: 100 }, (_, i) => ({ number: `4915112${100_000 + 10_000 * i}`, ticket: i, text: "a" })));
  keeper.spend("shop", Array.from({ length: 100 }, () => 1));
  assert.equal(db.rowsWritten - before, 100);
});
