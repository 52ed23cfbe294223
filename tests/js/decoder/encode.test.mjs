// PDUs written from names and values.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodePdus, encodePdu } from "smpp-edge/decoder";

const SUBMIT = {
  command: "submit_sm", sequence: 7, service_type: "CMT", source_addr_ton: 5, source_addr: "Example", dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "491701234567",
  registered_delivery: 1, short_message: Uint8Array.of(1, 2, 3), tlvs: { user_message_reference: 7, "0x1400": "é" },
};
const hex = (octets) => Buffer.from(octets).toString("hex");

/** What `decodePdus` gives, as `encodePdu` takes it. */
function again(octets) {
  const [{ command, status, sequence, fields, tlvs }] = decodePdus(octets).pdus;
  return { command, status, sequence, ...Object.fromEntries(fields.map(({ name, value }) => [name, value])), tlvs: Object.fromEntries(tlvs.map(({ tag, bytes }) => [tag, bytes])) };
}

describe("encodePdu", () => {
  test("writes fields to their octets, those that are left out as 0", () => {
    assert.equal(
      hex(encodePdu(SUBMIT)),
      [
        "00000045000000040000000000000007", "434d5400", "0500", "4578616d706c6500", "0101", "34393137303132333435363700", "000000", "0000", "01000000", "03010203",
        "020400020007", "14000001e9",
      ].join(""),
    );
  });

  test("writes the fields in any order, undefined ones not at all", () => {
    const expected = hex(encodePdu(SUBMIT));
    const entries = Object.entries(SUBMIT);
    for (let first = 0; first < entries.length; first++) {
      const turned = [...entries.slice(first), ...entries.slice(0, first)];
      assert.equal(hex(encodePdu(Object.fromEntries(turned))), expected);
      assert.equal(hex(encodePdu(Object.fromEntries(turned.toReversed()))), expected);
    }
    assert.equal(hex(encodePdu({ ...SUBMIT, data_coding: undefined, nonsense: undefined, tlvs: { ...SUBMIT.tlvs, sar_msg_ref_num: undefined } })), expected);
  });

  test("writes what decodePdus gave to the same octets, lengths included", () => {
    const octets = encodePdu(SUBMIT);
    const pdu = again(octets);
    assert.equal(pdu.sm_length, 3);
    assert.equal(hex(encodePdu(pdu)), hex(octets));
    assert.throws(() => encodePdu({ ...pdu, sm_length: 4 }), { code: "invalid-field", field: "sm_length" });
  });

  test("says of a value of no kind what one can be", () => {
    for (const value of [null, 5n, Symbol("x"), () => 1]) {
      assert.throws(() => encodePdu({ ...SUBMIT, source_addr: value }), { code: "invalid-field", field: "source_addr", message: "source_addr: text, a number, octets, a list or an object is expected" });
    }
  });

  test("a value whose reading writes another PDU does not disturb this one", () => {
    const plain = { dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "491701234567" };
    const addresses = (entry) => ({ command: "submit_multi", dest_address: [entry, plain] });
    const reading = { ...plain, get destination_addr() {
      assert.equal(encodePdu({ ...SUBMIT, short_message: new Uint8Array(200).fill(0xff) }).length, 69 + 197);
      return "491701234567";
    } };
    assert.equal(hex(encodePdu(addresses(reading))), hex(encodePdu(addresses(plain))));
  });

  test("short texts and long ones, and another PDU behind a very long one", () => {
    for (const length of [0, 1, 63, 64, 65, 1_000, 65_000]) {
      const text = "é".repeat(length);
      const octets = encodePdu({ command: "data_sm", tlvs: { message_payload: text } });
      assert.equal(hex(octets.subarray(octets.length - length)), "e9".repeat(length));
      assert.equal(hex(encodePdu(SUBMIT)).length, 138);
    }
  });

  for (const [given, field] of [
    [{ ...SUBMIT, command: undefined }, "command"],
    [{ ...SUBMIT, command: "submit" }, "command"],
    [{ ...SUBMIT, status: null }, "status"],
    [{ ...SUBMIT, status: -1 }, "status"],
    [{ ...SUBMIT, sequence: 1.5 }, "sequence"],
    [{ ...SUBMIT, tlvs: null }, "tlvs"],
    [{ ...SUBMIT, tlvs: 3 }, "tlvs"],
    [{ ...SUBMIT, nonsense: 1 }, "nonsense"],
    [{ ...SUBMIT, "": 1 }, ""],
    [{ ...SUBMIT, esm_class: 256 }, "esm_class"],
    [{ ...SUBMIT, esm_class: null }, "esm_class"],
    [{ ...SUBMIT, service_type: "€" }, "service_type"],
    [{ ...SUBMIT, source_addr: "1".repeat(21) }, "source_addr"],
    [{ ...SUBMIT, tlvs: { nonsense: 1 } }, "nonsense"],
    [{ ...SUBMIT, get short_message() { throw new Error("no"); } }, "pdu"],
    [null, "pdu"],
  ]) {
    test(`names the field that can't be written: ${field || "one without a name"}`, () => {
      assert.throws(() => encodePdu(given), (error) => error.code === "invalid-field" && (error.field ?? "") === field);
      // And what was begun leaves nothing behind.
      assert.equal(encodePdu(SUBMIT).length, 69);
    });
  }

  test("what refers to itself is refused", () => {
    const list = [];
    list.push(list);
    assert.throws(() => encodePdu({ command: "submit_multi", dest_address: list }), { code: "invalid-field", field: "dest_address" });
  });
});
