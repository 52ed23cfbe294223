// What the gateway accepts can be sent: messages drawn at random, of which each is either refused with 422 or taken by the SMSC.

import assert from "node:assert/strict";
import test from "node:test";
import { connect } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";
import { sendAll } from "../../../js/gateway/operations/send.ts";
import { init } from "../../../js/client/index.ts";
import { toSms } from "../../../js/gateway/model/input.ts";
import { TRUSTED } from "../../../js/gateway/model/caller.ts";

// The sources find no module beside them.
await init();

const ROUNDS = Number(process.env.ROUNDS ?? 1500);
const SEED = Number(process.env.SEED ?? 1);

/** Mulberry32. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const hex = (...octets) => Buffer.from(octets).toString("hex");
/** Values that are good, odd and wrong, by field. */
const VALUES = {
  to: ["+1234567890", "12345", "123456789012345678901234", "+1", "*100#", { ton: 5, npi: 0, addr: "Shop" }, { ton: 1, npi: 1, addr: "1".repeat(20) }, { ton: 255, npi: 255, addr: "!" }, { ton: 0, npi: 0, addr: "" }, "Shop", "+49 (171) 234-567", "1.23E+10"],
  from: ["12345", "+491711234567", "Shop", "Café", "ABCDEFGHIJK", "ABCDEFGHIJKL", "*100#", "Привет", "A\0B", "A B", { ton: 5, npi: 0, addr: "Shop" }, { ton: 0, npi: 0, addr: "" }, { ton: 5, npi: 0, addr: "~".repeat(20) }],
  text: ["", "Hello World", "x".repeat(160), "x".repeat(161), "x".repeat(39_016), "П".repeat(71), "€".repeat(80), "😀".repeat(40), "\0", "\ud83d", "a\r\nb", "ş".repeat(160), "Cafe\u0301", "x".repeat(65_535)],
  binary: ["", "00", "ff".repeat(140), "00".repeat(141), "0f".repeat(255 * 134), "00".repeat(65_000)],
  encoding: ["auto", "gsm7", "gsm7-packed", "latin1", "ucs2", "ascii", "utf8", "binary", "iso-8859-5", "jis", "gsm7-turkish", "nonsense"],
  language: ["turkish", "spanish", "portuguese", "hindi", "klingon"],
  concat: ["udh8", "udh16", "sar", "payload"],
  maxSegments: [1, 2, 255],
  transliterate: [true, false],
  substitute: ["?", "П", "😀", "€"],
  flash: [true, false],
  udh: ["", "00", hex(5, 0, 3, 1, 2, 1), hex(6, 8, 4, 0, 1, 2, 1), hex(6, 5, 4, 0x0b, 0x84, 0x23, 0xf0), hex(6, 5, 4, 0x0b, 0x84), hex(3, 0x24, 1, 1), hex(3, 0x25, 1, 1), "ff00", "04", hex(139, ...new Array(138).fill(0)), hex(138, 0x70, 136, ...new Array(136).fill(7))],
  reference: [0, 1, 255, 256, 65_535],
  report: ["always", "failure", "success", "none"],
  validity: [1, 60, 63 * 86_400, "2020-01-01T00:00:00Z"],
  priority: [0, 3],
  serviceType: ["", "CMT", "ABCDE"],
  protocolId: [0, 64, 255],
  replaceIfPresent: [true, false],
  smDefaultMsgId: [0, 1, 255],
  tlvs: [{}, { source_port: 5 }, { source_port: 70_000 }, { source_port: "x" }, { message_payload: { hex: "00" } }, { sar_msg_ref_num: 1 }, { sar_total_segments: 2, sar_segment_seqnum: 1, sar_msg_ref_num: 1 }, { user_message_reference: 5 }, { 0x1400: "x" }, { 0x1400: { hex: "" } },
    { 0x1400: "x".repeat(65_535) }, { 0x1400: "y".repeat(40_000), 0x1401: "y".repeat(40_000) }, { "0xffff": 1 }, { 70_000: 1 }, { no_such_tlv: 1 }, { callback_num: ["1", "2"] }, { source_subaddress: { hex: "a0" } }, { receipted_message_id: "Привет" }, { receipted_message_id: "a\0b" }, { dest_addr_subunit: 1 }, { alert_on_message_delivery: { hex: "" } }, { network_error_code: { hex: "0300" } }],
};

test(`${ROUNDS} messages: what is accepted can be sent`, async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 0, receipts: false }).catch(() => createSimulator({ port: 0 }));
  t.after(() => simulator.close());
  const client = await connect(simulator.url, { window: 100, responseTimeout: 20_000 });
  t.after(() => client.close());
  const draw = random(SEED);
  const pick = (list) => list[Math.floor(draw() * list.length)];
  let rows = [];
  const link = { enqueue: async (messages) => (rows.push(...messages), { taken: true, ids: messages.map(({ id }) => id) }), admit: async () => ({ admitted: true }), register: async () => {} };
  const namespace = { getByName: () => link, jurisdiction: () => namespace, idFromName: (name) => name, get: () => link };
  const env = { SMPP_LINK: namespace, SMPP_URL: "smpp://a:b@host" };
  const accepted = [];
  let refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const message = { to: draw() < 0.8 ? "+1234567890" : pick(VALUES.to), [draw() < 0.7 ? "text" : "binary"]: undefined };
    for (const name of Object.keys(message)) message[name] ??= pick(VALUES[name]);
    for (const name of Object.keys(VALUES)) if (!(name in message) && name !== "text" && name !== "binary" && draw() < 0.15) message[name] = pick(VALUES[name]);
    rows = [];
    try {
      await sendAll(env, TRUSTED, [message], false);
      accepted.push([message, rows[0].input]);
    } catch (error) {
      assert.equal(error.problem?.status, 422, `${JSON.stringify(message).slice(0, 300)}: ${error.stack}`);
      refused++;
    }
  }
  assert.ok(accepted.length > ROUNDS / 10 && refused > ROUNDS / 20, `${accepted.length} accepted, ${refused} refused`);
  const failed = [];
  for (const [message, input] of accepted) {
    try {
      await client.sendSms(toSms(input));
    } catch (error) {
      if (typeof error.code !== "number") failed.push(`${error.code} ${error.message}: ${JSON.stringify(message).replace(/(.)\1{20,}/gu, "$1…")}`);
    }
  }
  assert.deepEqual([...new Set(failed)].slice(0, 10), [], `${failed.length} of ${accepted.length}`);
});
