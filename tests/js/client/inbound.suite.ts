// Inbound messages and receipts over real TCP, against a scripted SMSC: what is acknowledged when, and what is never lost.
// Run on Node, Deno and Bun.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect, joinSegments, SmppError, type ConnectOptions, type Message, type Report, type Segment, type SmppClient } from "smpp-edge";
import { hex, until } from "../simulator/peers.ts";
import { answer, ScriptedSmsc, type Line } from "./smsc.ts";

const ESME_ROK = 0;
const ESME_RX_T_APPN = 0x64;

/** A deliver_sm: one segment of a message in several, or the whole if `total` is 1. */
export interface Part {
  sequence: number;
  text: string | Buffer;
  part?: number;
  total?: number;
  reference?: number;
  from?: string;
  fields?: object;
}

/** Sends one. */
export function deliver(line: Line, { sequence, text, part = 1, total = 1, reference = 9, from = "447700900123", fields = {} }: Part): void {
  const header = total === 1 ? [] : [5, 0, 3, reference, total, part];
  line.send("deliver_sm", {
    sequence_number: sequence,
    source_addr: from,
    destination_addr: "12345",
    esm_class: total === 1 ? 0 : 0x40,
    // npm smpp would code a string itself.
    short_message: Buffer.concat([Buffer.from(header), Buffer.from(text)]),
    ...fields,
  });
}

/** The answer to the deliver_sm of this number: its status. */
export async function answered(line: Line, sequence: number): Promise<number> {
  const found = () => line.got("deliver_sm_resp").find(({ sequence_number }) => sequence_number === sequence);
  await until(`the answer to ${sequence}`, () => found() !== undefined);
  return found()!.command_status;
}

/** Connects to a scripted SMSC that answers what it is asked. */
async function withScript(options: ConnectOptions, use: (smsc: ScriptedSmsc, smpp: SmppClient) => Promise<void>): Promise<void> {
  const smsc = await ScriptedSmsc.listen((request, line) => answer(line, request));
  try {
    const smpp = await connect(smsc.url, { reconnect: false, log: () => {}, ...options });
    try {
      await use(smsc, smpp);
    } finally {
      await smpp.close();
    }
  } finally {
    await smsc[Symbol.asyncDispose]();
  }
}

/** Registers the tests. */
export function inboundTests(): void {
  describe("segments that the application stores", () => {
    test("each is acknowledged when onSegment has taken it, and joined from what was stored", async () => {
      const stored: Segment[] = [];
      const taken: (() => void)[] = [];
      await withScript({ onSegment: (segment) => new Promise<void>((resolve) => {
        stored.push(segment);
        taken.push(resolve);
      }) }, async (smsc) => {
        deliver(smsc.line, { sequence: 11, text: "D", part: 2, total: 2 });
        deliver(smsc.line, { sequence: 12, text: "C", part: 1, total: 2 });
        await until("both segments", () => stored.length === 2);
        assert.deepEqual(smsc.line.got("deliver_sm_resp"), []);
        for (const resolve of taken) resolve();
        assert.deepEqual([await answered(smsc.line, 11), await answered(smsc.line, 12)], [ESME_ROK, ESME_ROK]);
      });
      assert.deepEqual(stored.map(({ part, total, reference }) => [part, total, reference]), [[2, 2, 9], [1, 2, 9]]);
      assert.equal(stored[0]!.key, stored[1]!.key);
      const joined = joinSegments(stored.map(({ pdu }) => pdu)) as { message: Message };
      assert.deepEqual([joined.message.text, joined.message.complete, joined.message.segments, joined.message.from.addr], ["CD", true, 2, "447700900123"]);
      const half = joinSegments([stored[0]!.pdu]) as { message: Message };
      assert.deepEqual([half.message.text, half.message.complete, half.message.missing], ["D", false, [1]]);
    });

    test("a segment that onSegment does not take is refused, and a repeat is known by its digest", async () => {
      const seen: Segment[] = [];
      await withScript({ onSegment: (segment) => {
        if (seen.push(segment) === 1) throw new Error("the database is down");
      } }, async (smsc) => {
        deliver(smsc.line, { sequence: 11, text: "C", total: 2 });
        assert.equal(await answered(smsc.line, 11), ESME_RX_T_APPN);
        deliver(smsc.line, { sequence: 12, text: "C", total: 2 });
        assert.equal(await answered(smsc.line, 12), ESME_ROK);
        deliver(smsc.line, { sequence: 13, text: "X", total: 2 });
        assert.equal(await answered(smsc.line, 13), ESME_ROK);
      });
      assert.deepEqual(new Set(seen.map(({ key }) => key)).size, 1);
      assert.equal(seen[0]!.digest, seen[1]!.digest);
      assert.notEqual(seen[1]!.digest, seen[2]!.digest);
    });

    test("messages that stand alone go to onMessage all the same", async () => {
      const texts: (string | undefined)[] = [];
      const segments: Segment[] = [];
      await withScript({ onSegment: (segment) => void segments.push(segment), onMessage: ({ text }) => void texts.push(text) }, async (smsc) => {
        deliver(smsc.line, { sequence: 11, text: "alone" });
        assert.equal(await answered(smsc.line, 11), ESME_ROK);
        deliver(smsc.line, { sequence: 12, text: "C", total: 2 });
        assert.equal(await answered(smsc.line, 12), ESME_ROK);
      });
      assert.deepEqual(texts, ["alone"]);
      assert.equal(segments.length, 1);
    });

    test("a receipt in several segments is joined to a report", async () => {
      const stored: Segment[] = [];
      const receipt = "id:0123456789 sub:001 dlvrd:001 submit date:2301011200 done date:2301011201 stat:DELIVRD err:000 text:Hello";
      await withScript({ onSegment: (segment) => void stored.push(segment) }, async (smsc) => {
        deliver(smsc.line, { sequence: 11, text: receipt.slice(0, 50), total: 2, fields: { esm_class: 0x44 } });
        deliver(smsc.line, { sequence: 12, text: receipt.slice(50), part: 2, total: 2, fields: { esm_class: 0x44 } });
        await answered(smsc.line, 12);
      });
      const { report } = joinSegments(stored.map(({ pdu }) => pdu), { messageIdFormat: "hex-receipt" }) as { report: Report };
      assert.deepEqual([report.rawMessageId, report.status, report.text], ["0123456789", "delivered", "Hello"]);
    });

    test("what is no segment, and an option that does not exist, are named", () => {
      assert.equal(joinSegments([]), undefined);
      assert.equal(joinSegments([hex("00000010 00000015 00000000 00000001"), hex("000000"), hex("00000000 00000005 00000000 00000001")]), undefined);
      assert.throws(() => joinSegments(["00"] as never), (error) => error instanceof SmppError && error.code === "invalid-field" && error.field === "pdus");
      assert.throws(() => joinSegments([], { concat: "sar" } as never), (error) => error instanceof SmppError && error.code === "invalid-option" && error.field === "concat");
      assert.throws(() => joinSegments([], { defaultAlphabet: "latin2" } as never), (error) => error instanceof SmppError && error.field === "defaultAlphabet");
    });
  });
}
