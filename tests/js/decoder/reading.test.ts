// What the page and the command make of an input: statuses, receipts, headers and TPDUs too; statistics; CSV and JSON.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Entry, Reading } from "./internals.ts";
import { internals } from "./source.ts";

const { csvLines, encodePdu, jsonPieces, readTpdu, readingOfFile, readingOfText, statisticsOf } = await internals();

function finish<T>(work: Generator<number, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    assert.ok(step.value >= 0 && step.value <= 1);
  }
}

const read = (text: string): Reading => finish(readingOfText(text));
const titles = (text: string) => read(text).findings.map(({ title }) => title);
const rows = (text: string) => Object.fromEntries(read(text).findings[0]!.rows);
const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
const capture = () => finish(readingOfFile(new Uint8Array(readFileSync(join(import.meta.dirname, "captures", "session.pcapng"))), []));

describe("a status", () => {
  for (const text of ["0x58", "0x00000058", "00000058", "88", "ESME_RTHROTTLED", "esme_rthrottled", "RTHROTTLED", "command_status: 0x58", "status=88", "submit_sm_resp failed with ESME_RTHROTTLED", "{\"command_status\": 0x00000058}"]) {
    test(text, () => assert.deepEqual(titles(text), ["ESME_RTHROTTLED"]));
  }

  test("a number that may be hexadecimal names both", () => assert.match(rows("14")["If it is hexadecimal"]!, /^0x00000014: ESME_RMSGQFUL/));
  test("one of a vendor", () => assert.deepEqual([titles("0x401"), rows("0x401")["Name"]], [["Status 0x00000401"], "none in the specification"]));
  test("several in a text", () => assert.deepEqual(titles("first ESME_RINVDSTADR, then ESME_RMSGQFUL, then ESME_RINVDSTADR"), ["ESME_RINVDSTADR", "ESME_RMSGQFUL"]));
  test("a name that there isn't", () => assert.throws(() => read("ESME_RNOSUCHTHING"), /no PDU was found/));
  test("a PDU beside it counts", () => assert.equal(read("ESME_ROK 00000010800000150000000000000001").entries.length, 1));
});

describe("the text of a receipt", () => {
  const RECEIPT = "id:4f00000a sub:001 dlvrd:001 submit date:2611221204 done date:2611221205 stat:DELIVRD err:000 text:Hi";
  test("alone", () => assert.deepEqual([titles(RECEIPT), rows(RECEIPT)["Message"]], [["Delivery receipt: delivered"], "4f00000a"]));
  test("in a line of a log", () => assert.equal(rows(`2026-11-22 12:05:00 INFO dlr [${RECEIPT}]`)["Message"], "4f00000a"));
  test("one a line", () => assert.deepEqual(titles(`${RECEIPT}\n${RECEIPT.replace("DELIVRD", "EXPIRED")}\n`), ["Delivery receipt: delivered", "Delivery receipt: expired"]));
});

test("what leaves octets out is refused by name, though a receipt or a status is in it", () => {
  const printed = readFileSync(join(import.meta.dirname, "samples", "packets.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { text: string; refused?: boolean }).filter(({ refused }) => refused);
  assert.equal(printed.length, 8);
  for (const { text } of printed) assert.throws(() => read(text), /the octets of the PDUs are not in it/);
});

describe("a user data header", () => {
  const element = (text: string) => rows(text)["concatenation_8_bit"];
  test("with its length", () => assert.equal(element("05 00 03 cc 02 01"), "reference 204, total 2, part 1"));
  test("without", () => assert.equal(element("0003cc0201"), "reference 204, total 2, part 1"));
  test("as a list", () => assert.equal(element("[5, 0, 3, 204, 2, 1]"), "reference 204, total 2, part 1"));
  test("with a message behind it", () => {
    const found = rows(`050003cc0201${Buffer.from("Hello").toString("hex")}`);
    assert.equal(found["Message behind it"], "5 octets: 48 65 6c 6c 6f");
    assert.equal(found["read as GSM 7-bit"], "Hello");
  });
  test("no octets are taken for one that leave something over", () => assert.deepEqual(titles("0500041234567890"), []));
});

describe("a TPDU of GSM", () => {
  const octets = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
  const named = (text: string) => Object.fromEntries(readTpdu(octets(text))?.fields ?? []);

  test("SMS-DELIVER", () => {
    const text = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";
    assert.deepEqual(titles(text), ["GSM TPDU: SMS-DELIVER"]);
    const { Text: said, "TP-OA (from)": from, "service centre": centre, "TP-SCTS (time)": time } = rows(text);
    assert.deepEqual([said, from, centre, time], ["How are you?", "+31641600986", "+31624000000", "2002-08-26 19:37:41+00:00"]);
  });
  test("SMS-SUBMIT without a service centre", () => {
    assert.deepEqual(named("001100038121F50000FF05E8329BFD06"), { "TP-MR": "0", "TP-DA (to)": "125", "TP-PID": "0x00", "TP-DCS": "0x00", "TP-VP (validity)": "63 weeks", "TP-UDL": "5" });
    assert.equal(readTpdu(octets("001100038121F50000FF05E8329BFD06"))!.text, "hello");
  });
  test("with a header and UCS-2", () => {
    const found = readTpdu(octets("07919731899699F3440B919781455534F20008811151906461215B0608040A32030304380442044C0020043F0435044004350432043E043400200441043E002004410447043504420430002004320430044804350433043E0020043D043E043C0435044004300020002A003100310035002A00310023"))!;
    assert.equal(found.text, "ить перевод со счета вашего номера *115*1#");
    assert.ok(found.fields.some(([name, value]) => name === "user data header" && value === "06 08 04 0a 32 03 03"));
  });
  test("with a header and septets behind bits that fill up", () => {
    assert.equal(readTpdu(octets("07913306000000F0640B913306000000F000006101102211538031050003CB030362B1582C168BC562B1582C168BC562B1582C168BC562B1582C168BC562B1582C168BC56231"))!.text, "1".repeat(42));
  });
  test("from a name", () => assert.equal(named("0791448720003023240DD0E474D81C0EBB010000111011315214000BE474D81C0EBB5DE3771B")["TP-OA (from)"], "diafaan"));
  test("SMS-STATUS-REPORT", () => {
    const found = named("07911326040000F0060A0B911346610089F6208062917314082080629173240800");
    assert.deepEqual([found["TP-MR"], found["TP-RA (recipient)"], found["TP-ST (status)"]], ["10", "+31641600986", "0x00: done"]);
  });
  test("an octet more or less, and it is none", () => {
    const text = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";
    assert.equal(readTpdu(octets(text.slice(0, -2))), undefined);
    assert.equal(readTpdu(octets(`${text}00`)), undefined);
  });
});

describe("order", () => {
  test("turns of a followed stream stay as they were", () => {
    const text = readFileSync(join(import.meta.dirname, "samples", "packets.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { command: string; text: string });
    const order = (entries: Entry[]) => entries.map(({ command, sequence }) => `${command} ${sequence}`);
    const wanted = order(capture().entries).slice(0, 10);
    for (const { command, text: printed } of text.filter((sample) => sample.command.includes("follow,tcp,") && !sample.command.includes("ascii"))) assert.deepEqual(order(read(printed).entries), wanted, command);
    // Also where the times are those since the packet before.
    const deltas = text.find((sample) => sample.command === "tcpdump -n -X -ttt")!;
    assert.deepEqual(order(read(deltas.text).entries), wanted);
  });
});

describe("a submit_multi", () => {
  const dest = (number: string) => ({ dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: number });
  const pdu = encodePdu({ command: "submit_multi", sequence: 3, source_addr: "ACME", dest_address: ["111", "222", "333", "444"].map(dest), esm_class: 0x40, short_message: Uint8Array.from([5, 0, 3, 9, 2, 1, ...Buffer.from("Hello")]) });
  const [entry] = read(hex(pdu)).entries;
  test("has its text, its recipients and its part", () => {
    assert.deepEqual([entry!.text, entry!.to, entry!.part?.part], ["Hello", "111, 222, 333 and 1 more", 1]);
  });
});

describe("statistics", () => {
  test("of a capture", () => {
    const { commands, statuses, receipts, rate, ...sums } = statisticsOf(capture().entries);
    assert.deepEqual(sums, { pdus: 22, octets: 1541, faulty: 0 });
    const submits = commands.find(({ command }) => command === "submit_sm")!;
    assert.deepEqual([submits.count, submits.octets, submits.unanswered, submits.latency!.count], [6, 624, 0, 6]);
    assert.ok(submits.latency!.min <= submits.latency!.median && submits.latency!.median <= submits.latency!.p95 && submits.latency!.p95 <= submits.latency!.max);
    assert.deepEqual(statuses[0], { command: "submit_sm_resp", status: 0, name: "ESME_ROK", count: 4 });
    assert.deepEqual(receipts, [{ status: "delivered", count: 3 }]);
    assert.equal(rate!.requests.reduce((a, b) => a + b) + rate!.responses.reduce((a, b) => a + b), 22);
  });

  const at = (time: number | undefined, more: Partial<Entry>): Entry => ({ octets: new Uint8Array(16), offset: 0, order: 0, time, stream: 0, direction: 0, spread: 1, command: "submit_sm", commandId: 4, status: 0, statusName: "ESME_ROK", sequence: 1, valid: true, from: "", to: "", text: "", messageId: "", ...more });
  const pairsOf = (times: number[]) => times.flatMap((time, i) => [at(i * 1_000, { partner: 2 * i + 1 }), at(i * 1_000 + time, { command: "submit_sm_resp", commandId: 0x80000004, partner: 2 * i })]);

  test("latency: of a hundred, the median, 95 and 99 of them", () => {
    const { latency } = statisticsOf(pairsOf(Array.from({ length: 100 }, (_, i) => 100 - i))).commands.find(({ command }) => command === "submit_sm")!;
    assert.deepEqual(latency, { count: 100, min: 1, median: 50, p95: 95, p99: 99, max: 100 });
  });

  test("what is not answered, but for what needs no answer", () => {
    const { commands } = statisticsOf([at(0, {}), at(1, { command: "alert_notification", commandId: 0x102 }), at(2, { command: "outbind", commandId: 0xb })]);
    assert.deepEqual(commands.map(({ unanswered }) => unanswered), [1, 0, 0]);
  });

  test("the rate: of all, and in the busiest second", () => {
    const { rate } = statisticsOf([0, 10, 20, 1_500, 3_000].map((time) => at(time, {})));
    assert.deepEqual([rate!.perSecond, rate!.peakPerSecond, rate!.step], [5 / 3, 3, 100]);
    assert.equal(rate!.requests.length, 31);
  });

  test("without times there is no rate and no latency", () => {
    const { rate, commands } = statisticsOf([at(undefined, { partner: 1 }), at(undefined, { command: "submit_sm_resp", commandId: 0x80000004, partner: 0 })]);
    assert.deepEqual([rate, commands[0]!.latency], [undefined, undefined]);
  });

  test("a capture of a day and of an instant have charts of a size that can be drawn", () => {
    for (const span of [0, 1, 86_400_000, 86_400_000 * 400]) assert.ok(statisticsOf([at(0, {}), at(span, {})]).rate!.requests.length <= 61, `${span}`);
  });
});

describe("export", () => {
  const text = 'Say "hi", or\r\n=1+1';
  const { entries } = read(hex(encodePdu({ command: "submit_sm", sequence: 1, source_addr: "=cmd", source_addr_ton: 5, destination_addr: "+15551230000", short_message: Uint8Array.from(Buffer.from(text)) })));
  const reading: Reading = { form: "hex", entries, findings: [], streams: [], directed: false, notes: [] };

  test("CSV: quoted where that is needed, and no formula for a spreadsheet", () => {
    const line = [...csvLines(reading)][1]!;
    assert.ok(line.includes(`,'=cmd,+15551230000,"Say ""hi"", or\r\n=1+1",`), line);
  });

  test("JSON: one document, as the filter lets through", () => {
    const whole = capture();
    const document = JSON.parse([...jsonPieces(whole, { shown: [2, 4] })].join(""));
    assert.deepEqual(document.pdus.map(({ number, command }: { number: number; command: string }) => [number, command]), [[3, "submit_sm"], [5, "deliver_sm"]]);
    assert.equal(JSON.parse([...jsonPieces(read("0x58"))].join("")).findings[0].title, "ESME_RTHROTTLED");
    assert.deepEqual(JSON.parse([...jsonPieces({ ...reading, entries: [] })].join("")).pdus, []);
  });

  test("JSON: notes on faults only if they are asked for", () => {
    const odd = read(hex(encodePdu({ command: "enquire_link", sequence: 0 })));
    const faults = (strict: boolean) => JSON.parse([...jsonPieces(odd, { strict })].join("")).pdus[0].faults.length;
    assert.ok(faults(true) >= faults(false));
    assert.equal(faults(false), 0);
  });
});
