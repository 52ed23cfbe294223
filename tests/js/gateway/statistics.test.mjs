// What becomes of messages, by when they were accepted: against a slow, obvious model, and in workerd.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { MessageLists } from "../../../js/gateway/link/store/lists.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { ReportStore } from "../../../js/gateway/link/store/reports.ts";
import { timeOf, ulidFrom } from "../../../js/gateway/model/ids.ts";
import { BUCKETS, percentile } from "../../../js/gateway/statistics/contribution.ts";
import { LinkStatistics } from "../../../js/gateway/statistics/link-statistics.ts";
import { readStats, statsCsv } from "../../../js/gateway/statistics/stats.ts";
import { startOf, windowsOf } from "../../../js/gateway/statistics/windows.ts";
import { seeded } from "../seeded.ts";
import { sqliteStorage } from "./sqlite.mjs";
import { root, Smsc, startGateway, until } from "./support.mjs";

const PLACE = { account: "main", link: 0 };
const ALL = ["account", "link", "key", "country", "sender", "class"];
const MINUTE = 60_000;
const DAY = 86_400_000;
const START = Date.parse("2026-11-30T12:00:00Z");

/** A link's store with statistics, on virtual time. */
function open(storage) {
  const db = new Database(storage);
  createTables(db, "main/0");
  let statistics = new LinkStatistics(db, PLACE);
  const changed = (id) => statistics.changed(id);
  return {
    db,
    queue: new MessageQueue(db, PLACE, changed),
    reports: new ReportStore(db, PLACE, changed),
    lists: new MessageLists(db, PLACE, () => undefined),
    parts: (...given) => statistics.parts(...given),
    /** As when the object ends, whatever was counted. */
    restart: () => {
      statistics.fold = () => {};
      statistics = new LinkStatistics(db, PLACE);
    },
  };
}

const bucket = (milliseconds) => {
  const found = BUCKETS.findIndex((seconds) => milliseconds <= seconds * 1000);
  return found < 0 ? BUCKETS.length : found;
};

/** What the messages come to, counted one by one from what was done to them. */
function model(messages, first, length) {
  const sums = new Map();
  for (const { at, key, country, sender, class: kind, segments, status, reason, sent, accepted, reported } of messages) {
    const name = JSON.stringify([Math.floor((at - first) / length), ["main", "0", key, country, sender, kind]]);
    const sum = sums.get(name) ?? {};
    sums.set(name, sum);
    const count = (counter, by = 1) => (sum[counter] = (sum[counter] ?? 0) + by);
    count("a");
    count("s", segments);
    if (accepted !== undefined) count(`q.${bucket(sent - at)}`);
    if (accepted !== undefined) count(`r.${bucket(accepted - sent)}`);
    if (reported !== undefined) count(`d.${bucket(reported - accepted)}`);
    if (status !== "queued") count(`st.${status}`);
    if (reason !== undefined) count(`f.${status}.${reason}`);
  }
  return sums;
}

const sorted = (sums) => [...sums].map(([name, counters]) => [name, Object.fromEntries(Object.entries(counters).sort())]).sort(([a], [b]) => (a < b ? -1 : 1));
const fromParts = (parts) => new Map(parts.map(({ window, values, counters }) => [JSON.stringify([window, values]), counters]));

/** Messages of some senders and countries, sent, answered and reported at random, and counted at random. */
function simulate(t, seed, steps, most) {
  const random = seeded(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const storage = sqliteStorage();
  const link = open(storage);
  const messages = [];
  const waiting = [];
  const onWire = [];
  const unreported = [];
  let keys = 0;
  const check = () => {
    // What happens in the millisecond of a question is counted by the next one.
    t.mock.timers.tick(1);
    const now = Date.now();
    const first = START - MINUTE;
    const starts = Array.from({ length: Math.ceil((now + 1 - first) / MINUTE) + 1 }, (_, i) => first + i * MINUTE);
    assert.deepEqual(sorted(fromParts(link.parts(starts, ALL, now))), sorted(model(messages, first, MINUTE)), `seed ${seed}`);
  };
  t.mock.timers.setTime(START);
  for (let i = 0; i < steps; i++) {
    t.mock.timers.tick(Math.floor(random() * most));
    const now = Date.now();
    const act = random();
    if (act < 0.35) {
      const segments = pick([1, 1, 1, 2, 3]);
      const [to, country] = pick([["+447700900001", "GB"], ["+4915112345678", "DE"], ["12345", ""]]);
      const [from, sender] = pick([["ACME", "ACME"], [{ ton: 1, npi: 1, addr: "49123" }, "+49123"], [undefined, ""]]);
      const report = pick(["always", "none"]);
      const kind = pick(["", "otp"]);
      const input = { to, text: "x", report, ...(kind && { class: kind }), ...(from !== undefined && { from }) };
      const key = pick(["shop", ""]);
      const [id] = link.queue.insert([{ id: "", tag: i, input, encoding: "gsm7", segments, caller: key, due: now, expires: null }], now);
      const message = { id, at: timeOf(id), key, country, sender, class: kind, segments, report, status: "queued" };
      messages.push(message);
      waiting.push(message);
    } else if (act < 0.5 && waiting.length > 0) {
      const [due] = link.queue.fresh(waiting[0].n ?? link.queue.sent, 1).messages;
      const message = waiting.shift();
      assert.equal(due.id, message.id);
      link.queue.markSent([due], 0, now);
      onWire.push({ due, message, sent: now });
    } else if (act < 0.7 && onWire.length > 0) {
      const { due, message, sent } = onWire.splice(Math.floor(random() * onWire.length), 1)[0];
      if (random() < 0.2) {
        link.queue.end(due, "failed", now, { detail: "no", smpp: { code: 11, name: "ESME_RINVDSTADR" } });
        Object.assign(message, { status: "failed", reason: "ESME_RINVDSTADR" });
      } else {
        message.parts = Array.from({ length: message.segments }, (_, index) => ({ index, messageId: `k${++keys}`, key: `k${keys}`, status: "accepted" }));
        link.queue.accepted([{ message: due, parts: message.parts }], now);
        Object.assign(message, { sent, accepted: now, status: message.report === "none" ? "unreported" : "accepted", left: message.parts.map(({ key }) => key) });
        unreported.push(message);
      }
    } else if (act < 0.9 && unreported.length > 0) {
      const message = pick(unreported);
      const key = message.left.splice(Math.floor(random() * message.left.length), 1)[0];
      if (message.left.length === 0) unreported.splice(unreported.indexOf(message), 1);
      const status = pick(["delivered", "delivered", "delivered", "undeliverable", "unknown"]);
      link.reports.apply({ key, status, final: true, errorCode: status === "undeliverable" ? "045" : undefined }, now);
      const isOver = !["accepted", "unreported", "unknown"].includes(message.status);
      message.delivered = (message.delivered ?? 0) + (status === "delivered" ? 1 : 0);
      if (!isOver && (status !== "delivered" || message.delivered === message.segments)) {
        message.status = status;
        message.reason = { delivered: undefined, undeliverable: "error 045", unknown: "unknown" }[status];
        (message.reportedAt ??= []).push(now);
      }
    } else if (act < 0.93) link.restart();
    else if (act < 0.96) check();
    else link.parts([START, now + 1], [], now);
    // Each receipt that changed the message has its latency.
    for (const message of messages) message.reported = message.reportedAt?.[0];
  }
  return { link, messages, check, storage };
}

test("statistics agree with the model, counted at any time and after the object has ended", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  // Far apart, within the time in which changes are gathered, and in the same millisecond.
  for (const [i, most] of [8_000, 300, 4].entries()) for (const seed of [2 * i + 1, 2 * i + 2]) {
    const { link, messages, check } = simulate(t, seed, Number(process.env.COUNTED_MESSAGES ?? 400), most);
    t.mock.timers.tick(1_500);
    check();
    for (const { id, status } of messages) assert.equal(link.lists.view(link.lists.row(id)).status, status === "unreported" ? "accepted" : status);
  }
});

/** Messages from some senders, written as one call each minute. */
function insert(link, now, count, sender = () => "ACME") {
  link.queue.insert(Array.from({ length: count }, (_, i) => ({ id: "", tag: i + 1, input: { to: "+447700900001", text: "x", from: sender(i) }, encoding: "gsm7", segments: 2, caller: "", due: now, expires: null })), now);
}

test("minutes become hours and days, and nothing is lost before 400 days", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  t.mock.timers.setTime(START);
  const storage = sqliteStorage();
  const link = open(storage);
  const rows = () => Object.fromEntries(storage.database.prepare("SELECT step, count(*) AS n FROM stats GROUP BY step").all().map(({ step, n }) => [step, n]));
  const count = (days) => link.parts([Date.now() - days * DAY, Date.now() + 1], []).reduce((sum, { counters }) => sum + counters.a, 0);
  for (let i = 0; i < 120; i++) {
    insert(link, Date.now(), 3);
    t.mock.timers.tick(MINUTE);
  }
  assert.deepEqual([rows(), count(1)], [{ 0: 120 }, 360]);
  const later = (days) => {
    t.mock.timers.tick(days * DAY);
    // Each time some rows are merged.
    for (let i = 0; i < 4; i++) {
      insert(link, Date.now(), 1);
      t.mock.timers.tick(2_000);
    }
  };
  later(3);
  assert.deepEqual([rows(), count(10)], [{ 0: 1, 1: 2 }, 364]);
  later(40);
  assert.deepEqual([rows(), count(100)], [{ 0: 1, 2: 2 }, 368]);
  later(340);
  assert.equal(count(500), 372);
  later(30);
  assert.equal(count(500), 12, "what is older than 400 days is gone");
});

test("a message from another link counts for what becomes of it here", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  t.mock.timers.setTime(START);
  const link = open(sqliteStorage());
  const id = `${ulidFrom(START - MINUTE)}-other-0`;
  link.queue.insert([{ id, tag: 1, hops: 1, input: { to: "+447700900001", text: "x" }, encoding: "gsm7", segments: 1, caller: "", due: START, expires: null }], START);
  t.mock.timers.tick(1_500);
  const { messages: [due] } = link.queue.fresh(0, 1);
  link.queue.end(due, "failed", Date.now(), { detail: "no" });
  t.mock.timers.tick(1_500);
  assert.deepEqual(link.parts([START - 2 * MINUTE, START - MINUTE, START, START + MINUTE], ["country"]), [{ window: 1, values: ["GB"], counters: { "st.failed": 1, "f.failed.failed": 1 } }]);
});

/** The settings of a gateway with that one link. */
const envOf = (link) => ({ SMPP_URL: "smpp://id:secret@smsc.example", SMPP_LINK: { getByName: () => ({ extend: async (method, ...values) => link[method](...values) }) } });
const read = (link, query) => readStats(envOf(link), { step: "day", by: [], tz: "UTC", ...query });

test("a message lacks its receipt 24 hours after the SMSC accepted it, however long its window is", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  // The last minute of a day.
  t.mock.timers.setTime(START + DAY / 2 - 30_000);
  const link = open(sqliteStorage());
  const input = { to: "+447700900001", text: "x", report: "always" };
  const [first, scheduled] = link.queue.insert([0, 1].map((tag) => ({ id: "", tag, input, encoding: "gsm7", segments: 1, caller: "", due: Date.now(), expires: null })), Date.now());
  const send = (id) => {
    const due = link.queue.fresh(0, 2).messages.find((message) => message.id === id);
    link.queue.markSent([due], 0, Date.now());
    link.queue.accepted([{ message: due, parts: [{ index: 0, messageId: id, key: id, status: "accepted" }] }], Date.now());
  };
  const since = new Date(START - DAY / 2).toISOString();
  const counts = async (step) => {
    t.mock.timers.tick(1_500);
    const groups = (await read(link, { step, since, until: new Date(Date.parse(since) + DAY).toISOString() })).windows.flatMap((window) => window.groups);
    return ["pending", "noReceipt", "delivered"].map((name) => groups.reduce((sum, group) => sum + group[name], 0));
  };
  send(first);
  t.mock.timers.tick(10 * MINUTE);
  for (const step of ["hour", "day"]) assert.deepEqual(await counts(step), [2, 0, 0], step);
  t.mock.timers.tick(DAY);
  for (const step of ["hour", "day"]) assert.deepEqual(await counts(step), [1, 1, 0], step);
  t.mock.timers.tick(3 * DAY);
  send(scheduled);
  t.mock.timers.tick(60 * MINUTE);
  assert.deepEqual(await counts("day"), [1, 1, 0], "the SMSC has a message only now that waited for days");
  t.mock.timers.tick(DAY);
  assert.deepEqual(await counts("day"), [0, 2, 0]);
  link.reports.apply({ key: scheduled, status: "delivered", final: true }, Date.now());
  link.reports.apply({ key: first, status: "delivered", final: true }, Date.now());
  assert.deepEqual(await counts("day"), [0, 0, 2]);
});

test("by reason there are messages by state and zeros, in CSV too", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  t.mock.timers.setTime(START);
  const link = open(sqliteStorage());
  const end = (count, status, smpp) => {
    insert(link, Date.now(), count);
    for (const due of link.queue.fresh(link.queue.sent, count).messages) {
      link.queue.markSent([due], 0, Date.now());
      link.queue.end(due, status, Date.now(), { detail: "no", ...(smpp && { smpp }) });
    }
    t.mock.timers.tick(1_500);
  };
  end(1, "failed", { code: 11, name: "ESME_RINVDSTADR" });
  t.mock.timers.tick(60 * MINUTE);
  const full = { code: 20, name: "ESME_RMSGQFUL" };
  end(2, "failed", full);
  end(1, "expired", full);
  end(2, "expired");
  const stats = await read(link, { step: "hour", by: ["reason", "sender"], since: new Date(START).toISOString() });
  const groups = stats.windows.map((window) => window.groups.map(({ sender, reason, ended, reasons, pending }) => [sender, reason, ended, reasons, pending]));
  assert.deepEqual(groups, [
    [["ACME", "ESME_RMSGQFUL", {}, {}, 0], ["ACME", "expired", {}, {}, 0], ["ACME", "ESME_RINVDSTADR", { failed: 1 }, { ESME_RINVDSTADR: 1 }, 0]],
    [["ACME", "ESME_RMSGQFUL", { expired: 1, failed: 2 }, { ESME_RMSGQFUL: 3 }, 0], ["ACME", "expired", { expired: 2 }, { expired: 2 }, 0], ["ACME", "ESME_RINVDSTADR", {}, {}, 0]],
  ]);
  const [whole] = (await read(link, {})).windows.at(-1).groups;
  assert.deepEqual([whole.ended, whole.reasons], [{ expired: 3, failed: 3 }, { ESME_RINVDSTADR: 1, ESME_RMSGQFUL: 3, expired: 2 }]);
  const [head, ...lines] = statsCsv(stats).trimEnd().split("\n").map((line) => line.split(","));
  const column = (name) => lines.map((cells) => cells[head.indexOf(name)]);
  assert.deepEqual([column("reason").slice(3), column("expired"), column("failed")], [["ESME_RMSGQFUL", "expired", "ESME_RINVDSTADR"], ["0", "0", "0", "1", "2", "0"], ["0", "0", "1", "2", "0", "0"]]);
});

test("a sender is no formula to a spreadsheet, and no line of its own", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  t.mock.timers.setTime(START);
  const link = open(sqliteStorage());
  const senders = ["=1+1", "\r=2+2", "\t=3", "+44770090"];
  insert(link, START, senders.length, (i) => ({ ton: 5, npi: 0, addr: senders[i] }));
  t.mock.timers.tick(1_500);
  const lines = statsCsv(await read(link, { by: ["sender"], since: new Date(START).toISOString() })).trimEnd().split("\n").slice(1);
  assert.deepEqual(lines.map((line) => line.split(",")[2]).sort(), ["'\t=3", "'=1+1", '"\'\r=2+2"', "+44770090"].sort());
});

test("a minute has at most 200 combinations, and others for the rest", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  t.mock.timers.setTime(START);
  const link = open(sqliteStorage());
  insert(link, START, 150, (i) => `S${i}`);
  t.mock.timers.tick(2_000);
  insert(link, START + 2_000, 150, (i) => `T${i}`);
  insert(link, START + 2_000, 1, () => "S3");
  t.mock.timers.tick(2_000);
  const parts = link.parts([START, START + MINUTE], ["sender"]);
  const sums = new Map(parts.map(({ values: [sender], counters }) => [sender, counters.a]));
  assert.deepEqual([sums.size, sums.get("S3"), sums.get("other")], [201, 2, 100]);
});

test("statistics write no row a message", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  t.mock.timers.setTime(START);
  const storage = sqliteStorage();
  const link = open(storage);
  const plain = sqliteStorage();
  const db = new Database(plain);
  createTables(db, "main/0");
  const other = { db, queue: new MessageQueue(db, PLACE, () => {}) };
  for (const own of [link, other]) for (let i = 0; i < 10; i++) insert(own, START, 100);
  t.mock.timers.tick(1_500);
  const more = link.db.rowsWritten - other.db.rowsWritten;
  assert.ok(more <= 3, `${more} rows for 1,000 messages`);
  for (const statement of storage.statements) {
    if (!/stats|m\.n > \? /.test(statement) || /^(CREATE|INSERT)/.test(statement)) continue;
    const plan = storage.database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...Array.from(statement.matchAll(/\?/g), () => null)).map(({ detail }) => detail);
    assert.ok(plan.some((detail) => /SEARCH (m|stats) USING (PRIMARY|INTEGER PRIMARY) KEY/.test(detail)), `${statement}\n${plan.join("\n")}`);
  }
});

test("windows begin by the clock of their time zone, also where it is set", () => {
  const iso = (times) => times.map((at) => new Date(at).toISOString().replace(":00.000Z", "Z"));
  const windows = (since, until_, step, zone) => iso(windowsOf(Date.parse(since), Date.parse(until_), step, zone));
  assert.deepEqual(windows("2026-11-30T12:34:56Z", "2026-11-30T14:00:00Z", "hour", "UTC"), ["2026-11-30T12:00Z", "2026-11-30T13:00Z", "2026-11-30T14:00Z"]);
  assert.deepEqual(windows("2026-11-30T12:34:56Z", "2026-11-30T13:00:00Z", "hour", "Asia/Kolkata"), ["2026-11-30T12:30Z", "2026-11-30T13:30Z"]);
  assert.deepEqual(windows("2026-10-24T12:00:00Z", "2026-10-27T00:00:00Z", "day", "Europe/London"), ["2026-10-23T23:00Z", "2026-10-24T23:00Z", "2026-10-26T00:00Z", "2026-10-27T00:00Z"]);
  assert.deepEqual(windows("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", "day", "Europe/London"), ["2026-03-28T00:00Z", "2026-03-29T00:00Z", "2026-03-29T23:00Z", "2026-03-30T23:00Z"]);
  // A day with two midnights, and one without.
  assert.deepEqual(windows("2026-10-31T12:00:00Z", "2026-11-03T00:00:00Z", "day", "America/Havana"), ["2026-10-31T04:00Z", "2026-11-01T04:00Z", "2026-11-02T05:00Z", "2026-11-03T05:00Z"]);
  assert.deepEqual(windows("2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z", "day", "America/Havana"), ["2026-11-01T04:00Z", "2026-11-02T05:00Z"]);
  assert.deepEqual(windows("2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z", "day", "America/Santiago"), ["2026-09-05T04:00Z", "2026-09-06T04:00Z", "2026-09-07T03:00Z", "2026-09-08T03:00Z"]);
  for (const year of ["0000", "0001", "0012", "0999", "9999"]) for (const step of ["hour", "day"]) assert.ok(windows(`${year}-01-01T00:00:00Z`, `${year}-01-02T00:00:00Z`, step, "Europe/London").length > 1, year);
  assert.ok(windows("9999-12-31T20:00:00Z", "9999-12-31T23:59:59-11:00", "hour", "Pacific/Kiritimati").length > 1);
  assert.deepEqual(windows("2026-11-30T00:00:00Z", "2026-11-30T00:02:00Z", "minute", "America/New_York"), ["2026-11-30T00:00Z", "2026-11-30T00:01Z", "2026-11-30T00:02Z"]);
  for (const zone of ["UTC", "Europe/London", "America/St_Johns", "Pacific/Auckland"]) for (let at = START - 400 * DAY; at < START; at += 7.3 * 3_600_000) {
    const start = startOf(at, "day", zone);
    const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, timeStyle: "medium" }).format(start);
    assert.deepEqual([clock, start <= at, at - start < 25 * 3_600_000], ["00:00:00", true, true], `${zone} ${new Date(at).toISOString()}`);
  }
});

test("there are the last 24 windows, of which the last two are filling, also where the clock is set", async () => {
  const link = open(sqliteStorage());
  const shown = async (query, now) => {
    const { windows } = await readStats(envOf(link), { by: [], ...query }, Date.parse(now));
    return [windows.length, windows[0].at.slice(0, 16), ...windows.filter(({ filling }) => filling).map(({ at }) => at.slice(0, 16))];
  };
  assert.deepEqual(await shown({ step: "hour", tz: "UTC" }, "2026-11-30T12:34:56Z"), [24, "2026-11-29T13:00", "2026-11-30T11:00", "2026-11-30T12:00"]);
  assert.deepEqual(await shown({ step: "hour", tz: "UTC", until: "2026-11-30T12:00:00Z" }, "2026-11-30T12:34:56Z"), [24, "2026-11-29T12:00", "2026-11-30T11:00"]);
  assert.deepEqual(await shown({ step: "minute", tz: "UTC", until: "2026-11-29T12:00:00Z" }, "2026-11-30T12:34:56Z"), [24, "2026-11-29T11:36"]);
  const zone = { step: "day", tz: "Europe/London" };
  assert.deepEqual(await shown(zone, "2026-03-29T23:30:00Z"), [24, "2026-03-07T00:00", "2026-03-29T00:00", "2026-03-29T23:00"], "after 23 hours");
  assert.deepEqual(await shown(zone, "2026-03-31T12:00:00Z"), [24, "2026-03-08T00:00", "2026-03-29T23:00", "2026-03-30T23:00"]);
  assert.deepEqual(await shown(zone, "2026-10-26T23:30:00Z"), [24, "2026-10-02T23:00", "2026-10-24T23:00", "2026-10-26T00:00"], "after 25 hours");
  assert.deepEqual(await shown(zone, "2026-10-25T23:30:00Z"), [24, "2026-10-01T23:00", "2026-10-23T23:00", "2026-10-24T23:00"]);
});

test("a percentile is the bound of its bucket, over all links together", () => {
  const counters = { "q.0": 90, "q.4": 9, "q.18": 1 };
  assert.deepEqual([0.5, 0.9, 0.91, 0.99, 1].map((of) => percentile(counters, "queue", of)), [1, 1, 16, 16, undefined]);
  assert.equal(percentile({}, "receipt", 0.5), undefined);
  assert.deepEqual([BUCKETS[0], BUCKETS.at(-1)], [1, 86_400]);
});

test("in workerd statistics show what became of messages, by link, key, country, sender and reason", async (t) => {
  const smsc = await Smsc.start(t);
  smsc.answer = (pdu) => (pdu.destination_addr.endsWith("0009") ? { status: 11 } : {});
  const keys = { shop: "shop-key-1", crm: "crm-key-12" };
  const gateway = await startGateway(t, { main: join(root, "examples/statistics/worker.ts"), vars: { SMPP_URL: smsc.url, SMPP_LINKS: 2, SMPP_API_KEYS: JSON.stringify(keys) } });
  gateway.headers = { authorization: "Bearer shop-key-1" };
  await gateway.bound();
  const send = (to, from, more, key = "shop") => gateway.post("/v1/messages", { to, from, text: "hello", ...more }, { authorization: `Bearer ${keys[key]}` }).then(({ body }) => body.id);
  const ids = [await send("+447700900001", "ACME"), await send("+447700900002", "ACME"), await send("+4915112345678", "12345", { text: "x".repeat(200) }, "crm")];
  const [failed, silent] = [await send("+447700900009", "ACME"), await send("+447700900003", "ACME", { report: "none" })];
  await send("+447700900004", "ACME", { scheduleAt: new Date(Date.now() + 3_600_000).toISOString() });
  for (const id of ids) await gateway.message(id, "delivered");
  await gateway.message(failed, "failed");
  await gateway.message(silent, "accepted");

  const stats = async (query = "") => (await gateway.get(`/v1/stats?step=day${query}`)).body;
  const total = await until("all to be counted", async () => {
    const [group] = (await stats()).windows.at(-1).groups;
    return group.delivered === 3 && group.unreported === 1 && group.ended.failed === 1 && group;
  });
  const { latency, ...counts } = total;
  assert.deepEqual(counts, { accepted: 6, segments: 7, delivered: 3, rate: 0.5, pending: 1, noReceipt: 0, unreported: 1, ended: { failed: 1 }, reasons: { ESME_RINVDSTADR: 1 } });
  for (const name of ["queue", "response", "receipt"]) assert.ok(latency[name].p99 >= 1, name);

  const { windows, by } = await stats("&by=country,key");
  assert.deepEqual([windows.length, by], [24, ["country", "key"]]);
  assert.deepEqual(windows.map(({ filling }) => filling ?? false).slice(-3), [false, true, true]);
  const groups = (at) => windows.at(at).groups.map(({ country, key, accepted, delivered }) => [country, key, accepted, delivered]);
  assert.deepEqual(groups(-1), [["GB", "shop", 5, 2], ["DE", "crm", 1, 1]]);
  assert.deepEqual(groups(0), [["GB", "shop", 0, 0], ["DE", "crm", 0, 0]], "filled with zeros");
  const [reasons] = (await stats("&by=reason,sender")).windows.at(-1).groups;
  assert.deepEqual([reasons.reason, reasons.sender, reasons.ended, reasons.reasons], ["ESME_RINVDSTADR", "ACME", { failed: 1 }, { ESME_RINVDSTADR: 1 }]);
  const links = (await stats("&by=account,link")).windows.at(-1).groups;
  assert.equal(links.reduce((sum, { accepted }) => sum + accepted, 0), 6);
  assert.ok(links.every(({ account, link }) => account === "main" && ["0", "1"].includes(link)));

  const csv = (await gateway.get("/v1/stats?step=day&by=sender&format=csv")).body.trim().split("\n");
  assert.equal(csv.length, 1 + 24 * 2);
  assert.match(csv[0], /^at,filling,sender,accepted,segments,delivered,rate,pending,/);
  assert.match(csv.find((line) => /true,ACME,5/.test(line)), /,true,ACME,5,5,2,0\.4,1,0,1,.*,ESME_RINVDSTADR=1,\d+,\d+,\d+,/);
  const minutes = await gateway.get(`/v1/stats?step=minute&since=${new Date(Date.now() - 600_000).toISOString()}&tz=Asia/Kolkata`);
  assert.ok(minutes.body.windows.length >= 10 && minutes.body.windows.length <= 12);
  for (const wrong of ["step=week", "by=colour", "by=key,key", "tz=Nowhere", "since=yesterday", "step=minute&since=2026-01-01T00:00:00Z"]) assert.equal((await gateway.get(`/v1/stats?${wrong}`)).status, 400, wrong);
});
