// The deliver_sm of a receipt: its text, its TLVs, and what stands in it that is not given.

import assert from "node:assert/strict";
import { test } from "node:test";
import { receiptPdu, type MessageStatus, type Receipt } from "../../../js/server/receipt.ts";

const GIVEN: Receipt = { messageId: "m-1", status: "delivered", from: { ton: 1, npi: 2, addr: "447700900123" }, to: { ton: 5, npi: 3, addr: "Example" }, submittedAt: 0, doneAt: 60_000 };

const textOf = (more: Partial<Receipt> = {}): string => Buffer.from(receiptPdu({ ...GIVEN, ...more })["short_message"] as Uint8Array).toString("latin1");

// SMPP 5.0, 4.7.15; SMPP 3.4, appendix B.
const STATES: [MessageStatus, number, string][] = [
  ["scheduled", 0, "SCHEDULED"], ["enroute", 1, "ENROUTE"], ["delivered", 2, "DELIVRD"], ["expired", 3, "EXPIRED"], ["deleted", 4, "DELETED"],
  ["undeliverable", 5, "UNDELIV"], ["accepted", 6, "ACCEPTD"], ["unknown", 7, "UNKNOWN"], ["rejected", 8, "REJECTD"], ["skipped", 9, "SKIPPED"],
];

for (const [status, code, word] of STATES) {
  test(`${status} is ${code} and ${word}; only what is delivered counts as that`, () => {
    const { tlvs } = receiptPdu({ ...GIVEN, status });
    assert.deepEqual(tlvs, { receipted_message_id: "m-1", message_state: code });
    assert.equal(textOf({ status }), `id:m-1 sub:001 dlvrd:00${status === "delivered" ? 1 : 0} submit date:7001010000 done date:7001010001 stat:${word} err:000 text:`);
  });
}

test("the addresses are those of the message, the other way round, with their types and plans", () => {
  const { command, source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr, data_coding } = receiptPdu(GIVEN);
  assert.deepEqual([command, source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr, data_coding], ["deliver_sm", 1, 2, "447700900123", 5, 3, "Example", 0]);
});

test("in TLVs there is no text, in text there are no TLVs but one's own", () => {
  const tlvs = { vendor: 1 };
  const inTlvs = receiptPdu({ ...GIVEN, format: "tlv", tlvs, networkError: { type: 3, code: 0x1234 } });
  assert.deepEqual([inTlvs["short_message"], inTlvs.tlvs], [new Uint8Array(), { receipted_message_id: "m-1", message_state: 2, network_error_code: Uint8Array.of(3, 0x12, 0x34), vendor: 1 }]);
  assert.deepEqual(receiptPdu({ ...GIVEN, format: "text", tlvs }).tlvs, tlvs);
  assert.notEqual(textOf({ format: "text" }), "");
});

test("one's own TLV takes the place of the one that is made", () => {
  assert.equal(receiptPdu({ ...GIVEN, tlvs: { message_state: 200 } }).tlvs?.["message_state"], 200);
});

test("an intermediate notification says so", () => {
  assert.deepEqual([receiptPdu(GIVEN)["esm_class"], receiptPdu({ ...GIVEN, intermediate: true })["esm_class"]], [0x04, 0x20]);
});

test("of the text the first 20 octets are shown, as they are", () => {
  const text = Uint8Array.from({ length: 21 }, (_, at) => 0xe0 + at);
  assert.equal(textOf({ text }).split("text:")[1], Buffer.from(text.subarray(0, 20)).toString("latin1"));
});

test("without times it is of now", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 0, 2, 15, 30) });
  const { submittedAt: _, doneAt: __, ...undated } = GIVEN;
  assert.match(Buffer.from(receiptPdu(undated)["short_message"] as Uint8Array).toString(), / submit date:2601021530 done date:2601021530 /);
});
