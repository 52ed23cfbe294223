// A server at its edges: what its answers carry, what ends with a session, and how much of long messages it keeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, decodePdus } from "smpp-edge";
import { listen, Status, type ListenOptions } from "smpp-edge/server";
import { RawEsme, until } from "../simulator/peers.ts";

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
