// The PDUs that a link shows: cut out of what passed, however that was cut, without passwords.

import assert from "node:assert/strict";
import test from "node:test";
import { init } from "../../../js/client/index.ts";
import { PduLog } from "../../../js/gateway/link/pdu-log.ts";

// The sources find no module beside them.
await init();

const HEADER = 16;
const SHOWN = 200;
const KEPT_BYTES = 262_144;

/** A PDU: `command` is its command_id. */
function pdu(command, sequence, body = new Uint8Array(0)) {
  const octets = new Uint8Array(HEADER + body.length);
  const view = new DataView(octets.buffer);
  [octets.length, command, 0, sequence].forEach((word, i) => view.setUint32(4 * i, word));
  octets.set(body, HEADER);
  return octets;
}
const enquire = (sequence, length = 0) => pdu(0x15, sequence, new Uint8Array(length));
const join = (...pieces) => Uint8Array.from(pieces.flatMap((piece) => [...piece]));

function start() {
  const passed = [];
  const log = new PduLog((at, views) => passed.push(...views().map((view) => ({ at, ...view }))));
  return { log, passed, shown: () => log.list().map(({ at, view }) => [at, view.direction, view.sequence]) };
}

test("PDUs are shown in the order in which they passed, however the bytes were cut", () => {
  const stream = join(enquire(1), enquire(2, 5), enquire(3), enquire(4, 300));
  for (const size of [1, 3, 4, 5, 16, 17, 40, 1000]) {
    const { log, passed, shown } = start();
    for (let at = 0; at < stream.length; at += size) log.take("in", stream.subarray(at, at + size), 7);
    assert.deepEqual(shown(), [1, 2, 3, 4].map((sequence) => [7, "in", sequence]), `pieces of ${size}`);
    assert.deepEqual(passed.map(({ sequence, pdu: hex }) => [sequence, hex.length / 2]), [[1, 16], [2, 21], [3, 16], [4, 316]]);
  }
});

test("both directions are cut on their own, and a piece may be changed once it was taken", () => {
  const { log, shown } = start();
  const out = enquire(9);
  log.take("in", enquire(1, 10).subarray(0, 20), 1);
  log.take("out", out, 2);
  out.fill(0xff);
  log.take("in", join(enquire(1, 10).subarray(20), enquire(2)), 3);
  assert.deepEqual(shown(), [[2, "out", 9], [3, "in", 1], [3, "in", 2]]);
});

test("a new connection starts anew, also after half a PDU or what is no SMPP", () => {
  const { log, passed, shown } = start();
  log.take("in", enquire(1), 1);
  log.take("in", enquire(2, 100).subarray(0, 50), 2);
  log.reset();
  log.take("in", enquire(3), 3);
  log.take("in", new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n"), 4);
  log.take("in", enquire(4), 5);
  log.reset();
  log.take("in", enquire(5), 6);
  assert.deepEqual(shown().map(([at]) => at), [1, 3, 4, 6]);
  assert.deepEqual(passed.map(({ at }) => at), [1, 3, 4, 6]);
});

test("passwords are never shown", () => {
  const text = (value) => new TextEncoder().encode(value);
  for (const command of [0x01, 0x02, 0x09, 0x0b]) {
    const { log, passed } = start();
    log.take("out", pdu(command, 1, text("name\0secret\0type\0")), 1);
    log.take("out", join(enquire(2), pdu(command, 3, text("name\0secret\0type\0"))), 2);
    for (const hex of [log.list()[0].view.pdu, passed[0].pdu, log.list()[2].view.pdu, passed[2].pdu]) {
      assert.equal(Buffer.from(hex, "hex").subarray(HEADER).toString(), "name\0******\0type\0");
    }
  }
});

test("the last ones are kept, of a bounded number of bytes", () => {
  const { log, shown } = start();
  for (let sequence = 1; sequence <= SHOWN + 50; sequence++) log.take("in", enquire(sequence), sequence);
  assert.deepEqual(shown().map(([at]) => at), Array.from({ length: SHOWN }, (_, i) => i + 51));
  for (let sequence = 1; sequence <= 5; sequence++) log.take("out", enquire(sequence, KEPT_BYTES / 4), sequence);
  assert.deepEqual(shown(), [3, 4, 5].map((at) => [at, "out", at]));
  // What is longer than all that is kept goes as it came.
  log.take("out", enquire(6, KEPT_BYTES), 6);
  assert.deepEqual(shown(), []);
});

test("of PDUs that passed together the last ones are kept as well", () => {
  const { log, shown } = start();
  const run = (first, count, length = 0) => join(...Array.from({ length: count }, (_, i) => enquire(first + i, length)));
  log.take("in", run(1, 150), 1);
  log.take("in", run(151, 150), 2);
  assert.deepEqual(shown().map(([, , sequence]) => sequence), Array.from({ length: SHOWN }, (_, i) => i + 101));
  // Two short ones, five of a quarter of all that is kept, with their headers somewhat more.
  log.take("out", join(run(1, 2), run(3, 5, KEPT_BYTES / 4)), 3);
  assert.deepEqual(shown(), [5, 6, 7].map((sequence) => [3, "out", sequence]));
});

test("what is no SMPP takes no more room than it has", () => {
  const { log, shown } = start();
  for (let at = 1; at <= SHOWN; at++) {
    log.take("in", new Uint8Array(HEADER), at);
    log.reset();
  }
  // These two fit exactly once the others are gone.
  for (const sequence of [1, 2]) log.take("out", enquire(sequence, KEPT_BYTES / 2 - HEADER), sequence);
  assert.deepEqual(shown().map(([at, direction]) => [at, direction]), [[1, "out"], [2, "out"]]);
});
