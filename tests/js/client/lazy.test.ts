// client(): connects on first use, keeps trying, and connects again after an end.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { client, connect, SmppError, type Report } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";
import { freePort } from "../free-port.ts";
import { pdu, until } from "../simulator/peers.ts";
import { turnsUntil, watchTimers } from "../timers.ts";
import { answer, ScriptedSmsc } from "./smsc.ts";

const message = { from: "12345", to: "+15550000001", text: "Hello World" };
const quick = { reconnect: { min: 20, max: 100 } };

const urlOf = (port: number, password = "password"): string => `smpp://smppclient1:${password}@127.0.0.1:${port}`;
const failsWith = (code: string | number, outcome?: string) => (error: unknown): boolean =>
  error instanceof SmppError && error.code === code && (outcome === undefined || error.outcome === outcome);

test("messages wait for an SMSC that starts later, and go out once", async () => {
  const port = await freePort();
  const states: string[] = [];
  await using lazy = client(urlOf(port), { ...quick, onState: (state) => void states.push(state) });
  assert.equal(lazy.stats().state, "closed");
  const reports: Report[] = [];
  const loop = (async () => { for await (const report of lazy.reports()) reports.push(report); })();
  const waiting = [lazy.sendSms({ ...message, report: "always" }), lazy.sendSms(message), lazy.query("nothing").catch((error: SmppError) => error.name)];
  await until("a failed attempt", () => states.includes("closed"));
  const simulator = await createSimulator({ port, delay: 10 });
  try {
    const [first, second, asked] = await Promise.all(waiting) as [{ status: string }, { status: string }, string];
    assert.deepEqual([first.status, second.status, asked], ["accepted", "accepted", "ESME_RINVMSGID"]);
    assert.equal(simulator.messages().length, 2);
    assert.equal(lazy.stats().binds, 1);
    await until("the report", () => reports.length === 1);
    await lazy.close();
    await loop;
  } finally {
    await simulator.close();
  }
});

test("nothing connects before the first use", async () => {
  let connections = 0;
  const server = createServer((socket) => { connections++; socket.destroy(); });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const lazy = client(urlOf((server.address() as AddressInfo).port));
  lazy.reports();
  await lazy.close();
  assert.equal(connections, 0);
  await new Promise((resolve) => server.close(resolve));
});

test("a wrong password rejects what waits, and the next call tries again", async () => {
  const simulator = await createSimulator({ port: 0, accounts: { smppclient1: "password" } });
  try {
    await using wrong = client(simulator.url.replace(":password", ":wrong"), quick);
    await Promise.all([assert.rejects(wrong.sendSms(message), failsWith(0x0e)), assert.rejects(wrong.ready(), failsWith(0x0e))]);
    await assert.rejects(wrong.sendSms(message), failsWith(0x0e));
    assert.equal(wrong.stats().state, "closed");
  } finally {
    await simulator.close();
  }
});

test("used after the client ended, it connects again", async () => {
  const port = await freePort();
  await using lazy = client(urlOf(port), { reconnect: false });
  for (const round of [1, 2]) {
    const simulator = await createSimulator({ port });
    assert.equal((await lazy.sendSms(message)).status, "accepted", `round ${round}`);
    await simulator.close();
    await until("the end", () => lazy.stats().state === "closed");
    await assert.rejects(lazy.sendSms(message), failsWith("connection-failed", "not-sent"));
  }
});

test("close() settles what waits, and ends loops", async () => {
  const lazy = client(urlOf(await freePort()), quick);
  const loop = (async () => { for await (const _ of lazy.messages()) assert.fail("a message"); })();
  const waiting = [lazy.sendSms(message), lazy.sendMany([message]), lazy.request({ command: "enquire_link" }), lazy.ready()];
  const settled = Promise.all(waiting.map((each) => assert.rejects(each as Promise<unknown>, failsWith("closed", "not-sent"))));
  await lazy.close();
  await settled;
  await loop;
  await assert.rejects(lazy.sendSms(message), failsWith("closed", "not-sent"));
});

test("a signal, and the end of validity, end the wait of that message alone", async () => {
  const port = await freePort();
  await using lazy = client(urlOf(port), quick);
  const abort = new AbortController();
  const ended = [
    assert.rejects(lazy.sendSms({ ...message, signal: abort.signal }), failsWith("aborted", "not-sent")),
    assert.rejects(lazy.sendSms({ ...message, validity: 0.05 }), failsWith("timeout", "not-sent")),
    assert.rejects(lazy.ready({ signal: abort.signal }), failsWith("aborted")),
  ];
  const other = lazy.sendSms(message);
  abort.abort();
  await Promise.all(ended);
  const simulator = await createSimulator({ port });
  try {
    assert.equal((await other).status, "accepted");
    assert.equal(simulator.messages().length, 1);
  } finally {
    await lazy.close();
    await simulator.close();
  }
});

test("wrong arguments are refused at once, connected or not", async () => {
  await using lazy = client(urlOf(1), quick);
  await assert.rejects(lazy.sendSms({ ...message, to: "hello" }), failsWith("invalid-field", "not-sent"));
  await assert.rejects(lazy.sendSms({ ...message, reprot: "always" } as typeof message), failsWith("invalid-field", "not-sent"));
  assert.equal(lazy.stats().state, "closed");
  assert.throws(() => client(urlOf(1), { window: 0 }), failsWith("invalid-option"));
});

test("SMPP_URL is the default URL of client() and connect()", async () => {
  const simulator = await createSimulator({ port: 0 });
  const before = process.env["SMPP_URL"];
  try {
    delete process.env["SMPP_URL"];
    assert.throws(() => client(), failsWith("invalid-option"));
    await assert.rejects(connect(), failsWith("invalid-option"));
    process.env["SMPP_URL"] = simulator.url;
    await using smpp = await connect();
    await using lazy = client();
    assert.equal((await smpp.sendSms(message)).status, "accepted");
    assert.equal((await lazy.sendSms(message)).status, "accepted");
    await lazy.ready();
  } finally {
    if (before === undefined) delete process.env["SMPP_URL"];
    else process.env["SMPP_URL"] = before;
    await simulator.close();
  }
});

test("the waits between attempts double, up to the longest, and the state says that it waits", async (t) => {
  const port = await freePort();
  const waits: number[] = [];
  const { setTimeout: real } = globalThis;
  t.mock.method(globalThis, "setTimeout", ((work: () => void, wait = 0, ...given: never[]) => (waits.push(wait), real(work, wait < 1_000 ? Math.min(wait, 1) : wait, ...given))) as never);
  const lazy = client(urlOf(port), { reconnect: { min: 20, max: 100 }, bindTimeout: 60_000 });
  const states = new Set<string>();
  const sending = assert.rejects(lazy.sendSms(message), failsWith("closed", "not-sent"));
  // Those of the engine and of sockets are whole.
  const ownWaits = (): number[] => waits.filter((wait) => !Number.isInteger(wait));
  await until("ten attempts", () => (states.add(lazy.stats().state), ownWaits().length >= 10));
  await lazy.close();
  await sending;
  assert.ok(states.has("waiting"));
  const [first = 0, second = 0, third = 0, ...others] = ownWaits();
  assert.ok([first, second, third].every((wait, index) => wait >= 10 * 2 ** index && wait <= 20 * 2 ** index), `${first} ${second} ${third}`);
  assert.deepEqual(others.filter((wait) => wait < 50 || wait > 100), []);
});

test("close() while it waits between attempts leaves no timer, and nothing on the signals", async (t) => {
  const port = await freePort();
  const timers = watchTimers(t);
  const { signal } = new AbortController();
  const lazy = client(urlOf(port), { reconnect: { min: 3_600_000, max: 3_600_000 }, signal });
  const own = new AbortController();
  const sending = assert.rejects(lazy.sendSms({ ...message, validity: 3_600, signal: own.signal }), failsWith("closed", "not-sent"));
  await turnsUntil(() => lazy.stats().state === "waiting");
  await lazy.close();
  await sending;
  await turnsUntil(() => timers.size === 0);
  assert.deepEqual([timers.size, getEventListeners(signal, "abort").length, getEventListeners(own.signal, "abort").length], [0, 0, 0]);
});

test("the signal of its options ends the attempts, and what waits with them", async () => {
  const abort = new AbortController();
  await using lazy = client(urlOf(await freePort()), { reconnect: { min: 3_600_000, max: 3_600_000 }, signal: abort.signal });
  const sending = assert.rejects(lazy.sendSms(message), failsWith("aborted", "not-sent"));
  await until("the first attempt", () => lazy.stats().state === "waiting");
  abort.abort();
  await sending;
});

test("a client that has ended by the time it is bound is none: another one is made", async () => {
  let binds = 0;
  await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request, { message_id: "m" }), (line) => {
    if (binds++ > 0) return true;
    line.socket.once("data", (chunk: Buffer) => {
      const bound = pdu("bind_transceiver_resp", { sequence_number: chunk.readUInt32BE(12), system_id: "short" });
      // In one read with it: what can't be a PDU.
      line.socket.write(Buffer.concat([bound, Buffer.alloc(16, 0xff)]));
    });
    return false;
  });
  await using lazy = client(smsc.url, { reconnect: false });
  assert.equal((await lazy.sendSms(message)).messageId, "m");
  assert.equal(binds, 2);
});

test("what options and messages become after the call changes nothing; the time that a message has waited is not its validity", async (t) => {
  const port = await freePort();
  const options = { ...quick, systemType: "first" };
  await using lazy = client(urlOf(port), options);
  options.systemType = "second";
  const waiting = { ...message, validity: 3_600 };
  const sending = lazy.sendSms(waiting);
  waiting.text = "changed";
  await until("the first attempt", () => lazy.stats().state === "waiting");
  const now = Date.now.bind(Date);
  t.mock.method(Date, "now", () => now() + 1_800_000);
  const bound: unknown[] = [];
  const server = createServer((socket) => void socket.on("data", (chunk: Buffer) => {
    bound.push(chunk.toString("latin1"));
    const reply = chunk.readUInt32BE(4) === 9 ? pdu("bind_transceiver_resp", { sequence_number: chunk.readUInt32BE(12) }) : pdu("submit_sm_resp", { sequence_number: chunk.readUInt32BE(12), message_id: "m" });
    socket.write(chunk.readUInt32BE(4) === 6 ? pdu("unbind_resp", { sequence_number: chunk.readUInt32BE(12) }) : reply);
  }));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await sending;
  await lazy.close();
  server.close();
  const [bind, submission] = bound as [string, string];
  assert.match(bind, /first/);
  assert.match(submission, /Hello World/);
  assert.match(submission, /0000000029\d\d000R|000000003000000R/);
});

test("onState that rejects is logged, and changes nothing", async () => {
  await using simulator = await createSimulator({ port: 0 });
  const lines: string[] = [];
  await using lazy = client(simulator.url, { log: (line) => void lines.push(line), onState: () => Promise.reject(new Error("mine")) });
  await lazy.ready();
  await until("the line", () => lines.some((line) => line === "onState threw: mine"));
});

test("calls hand their options on", async () => {
  await using smsc = await ScriptedSmsc.listen((request, line) => {
    if (request.command !== "submit_sm") answer(line, request, { message_id: "m" });
  });
  await using lazy = client(smsc.url);
  const { signal } = new AbortController();
  await lazy.query("m", { from: "12345" });
  assert.equal(smsc.line.got("query_sm")[0]!.source_addr, "12345");
  await lazy.cancel("m", { from: "12345" });
  assert.equal(smsc.line.got("cancel_sm")[0]!.source_addr, "12345");
  const asking = lazy.request({ command: "query_sm", message_id: "m" }, { signal });
  await until("the second query", () => smsc.line.got("query_sm").length === 2);
  await asking;
  const abort = new AbortController();
  const stuck = lazy.request({ command: "submit_sm", destination_addr: "1" }, { signal: abort.signal });
  await smsc.line.await("submit_sm");
  abort.abort();
  await assert.rejects(stuck, failsWith("aborted", "unknown"));
});

test("sendMany that waits for the connection is ended by its signal", async () => {
  await using lazy = client(urlOf(await freePort()), quick);
  const abort = new AbortController();
  const sending = lazy.sendMany([message], { signal: abort.signal });
  abort.abort();
  await assert.rejects(sending, failsWith("aborted", "not-sent"));
});

test("a loop acknowledges, goes on after an attempt that failed, and lets the rest go when it is left", async () => {
  await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request));
  await using lazy = client(smsc.url);
  const loop = lazy.messages();
  const deliver = (number: number): void => smsc.line.send("deliver_sm", { source_addr: "1", destination_addr: "2", short_message: `${number}`, sequence_number: number });
  const first = loop.next();
  await lazy.ready();
  deliver(1);
  assert.equal((await first).value.text, "1");
  assert.equal(smsc.line.got("deliver_sm_resp").length, 0);
  loop.acknowledge();
  assert.equal((await smsc.line.await("deliver_sm_resp")).command_status, 0);
  deliver(2);
  assert.equal((await loop.next()).value.text, "2");
  assert.deepEqual(await loop.return?.(), { done: true, value: undefined });
  assert.equal((await smsc.line.await("deliver_sm_resp", 2)).command_status, 0x64);
  assert.deepEqual(await loop.next(), { done: true, value: undefined });
});

test("a loop whose attempt failed tries again, and one that was left before does not begin", async () => {
  const port = await freePort();
  await using lazy = client(urlOf(port), { reconnect: false });
  const left = lazy.messages();
  await left.return?.();
  assert.deepEqual(await left.next(), { done: true, value: undefined });
  assert.equal(lazy.stats().state, "closed");
  const loop = lazy.messages();
  await assert.rejects(loop.next(), failsWith("connection-failed"));
  await using simulator = await createSimulator({ port });
  const next = loop.next();
  await lazy.ready();
  const delivering = simulator.deliver({ from: "+15550000002", to: "12345", text: "after all" });
  assert.equal((await next).value.text, "after all");
  loop.acknowledge();
  await delivering;
  await loop.return?.();
  await lazy.close();
});

test("close() unbinds", async () => {
  await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request));
  const lazy = client(smsc.url);
  await lazy.ready();
  await lazy.close();
  assert.equal(smsc.line.got("unbind").length, 1);
  assert.equal(lazy.stats().state, "closed");
});
