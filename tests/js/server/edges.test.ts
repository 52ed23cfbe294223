// A server at its edges: what its answers carry, what ends with a session, and how much of long messages it keeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connect, decodePdus } from "smpp-edge";
import { listen, Status, type ListenOptions, type Session } from "smpp-edge/server";
import { cString, frame, Id, RESPONSE } from "../programs/wire.ts";
import { NodeEsme, pdu, RawEsme, until, within } from "../simulator/peers.ts";
import { turnsUntil, watchTimers } from "../timers.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function serving(options: Partial<ListenOptions>) {
  const server = await listen({ port: 0, authenticate: () => true, ...options });
  return { server, bound: () => connect(`smpp://a:b@127.0.0.1:${server.port}`, { responseTimeout: 60_000 }) };
}

const submit = (more: object = {}) => ({ command: "submit_sm", source_addr: "1", destination_addr: "2", short_message: "x", ...more });
/** One of two segments, with as much content as a TLV holds. */
const large = (reference: number, part: number, more: object = {}) => submit({
  short_message: "", tlvs: { sar_msg_ref_num: reference, sar_total_segments: 2, sar_segment_seqnum: part, message_payload: new Uint8Array(60_000).fill(0x41) }, ...more,
});

test("an answer carries the TLVs, the status and the fields that the application gives it", async () => {
  const { server, bound } = await serving({
    onSubmit: () => ({ messageId: "m1", tlvs: { additional_status_info_text: "queued" } }),
    onRequest: ({ command }) => (command === "query_sm" ? { status: 0x67, message_id: "m1" } : Status.ESME_RINVCMDID),
  });
  await using _ = server;
  await using client = await bound();
  const esme = await RawEsme.bound(server.port);
  esme.submit("2", 7);
  const [answer] = decodePdus(new Uint8Array(await esme.frames.take())).pdus;
  assert.deepEqual(answer!.tlvs.map(({ name, value }) => [name, value]), [["additional_status_info_text", "queued"]]);
  esme.destroy();
  await assert.rejects(client.request({ command: "query_sm", message_id: "m1" }), { name: "ESME_RQUERYFAIL" });
});

test("a session that was closed is none of the server's, and receives nothing", async () => {
  const { server, bound } = await serving({});
  await using _ = server;
  const client = await bound();
  const [session] = server.sessions;
  assert.ok(session!.receives);
  await session!.close();
  assert.deepEqual([server.sessions.size, session!.receives], [0, false]);
  await client.close();
});

test("a session is bound once its bind was let in, and until it ends; the server has it as long", async () => {
  const seen: [string, boolean, boolean][] = [];
  const note = (when: string, session: Session): void => void seen.push([when, session.isBound, server?.sessions.has(session)]);
  const server = await listen({
    port: 0, authenticate: (_, session) => (note("authenticate", session), true), onSession: (session) => note("onSession", session), onClosed: (session) => note("onClosed", session),
  });
  const esme = await RawEsme.bound(server.port);
  await until("the session", () => server.sessions.size === 1);
  esme.destroy();
  await until("its end", () => seen.length === 3);
  assert.deepEqual(seen, [["authenticate", false, false], ["onSession", true, true], ["onClosed", false, false]]);
  await server.close();
});

test("a connection beyond maxSessions is no session", async () => {
  let closed = 0;
  const { server } = await serving({ maxSessions: 1, onClosed: () => void closed++ });
  using first = await RawEsme.bound(server.port);
  using second = await RawEsme.connected(server.port);
  await within("its end", second.closed);
  await server.destroy();
  await first.closed;
  assert.equal(closed, 1);
});

test("destroy() ends each session as closed, and hands on the segments that wait", async () => {
  const incomplete: (string | undefined)[] = [];
  const { server } = await serving({ reassemble: true, onSubmit: () => ({ messageId: "m" }), onIncomplete: ({ text }) => void incomplete.push(text) });
  const esme = await RawEsme.bound(server.port);
  const [session] = server.sessions;
  esme.submit("2", 7, { esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 9, 2, 1]), message: "A" } });
  await esme.next();
  await server.destroy();
  assert.deepEqual([(await session!.closed).kind, incomplete], ["closed", ["A"]]);
});

test("nothing keeps a session that is over, nor the result of a request that has its own", async () => {
  const results: WeakRef<object>[] = [];
  const { server } = await serving({ onClosed: (session) => void results.push(new WeakRef(session)) });
  const esme = await RawEsme.bound(server.port);
  await until("the session", () => server.sessions.size === 1);
  const kept = [...server.sessions][0]!;
  const other = await RawEsme.bound(server.port);
  other.destroy();
  await until("its end", () => results.length === 1);
  const asking = kept.request({ command: "deliver_sm", source_addr: "1", destination_addr: "2" }).catch((error: object) => void results.push(new WeakRef(error)));
  esme.send(frame((Id.deliverSm | RESPONSE) >>> 0, Status.ESME_RX_R_APPN, (await esme.next()).sequence_number, [0]));
  await asking;
  for (let turns = 0; turns < 100 && results.some((result) => result.deref() !== undefined); turns++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
  }
  assert.deepEqual(results.map((result) => result.deref()), [undefined, undefined]);
  assert.ok(kept.isBound);
  esme.destroy();
  await server.close();
});

test("close() and destroy() leave no timer that keeps the process", async (t) => {
  for (const end of ["close", "destroy"] as const) {
    const { server } = await serving({});
    const esme = await NodeEsme.bound(`smpp://127.0.0.1:${server.port}`);
    const timers = watchTimers(t);
    await server[end]();
    await esme.closed;
    await turnsUntil(() => timers.size === 0);
    t.mock.restoreAll();
    assert.equal(timers.size, 0, end);
  }
});

test("what could not be served is logged, with its peer and its reason", async () => {
  const lines: string[] = [];
  const { server } = await serving({ log: (line) => void lines.push(line), onSubmit: () => { throw new Error("the database is away"); } });
  await using _ = server;
  using esme = await RawEsme.bound(server.port);
  esme.submit("2", 7);
  assert.equal((await esme.next()).command_status, Status.ESME_RSYSERR);
  assert.match(lines.join("\n"), /^127\.0\.0\.1:\d+ .*the database is away$/m);
});

test("the log shows texts if that is asked for", async () => {
  const lines: string[] = [];
  const { server } = await serving({ log: (line) => void lines.push(line), logTexts: true, onSubmit: () => ({ messageId: "m" }) });
  await using _ = server;
  using esme = await RawEsme.bound(server.port);
  esme.submit("2", 7);
  await esme.next();
  assert.match(lines.join("\n"), /Hello/);
  assert.doesNotMatch(lines.join("\n"), /password/);
});

test("what callbacks throw, at once or later, is logged and changes nothing", async (t) => {
  const shown = t.mock.method(console, "error", () => {});
  for (const fail of [(): never => { throw new Error("mine"); }, (): Promise<never> => Promise.reject(new Error("mine"))]) {
    const lines: string[] = [];
    const options: Partial<ListenOptions> = { reassemble: true, onSubmit: () => ({ messageId: "m" }), onSession: fail, onClosed: fail, onIncomplete: fail };
    for (const log of [(line: string): void => void lines.push(line), fail]) {
      const { server } = await serving({ ...options, log });
      const esme = await RawEsme.bound(server.port);
      esme.submit("2", 7, { esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 9, 2, 1]), message: "A" } });
      assert.equal((await esme.next()).command_status, Status.ESME_ROK);
      esme.destroy();
      await until("the end of the session", () => server.sessions.size === 0);
      await server.close();
    }
    await until("what was thrown", () => ["onSession", "onClosed", "onIncomplete"].every((name) => lines.includes(`${name} threw: mine`)));
  }
  assert.ok(shown.mock.calls.some(({ arguments: [what] }) => what === "smpp-edge: log threw"));
});

test("a reason that is longer than its TLV is cut", async () => {
  const { server } = await serving({ assumeVersion: "3.4", onSubmit: () => ({ status: Status.ESME_RSUBMITFAIL, text: "x".repeat(300) }) });
  await using _ = server;
  using esme = await RawEsme.bound(server.port);
  esme.submit("2", 7);
  const answer = await esme.next();
  assert.deepEqual([answer.command_status, answer["additional_status_info_text"]], [Status.ESME_RSUBMITFAIL, "x".repeat(255)]);
});

test("a receipt is not for a server, and what can't be answered or read is not for onRequest", async () => {
  const asked: string[] = [];
  const { server } = await serving({ onSubmit: () => ({ messageId: "m" }), onRequest: ({ command }) => (asked.push(command), {}) });
  await using _ = server;
  using esme = await RawEsme.bound(server.port);
  const receipt = "id:1 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:";
  esme.send(pdu("data_sm", { source_addr: "1", destination_addr: "2", esm_class: 4, message_payload: receipt, sequence_number: 7 }));
  assert.deepEqual((({ command, command_status }) => [command, command_status])(await esme.next()), ["data_sm_resp", Status.ESME_RINVCMDID]);
  // A header that promises more than there is.
  const broken = pdu("query_sm", { message_id: "m", source_addr: "1", sequence_number: 8 }).subarray(0, 18);
  broken.writeUInt32BE(18, 0);
  esme.send(broken);
  assert.notEqual((await esme.next()).command_status, Status.ESME_ROK);
  assert.deepEqual(asked, []);
});

test("a segment of an acknowledgement is none of a message's", async () => {
  const taken: (string | undefined)[] = [];
  const { server } = await serving({ reassemble: true, onSubmit: ({ text }) => ({ messageId: `m${taken.push(text)}` }) });
  await using _ = server;
  using esme = await RawEsme.bound(server.port);
  // 0x10: an acknowledgement of the user; 0x40: a user data header.
  for (const part of [1, 2]) {
    esme.submit("2", part + 6, { esm_class: 0x50, short_message: { udh: Buffer.from([5, 0, 3, 9, 2, part]), message: `${part}` } });
    await esme.next();
  }
  assert.deepEqual(taken, ["1", "2"]);
});

test("a message to an ESME asks for no receipt, and its refusal has what the ESME says of it", async () => {
  const { server } = await serving({});
  await using _ = server;
  using esme = await RawEsme.bound(server.port);
  await until("the session", () => server.sessions.size === 1);
  const [session] = server.sessions;
  const delivered = session!.deliver({ from: "1", to: "2", text: "x" });
  const { registered_delivery, sequence_number } = await esme.next();
  assert.equal(registered_delivery, 0);
  esme.send(frame((Id.deliverSm | RESPONSE) >>> 0, Status.ESME_RX_R_APPN, sequence_number, [0, 0x00, 0x1d, 0, 8, ...cString("no room")]));
  await assert.rejects(delivered, { name: "ESME_RX_R_APPN", info: "no room" });
});

test("segments to another number belong to another message", async () => {
  const texts: (string | undefined)[] = [];
  const { server, bound } = await serving({ reassemble: true, onSubmit: ({ text }) => ({ messageId: `m${texts.push(text)}` }) });
  await using _ = server;
  await using client = await bound();
  const part = (number: number, text: string, more: object) => submit({ esm_class: 0x40, short_message: Uint8Array.from([5, 0, 3, 9, 2, number, ...Buffer.from(text)]), ...more });
  await client.request(part(1, "A", { destination_addr: "2" }));
  await client.request(part(2, "b", { destination_addr: "3" }));
  await client.request(part(2, "B", { destination_addr: "2" }));
  assert.deepEqual(texts, ["AB"]);
});

test("a whole message that was refused is not handed on as an incomplete one", async () => {
  const incomplete: string[] = [];
  const { server, bound } = await serving({ reassemble: true, onSubmit: () => Status.ESME_RSUBMITFAIL, onIncomplete: (message) => void incomplete.push(String(message.text)) });
  const client = await bound();
  await client.request(large(1, 1));
  await assert.rejects(client.request(large(1, 2)), { name: "ESME_RSUBMITFAIL" });
  await client.request(large(2, 1));
  await client.close();
  await server.close();
  assert.equal(incomplete.length, 1);
});

test("of segments that wait 16 MB are kept; what was taken or came again does not count", async () => {
  const incomplete: number[] = [];
  let whole = 0;
  const { server, bound } = await serving({
    reassemble: true, maxPdu: 65_536, onSubmit: () => ({ messageId: `m${++whole}` }), onIncomplete: ({ concat }) => void incomplete.push(concat?.reference ?? 0),
  });
  const client = await bound();
  for (let i = 0; i < 300; i++) await client.request(large(1, 1));
  for (let i = 2; i < 160; i++) {
    await client.request(large(i, 1));
    await client.request(large(i, 2));
  }
  assert.deepEqual([whole, incomplete.length], [158, 0]);
  for (let i = 200; i < 500; i++) await client.request(large(i, 1));
  await until("the oldest to be given up", () => incomplete.length > 0);
  assert.ok(incomplete.length > 10 && incomplete.length < 60, `${incomplete.length}`);
  await client.close();
  await server.close();
});
