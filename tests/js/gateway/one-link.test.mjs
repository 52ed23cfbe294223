// What a link does with time, with calls that come together, and when its SMSC, its settings or other links change. The gateway is in this process.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { linkFor } from "../../../js/gateway/model/spread.ts";
import { startInProcess } from "./in-process.mjs";
import { Smsc, until } from "./support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
/** Nothing listens there: messages wait. */
const NOWHERE = "smpp://a:b@127.0.0.1:1";
const HOUR = 3_600_000;

/** Lets the clock be moved on, and keeps the log off the screen; what is logged is in `lines`. */
function moveable(t) {
  const lines = [];
  for (const level of ["log", "error"]) t.mock.method(console, level, (line) => lines.push(String(line)));
  const { now } = Date;
  let ahead = 0;
  t.mock.method(Date, "now", () => now() + ahead);
  return { lines, pass: (ms) => void (ahead += ms) };
}

const metric = async (gateway, name, link = 0, account = "main") => {
  const { body } = await gateway.get("/metrics");
  return Number(new RegExp(`^${name}\\{account="${account}",link="${link}"[^}]*\\} (\\S+)$`, "m").exec(body)?.[1]);
};

/** The events that a stream gives, as text. */
async function follow(t, gateway, path = "/v1/events", headers = {}) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const { body } = await gateway.fetch(path, { signal: stop.signal, headers: { "cf-connecting-ip": "127.0.0.1", ...headers } });
  const state = { text: "" };
  (async () => {
    for await (const octets of body) state.text += new TextDecoder().decode(octets);
  })().catch(() => {});
  return state;
}

test("each alarm says to streams of events that they are alive", async (t) => {
  moveable(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  const state = await follow(t, gateway);
  await until("its start", () => state.text.startsWith(":\n\n"));
  const comments = () => state.text.match(/^:$/gm).length;
  for (const count of [2, 3]) {
    await gateway.named("main/0").object.alarm();
    await until("a sign of life", () => comments() === count);
  }
});

test("what waits past its validity on a link that is down expires by the alarm", async (t) => {
  const { pass } = moveable(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  const [short, long] = (await gateway.post("/v1/messages", [{ ...hello, validity: 60 }, { ...hello, validity: 120 }])).body.map(({ id }) => id);
  await gateway.named("main/0").object.alarm();
  assert.equal((await gateway.get(`/v1/messages/${short}`)).body.status, "queued");
  pass(61_000);
  await gateway.named("main/0").object.alarm();
  assert.deepEqual([(await gateway.get(`/v1/messages/${short}`)).body.status, (await gateway.get(`/v1/messages/${long}`)).body.status], ["expired", "queued"]);
});

test("an inbound message that stays incomplete for an hour is handed on by the alarm", async (t) => {
  const { pass } = moveable(t);
  const smsc = await Smsc.start(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  await smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 7, 2, 1]), message: Buffer.from("Hello ") } });
  const inbound = async () => (await gateway.get("/v1/inbound")).body.messages.map(({ text, complete }) => [text, complete]);
  pass(HOUR - 60_000);
  await gateway.named("main/0").object.alarm();
  assert.deepEqual(await inbound(), []);
  pass(120_000);
  await gateway.named("main/0").object.alarm();
  assert.deepEqual(await inbound(), [["Hello ", false]]);
});

test("a link that the settings have no more keeps its alarm as long as it has something, and no longer", async (t) => {
  const { pass } = moveable(t);
  const before = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: NOWHERE }, old: { url: NOWHERE }, empty: { url: NOWHERE } } } });
  const { body: { id } } = await before.post("/v1/messages", { ...hello, account: "old" });
  await before.get("/v1/links");
  await before.stop();
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE }, places: before.places });
  const [old, empty, main] = ["old/0", "empty/0", "main/0"].map((name) => gateway.named(name));
  for (const place of [old, empty, main]) await place.object.alarm();
  assert.deepEqual([empty.alarmAt, old.alarmAt !== null, main.alarmAt !== null], [null, true, true]);
  assert.equal((await gateway.get(`/v1/messages/${id}`)).body.status, "failed", "no account is left for it");
  pass(31 * 24 * HOUR);
  await until("the end of what it kept", async () => {
    await old.object.alarm();
    return old.alarmAt === null;
  });
});

test("what cannot be asked of a link that is gone is answered all the same", async (t) => {
  moveable(t);
  const before = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: NOWHERE, links: 2 } } } });
  await before.get("/v1/links");
  await before.stop();
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE }, places: before.places });
  const message = { id: "", input: hello, encoding: "gsm7", segments: 1, caller: "", due: 0, expires: null };
  assert.deepEqual(await gateway.named("main/1").call("enqueue", [[message], false]), { taken: false, why: "down", known: [] });
});

test("a link drains once for newer code, and not for its own", async (t) => {
  moveable(t);
  const smsc = await Smsc.start(t);
  const version = { id: "a", timestamp: "2026-11-30T00:00:00Z" };
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url, CF_VERSION_METADATA: version } });
  await gateway.bound();
  const place = gateway.named("main/0");
  for (const other of [{ id: "a", timestamp: "2026-12-01T00:00:00Z" }, { id: "b", timestamp: version.timestamp }, { id: "b", timestamp: "2026-11-29T00:00:00Z" }, undefined]) await place.call("status", [other]);
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  await gateway.message(id, "delivered");
  assert.equal(place.aborts, 0);
  smsc.answer = () => ({ after: 100 });
  const sent = await gateway.post("/v1/messages", hello);
  await until("the message", () => smsc.submitted.length === 2);
  const newer = { id: "b", timestamp: "2026-11-30T00:00:01Z" };
  await Promise.all([place.call("status", [newer]), place.call("status", [newer])]);
  await until("the new start", () => place.aborts > 0);
  assert.equal((await gateway.get(`/v1/messages/${sent.body.id}`)).body.status, "accepted", "its answer was waited for");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(place.aborts, 1);
});

test("a stream that comes back gets the PDUs since then, those of that very time included", async (t) => {
  moveable(t);
  const smsc = await Smsc.start(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  const all = await follow(t, gateway, "/v1/events?pdus=true");
  await until("the bind", () => all.text.includes("bind_transceiver_resp"));
  const at = /^id: (\d+)\nevent: pdu\ndata: .*"bind_transceiver_resp"/m.exec(all.text)[1];
  const commands = ({ text }) => [...text.matchAll(/"command":"(\w+)"/g)].map(([, name]) => name);
  const since = async (last) => {
    const state = await follow(t, gateway, "/v1/events?pdus=true", { "last-event-id": last });
    await gateway.post("/v1/messages", hello);
    await until("the next", () => state.text.includes("submit_sm"));
    return commands(state);
  };
  assert.ok((await since(at)).includes("bind_transceiver_resp"));
  assert.ok(!(await since(String(Number(at) + 1))).includes("bind_transceiver_resp"));
});

test("a PDU that a lost connection cut off does not spoil those of the next one", async (t) => {
  moveable(t);
  const smsc = await Smsc.start(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  const state = await follow(t, gateway, "/v1/events?pdus=true");
  await until("the bind", () => state.text.includes("bind_transceiver_resp"));
  smsc.sessions[0].socket.end(Buffer.from("0000002000000015", "hex"));
  await until("the next bind", () => state.text.match(/"bind_transceiver_resp"/g).length === 2);
  assert.ok(!state.text.includes('"unknown"'));
});

test("a request that is repeated while the first one is stored gets the same ids, also in a full queue", async (t) => {
  moveable(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE, SMPP_MAX_QUEUE: "2" } });
  const send = () => gateway.post("/v1/messages", [hello, hello], { "idempotency-key": "k" });
  const answers = await Promise.all([send(), send(), send()]);
  answers.push(await send());
  const ids = answers.map(({ status, body }) => [status, ...body.map(({ id }) => id)]);
  for (const answer of ids) assert.deepEqual(answer, ids[0]);
  assert.equal((await gateway.get("/v1/messages")).body.messages.length, 2);
});

test("what is being stored is known already to who asks for its request", async (t) => {
  moveable(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  await gateway.get("/v1/links");
  const link = gateway.named("main/0").object;
  const nonce = "01m8nvz23p000000001dbhs9e8";
  const storing = link.enqueue([{ id: `${nonce}-main-0`, tag: 1, input: hello, encoding: "gsm7", segments: 1, caller: "", due: 0, expires: null, position: 0 }], false, nonce);
  // The call is past what it waits for, and the disk is not.
  for (let i = 0; i < 20; i++) await Promise.resolve();
  const known = await link.known(nonce);
  const { ids } = await storing;
  assert.deepEqual(known, [[0, ids[0]]]);
  assert.deepEqual(await link.existing([ids[0], `${nonce}-main-0`]), [ids[0]]);
});

test("a repeated request tells of each message what it comes to", async (t) => {
  moveable(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE } });
  const send = async () => (await gateway.post("/v1/messages", [hello, { ...hello, text: "П".repeat(100) }], { "idempotency-key": "k" })).body;
  const first = await send();
  assert.deepEqual(first.map(({ segments, encoding }) => [segments, encoding]), [[1, "gsm7"], [2, "ucs2"]]);
  assert.deepEqual(await send(), first);
});

test("requests of one turn fill the queue together, to its last place", async (t) => {
  moveable(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE, SMPP_MAX_QUEUE: "5" } });
  const answers = await Promise.all([3, 3, 2, 1].map((count) => gateway.post("/v1/messages", Array.from({ length: count }, () => hello))));
  const taken = answers.filter(({ status }) => status === 202).reduce((sum, { body }) => sum + body.length, 0);
  assert.deepEqual([taken, (await gateway.get("/v1/messages")).body.messages.length], [5, 5]);
});

test("what moved to another account is shown, cancelled and sent there, and cancelled here while it comes back", async (t) => {
  const { pass } = moveable(t);
  let lost = false;
  const gateway = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: NOWHERE }, spare: { url: NOWHERE } }, SMPP_FAILOVER_SECONDS: "0" }, calls: async (name, method, _values, call) => {
    if (lost && name === "spare/0" && method === "enqueue") throw new Error("lost on the way");
    return call();
  } });
  await gateway.get("/v1/links");
  await until("a link that is down", async () => (await gateway.get("/v1/links")).body.links.every(({ error }) => error));
  // Both are down: it waits on the preferred one, until the other is asked and takes it.
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  assert.match(id, /-main-0$/);
  lost = true;
  const smsc = await Smsc.start(t);
  gateway.env.SMPP_ACCOUNTS = { main: { url: NOWHERE }, spare: { url: smsc.url } };
  await gateway.stop();
  const second = startInProcess(t, { vars: { SMPP_ACCOUNTS: gateway.env.SMPP_ACCOUNTS, SMPP_FAILOVER_SECONDS: "0" }, places: gateway.places, calls: async (name, method, _values, call) => {
    if (lost && name === "spare/0" && method === "enqueue") throw new Error("lost on the way");
    return call();
  } });
  await until("the spare", async () => (await second.get("/v1/links")).body.links.some(({ state }) => state === "bound"));
  pass(5_000);
  await until("the offer", async () => {
    await second.named("main/0").object.alarm();
    return (await second.delete(`/v1/messages/${id}`)).status === 409;
  });
  const busy = await second.delete(`/v1/messages/${id}`);
  assert.deepEqual([busy.status, busy.body.type], [409, "urn:smpp-edge:problem:in-flight"]);
  lost = false;
  pass(5_000);
  await second.named("main/0").object.alarm();
  const sent = await second.message(id, "delivered");
  assert.deepEqual([sent.account, sent.id], ["spare", id]);
  assert.deepEqual((await second.get("/v1/messages")).body.messages.map(({ status }) => status), ["delivered"]);
  assert.equal((await second.delete(`/v1/messages/${id}`)).body.detail, "It is delivered", "the link that has it says so");
});

test("a message whose move was not answered is shown as the link has it that took it", async (t) => {
  const { pass } = moveable(t);
  const spare = await Smsc.start(t);
  const gateway = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: NOWHERE }, spare: { url: spare.url } }, SMPP_FAILOVER_SECONDS: "10" }, calls: async (name, method, _values, call) => {
    const result = await call();
    if (name === "spare/0" && method === "enqueue") throw new Error("lost on the way back");
    return result;
  } });
  await gateway.bound();
  await until("a link that is down", async () => (await gateway.get("/v1/links")).body.links[0].error);
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  pass(11_000);
  await gateway.named("main/0").object.alarm();
  assert.equal((await gateway.message(id, "delivered")).account, "spare");
});

test("a message goes to the next account at once when the link is lost, if that is what is set", async (t) => {
  moveable(t);
  const smsc = await Smsc.start(t);
  const spare = await Smsc.start(t);
  const gateway = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: smsc.url }, spare: { url: spare.url } }, SMPP_FAILOVER_SECONDS: "0" } });
  await until("both", async () => (await gateway.get("/v1/links")).body.links.every(({ state }) => state === "bound"));
  // Too busy for it: it waits for its next attempt, and no alarm comes.
  smsc.answer = () => ({ status: 0x58 });
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  await until("the attempt", () => smsc.submitted.length > 0);
  await until("its return to the queue", async () => (await gateway.get(`/v1/messages/${id}`)).body.status === "queued");
  await smsc.stop();
  await gateway.message(id, "delivered");
  assert.deepEqual(spare.texts(), [hello.text]);
});

test("a link that never failed yet takes messages for its account, even if others are to have them at once", async (t) => {
  moveable(t);
  const spare = await Smsc.start(t);
  const sockets = [];
  const slow = createServer((socket) => (slow.listening ? sockets.push(socket) : socket.destroy())).listen(0, "127.0.0.1");
  await once(slow, "listening");
  t.after(() => {
    slow.close();
    for (const socket of sockets) socket.destroy();
  });
  const gateway = startInProcess(t, { vars: { SMPP_ACCOUNTS: { main: { url: `smpp://a:b@127.0.0.1:${slow.address().port}` }, spare: { url: spare.url } }, SMPP_FAILOVER_SECONDS: "0" } });
  await gateway.bound();
  assert.deepEqual((await gateway.get("/v1/links")).body.links.map(({ state }) => state), ["connecting", "bound"]);
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  assert.match(id, /-main-0$/);
});

test("of a long message only segments that wait for their report are cancelled; no answer is no refusal", async (t) => {
  moveable(t);
  const smsc = await Smsc.start(t);
  smsc.report = undefined;
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url, SMPP_OPTIONS: { responseTimeout: 200 } } });
  await gateway.bound();
  const { body: { id } } = await gateway.post("/v1/messages", { ...hello, text: "x".repeat(400) });
  const { parts } = await gateway.message(id, "accepted");
  await smsc.deliverReport(parts[1].messageId, "DELIVRD", "1234567890", "12345");
  await until("the report", async () => (await gateway.get(`/v1/messages/${id}`)).body.parts[1].status === "delivered");
  const cancelled = [];
  let answers = false;
  smsc.sessions[0].on("cancel_sm", (pdu) => {
    cancelled.push(pdu.message_id);
    if (answers) smsc.sessions[0].send(pdu.response());
  });
  const silent = await gateway.delete(`/v1/messages/${id}`);
  assert.deepEqual([silent.status, silent.body.type], [503, "urn:smpp-edge:problem:unavailable"]);
  assert.equal((await gateway.get(`/v1/messages/${id}`)).body.status, "accepted");
  cancelled.length = 0;
  answers = true;
  const done = await gateway.delete(`/v1/messages/${id}`);
  assert.deepEqual([done.status, done.body.status, cancelled], [200, "deleted", [parts[0].messageId, parts[2].messageId]]);
});

test("a message that is put back tells nobody that it ended, one that fails tells once", async (t) => {
  moveable(t);
  const smsc = await Smsc.start(t);
  const ended = [];
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url }, exports: { default: { smppEnded: async (event) => void ended.push(event) } } });
  await gateway.bound();
  let busy = 2;
  smsc.answer = () => ({ status: busy-- > 0 ? 0x58 : 0x0b });
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  await gateway.message(id, "failed");
  await until("the handler", () => ended.length > 0);
  assert.deepEqual([smsc.submitted.length, ended.map((event) => [event.id, event.status])], [3, [[id, "failed"]]]);
});

test("figures count over all binds of the object", async (t) => {
  moveable(t);
  const smsc = await Smsc.start(t);
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url } });
  for (const round of [1, 2, 3]) {
    await gateway.bound();
    const { body: { id } } = await gateway.post("/v1/messages", hello);
    await gateway.message(id, "delivered");
    assert.deepEqual([await metric(gateway, "smpp_segments_submitted_total"), await metric(gateway, "smpp_link_binds_total")], [round, round]);
    smsc.drop();
    await until("the loss", async () => await metric(gateway, "smpp_link_losses_total") === round);
    assert.equal(await metric(gateway, "smpp_segments_submitted_total"), round);
  }
});

test("a bind that carried a message is followed by a short wait, however many failed before", async (t) => {
  const { pass } = moveable(t);
  t.mock.method(Math, "random", () => 0.999999);
  const smsc = await Smsc.start(t);
  const { port } = smsc;
  await smsc.stop();
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url } });
  const wait = async () => {
    const [{ state, retryAt }] = (await gateway.get("/v1/links")).body.links;
    return state === "waiting" && Date.parse(retryAt) - Date.now();
  };
  for (let failures = 0; failures < 6; failures++) {
    await until("a failure", wait);
    pass(61_000);
  }
  await smsc.listen(port);
  await gateway.bound();
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  await gateway.message(id, "delivered");
  smsc.drop();
  assert.ok(await until("the loss", wait) <= 1_000);
});

test("a report that comes in on another link finds its message by one call; where it is not, the others are asked, and it is handed on once", async (t) => {
  const { pass } = moveable(t);
  const smsc = await Smsc.start(t);
  const asked = [];
  const reports = [];
  const given = { vars: { SMPP_URL: smsc.url, SMPP_LINKS: "4" }, exports: { default: { smppReport: async (report) => void reports.push(report) } } };
  const gateway = startInProcess(t, { ...given, calls: (name, method, _values, call) => {
    if (method === "claim") asked.push(name);
    return call();
  } });
  await until("all links", async () => (await gateway.get("/v1/links")).body.links.every(({ state }) => state === "bound"));
  smsc.reporter = (session) => smsc.sessions.find((other) => other !== session);
  const { body: { id } } = await gateway.post("/v1/messages", hello);
  await gateway.message(id, "delivered");
  assert.deepEqual(asked, [/-main-(\d)$/.exec(id)[1]].map((link) => `main/${link}`));
  asked.length = 0;
  // With the number of a recipient whose messages go by another link, which is asked first: then the others are.
  smsc.report = undefined;
  let own;
  smsc.answer = (_pdu, session) => {
    own = session;
    return {};
  };
  const numbers = Array.from({ length: 20 }, (_, i) => `49151000${i}`);
  const linkOf = (number) => linkFor({ name: "main", links: 4 }, number).link;
  const other = await gateway.post("/v1/messages", { ...hello, to: numbers.find((number) => linkOf(number) === 0), text: "again" });
  const { messageId } = await gateway.message(other.body.id, "accepted");
  const foreign = numbers.find((number) => linkOf(number) !== 0);
  await smsc.deliverReport(messageId, "DELIVRD", foreign, "12345", smsc.sessions.find((session) => session !== own));
  await gateway.message(other.body.id, "delivered");
  await until("its report", () => reports.length === 2);
  // Nobody looks for it any more, and gives it up as nobody's.
  let again = gateway;
  for (let search = 0; search < 6; search++) {
    await again.stop();
    pass(60_000);
    again = startInProcess(t, { ...given, places: again.places });
    await again.get("/v1/links");
    await sleep(20);
  }
  assert.deepEqual(reports.map((report) => report.id), [id, other.body.id]);
});

test("the registry is asked once to know a link, and again where it could not be asked", async (t) => {
  moveable(t);
  let broken = true;
  const registered = [];
  const gateway = startInProcess(t, { vars: { SMPP_URL: NOWHERE }, calls: (name, method, values, call) => {
    if (method !== "register") return call();
    registered.push(values[0]);
    if (broken) throw new Error("not now");
    return call();
  } });
  await gateway.get("/v1/links");
  broken = false;
  for (let i = 0; i < 3; i++) await gateway.named("main/0").object.alarm();
  assert.deepEqual(registered, ["main/0", "main/0"]);
});

test("what waits on a link that is gone goes with the first call, not with the first alarm", async (t) => {
  moveable(t);
  const before = startInProcess(t, { vars: { SMPP_URL: NOWHERE, SMPP_LINKS: "2" } });
  const sent = await before.post("/v1/messages", Array.from({ length: 8 }, (_, i) => ({ ...hello, to: `+49151${i}` })));
  const gone = sent.body.find(({ id }) => id.endsWith("-main-1")).id;
  const smsc = await Smsc.start(t);
  await before.stop();
  const gateway = startInProcess(t, { vars: { SMPP_URL: smsc.url }, places: before.places });
  await gateway.bound();
  assert.equal((await gateway.message(gone, "delivered")).link, 0);
});
