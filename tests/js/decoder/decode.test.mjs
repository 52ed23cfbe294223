// What the functions of `smpp-edge/decoder` give: fields whose octets and bit fields are made when they are asked for, and as JSON.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { countSegments, decodePdus, encodePdu, parseReceipt } from "smpp-edge/decoder";

const RECEIPT = "id:7220bb6b sub:001 dlvrd:001 submit date:2601021504 done date:2601021505 stat:DELIVRD err:000 text:Hello";
const receipt = encodePdu({ command: "deliver_sm", sequence: 9, source_addr: "1234567890", destination_addr: "ACME", esm_class: 4, short_message: Buffer.from(RECEIPT), tlvs: { network_error_code: Uint8Array.of(3, 0, 31) } });
const all = (field) => [field, ...(field.children ?? []), ...(Array.isArray(field.value) ? field.value : [])];

describe("a field", () => {
  // Not at the start of its buffer.
  const input = Buffer.concat([Buffer.from("..."), receipt]).subarray(3);
  const { pdus } = decodePdus(input);
  const [pdu] = pdus;

  test("has the octets of the input, not copied", () => {
    const fields = [...pdu.fields, ...pdu.tlvs].flatMap(all);
    assert.ok(fields.length > 20);
    for (const { name, offset, length, bytes } of fields) {
      assert.deepEqual([...bytes], [...input.subarray(offset, offset + length)], name);
      assert.equal(bytes.buffer, input.buffer);
    }
  });

  test("has its bit fields", () => {
    const { value, meaning, children } = pdu.fields.find(({ name }) => name === "esm_class");
    assert.deepEqual([value, meaning], [4, "delivery receipt"]);
    assert.deepEqual(
      children.map(({ name, value, meaning }) => [name, value, meaning]),
      [["messaging_mode", 0, "default mode"], ["message_type", 4, "delivery receipt"], ["udhi", 0, "no user data header"], ["reply_path", 0, "no reply path"]],
    );
    assert.equal(pdu.fields.find(({ name }) => name === "source_addr").children, undefined);
  });

  test("of a TLV has its parts", () => {
    const [{ tag, children }] = pdu.tlvs;
    assert.equal(tag, 0x0423);
    assert.deepEqual(children.map(({ name, value, meaning }) => [name, value, meaning]), [["network_type", 3, "gsm"], ["error_code", 31, undefined]]);
  });

  test("is whole as JSON", () => {
    const [{ fields, tlvs }] = JSON.parse(JSON.stringify(pdus, (_, part) => (part instanceof Uint8Array ? Buffer.from(part).toString("hex") : part)));
    const { bytes, children } = fields.find(({ name }) => name === "esm_class");
    assert.deepEqual([bytes, children[1].meaning, children[1].bytes], ["04", "delivery receipt", "04"]);
    assert.deepEqual([tlvs[0].tag, tlvs[0].bytes], [0x0423, "03001f"]);
  });
});

test("a receipt has the PDU that it came in", () => {
  const [{ receipt: found, bytes }] = decodePdus(receipt).pdus;
  assert.deepEqual([found.messageId, found.status, found.from.addr, found.to.addr], ["7220bb6b", "delivered", "1234567890", "ACME"]);
  assert.equal(found.pdu, bytes);
  assert.equal(parseReceipt(RECEIPT).pdu.length, 0);
});

test("what stands before and behind a fault is shown", () => {
  const broken = Buffer.from(receipt);
  broken.writeUInt16BE(9, broken.length - 5);
  const { pdus } = decodePdus(Buffer.concat([broken, receipt]));
  const [{ valid, fields, faults }, next] = pdus;
  assert.deepEqual([valid, fields.length, next.valid], [false, 18, true]);
  assert.deepEqual(faults, [{ severity: "error", kind: "tlv_length", field: "network_error_code", offset: receipt.length - 7, expected: "9 octets", found: "3 octets", section: "3.4 5.3.2.31, 5.0 4.8.4.42" }]);
});

test("a way to carry long messages that does not exist is refused", () => {
  assert.throws(() => countSegments("Hello", { concat: "udh9" }), { code: "invalid-field", field: "concat" });
  assert.throws(() => countSegments("Hello", { defaultAlphabet: "klingon" }), { code: "invalid-field", field: "defaultAlphabet" });
});
