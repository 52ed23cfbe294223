// The command reads what the page reads, and says it as text, JSON, CSV or in sum.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { FIELD_CASES } from "../decoder/field-cases.ts";
import { run } from "./program.ts";

const CAPTURE = join(import.meta.dirname, "..", "decoder", "captures", "session.pcapng");
const ENQUIRE = "00000010000000150000000000000001";
const SUBMIT = "0000003700000004000000000000000700050041434d450001013132333435363738393000000000000001000000084869207468657265";

let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), "smpp-edge-"));
});
after(() => rmSync(directory, { recursive: true, force: true }));

const decode = async (args: string[], input = "") => {
  const result = await run(["decode", ...args], { input });
  assert.doesNotMatch(result.err, /\n\s+at /);
  return result;
};

test("a capture, packed or not, by name or on standard input", async () => {
  const packed = join(directory, "session.pcapng.gz");
  writeFileSync(packed, gzipSync(readFileSync(CAPTURE)));
  const [plain, unpacked] = [await decode([CAPTURE]), await decode([packed])];
  assert.equal(plain.code, 0);
  assert.match(plain.out, /^# pcapng capture: 127\.0\.0\.1:50132 → 127\.0\.0\.1:34173\n\nPDU 1: bind_transceiver {2}sequence 1 {2}ESME_ROK {2}42 octets\n/);
  assert.match(plain.out, /\n {2}from the server, 2026-11-22T23:40:40\.057Z, answers PDU 3 after 14 ms\n/);
  assert.match(plain.out, /^PDU 3: submit_sm {2}sequence 2/m);
  assert.match(plain.out, /^ {5}39 {2}addr_ton: 0 {2}unknown$/m);
  assert.equal(unpacked.out, plain.out);
});

test("the samples of other tools, as a file and on standard input", async () => {
  const samples = readFileSync(join(import.meta.dirname, "..", "decoder", "samples", "dumps.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { command: string; input: string; text: string; octets?: string });
  const wanted = ["od -x", "hexdump", "xxd -e", "od -c"];
  for (const command of wanted) {
    const { text, octets } = samples.find((sample) => sample.command === command && sample.input === "a request and its response")!;
    const { code, out } = await decode(["--json", "-"], text);
    assert.equal(code, 0);
    assert.equal((JSON.parse(out) as { pdus: { bytes: string }[] }).pdus.map(({ bytes }) => bytes).join(""), octets, command);
  }
});

test("--json has each PDU with its fields, and what belongs to it", async () => {
  const { out } = await decode(["--json", CAPTURE]);
  const { form, streams, pdus } = JSON.parse(out);
  assert.deepEqual([form, streams.length, pdus.length], ["pcapng capture", 1, 22]);
  const [, , submit, response, receipt] = pdus;
  assert.deepEqual([submit.command, submit.destination_addr, submit.text.value, submit.answeredBy, submit.direction], ["submit_sm", "15551230000", "Hello World", 4, "from-client"]);
  assert.deepEqual([response.command, response.message_id, response.answers, response.latency], ["submit_sm_resp", "1795390839450001", 3, 14.052]);
  assert.deepEqual([receipt.receipt.status, receipt.related], ["delivered", 3]);
});

test("--csv has a line for each PDU, and no formula", async () => {
  const { out } = await decode(["--csv", CAPTURE]);
  const lines = out.split("\r\n");
  assert.match(lines[0]!, /^number,time,stream,direction,command/);
  assert.match(lines[3]!, /^3,2026-11-22T23:40:40\.043Z,1,from-client,submit_sm,2,0,ESME_ROK,ACME,15551230000,Hello World,,true,59,,,0000003b/);
  assert.equal(lines.length, 1 + 22 + 1);
});

test("--stats sums up, also as JSON", async () => {
  const { out } = await decode(["--stats", CAPTURE]);
  assert.match(out, /^pcapng capture: 22 PDUs, 1541 octets$/m);
  assert.match(out, /^submit_sm +6 +624 +0 +0 +0\.6 ms/m);
  assert.match(out, /^submit_sm_resp +ESME_RTHROTTLED +2$/m);
  const sum = JSON.parse((await decode(["--stats", "--json", CAPTURE])).out);
  assert.deepEqual([sum.pdus, sum.receipts], [22, [{ status: "delivered", count: 3 }]]);
});

test("each PDU of a log has its number, and a line with less than a header is counted", async () => {
  const { code, out } = await decode(["-"], `12:00:00 tx ${ENQUIRE}\n12:00:01 tx ${SUBMIT}\n12:00:02 rx ${SUBMIT.slice(0, 24)}\n`);
  assert.equal(code, 0);
  assert.match(out, /^# log lines\n# 1 PDU was left out: the log has fewer than the 16 octets of a header\.\n\nPDU 1: enquire_link {2}sequence \d+ {2}ESME_ROK {2}16 octets\n/);
  assert.match(out, /\n\nPDU 2: submit_sm {2}sequence 7 {2}ESME_ROK {2}55 octets\n/);
});

test("--ports chooses streams", async () => {
  const { code, err } = await decode(["--ports", "2775", CAPTURE]);
  assert.equal(code, 2);
  assert.match(err, /No TCP connection of this capture has port 2775\. There are: 34173/);
});

test("a PDU that is cut off is shown as far as it goes", async () => {
  const { code, out } = await decode([SUBMIT.slice(0, 60)]);
  assert.equal(code, 1);
  assert.match(out, /^submit_sm {2}sequence 7/);
  assert.match(out, /source_addr: "ACME"/);
  assert.match(out, /command_length: incomplete, expected 55 octets, found 30/);
  const behind = await decode([ENQUIRE + SUBMIT.slice(0, 24)]);
  assert.equal(behind.code, 1);
  assert.match(behind.out, /^PDU 1: enquire_link[^]*\nPDU 2: 12 octets that are no PDU: 00 00 00 37/);
});

for (const [what, input, expected] of [
  ["a status by number", "0x58", /^ESME_RTHROTTLED\n {2}Number: 0x00000058, 88 in decimal/],
  ["a status by name", "ESME_RINVDSTADR", /^ESME_RINVDSTADR\n {2}Number: 0x0000000b/],
  ["a receipt", "id:4f00000a sub:001 dlvrd:001 submit date:2611221204 done date:2611221205 stat:DELIVRD err:000 text:Hi", /^Delivery receipt: delivered\n {2}Message: 4f00000a/],
  ["a user data header", "050003cc0201", /^User data header\n[^]*concatenation_8_bit: reference 204, total 2, part 1/],
  ["a TPDU", "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07", /^GSM TPDU: SMS-DELIVER\n[^]*Text: How are you\?/],
] as const) {
  test(`${what}, as an argument and on standard input`, async () => {
    for (const result of [await decode([input]), await decode([], `${input}\n`)]) {
      assert.equal(result.code, 0, result.err);
      assert.match(result.out, expected);
    }
  });
}

for (const [i, { what, input, pdus, faulty = false }] of FIELD_CASES.entries()) {
  test(`${what}, as a file and on standard input`, async () => {
    const file = join(directory, `case-${i}`);
    writeFileSync(file, input);
    const results = [await decode(["--json", file])];
    if (typeof input === "string") results.push(await decode(["--json", "-"], input));
    for (const { code, out, err } of results) {
      assert.equal(code, faulty ? 1 : 0, err);
      const read = JSON.parse(out) as { pdus: { command: string; sequence: number; valid: boolean }[] };
      assert.deepEqual(read.pdus.map(({ command, sequence }) => `${command} ${sequence}`), pdus);
      assert.deepEqual(read.pdus.every(({ valid }) => valid), !faulty);
    }
  });
}
