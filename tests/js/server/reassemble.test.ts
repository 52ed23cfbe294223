// Segments that a server joins over the sessions of an account, and what the simulator keeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "smpp-edge";
import { createSimulator, listen, Status, type EngineMessage } from "smpp-edge/server";

const PARTS = ["05000309020141", "05000309020242"].map((hex) => Uint8Array.from(Buffer.from(hex, "hex")));
const segment = (octets: Uint8Array) => ({ command: "submit_sm", source_addr: "1", destination_addr: "2", esm_class: 0x40, short_message: octets });

test("segments over two sessions are one message", async () => {
  const got: { message: EngineMessage; segmentIds: readonly string[] }[] = [];
  let refuse = true;
  await using server = await listen({
    port: 0, reassemble: true, authenticate: () => true,
    onSubmit(message, _session, segmentIds) {
      if (refuse) return Status.ESME_RSUBMITFAIL;
      got.push({ message, segmentIds });
      return { messageId: "whole" };
    },
  });
  const url = `smpp://a:b@127.0.0.1:${server.port}`;
  await using one = await connect(url);
  await using two = await connect(url);
  const first = String((await one.request(segment(PARTS[0]!))).fields["message_id"]);
  assert.notEqual(first, "");
  await assert.rejects(two.request(segment(PARTS[1]!)), { name: "ESME_RSUBMITFAIL" });
  refuse = false;
  assert.equal((await two.request(segment(PARTS[1]!))).fields["message_id"], "whole");
  assert.deepEqual(got.map(({ message, segmentIds }) => [message.text, message.segments, message.complete, segmentIds]), [["AB", 2, true, [first]]]);
});

test("what came of a message whose other segments did not is handed on", async () => {
  let handed: (found: unknown) => void;
  const incomplete = new Promise((resolve) => (handed = resolve));
  await using server = await listen({
    port: 0, reassemble: true, partTimeout: 20, authenticate: () => true, onSubmit: () => ({ messageId: "x" }),
    onIncomplete: ({ text, complete }, systemId, segmentIds) => handed([text, complete, systemId, segmentIds.length]),
  });
  await using smpp = await connect(`smpp://a:b@127.0.0.1:${server.port}`);
  await smpp.request(segment(PARTS[0]!));
  assert.deepEqual(await incomplete, ["A", false, "a", 1]);
});

test("the simulator delivers to the account that is bound, and takes no more than it can report", async () => {
  await using simulator = await createSimulator({ port: 0, delay: 0, maxMessages: 1, retryDelay: 1, accounts: { first: "x", second: "y" } });
  const url = `smpp://second:y@127.0.0.1:${simulator.port}`;
  const message = { from: "1", to: "+1234567890", text: "a", report: "always" } as const;
  {
    await using sender = await connect(url, { bind: "transmitter" });
    await sender.sendSms(message);
    await assert.rejects(sender.sendSms({ ...message, validity: 1 }), { name: "ESME_RMSGQFUL" });
  }
  const reports: string[] = [];
  const texts: (string | undefined)[] = [];
  let refused = 0;
  await using receiver = await connect(url, {
    bind: "receiver",
    // More often than a message that is no receipt would be tried.
    onReport: ({ status, stat, extra, from }) => {
      if (refused++ < 12) throw new Error("not now");
      reports.push(status, String(stat), JSON.stringify(extra), String(from.number));
    },
    onMessage: ({ text, from }) => void texts.push(text, from.number),
    log: () => {},
  });
  await simulator.deliver({ from: "+15551230000", to: "12345", text: "to the second" });
  assert.deepEqual(texts, ["to the second", "+15551230000"]);
  while (reports.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(reports, ["delivered", "DELIVRD", "{}", "+1234567890"]);
  assert.equal(receiver.stats().state, "bound");
});
