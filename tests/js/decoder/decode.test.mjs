// What the functions of `smpp-edge/decoder` give: fields whose octets and bit fields are made when they are asked for, and as JSON.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { countSegments, decodePdus, encodePdu, parseReceipt, statusMeaning, statusName } from "smpp-edge/decoder";

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

describe("what is of another type is refused by its name, and breaks nothing", () => {
  const detached = Uint8Array.of(1);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const none = [undefined, null, 5, 2n, true, Symbol("x"), {}, { length: 3 }, { length: 2 ** 40 }, [0, 0, 0, 16], receipt.buffer, new DataView(receipt.buffer), new Uint16Array(8), detached];
  const noText = none.filter((value) => value !== undefined);
  const refused = (field, values, use) => {
    for (const value of values) assert.throws(() => use(value), { name: "EngineError", code: "invalid-field", field }, `${field}: ${typeof value}`);
    assert.equal(decodePdus(receipt).pdus[0].receipt.messageId, "7220bb6b");
  };

  test("decodePdus", () => {
    refused("input", none, (value) => decodePdus(value));
    refused("maxPdu", [null, "16", 16n, NaN, -1, {}], (maxPdu) => decodePdus(receipt, { maxPdu }));
    refused("strict", [null, 1, 1n, "yes"], (strict) => decodePdus(receipt, { strict }));
  });
  test("parseReceipt", () => {
    refused("text", none, (value) => parseReceipt(value));
    refused("receipted_message_id", noText, (receipted_message_id) => parseReceipt(RECEIPT, { receipted_message_id }));
    refused("message_state", [null, "2", 2n, {}, true], (message_state) => parseReceipt(RECEIPT, { message_state }));
    refused("network_error_code", [...noText, "03001f"], (network_error_code) => parseReceipt(RECEIPT, { network_error_code }));
  });
  test("countSegments", () => {
    refused("text", none, (value) => countSegments(value));
    refused("substitute", noText, (substitute) => countSegments("Hello", { substitute }));
    refused("encoding", noText, (encoding) => countSegments("Hello", { encoding }));
    refused("reference", [null, "1", 2n, Symbol("x"), {}], (reference) => countSegments("Hello", { reference }));
  });
  test("octets of another realm, as test runners have, are octets", () => {
    const foreign = runInNewContext("Uint8Array").from(receipt);
    assert.equal(foreign instanceof Uint8Array, false);
    assert.deepEqual(decodePdus(foreign).pdus[0].receipt.messageId, "7220bb6b");
    assert.deepEqual(encodePdu({ command: "deliver_sm", short_message: foreign.subarray(0, 3) }), encodePdu({ command: "deliver_sm", short_message: receipt.subarray(0, 3) }));
  });
  test("no limit is one", () => {
    for (const maxPdu of [Infinity, 2 ** 32]) assert.equal(decodePdus(receipt, { maxPdu }).pdus.length, 1);
  });
  test("what is no command_status has no name and no meaning, least of all that of ESME_ROK", () => {
    for (const code of ["timeout", "", undefined, null, NaN, -1, 1.5, 2 ** 32, 5n, true, {}]) assert.deepEqual([statusName(code), statusMeaning(code)], ["unknown", ""]);
    assert.deepEqual([statusName(0), statusName(0x58)], ["ESME_ROK", "ESME_RTHROTTLED"]);
  });
});
