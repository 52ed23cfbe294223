// The engine fails: nobody is left hanging, the socket is closed, the process lives on, and other clients do too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { importSource } from "./helpers.mjs";
import { answer, ScriptedSmsc } from "./smsc.ts";
import { until } from "../simulator/peers.ts";

const { Act, connect, SmppError, wasm } = await importSource("tests/js/client/whole.ts");
const HELLO = { from: "12345", to: "+1234567890", text: "Hello World" };

/** Notes the engines as they are made. */
function watchEngines(t) {
  const engines = [];
  const { act: original } = wasm.Engine.prototype;
  t.mock.method(wasm.Engine.prototype, "act", function (now, act) {
    if (act === Act.Connect) engines.push(this);
    return original.call(this, now, act);
  });
  return engines;
}

/** Makes an engine trap in one of its functions, or in one of its acts, as a panic does. */
function trapIn(t, name, engine) {
  const method = Act[name] === undefined ? name : "act";
  const original = wasm.Engine.prototype[method];
  t.mock.method(wasm.Engine.prototype, method, function (...given) {
    if (this === engine() && (method === name || given[1] === Act[name])) throw new WebAssembly.RuntimeError("unreachable");
    return original.apply(this, given);
  });
}

/** Makes an engine panic in the module itself: it is given a length that its buffer does not have. */
function panicIn(t, engine) {
  const { receive } = wasm.Engine.prototype;
  t.mock.method(wasm.Engine.prototype, "receive", function (now, length) {
    return receive.call(this, now, this === engine() ? 0x7fff_ffff : length);
  });
}

async function withSmsc(use) {
  const smsc = await ScriptedSmsc.listen((request, line) => {
    if (request.command === "unbind") answer(line, request);
    if (request.short_message?.message === "answer me") answer(line, request, { message_id: "1" });
  });
  try {
    await use(smsc);
  } finally {
    await smsc[Symbol.asyncDispose]();
  }
}

for (const [name, provoke] of [
  ["receive", ({ smsc }) => smsc.line.send("enquire_link")],
  ["Closed", ({ smsc }) => smsc.line.socket.destroy()],
  ["Timeout", () => {}],
  ["drain", ({ smpp }) => smpp.request({ command: "query_sm", message_id: "1" }).catch(() => {})],
  ["send_sms", ({ smpp }) => assert.rejects(smpp.sendSms(HELLO), SmppError)],
  ["respond", ({ smsc }) => smsc.line.send("deliver_sm", { source_addr: "1", destination_addr: "2", short_message: "x" })],
  ["cancel", ({ abort }) => abort.abort()],
  ["Unbind", ({ smpp }) => void smpp.close()],
]) {
  test(`a trap in ${name}`, async (t) => {
    await withSmsc(async (smsc) => {
      const states = [];
      const engines = watchEngines(t);
      const abort = new AbortController();
      const other = await connect(smsc.url);
      const otherLine = smsc.line;
      const smpp = await connect(smsc.url, { enquireLink: 20, onMessage: async () => {}, onState: (state, detail) => states.push([state, detail?.error.code]) });
      const sending = smpp.sendSms({ ...HELLO, signal: abort.signal });
      const reading = smpp.reports().next();
      await smsc.line.await("submit_sm");
      trapIn(t, name, () => engines[1]);
      await provoke({ smsc, smpp, abort });

      await assert.rejects(sending, (error) => error instanceof SmppError && error.outcome === "unknown");
      await assert.rejects(reading, (error) => error.code === "engine");
      await until("the end of the connection", () => smsc.line.closed);
      await assert.rejects(smpp.sendSms(HELLO), (error) => error.code === "closed" && error.outcome === "not-sent");
      await smpp.close();
      assert.equal(states.at(-1)[0], "closed");

      assert.equal((await other.sendSms({ ...HELLO, text: "answer me" })).status, "accepted");
      await other.close();
      await until("the end of the connection", () => otherLine.closed);
    });
  });
}

test("what the module has of a session is given back when that has ended", async (t) => {
  await withSmsc(async (smsc) => {
    const freed = t.mock.method(wasm.Engine.prototype, "free");
    const smpp = await connect(smsc.url);
    await smpp.close();
    await until("its end", () => freed.mock.callCount() === 1);
    assert.equal(smpp.stats().binds, 1);
  });
});

test("a panic of the module is shown with its message and its place", async (t) => {
  await withSmsc(async (smsc) => {
    const engines = watchEngines(t);
    const other = await connect(smsc.url);
    const smpp = await connect(smsc.url);
    const sending = smpp.sendSms(HELLO);
    const reading = smpp.reports().next();
    await smsc.line.await("submit_sm");
    panicIn(t, () => engines[1]);
    smsc.line.send("enquire_link");

    const shown = /^the engine failed: panicked at (smpp-edge\/)?src\/wasm\/\w+\.rs:\d+:\d+:\n.*out of range/;
    await assert.rejects(reading, (error) => error.code === "engine" && shown.test(error.message));
    await assert.rejects(sending, (error) => error instanceof SmppError && error.outcome === "unknown");
    assert.equal((await other.sendSms({ ...HELLO, text: "answer me" })).status, "accepted");
    await other.close();
  });
});

for (const [name, at, provoke] of [
  ["the session that joins segments", 0, (line) => line.send("deliver_sm", { source_addr: "1", destination_addr: "2", esm_class: 0x40, short_message: Buffer.from([5, 0, 3, 1, 2, 1, 65]) })],
  ["one of several connections", 2, (line) => line.send("enquire_link")],
]) {
  test(`a trap in ${name} ends them all`, async (t) => {
    await withSmsc(async (smsc) => {
      const engines = watchEngines(t);
      const smpp = await connect(smsc.url, { binds: 2, onMessage: () => {} });
      await until("both", () => smpp.stats().bound === 2);
      const sending = smpp.sendSms(HELLO);
      await until("a submission", () => smsc.lines.some((line) => line.got("submit_sm").length > 0));
      trapIn(t, "receive", () => engines[at]);
      provoke(smsc.line);
      await assert.rejects(sending, (error) => error instanceof SmppError && error.outcome === "unknown");
      await until("the end of all connections", () => smsc.lines.every(({ closed }) => closed));
      await assert.rejects(smpp.sendSms(HELLO), (error) => error.code === "closed" && error.cause.code === "engine");
      await smpp.close();
    });
  });
}

test("a trap during connect() rejects it", async (t) => {
  await withSmsc(async (smsc) => {
    const engines = watchEngines(t);
    trapIn(t, "Bind", () => engines[0]);
    await assert.rejects(connect(smsc.url), (error) => error.code === "engine");
    await until("the end of the connection", () => smsc.line.closed);
  });
});
