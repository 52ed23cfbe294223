// Inbound messages and receipts over real TCP, against a scripted SMSC: what is acknowledged when, and what is never lost.
// Run on Node, Deno, Bun and in workerd.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect, joinSegments, Refusal, SmppError, type ConnectOptions, type Message, type Report, type Segment, type SmppClient } from "smpp-edge";
import { hex, pdu, until } from "../simulator/peers.ts";
import { answer, ScriptedSmsc, type Line } from "./smsc.ts";

const ESME_ROK = 0;
const ESME_RX_T_APPN = 0x64;
const ESME_RX_P_APPN = 0x65;

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
  await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request));
  await using smpp = await connect(smsc.url, { reconnect: false, log: () => {}, ...options });
  await use(smsc, smpp);
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

  describe("a long message that is refused", () => {
    test("is handed over again whole when the SMSC repeats the only segment that was refused", async () => {
      const texts: (string | undefined)[] = [];
      await withScript({ onMessage: ({ text }) => {
        if (texts.push(text) === 1) throw new Error("the database is down");
      } }, async (smsc) => {
        deliver(smsc.line, { sequence: 11, text: "C", total: 2 });
        assert.equal(await answered(smsc.line, 11), ESME_ROK);
        deliver(smsc.line, { sequence: 12, text: "D", part: 2, total: 2 });
        assert.equal(await answered(smsc.line, 12), ESME_RX_T_APPN);
        deliver(smsc.line, { sequence: 13, text: "D", part: 2, total: 2 });
        assert.equal(await answered(smsc.line, 13), ESME_ROK);
      });
      assert.deepEqual(texts, ["CD", "CD"]);
    });

    test("because nobody was there is taken by a loop at the repeat", async () => {
      await withScript({}, async (smsc, smpp) => {
        deliver(smsc.line, { sequence: 11, text: "C", total: 2 });
        deliver(smsc.line, { sequence: 12, text: "D", part: 2, total: 2 });
        assert.deepEqual([await answered(smsc.line, 11), await answered(smsc.line, 12)], [ESME_ROK, ESME_RX_T_APPN]);
        const loop = smpp.messages();
        deliver(smsc.line, { sequence: 13, text: "D", part: 2, total: 2 });
        assert.equal((await loop.next()).value.text, "CD");
        void loop.next();
        assert.equal(await answered(smsc.line, 13), ESME_ROK);
      });
    });

    test("because its handler took too long is handed over again at the repeat", async () => {
      const texts: (string | undefined)[] = [];
      await withScript({ acknowledgeTimeout: 50, onMessage: ({ text }) => (texts.push(text) === 1 ? new Promise<void>(() => {}) : undefined) }, async (smsc) => {
        deliver(smsc.line, { sequence: 11, text: "C", total: 2 });
        deliver(smsc.line, { sequence: 12, text: "D", part: 2, total: 2 });
        assert.equal(await answered(smsc.line, 12), ESME_RX_T_APPN);
        deliver(smsc.line, { sequence: 13, text: "D", part: 2, total: 2 });
        assert.equal(await answered(smsc.line, 13), ESME_ROK);
      });
      assert.deepEqual(texts, ["CD", "CD"]);
    });

    test("for good has the status of its Refusal, and is not handed on at the end", async () => {
      const texts: (string | undefined)[] = [];
      await withScript({ onMessage: ({ text }) => {
        texts.push(text);
        throw new Refusal("ESME_RX_P_APPN");
      } }, async (smsc) => {
        deliver(smsc.line, { sequence: 11, text: "C", total: 2 });
        deliver(smsc.line, { sequence: 12, text: "D", part: 2, total: 2 });
        assert.equal(await answered(smsc.line, 12), ESME_RX_P_APPN);
      });
      assert.deepEqual(texts, ["CD"]);
    });
  });

  describe("segments whose others have not come", () => {
    const ends: [string, (smsc: ScriptedSmsc, smpp: SmppClient) => Promise<unknown>][] = [
      ["close()", (_, smpp) => smpp.close()],
      ["a lost link", (smsc, smpp) => {
        smsc.line.socket.destroy();
        return until("the end", () => smpp.stats().state === "closed");
      }],
    ];
    for (const [name, end] of ends) {
      test(`are handed on before the client ends by ${name}`, async () => {
        const taken: Message[] = [];
        await withScript({ onMessage: (message) => void taken.push(message) }, async (smsc, smpp) => {
          deliver(smsc.line, { sequence: 11, text: "C", total: 2 });
          assert.equal(await answered(smsc.line, 11), ESME_ROK);
          await end(smsc, smpp);
          assert.deepEqual(taken.map(({ text, complete, missing }) => [text, complete, missing]), [["C", false, [2]]]);
        });
      });

      test(`are there for a loop behind the end by ${name}`, async () => {
        await withScript({}, async (smsc, smpp) => {
          deliver(smsc.line, { sequence: 11, text: "C", total: 2 });
          assert.equal(await answered(smsc.line, 11), ESME_ROK);
          const loop = smpp.messages();
          await end(smsc, smpp);
          const { text, complete } = (await loop.next()).value;
          assert.deepEqual([text, complete], ["C", false]);
        });
      });
    }

    test("are not handed on for messages that were taken, however long ago", async () => {
      const taken: Message[] = [];
      await withScript({ partTimeout: 20, reconnect: { min: 10, max: 10 }, onMessage: (message) => void taken.push(message) }, async (smsc, smpp) => {
        for (const reference of [1, 2, 3]) {
          deliver(smsc.line, { sequence: 10 * reference, text: "C", total: 2, reference });
          deliver(smsc.line, { sequence: 10 * reference + 1, text: "D", part: 2, total: 2, reference });
          assert.equal(await answered(smsc.line, 10 * reference + 1), ESME_ROK);
        }
        await new Promise((resolve) => setTimeout(resolve, 60));
        smsc.line.socket.destroy();
        await until("the next connection", () => smsc.lines.length === 2 && smpp.stats().state === "bound");
        deliver(smsc.line, { sequence: 99, text: "after" });
        assert.equal(await answered(smsc.line, 99), ESME_ROK);
        await new Promise((resolve) => setTimeout(resolve, 60));
      });
      assert.deepEqual(taken.map(({ text }) => text), ["CD", "CD", "CD", "after"]);
    });
  });

  test("segments with large TLVs: no more than 4 MiB are held, and what gives way is handed on", async () => {
    const incomplete: boolean[] = [];
    const count = 200;
    const tlv = Buffer.concat([hex("1400 ea60"), Buffer.alloc(60_000, 0x61)]);
    await withScript({ onMessage: ({ complete }) => void incomplete.push(complete) }, async (smsc) => {
      for (let i = 0; i < count; i++) {
        const segment = pdu("deliver_sm", {
          sequence_number: 100 + i, source_addr: `44770090${1_000 + i}`, destination_addr: "12345", esm_class: 0x40,
          short_message: Buffer.concat([Buffer.from([5, 0, 3, i, 2, 1]), Buffer.from("C")]),
        });
        segment.writeUInt32BE(segment.length + tlv.length, 0);
        smsc.line.send(Buffer.concat([segment, tlv]));
      }
      assert.equal(await answered(smsc.line, 100 + count - 1), ESME_ROK);
      // 69 of them are 4 MiB.
      await until("the oldest", () => incomplete.length >= count - 69);
      assert(incomplete.length < count);
    });
    assert.deepEqual(incomplete, new Array(count).fill(false));
  });

  describe("loops", () => {
    for (const kind of ["messages", "reports"] as const) {
      test(`a throw in a loop over ${kind}() refuses the item it was on`, async () => {
        await withScript({}, async (smsc, smpp) => {
          const running = (async () => {
            for await (const _ of smpp[kind]()) throw new Error("no database");
          })();
          deliver(smsc.line, kind === "messages" ? { sequence: 11, text: "Hello" } : { sequence: 11, text: "id:1 stat:DELIVRD err:000", fields: { esm_class: 4 } });
          await assert.rejects(running, /no database/);
          assert.equal(await answered(smsc.line, 11), ESME_RX_T_APPN);
        });
      });
    }

    test("reports() that nobody reads refuses nothing that onReport takes", async () => {
      await withScript({ onReport: () => {} }, async (smsc, smpp) => {
        smpp.reports();
        deliver(smsc.line, { sequence: 11, text: "id:1 stat:DELIVRD err:000", fields: { esm_class: 4 } });
        assert.equal(await answered(smsc.line, 11), ESME_ROK);
      });
    });

    test("a slow loop gets in the end all that the SMSC repeats, each request of which is open", async () => {
      // 40 at once, 10 ms each, and the engine refuses what has waited for 100 ms.
      const count = 40;
      const seen: string[] = [];
      await withScript({ acknowledgeTimeout: 100 }, async (smsc, smpp) => {
        let sequence = 100;
        const open = new Map<number, string>();
        const send = (text: string): void => {
          open.set(++sequence, text);
          deliver(smsc.line, { sequence, text });
        };
        const loop = (async () => {
          for await (const { text } of smpp.messages()) {
            seen.push(text!);
            await new Promise((resolve) => setTimeout(resolve, 10));
            if (new Set(seen).size === count) return;
          }
        })();
        for (let i = 0; i < count; i++) send(`${i}`);
        const acknowledged = new Set<string>();
        let read = 0;
        await until("all of them", () => {
          const { all } = smsc.line.frames;
          for (; read < all.length; read++) {
            const [status, number] = [all[read]!.readUInt32BE(8), all[read]!.readUInt32BE(12)];
            const text = open.get(number);
            if (text === undefined) continue;
            open.delete(number);
            if (status === ESME_ROK) acknowledged.add(text);
            else send(text);
          }
          return new Set(seen).size === count && acknowledged.size >= count - 1;
        });
        await loop;
      });
    });
  });

  describe("a receipt in several segments", () => {
    const receipt = "id:0123456789 sub:001 dlvrd:001 submit date:2301011200 done date:2301011201 stat:DELIVRD err:000 text:Hello";
    const wide = Buffer.from(receipt, "utf16le").swap16();
    const forms: [string, Buffer, (part: number) => object, boolean][] = [
      ["a header", Buffer.from(receipt), () => ({}), true],
      ["UCS-2", wide, () => ({ data_coding: 8 }), true],
      ["SAR", Buffer.from(receipt), (part) => ({ esm_class: 4, sar_msg_ref_num: 7, sar_total_segments: 2, sar_segment_seqnum: part }), false],
    ];
    for (const [name, octets, fields, header] of forms) {
      test(`is one report: by ${name}`, async () => {
        const reports: Report[] = [];
        const messages: Message[] = [];
        await withScript({ onReport: (report) => void reports.push(report), onMessage: (message) => void messages.push(message) }, async (smsc) => {
          const cut = 100;
          for (const [part, text] of [[2, octets.subarray(cut)], [1, octets.subarray(0, cut)]] as const) {
            const total = header ? 2 : 1;
            deliver(smsc.line, { sequence: 10 + part, text, part, total, fields: { esm_class: 0x44, ...fields(part) } });
            assert.equal(await answered(smsc.line, 10 + part), ESME_ROK);
          }
        });
        assert.deepEqual(reports.map(({ messageId, status, text }) => [messageId, status, text]), [["0123456789", "delivered", "Hello"]]);
        assert.deepEqual(messages, []);
      });
    }

    test("is refused and repeated like a message", async () => {
      let count = 0;
      await withScript({ onReport: () => {
        if (++count === 1) throw new Error("the database is down");
      } }, async (smsc) => {
        const fields = { esm_class: 0x44 };
        deliver(smsc.line, { sequence: 11, text: receipt.slice(0, 50), total: 2, fields });
        deliver(smsc.line, { sequence: 12, text: receipt.slice(50), part: 2, total: 2, fields });
        assert.deepEqual([await answered(smsc.line, 11), await answered(smsc.line, 12)], [ESME_ROK, ESME_RX_T_APPN]);
        deliver(smsc.line, { sequence: 13, text: receipt.slice(50), part: 2, total: 2, fields });
        assert.equal(await answered(smsc.line, 13), ESME_ROK);
      });
      assert.equal(count, 2);
    });
  });
}
