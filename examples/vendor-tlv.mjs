import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "smpp-edge";
import { decodePdus } from "smpp-edge/decoder";
import { listen } from "smpp-edge/server";

/** What this SMSC calls its TLVs. */
const ENTITY_ID = 0x1400;
const ROUTE = 0x1501;

/** The value of a TLV, or undefined if the PDU has none. */
function tlv(octets, tag) {
  return decodePdus(octets).pdus[0].tlvs.find((each) => each.tag === tag)?.bytes;
}

test("the SMSC gets our TLV, and we get its", async (t) => {
  const submitted = [];
  const smsc = await listen({
    port: 0,
    authenticate: () => true,
    onSubmit({ frames: [pdu] }) {
      submitted.push(tlv(pdu, ENTITY_ID));
      return { messageId: "1" };
    },
  });
  t.after(() => smsc.close());
  const received = [];
  const smpp = await connect(`smpp://id:password@127.0.0.1:${smsc.port}`, { onMessage: ({ pdus }) => void received.push(tlv(pdus[0], ROUTE)) });
  t.after(() => smpp.close());

  // A string is written unchanged: add a NUL if the SMSC expects one. Pass numbers as bytes, because no specification defines their width.
  await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World", tlvs: { [ENTITY_ID]: "1101\0" } });
  const [session] = smsc.sessions;
  await session.deliver({ from: "+1234567890", to: "12345", text: "Yes", tlvs: { [ROUTE]: Uint8Array.of(1, 44) } });

  assert.deepEqual(submitted, [new TextEncoder().encode("1101\0")]);
  assert.deepEqual(received, [Uint8Array.of(1, 44)]);
});
