// Inputs from public reports and vendors' guides that SMPP clients get wrong, through the whole client: what the SMSC gets, and what the
// application sees. Addresses alone are in address.test.mjs, receipts alone in tests/vectors, errors of connections in words.test.ts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect, SmppError, type ConnectOptions, type Message, type Report, type SmppClient, type SmsMessage } from "smpp-edge";
import { parse, type NodePdu } from "../simulator/peers.ts";
import { answer, ScriptedSmsc } from "./smsc.ts";

const GOOD: SmsMessage = { from: "12345", to: "+1234567890", text: "Hello World" };
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

interface Heard {
  smpp: SmppClient;
  /** The submissions that the SMSC got. */
  submitted: NodePdu[];
  /** Has the SMSC send a deliver_sm, and resolves when it is acknowledged. */
  deliver(fields: object): Promise<void>;
  messages: Message[];
  reports: Report[];
}

async function bound(options: ConnectOptions, use: (heard: Heard) => Promise<void>): Promise<void> {
  const submitted: NodePdu[] = [];
  await using smsc = await ScriptedSmsc.listen((request, line) => {
    if (request.command === "submit_sm") {
      submitted.push(request);
      answer(line, request, { message_id: `m${submitted.length}` });
    }
    if (request.command === "unbind") answer(line, request);
  });
  const [messages, reports]: [Message[], Report[]] = [[], []];
  await using smpp = await connect(smsc.url, { reconnect: false, onMessage: (message) => void messages.push(message), onReport: (report) => void reports.push(report), ...options });
  let sequence = 100;
  await use({
    smpp, submitted, messages, reports,
    async deliver(fields) {
      const before = smsc.line.got("deliver_sm_resp").length;
      smsc.line.send("deliver_sm", { sequence_number: sequence++, source_addr_ton: 1, source_addr_npi: 1, source_addr: "1234567890", destination_addr: "12345", ...fields });
      assert.equal((await smsc.line.await("deliver_sm_resp", before + 1)).command_status, 0);
    },
  });
}

const refused = (field: string) => (error: unknown): boolean =>
  error instanceof SmppError && error.code === "invalid-field" && error.outcome === "not-sent" && error.field === field && error.message.includes(field);

describe("recipients and fields", () => {
  test("what is no number is refused by name, and nothing is sent", () => bound({}, async ({ smpp, submitted }) => {
    for (const to of ["1.23E+10", "4.9E+11", "undefined", "tel:+1555", "hello", ""]) await assert.rejects(smpp.sendSms({ ...GOOD, to }), refused("to"), to);
    assert.equal(submitted.length, 0);
  }));

  test("a number as people write it", () => bound({}, async ({ smpp, submitted }) => {
    await smpp.sendSms({ ...GOOD, to: "+49 (171) 234-567" });
    const { dest_addr_ton, dest_addr_npi, destination_addr } = submitted[0] as unknown as Record<string, unknown>;
    assert.deepEqual([dest_addr_ton, dest_addr_npi, destination_addr], [1, 1, "49171234567"]);
  }));

  test("a field that is not known, or has no such value, is refused by name", () => bound({}, async ({ smpp, submitted }) => {
    for (const [field, value] of [["reprot", "always"], ["priority", 9], ["priority", "x"], ["dataCoding", 256], ["esmClass", -1]] as const) {
      await assert.rejects(smpp.sendSms({ ...GOOD, [field]: value } as SmsMessage), refused(field), `${field}: ${value}`);
    }
    assert.equal(submitted.length, 0);
  }));

  test("dataCoding is sent as it is", () => bound({}, async ({ smpp, submitted }) => {
    await smpp.sendSms({ from: "12345", to: "+1234567890", binary: hex("00ff"), dataCoding: 0xf6 });
    assert.equal((submitted[0] as unknown as { data_coding: number }).data_coding, 0xf6);
  }));

  test("what a message has besides its text is sent", () => bound({}, async ({ smpp, submitted }) => {
    await smpp.sendSms({ ...GOOD, serviceType: "WAP", protocolId: 0x41, priority: 3, replaceIfPresent: true, smDefaultMsgId: 7, report: "success" });
    const { service_type, protocol_id, priority_flag, replace_if_present_flag, sm_default_msg_id, registered_delivery } = submitted[0]!;
    assert.deepEqual([service_type, protocol_id, priority_flag, replace_if_present_flag, sm_default_msg_id, registered_delivery], ["WAP", 0x41, 3, 1, 7, 3]);
  }));

  test("a reference of 0 and a dataCoding of 0 are sent as they are", () => bound({}, async ({ smpp, submitted }) => {
    for (const _ of [1, 2]) await smpp.sendSms({ ...GOOD, text: "x".repeat(161), concat: "sar", reference: 0 });
    assert.deepEqual(submitted.map((pdu) => pdu["sar_msg_ref_num"]), [0, 0, 0, 0]);
    await smpp.sendSms({ from: "12345", to: "+1234567890", binary: hex("00ff"), dataCoding: 0 });
    assert.equal(submitted[4]!["data_coding"], 0);
  }));

  test("a message of more than maxSegments is not sent", () => bound({}, async ({ smpp, submitted }) => {
    await assert.rejects(smpp.sendSms({ ...GOOD, text: "x".repeat(161), maxSegments: 1 }), { code: "too-many-segments", outcome: "not-sent" });
    await smpp.sendSms({ ...GOOD, text: "x".repeat(161), maxSegments: 2 });
    assert.equal(submitted.length, 2);
  }));

  test("the answer to a query is read, and what it lacks is empty", async () => {
    let fields: object = {};
    await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request, fields));
    await using smpp = await connect(smsc.url);
    fields = { message_id: "m", final_date: "260102030405000+", message_state: 5, error_code: 9 };
    assert.deepEqual(await smpp.query("m"), { messageId: "m", status: "undeliverable", finalDate: "260102030405000+", errorCode: 9 });
    fields = { message_state: 200 };
    assert.deepEqual(await smpp.query("m"), { messageId: "", status: "unknown", finalDate: "", errorCode: 0 });
  });

  test("a message that comes in has each of its fields", () => bound({}, async ({ messages, deliver }) => {
    await deliver({ service_type: "WAP", esm_class: 0x40, protocol_id: 0x41, priority_flag: 2, data_coding: 0, short_message: { udh: hex("06 0504 0b84 23f0"), message: "Hi" } });
    const { serviceType, esmClass, protocolId, priority, dataCoding, encoding, text, udh, segments, concat } = messages[0]!;
    assert.deepEqual([serviceType, esmClass, protocolId, priority, dataCoding, encoding, text, segments, concat], ["WAP", 0x40, 0x41, 2, 0, "gsm7", "Hi", 1, undefined]);
    assert.equal(Buffer.from(udh!).toString("hex"), "0605040b8423f0");
  }));

  test("the sender of an answer compares with the number that was sent to", () => bound({}, async ({ smpp, messages, deliver }) => {
    await smpp.sendSms(GOOD);
    await deliver({ short_message: Buffer.from("Yes") });
    assert.equal(messages[0]?.from.number, GOOD.to);
  }));
});

describe("texts", () => {
  test("a letter and its accent are sent as one character of GSM 03.38", () => bound({}, async ({ smpp, submitted }) => {
    const { encoding } = await smpp.sendSms({ ...GOOD, text: "Cafe\u0301" });
    assert.equal(encoding, "gsm7");
    assert.equal((submitted[0] as unknown as { data_coding: number }).data_coding, 0);
  }));

  for (const [name, dataCoding, bytes, text] of [
    ["UCS-2 with the byte order mark of little-endian", 8, "FFFE 3F04 4004 3804", "при"],
    ["UCS-2 with its own mark", 8, "FEFF 043F 0440 0438", "при"],
    ["little-endian UCS-2 without a mark", 8, "1f04 4004 3804 3204 3504 4204", "Привет"],
    ["data_coding 1 with bytes of GSM 03.38 that no text in ASCII has", 1, "00 01 1b65", "@£€"],
    ["data_coding 1 with ASCII", 1, "48 69 20 40", "Hi @"],
  ] as const) {
    test(name, () => bound({}, async ({ messages, deliver }) => {
      await deliver({ data_coding: dataCoding, short_message: hex(bytes) });
      assert.equal(messages[0]?.text, text);
    }));
  }
});

describe("receipts", () => {
  const date = (text: string): number => Date.parse(text);
  const cases: [name: string, fields: object, status: string, stat: string | undefined, doneAt: number | undefined][] = [
    ["without stat:", { text: "id:m1 sub:000 dlvrd:001 submit date:2301011200 done date:2301011201 DELIVRD err:000 Text:" }, "delivered", "DELIVRD", date("2023-01-01T12:01Z")],
    ["a state with its reason", { text: "id:m1 submit date:2301011200 done date:2301011201 stat:FAILED:Mob. Abst.|nt ext err:100 text:" }, "undeliverable", undefined, date("2023-01-01T12:01Z")],
    ["BUFFERED", { text: "id:m1 sub:001 dlvrd:000 submit date:2301011200 done date:2301011201 stat:BUFFERED err:000 text:" }, "enroute", "BUFFERED", date("2023-01-01T12:01Z")],
    ["dates with dashes and colons", { text: "id:m1 submit date:2013-02-17 00:04:29 done date:2013-02-17 00:05:30 stat:DELIVRD err:000" }, "delivered", "DELIVRD", date("2013-02-17T00:05:30Z")],
  ];
  for (const [name, { text }, status, stat, doneAt] of cases as [string, { text: string }, string, string | undefined, number | undefined][]) {
    test(name, () => bound({}, async ({ smpp, reports, deliver }) => {
      const sent = await smpp.sendSms({ ...GOOD, report: "always" });
      await deliver({ esm_class: 4, short_message: Buffer.from(text) });
      const [report] = reports;
      assert.deepEqual([report?.messageId, report?.status, report?.doneAt?.getTime()], [sent.messageId, status, doneAt]);
      assert.equal(report?.final, status !== "enroute");
      if (stat !== undefined) assert.equal(report?.stat, stat);
    }));
  }

  for (const dataCoding of [0x08, 0x18, 0x48]) {
    test(`in UCS-2 under data_coding 0x${dataCoding.toString(16)}`, () => bound({}, async ({ reports, deliver }) => {
      const text = "id:m1 sub:001 dlvrd:001 submit date:2301011200 done date:2301011201 stat:DELIVRD err:000";
      await deliver({ esm_class: 4, data_coding: dataCoding, short_message: Buffer.from(text, "utf16le").swap16() });
      assert.deepEqual([reports[0]?.messageId, reports[0]?.status], ["m1", "delivered"]);
    }));
  }
});

describe("binds", () => {
  test("a system_id of 20 characters is sent", async () => {
    const systemId = "x".repeat(20);
    await using smsc = await ScriptedSmsc.listen((request, line) => {
      if (request.command === "unbind") answer(line, request);
    });
    await using smpp = await connect(smsc.url, { reconnect: false, systemId, password: "y".repeat(20) });
    assert.equal(smpp.stats().state, "bound");
    assert.equal((smsc.line.got("bind_transceiver")[0] as unknown as { system_id: string }).system_id, systemId);
  });

  test("a refused bind has the SMSC's own words, in the message and in info", async () => {
    await using smsc = await ScriptedSmsc.listen(undefined, (line) => {
      line.socket.on("data", (chunk: Buffer) => {
        for (const frame of line.frames.push(chunk)) {
          // npm `smpp` writes no body behind a status. Here: an empty system_id, then additional_status_info_text.
          const body = Buffer.concat([hex("00 001d 0012"), Buffer.from("IP not whitelisted")]);
          const head = Buffer.alloc(16);
          [16 + body.length, 0x8000_0009, 0x0d, parse(frame).sequence_number].forEach((word, i) => head.writeUInt32BE(word, i * 4));
          line.send(Buffer.concat([head, body]));
        }
      });
      return false;
    });
    await assert.rejects(connect(smsc.url, { reconnect: false }), (error: unknown) =>
      error instanceof SmppError && error.name === "ESME_RBINDFAIL" && error.info === "IP not whitelisted" && error.message.includes("IP not whitelisted"));
  });
});
