// Long messages through the client, the simulator and the gateway, out and in, in each form of concatenation. The other side
// is npm `smpp`, or the tests' own reading of the octets.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";
import { NodeSmsc } from "../client/smsc.ts";
import { joined, readSubmission } from "../client/submission.ts";
import { Smsc, startGateway, until } from "../gateway/support.mjs";
import { NodeEsme, parse, RawEsme } from "../simulator/peers.ts";
import { FORMS, formOf, TEXTS, written } from "./forms.mjs";

const ADDRESSES = { from: "12345", to: "+15551230000" };
const SUBMIT_SM = 4;
const hex = (octets) => Buffer.from(octets).toString("hex");

/** Holds what was sent against the text: its form, its octets, and what npm `smpp` reads in it. */
function check(frames, form, { text, octets, dataCoding }) {
  const submissions = frames.map(readSubmission);
  assert.equal(formOf(submissions), form);
  assert.equal(submissions.length > 1, form !== "payload");
  assert.equal(hex(joined(submissions)), hex(octets));
  const pdus = frames.map((frame) => parse(frame));
  assert.ok(pdus.every((pdu) => pdu.data_coding === dataCoding));
  const texts = pdus.map(({ short_message, message_payload }) => (form === "payload" ? message_payload : short_message).message);
  assert.equal(texts.join(""), text);
  if (form === "sar") {
    assert.deepEqual(pdus.map((pdu) => [pdu.sar_total_segments, pdu.sar_segment_seqnum]), pdus.map((_, index) => [pdus.length, index + 1]));
    assert.equal(new Set(pdus.map((pdu) => pdu.sar_msg_ref_num)).size, 1);
  }
}

for (const form of FORMS) {
  for (const long of TEXTS) {
    const { name, text, octets, dataCoding, encoding } = long;
    describe(`${form}, ${name}`, () => {
      test("from the client to npm smpp's server", async () => {
        await using smsc = await NodeSmsc.listen();
        await using smpp = await connect(smsc.url);
        const sent = await smpp.sendSms({ ...ADDRESSES, text, concat: form });
        assert.deepEqual([sent.status, sent.encoding], ["accepted", encoding]);
        check(smsc.frames.all.filter((frame) => frame.readUInt32BE(4) === SUBMIT_SM), form, long);
      });

      test("from npm smpp's server to the client, in any order", async () => {
        await using smsc = await NodeSmsc.listen();
        const messages = [];
        await using smpp = await connect(smsc.url, { onMessage: (message) => void messages.push(message) });
        assert.equal(smpp.stats().state, "bound");
        const parts = written(octets, form, dataCoding);
        for (const [turn, order] of [parts, parts.toReversed()].entries()) {
          const answers = await Promise.all(order.map((fields) => smsc.request("deliver_sm", { source_addr: `1555123000${turn}`, destination_addr: "12345", ...fields })));
          assert.ok(answers.every(({ command_status }) => command_status === 0));
        }
        assert.deepEqual(messages.map((message) => [message.text, message.segments, message.complete]), [[text, parts.length, true], [text, parts.length, true]]);
      });

      test("from the client to the simulator and back", async () => {
        await using simulator = await createSimulator({ port: 0 });
        const messages = [];
        await using smpp = await connect(simulator.url, { onMessage: (message) => void messages.push(message) });
        await smpp.sendSms({ ...ADDRESSES, text, concat: form });
        assert.equal(simulator.messages().map((message) => message.text).join(""), text);
        await simulator.deliver({ from: "+15551230000", to: "12345", text, concat: form });
        assert.deepEqual(messages.map((message) => [message.text, message.complete]), [[text, true]]);
      });

      test("from npm smpp's client to the simulator", async () => {
        await using simulator = await createSimulator({ port: 0 });
        const esme = await NodeEsme.bound(simulator.url);
        const parts = written(octets, form, dataCoding);
        for (const fields of parts) assert.equal((await esme.submit(fields)).command_status, 0);
        const kept = simulator.messages();
        assert.deepEqual(kept.map((message) => hex(message.octets)), parts.map((fields) => hex(fields.message_payload ?? fields.short_message)));
        esme.destroy();
      });

      test("from the simulator to a bare socket", async () => {
        await using simulator = await createSimulator({ port: 0 });
        const esme = await RawEsme.bound(simulator.port);
        const delivered = simulator.deliver({ from: "+15551230000", to: "12345", text, concat: form });
        const frames = [];
        do {
          const frame = await esme.frames.take();
          const answer = Buffer.concat([Buffer.from([0, 0, 0, 17, 0x80, 0, 0, 5, 0, 0, 0, 0]), frame.subarray(12, 16), Buffer.from([0])]);
          esme.send(answer);
          frames.push(frame);
        } while (frames.length < (readSubmission(frames[0]).part?.total ?? 1));
        await delivered;
        check(frames, form, long);
        esme.destroy();
      });
    });
  }
}

describe("the gateway", () => {
  for (const form of FORMS) {
    test(`${form}: to npm smpp's server and back`, async (t) => {
      const smsc = await Smsc.start(t);
      smsc.report = undefined;
      const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
      for (const [turn, { text, octets, dataCoding, encoding }] of TEXTS.entries()) {
        const before = smsc.submitted.length;
        const { status, body } = await gateway.post("/v1/messages", { ...ADDRESSES, text, concat: form });
        assert.deepEqual([status, body.encoding], [202, encoding]);
        await gateway.message(body.id, "accepted");
        const pdus = smsc.submitted.slice(before);
        assert.equal(pdus.length, body.segments);
        assert.equal(pdus.map(({ short_message, message_payload }) => (form === "payload" ? message_payload : short_message).message).join(""), text);

        const from = `1555123000${turn}`;
        await Promise.all(written(octets, form, dataCoding).map((fields) => smsc.deliver({ source_addr: from, destination_addr: "12345", ...fields })));
        const inbound = async () => (await gateway.get("/v1/inbound")).body.messages.find((message) => message.from.addr === from);
        assert.equal((await until("the message", inbound)).text, text);
      }
    });
  }
});
