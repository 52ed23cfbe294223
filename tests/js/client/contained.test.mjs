// What sources, signals and getters of the user's do, on a link that does what the test says: nothing else is left unsettled by it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeLink, importSource, stateOf, turn } from "./helpers.mjs";

const { Bulk, LoopQueue, Deliveries, SmppClient, readOptions, errors } = await importSource("tests/js/client/internals.ts");
const { SmppError } = errors;
const HELLO = { from: "12345", to: "+1234567890", text: "Hello World" };
const hang = () => new Promise(() => {});

async function bound(options = {}) {
  let link;
  const client = new SmppClient(readOptions("smpp://id:pw@localhost", options), (...given) => (link = new FakeLink(...given)), () => {}, { makeBulk: (...given) => new Bulk(...given), makeLoop: (...given) => new LoopQueue(...given), makeDeliveries: (...given) => new Deliveries(...given) });
  const opening = client.open();
  link.bind();
  await opening;
  return { client, link };
}

/** Rejects as the end of the client does. */
const ended = (error) => error instanceof SmppError && error.code === "closed" && error.outcome === "not-sent";

describe("sendMany ends with the client", () => {
  test("when the source's next() never settles", async () => {
    const { client } = await bound();
    let returned = 0;
    const bulk = client.sendMany({ [Symbol.asyncIterator]: () => ({ next: hang, return: () => { returned++; return hang(); } }) });
    assert.equal(await stateOf(bulk), "pending");
    await client.close();
    await assert.rejects(bulk, ended);
    assert.equal(returned, 1);
  });

  test("when the client had ended before", async () => {
    const { client } = await bound();
    await client.close();
    await assert.rejects(client.sendMany({ [Symbol.asyncIterator]: () => ({ next: hang }) }), ended);
    await assert.rejects(client.sendMany([HELLO]), ended);
  });

  for (const [name, messages] of [
    ["sendable", function* () { for (;;) yield HELLO; }],
    ["wrong", function* () { for (;;) yield null; }],
    ["sendable, asynchronous", async function* () { for (;;) yield HELLO; }],
    ["wrong, asynchronous", async function* () { for (;;) yield null; }],
  ]) {
    test(`when the source never ends (${name}), and timers fire meanwhile`, async () => {
      const { client, link } = await bound();
      link.sendSms = (ticket) => {
        if (link.ended) throw Object.assign(new Error("over"), { name: "EngineError", code: "closed" });
        queueMicrotask(() => link.accept(ticket, "id"));
        return { segments: 1, encoding: "gsm7" };
      };
      const bulk = client.sendMany(messages());
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 1));
      assert.equal(await stateOf(bulk), "pending");
      link.end({ kind: "lost", message: "gone" });
      await assert.rejects(bulk, ended);
    });
  }

  test("with its numbers, if all messages were taken by then", async () => {
    const { client } = await bound();
    const bulk = client.sendMany([HELLO, HELLO, null]);
    await turn();
    await client.close();
    assert.deepEqual(await bulk, { accepted: 0, partial: 0, failed: 3, rejected: 0, unknown: 2, notSent: 1 });
  });

  test("though onResult hangs: it is given 10 seconds for a result then, and no more results", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { client } = await bound();
    let told = 0;
    const bulk = client.sendMany([null, HELLO, HELLO], { onResult: () => { told++; return hang(); } });
    await turn();
    await client.close();
    t.mock.timers.tick(9_999);
    assert.equal(await stateOf(bulk), "pending");
    t.mock.timers.tick(1);
    assert.equal((await bulk).failed, 3);
    assert.equal(told, 1);
  });

  test("but goes on telling an onResult that is only slow", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { client } = await bound();
    const told = [];
    const bulk = client.sendMany([HELLO, HELLO, HELLO], { onResult: (_, index) => { told.push(index); return new Promise((resolve) => setTimeout(resolve, 9_000)); } });
    await turn();
    await client.close();
    for (let i = 0; i < 3; i++) {
      await turn();
      t.mock.timers.tick(9_000);
    }
    assert.equal((await bulk).unknown, 3);
    assert.deepEqual(told, [0, 1, 2]);
  });
});

describe("sendMany ends with its own error", () => {
  const boom = new Error("boom");
  const raise = () => { throw boom; };
  for (const [name, source] of [
    ["next() throws", { next: raise }],
    ["next() gives no object", { next: () => null }],
    ["next() gives a number", { next: () => 5 }],
    ["next() resolves with a text", { next: () => Promise.resolve("text") }],
    ["next() rejects", { next: () => Promise.reject(boom) }],
    ["what next() gives can't be read", { next: () => ({ get done() { return raise(); } }) }],
  ]) {
    test(`when ${name}`, async () => {
      const { client, link } = await bound();
      const bulk = client.sendMany({ [Symbol.iterator]: () => source });
      await assert.rejects(bulk, (error) => error === boom || error instanceof TypeError);
      const sending = client.sendSms(HELLO);
      link.accept(link.sent[0].ticket, "id");
      assert.equal((await sending).messageId, "id");
    });
  }

  test("when it is aborted, though return() throws and next() hangs", async () => {
    const { client } = await bound();
    const abort = new AbortController();
    const bulk = client.sendMany({ [Symbol.asyncIterator]: () => ({ next: hang, return: raise }) }, { signal: abort.signal });
    abort.abort(boom);
    await assert.rejects(bulk, (error) => error.name === "AbortError" && error.cause === boom);
  });

  for (const [name, messages] of [["a source that is never read", [HELLO]], ["a source that gives nothing", { [Symbol.asyncIterator]: () => ({ next: hang }) }]]) {
    test(`when it is aborted before it has taken a message, of ${name}: nothing was sent`, async () => {
      const { client, link } = await bound();
      const abort = new AbortController();
      if (Array.isArray(messages)) abort.abort();
      const bulk = client.sendMany(messages, { signal: abort.signal });
      abort.abort();
      await assert.rejects(bulk, { name: "AbortError", outcome: "not-sent", retryable: true });
      assert.equal(link.sent.length, 0);
    });
  }

  test("when it is aborted: what is in flight is cancelled by one call", async (t) => {
    const { client, link } = await bound();
    const abort = new AbortController();
    const bulk = client.sendMany([HELLO, HELLO, HELLO], { signal: abort.signal });
    await turn();
    link.accept(link.sent[1].ticket, "id");
    const cancel = t.mock.method(link, "cancel");
    abort.abort();
    assert.equal(cancel.mock.callCount(), 1);
    assert.deepEqual(link.cancelled.toSorted(), [link.sent[0].ticket, link.sent[2].ticket]);
    for (const at of [0, 2]) link.settle(link.sent[at].ticket, 4);
    await assert.rejects(bulk, { name: "AbortError" });
  });

  test("when a message aborts it while it is read: that one is cancelled too", async () => {
    const { client, link } = await bound();
    const abort = new AbortController();
    const bulk = client.sendMany([{ ...HELLO, get text() { abort.abort(); return "x"; } }, HELLO], { signal: abort.signal });
    await turn();
    assert.deepEqual([link.sent.length, link.cancelled], [1, [link.sent[0].ticket]]);
    link.settle(link.sent[0].ticket, 4);
    await assert.rejects(bulk, { name: "AbortError" });
  });
});

describe("a message that does something when it is read", () => {
  test("sends another one: each goes out with its own fields", async () => {
    const { client, link } = await bound();
    const other = { from: "999", to: "+49170", text: "other", validity: 5, encoding: "ucs2", report: "always", tag: "other" };
    const nested = [];
    const nest = () => { nested.push(client.sendSms(other)); };
    const outer = client.sendSms({
      ...HELLO, tag: "outer",
      get to() { nest(); return { ton: 1, npi: 1, get addr() { nest(); return "1234567890"; } }; },
      get validity() { nest(); return Object.assign(new Date("2030-01-01"), { getTime: () => { nest(); return 0; } }); },
      tlvs: { get user_message_reference() { nest(); return 7; } },
    });
    const { ticket, sms } = link.sent.at(-1);
    assert.deepEqual([sms.from.addr, sms.to.addr, sms.text, sms.encoding, sms.registeredDelivery], ["12345", "1234567890", "Hello World", "auto", 0]);
    assert.equal(link.sent.length, nested.length + 1);
    for (const { sms: each } of link.sent.slice(0, -1)) assert.deepEqual([each.to.addr, each.text, each.more.validity], ["49170", "other", 5]);
    link.accept(ticket, "outer");
    assert.equal((await outer).tag, "outer");
    await client.close();
    await Promise.allSettled(nested);
  });

  test("closes the client: it is not sent", async () => {
    const { client, link } = await bound();
    await assert.rejects(client.sendSms({ ...HELLO, get text() { void client.close(); return "x"; } }), ended);
    assert.equal(link.sent.length, 0);
  });

  test("closes the client, in the place of one that was sent: it is not sent", async () => {
    const { client, link } = await bound();
    const first = client.sendSms(HELLO);
    link.accept(link.sent[0].ticket, "id");
    await first;
    await assert.rejects(client.sendSms({ ...HELLO, get text() { void client.close(); return "x"; } }), ended);
  });

  test("is changed after the call: it goes out as it was", async () => {
    const { client, link } = await bound();
    const tlvs = { 0x1400: [new Uint8Array([1])] };
    const message = { ...HELLO, tlvs };
    const sending = client.sendSms(message);
    message.text = "changed";
    tlvs[0x1400][0][0] = 9;
    assert.deepEqual([link.sent[0].sms.text, link.sent[0].sms.more.tlvs["5120"][0][0]], ["Hello World", 1]);
    link.accept(link.sent[0].ticket, "id");
    await sending;
  });
});

describe("callbacks that fail, at once or later", () => {
  const unprintable = Object.create(null);
  for (const [how, fail] of [
    ["throws", () => { throw new Error("boom"); }],
    ["rejects", () => Promise.reject(new Error("boom"))],
    ["throws what can't be printed", () => { throw unprintable; }],
    ["rejects with what can't be printed", () => Promise.reject(unprintable)],
    // oxlint-disable-next-line unicorn/no-thenable
    ["gives an object whose then() throws", () => ({ then() { throw new Error("boom"); } })],
    // oxlint-disable-next-line unicorn/no-thenable
    ["gives an object whose then can't be read", () => ({ get then() { throw new Error("boom"); } })],
  ]) {
    test(`onState, onPdu and log: ${how}`, async (t) => {
      const shown = t.mock.method(console, "error", () => {});
      const lines = [];
      for (const log of [undefined, (line) => void lines.push(line), fail]) {
        const { client, link } = await bound({ onState: fail, onPdu: fail, log });
        link.sink.log("a line");
        link.sink.request(Uint8Array.from([0, 0, 0, 16, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 1]), 0, undefined);
        const sending = client.sendSms(HELLO);
        link.accept(link.sent[0].ticket, "id");
        await sending;
        await client.close();
        await turn();
      }
      assert(lines.some((line) => line.startsWith("onState threw: ")) && lines.some((line) => line.startsWith("onPdu threw: ")));
      const names = shown.mock.calls.map(({ arguments: [line] }) => line);
      for (const name of ["onState", "onPdu", "log"]) assert(names.includes(`smpp-edge: ${name} threw`), name);
    });
  }
});
