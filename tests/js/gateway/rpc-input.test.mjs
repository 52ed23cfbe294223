// Messages as they come by RPC: what JSON has not becomes what the HTTP API takes, everything else stays as it is and is checked like that.

import assert from "node:assert/strict";
import test from "node:test";
import { checkMessage, fromRpc, toSms } from "../../../js/gateway/model/input.ts";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const message = { from: "12345", to: "+491511234567", text: "hello" };
const checked = (value) => checkMessage(fromRpc(value, NOW), NOW);

test("octets and points in time become texts", () => {
  const { text: _, ...rest } = message;
  assert.deepEqual(checked({ ...message, validity: new Date(NOW + 1_000), scheduleAt: 0.5 }), { ...message, validity: "2026-11-29T12:00:01.000Z", scheduleAt: "2026-11-29T12:00:00.500Z" });
  assert.deepEqual(checked({ ...message, scheduleAt: new Date(NOW + 1_000) }).scheduleAt, "2026-11-29T12:00:01.000Z");
  assert.deepEqual(checked({ ...rest, binary: Uint8Array.of(1, 2), udh: Uint8Array.of(3), tlvs: { user_message_reference: 7, "0x1400": [Uint8Array.of(4)] } }),
    { ...rest, binary: "0102", udh: "03", tlvs: { user_message_reference: 7, "0x1400": [{ hex: "04" }] } });
});

test("what JSON has as well stays, and is left as it was", () => {
  for (const more of [{}, { report: "none", flash: true }, { validity: 60, priority: 2 }, { from: { ton: 5, npi: 0, addr: "Shop" } }]) {
    const given = { ...message, to: "+49 151 1234567", ...more };
    assert.deepEqual(checked(given), { ...message, ...more });
    assert.equal(given.to, "+49 151 1234567");
  }
});

test("a field that is undefined is none, and only a message's own fields count", () => {
  assert.deepEqual(Object.keys(checked({ ...message, report: undefined, tag: undefined })), ["to", "from", "text"]);
  assert.throws(() => checked(Object.create(message)), ({ problem }) => problem.errors.some(({ path }) => path === "to"));
  assert.deepEqual(checked(Object.assign(Object.create({ report: "none" }), message)), message);
});

test("a field that no message has is refused by its name", () => {
  for (const name of ["__proto__", "constructor", "reprot"]) {
    for (const value of ["x", 1, undefined]) {
      const given = Object.defineProperty({ ...message }, name, { value, enumerable: true });
      if (value === undefined) assert.doesNotThrow(() => checked(given));
      else assert.throws(() => checked(given), ({ problem }) => problem.errors.some(({ path, message: said }) => path === name && said === "unknown field"), `${name}: ${value}`);
    }
  }
});

test("the client gets a stored message without what is the gateway's, and with octets", () => {
  assert.deepEqual(toSms(message), { ...message, report: "always" });
  const own = { account: "main", validity: 60, scheduleAt: "2026-11-29T12:00:01Z" };
  for (const [name, value] of Object.entries(own)) assert.deepEqual(toSms({ ...message, report: "none", [name]: value }), { ...message, report: "none" });
  const { text: _, ...rest } = message;
  assert.deepEqual(toSms({ ...rest, binary: "0102", udh: "03", tlvs: { "0x1400": [{ hex: "04" }, 5] } }),
    { ...rest, binary: Uint8Array.of(1, 2), udh: Uint8Array.of(3), tlvs: { "0x1400": [Uint8Array.of(4), 5] }, report: "always" });
  for (const [name, value, expected] of [["udh", "03", Uint8Array.of(3)], ["tlvs", { "0x1400": 5 }, { "0x1400": 5 }]]) {
    assert.deepEqual(toSms({ ...message, [name]: value })[name], expected);
  }
});
