// Long messages that the client sends, as Wireshark reads them: the octets sent are written to a capture, and tshark takes the
// PDUs apart and joins the segments. Skipped where there is no tshark (Debian's package of that name).

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "smpp-edge";
import { NodeSmsc } from "../client/smsc.ts";
import { FORMS, TEXTS } from "./forms.mjs";

const skip = spawnSync("tshark", ["--version"]).status === 0 ? false : "there is no tshark";
const SUBMIT_SM = 4;

/** A capture (libpcap's format, raw IPv4) of one TCP stream, a PDU a packet. */
function capture(pdus) {
  const parts = [Buffer.from("d4c3b2a1020004000000000000000000ffff000065000000", "hex")];
  let sequence = 1;
  for (const [index, pdu] of pdus.entries()) {
    const ip = Buffer.from("4500000000000000400600007f0000017f00000127100ad700000000000000005018ffff00000000", "hex");
    ip.writeUInt16BE(40 + pdu.length, 2);
    ip.writeUInt32BE(sequence, 24);
    sequence += pdu.length;
    const header = Buffer.alloc(16);
    header.writeUInt32LE(index, 0);
    header.writeUInt32LE(40 + pdu.length, 8);
    header.writeUInt32LE(40 + pdu.length, 12);
    parts.push(header, ip, pdu);
  }
  return Buffer.concat(parts);
}

const names = [
  "smpp.command_id", "smpp.data_coding", "smpp.message", "smpp.message_payload", "smpp.sar_msg_ref_num", "smpp.sar_total_segments",
  "smpp.sar_segment_seqnum", "gsm_sms.udh.mm.msg_parts", "gsm_sms.udh.mm.msg_part", "gsm_sms_ud.fragment.count",
  "gsm_sms_ud.reassembled.length", "_ws.malformed",
];

/** Of each PDU the values of its fields, by their names in Wireshark. */
function tshark(pdus) {
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-"));
  try {
    const path = join(directory, "sent.pcap");
    writeFileSync(path, capture(pdus));
    const args = ["-r", path, "-d", "tcp.port==2775,smpp", "-T", "fields", "-E", "separator=|", "-E", "occurrence=f"];
    const run = spawnSync("tshark", [...args, ...names.flatMap((name) => ["-e", name])], { encoding: "utf8", maxBuffer: 1 << 26 });
    assert.equal(run.status, 0, run.stderr);
    return run.stdout.trimEnd().split("\n").map((line) => Object.fromEntries(line.split("|").map((value, index) => [names[index], value])));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function sent(text, concat) {
  await using smsc = await NodeSmsc.listen();
  await using smpp = await connect(smsc.url);
  await smpp.sendSms({ from: "12345", to: "+15551230000", text, concat });
  return smsc.frames.all.filter((frame) => frame.readUInt32BE(4) === SUBMIT_SM);
}

/** The text's octets in hexadecimal, put together from what Wireshark takes for the message. */
function octetsOf(read, form) {
  const header = { udh8: 6, udh16: 7, sar: 0, payload: 0 }[form];
  return read.map((pdu) => pdu[form === "payload" ? "smpp.message_payload" : "smpp.message"].slice(2 * header)).join("");
}

for (const form of FORMS) {
  for (const { name, text, octets, dataCoding } of TEXTS) {
    test(`${form}, ${name}`, { skip }, async () => {
      const read = tshark(await sent(text, form));
      assert.ok(read.every((pdu) => pdu["smpp.command_id"] === "0x00000004" && Number(pdu["smpp.data_coding"]) === dataCoding && pdu["_ws.malformed"] === ""));
      assert.equal(octetsOf(read, form), octets.toString("hex"));
      const total = String(read.length);
      const places = read.map((_, index) => [total, String(index + 1)]);
      if (form === "sar") {
        assert.deepEqual(read.map((pdu) => [pdu["smpp.sar_total_segments"], pdu["smpp.sar_segment_seqnum"]]), places);
        assert.equal(new Set(read.map((pdu) => pdu["smpp.sar_msg_ref_num"])).size, 1);
      } else if (form !== "payload") {
        assert.deepEqual(read.map((pdu) => [pdu["gsm_sms.udh.mm.msg_parts"], pdu["gsm_sms.udh.mm.msg_part"]]), places);
      }
      // Wireshark joins segments by their user data header or SAR.
      if (form !== "payload") {
        const last = read.at(-1);
        assert.deepEqual([last["gsm_sms_ud.fragment.count"], last["gsm_sms_ud.reassembled.length"]], [total, String(octets.length)]);
      }
    });
  }
}
