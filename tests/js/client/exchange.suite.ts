// The client over real TCP: against the server of npm `smpp`, a scripted SMSC and the simulator. Run on Node, Deno and Bun.

import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { BindError, connect, ConnectionLostError, countSegments, decodePdus, ProtocolError, SmppError, ThrottledError, TimeoutError, type BulkResult, type ConnectOptions, type Message, type Report, type SmppClient } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";
import { hex, parse, pdu, until } from "../simulator/peers.ts";
import { selfSigned } from "./certificate.ts";
import { answer, NodeSmsc, ScriptedSmsc, type Line } from "./smsc.ts";
import { wrongCalls, wrongMessages } from "./misuse.ts";
import { gsmOctets, joined, readSubmission, ucs2Octets } from "./submission.ts";

const HELLO = { from: "12345", to: "+1234567890", text: "Hello World" };

/** Accepts every submit_sm. */
const accepting = (request: Parameters<typeof answer>[1], line: Parameters<typeof answer>[0]): void => {
  if (request.command === "submit_sm") answer(line, request, { message_id: `id-${request.sequence_number}` });
};

/** Connects, and closes at the end. Without reconnection, unless the test asks for it. */
async function withClient(url: string, options: ConnectOptions, use: (smpp: SmppClient) => Promise<void>): Promise<void> {
  const smpp = await connect(url, { reconnect: false, ...options });
  try {
    await use(smpp);
  } finally {
    await smpp.close();
  }
}

async function withScript(use: (smsc: ScriptedSmsc) => Promise<void>, ...given: Parameters<typeof ScriptedSmsc.listen>): Promise<void> {
  const smsc = await ScriptedSmsc.listen(...given);
  try {
    await use(smsc);
  } finally {
    await smsc[Symbol.asyncDispose]();
  }
}

const { cert, key } = selfSigned("smsc.example");

/** What the octets travel by: how the SMSC is told, and how the client. */
const carriers = [
  { name: "TCP", certificate: undefined, client: {} },
  { name: "TLS", certificate: { cert, key }, client: { tls: { ca: cert, servername: "smsc.example" } } },
];

/** Registers the tests. */
export function exchangeTests(): void {
  for (const carrier of carriers) describe(`against the server of npm smpp, over ${carrier.name}`, () => {
    const cut = "a".repeat(1_000).replace(/a{25}/g, "€uro[brackets]{braces}ab1");
    for (const [name, text, octets, coding, segments] of [
      ["Hello World", "Hello World", gsmOctets("Hello World"), 0, 1],
      ["an empty text", "", Buffer.alloc(0), 0, 1],
      ["160 GSM characters", "x".repeat(160), gsmOctets("x".repeat(160)), 0, 1],
      ["161 GSM characters", "x".repeat(161), gsmOctets("x".repeat(161)), 0, 2],
      ["1,000 characters with €[]{}", cut, gsmOctets(cut), 0, undefined],
      ["Greek that is not in the GSM alphabet", "Καλημέρα κόσμε", ucs2Octets("Καλημέρα κόσμε"), 8, 1],
      ["a text that is ASCII but for its last character", `${"x".repeat(40)}ж`, ucs2Octets(`${"x".repeat(40)}ж`), 8, 1],
      ["letters of Latin-1 that the GSM alphabet has", "Grüße aus Åland", Buffer.from("Gr\x7e\x1ee aus \x0eland"), 0, 1],
      ["letters of Latin-1 that it lacks", "ça va, Zoë?", ucs2Octets("ça va, Zoë?"), 8, 1],
      ["a letter beyond Latin-1 at the beginning", "жabcdef", ucs2Octets("жabcdef"), 8, 1],
      ["a letter beyond Latin-1 in the middle", "abcжdef", ucs2Octets("abcжdef"), 8, 1],
      ["a letter beyond Latin-1 at the end", "abcdefж", ucs2Octets("abcdefж"), 8, 1],
      ["70 UCS-2 units", "ж".repeat(70), ucs2Octets("ж".repeat(70)), 8, 1],
      ["71 UCS-2 units", "ж".repeat(71), ucs2Octets("ж".repeat(71)), 8, 2],
      ["emoji with a surrogate pair across the end of a segment", `${"ж".repeat(66)}😀${"ж".repeat(66)}😀😀`, ucs2Octets(`${"ж".repeat(66)}😀${"ж".repeat(66)}😀😀`), 8, 3],
    ] as const) {
      test(`${name} arrives octet for octet`, async () => {
        await withNodeSmsc(async (smsc, smpp) => {
          const sent = await smpp.sendSms({ ...HELLO, text });
          const submissions = smsc.frames.all.filter((frame) => frame.readUInt32BE(4) === 0x04).map(readSubmission);
          assert.equal(joined(submissions).toString("hex"), octets.toString("hex"));
          for (const submission of submissions) {
            assert.equal(submission.dataCoding, coding);
            assert.deepEqual([submission.sourceTon, submission.sourceNpi, submission.source], [0, 0, "12345"]);
            assert.deepEqual([submission.destinationTon, submission.destinationNpi, submission.destination], [1, 1, "1234567890"]);
            if (coding === 8) assert(!/[\ud800-\udbff]$|^[\udc00-\udfff]/.test(Buffer.from(submission.text).swap16().toString("utf16le")), "a surrogate pair is cut");
            else assert.notEqual(submission.text.at(-1), 0x1b, "an escape is cut");
          }
          if (segments !== undefined) assert.equal(submissions.length, segments);
          assert.equal(sent.status, "accepted");
          assert.equal(sent.encoding, coding === 8 ? "ucs2" : "gsm7");
          assert.deepEqual(sent.segments.map(({ messageId }) => messageId), submissions.map((_, index) => `npm-${index + 1}`));
        });
      });
    }

    async function withNodeSmsc(use: (smsc: NodeSmsc, smpp: SmppClient) => Promise<void>, options: ConnectOptions = {}): Promise<void> {
      await withNodeServer((smsc) => withClient(smsc.url, { ...carrier.client, ...options }, (smpp) => use(smsc, smpp)));
    }
    async function withNodeServer(use: (smsc: NodeSmsc) => Promise<void>): Promise<void> {
      const smsc = await NodeSmsc.listen({ certificate: carrier.certificate });
      try {
        await use(smsc);
      } finally {
        await smsc[Symbol.asyncDispose]();
      }
    }

    for (const bind of ["transceiver", "transmitter", "receiver"] as const) {
      test(`binds as ${bind}, and unbinds when it is closed`, async () => {
        await withNodeServer(async (smsc) => {
          await withClient(smsc.url, { ...carrier.client, bind, systemType: "type", addressRange: "^1", version: "3.4" }, async (smpp) => {
            assert.equal(smpp.peer.systemId, "npm");
            assert.equal(smpp.stats().state, "bound");
          });
          const [first, last] = [smsc.received[0], smsc.received.at(-1)];
          assert.equal(first?.command, `bind_${bind}`);
          assert.deepEqual([first?.["system_id"], first?.["password"], first?.["system_type"], first?.["address_range"], first?.["interface_version"]], ["id", "secret", "type", "^1", 0x34]);
          assert.equal(last?.command, "unbind");
        });
      });
    }

    test("a wrong password is a BindError with ESME_RINVPASWD", async () => {
      await withNodeServer(async (smsc) => {
        await assert.rejects(connect(smsc.url.replace("secret", "guess"), carrier.client), (error) => {
          assert(error instanceof BindError && error instanceof SmppError);
          assert.deepEqual([error.code, error.name, error.command, error.outcome, error.retryable], [0x0e, "ESME_RINVPASWD", "bind_transceiver", "rejected", false]);
          return true;
        });
      });
    });

    test("a delivery report comes to onReport and to delivered(), and is acknowledged", async () => {
      const reports: Report[] = [];
      await withNodeSmsc(async (smsc, smpp) => {
        const sent = await smpp.sendSms({ ...HELLO, report: "always" });
        assert.equal(readSubmission(smsc.frames.all[1] as Buffer).registeredDelivery, 1);
        const response = await smsc.request("deliver_sm", {
          esm_class: 4, source_addr: "1234567890", destination_addr: "12345",
          short_message: `id:${sent.messageId} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello World`,
        });
        assert.equal(response.command_status, 0);
        const report = await sent.delivered({ timeout: 5_000 });
        assert.deepEqual(reports, [report]);
        assert.deepEqual([report.status, report.final, report.messageId, report.errorCode, report.text], ["delivered", true, "npm-1", "000", "Hello World"]);
        assert.equal(report.doneAt?.toISOString(), "2026-01-02T15:31:00.000Z");
      }, { onReport: (report) => void reports.push(report) });
    });

    test("an inbound message of two segments comes to onMessage as one", async () => {
      const messages: Message[] = [];
      await withNodeSmsc(async (smsc) => {
        const segment = (part: number, text: string): object => ({
          esm_class: 0x40, source_addr_ton: 1, source_addr_npi: 1, source_addr: "491701234567", destination_addr: "12345",
          short_message: { udh: Buffer.from([5, 0, 3, 77, 2, part]), message: Buffer.from(text) },
        });
        const answers = await Promise.all([smsc.request("deliver_sm", segment(2, "World")), smsc.request("deliver_sm", segment(1, "Hello "))]);
        assert.deepEqual(answers.map(({ command_status }) => command_status), [0, 0]);
        assert.equal(messages.length, 1);
        const [message] = messages;
        assert.equal(message?.text, "Hello World");
        assert.equal(message?.segments, 2);
        assert.equal(message?.complete, true);
        assert.deepEqual(message?.from, { ton: 1, npi: 1, addr: "491701234567", number: "+491701234567" });
        assert.equal(message?.pdus.length, 2);
      }, { onMessage: (message) => void messages.push(message) });
    });

    test("a handler that throws answers ESME_RX_T_APPN, and so does nobody", async () => {
      const message = { source_addr: "1", destination_addr: "2", short_message: "x" };
      await withNodeSmsc(async (smsc) => {
        assert.equal((await smsc.request("deliver_sm", message)).command_status, 0x64);
      });
      await withNodeSmsc(async (smsc) => {
        assert.equal((await smsc.request("deliver_sm", message)).command_status, 0x64);
      }, { log: () => {}, onMessage: () => Promise.reject(new Error("no database")) });
    });

    for (const logTexts of [false, true]) {
      test(`the log has a line a PDU, ${logTexts ? "with" : "without"} texts and numbers, and never the password`, async () => {
        const lines: string[] = [];
        await withNodeSmsc(async (_, smpp) => void (await smpp.sendSms(HELLO)), { log: (line) => void lines.push(line), logTexts });
        const log = lines.join("\n");
        for (const command of ["bind_transceiver", "bind_transceiver_resp", "submit_sm", "submit_sm_resp", "unbind"]) assert.match(log, new RegExp(`\\b${command}\\b`));
        assert.equal(log.includes("Hello World"), logTexts);
        assert.equal(log.includes("1234567890"), logTexts);
        assert(!log.includes("secret"));
      });
    }

    test("200 messages at once share a window of 10", async () => {
      await withNodeSmsc(async (smsc, smpp) => {
        const all = await Promise.all(Array.from({ length: 200 }, (_, i) => smpp.sendSms({ ...HELLO, text: `${i}` })));
        assert.equal(new Set(all.map(({ messageId }) => messageId)).size, 200);
        const texts = smsc.frames.all.filter((frame) => frame.readUInt32BE(4) === 4).map((frame) => readSubmission(frame).text.toString());
        assert.deepEqual(texts, Array.from({ length: 200 }, (_, i) => `${i}`));
      });
    });
  });

  describe("a connection that fails", () => {
    test("refused: ConnectionLostError", async () => {
      const server = createServer();
      const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
      await new Promise((resolve) => server.close(resolve));
      await assert.rejects(connect(`smpp://id:pw@127.0.0.1:${port}`), (error) => {
        assert(error instanceof ConnectionLostError);
        assert.deepEqual([error.code, error.outcome, error.retryable], ["connection-failed", "not-sent", true]);
        assert(error.cause instanceof Error);
        return true;
      });
    });

    test("silence after connecting: TimeoutError, and the connection is closed", async () => {
      await withScript(async (smsc) => {
        await assert.rejects(connect(smsc.url, { bindTimeout: 100 }), (error) => error instanceof TimeoutError && error.command === "bind_transceiver");
        await until("the end of the connection", () => smsc.lines.every(({ closed }) => closed));
        assert.equal(smsc.lines.length, 1);
      }, undefined, () => false);
    });

    for (const [name, octets] of [
      ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")],
      ["SSH", Buffer.from("SSH-2.0-OpenSSH_9.7\r\n")],
      ["zeros", Buffer.alloc(64)],
      ["ones", Buffer.alloc(64, 0xff)],
    ] as const) {
      test(`a peer that speaks ${name}: ProtocolError`, async () => {
        await withScript(async (smsc) => {
          await assert.rejects(connect(smsc.url), (error) => error instanceof ProtocolError && error.outcome === "unknown");
          await until("the end of the connection", () => smsc.line.closed);
        }, undefined, (line) => line.send(octets));
      });
    }

    test("closed by the peer before it answers the bind: ConnectionLostError", async () => {
      await withScript(async (smsc) => {
        await assert.rejects(connect(smsc.url), (error) => error instanceof ConnectionLostError && error.code === "connection-lost");
      }, undefined, (line) => line.socket.end());
    });

    test("aborted: AbortError, and the connection is closed", async () => {
      const abort = new AbortController();
      await withScript(async (smsc) => {
        await assert.rejects(connect(smsc.url, { signal: abort.signal }), (error) => (error as SmppError).name === "AbortError");
        await until("the end of the connection", () => smsc.line.closed);
      }, undefined, () => {
        abort.abort();
        return false;
      });
    });

    test("TLS to a peer without it: ConnectionLostError", async () => {
      await withScript(async (smsc) => {
        await assert.rejects(connect(smsc.url.replace("smpp:", "smpps:")), (error) => error instanceof ConnectionLostError && error.code === "connection-failed");
      }, undefined, (line) => line.socket.once("data", () => line.socket.end("no")));
    });
  });

  describe("a link that fails with requests under way", () => {
    /** What became of each promise: "accepted", or the error's class and outcome. */
    async function outcomes(promises: Promise<unknown>[]): Promise<string[]> {
      const settled = await Promise.allSettled(promises);
      return settled.map((result) => (result.status === "fulfilled" ? "accepted" : `${result.reason.constructor.name} ${result.reason.outcome}`));
    }

    for (const [name, fail] of [
      ["dropped", (socket) => socket.destroy()],
      ["reset", (socket) => socket.resetAndDestroy()],
      ["ended", (socket) => socket.end()],
    ] as [string, (socket: import("node:net").Socket) => unknown][]) {
      test(`${name}: what was on the wire is unknown, what was queued is not sent`, async () => {
        await withScript(async (smsc) => {
          await withClient(smsc.url, { window: 2 }, async (smpp) => {
            const sending = [1, 2, 3].map(() => smpp.sendSms(HELLO));
            await smsc.line.await("submit_sm", 2);
            fail(smsc.line.socket);
            assert.deepEqual(await outcomes(sending), ["ConnectionLostError unknown", "ConnectionLostError unknown", "ConnectionLostError not-sent"]);
            await assert.rejects(smpp.sendSms(HELLO), (error) => (error as SmppError).outcome === "not-sent");
            assert.equal(smpp.stats().state, "closed");
          });
        });
      });
    }

    test("with reconnection what was queued goes out on the next connection, and what was on the wire does not", async () => {
      const states: string[] = [];
      await withScript(async (smsc) => {
        await withClient(smsc.url, { window: 1, reconnect: { min: 10, max: 20 }, onState: (state) => void states.push(state) }, async (smpp) => {
          const sending = [smpp.sendSms({ ...HELLO, text: "one" }), smpp.sendSms({ ...HELLO, text: "two" })];
          await smsc.line.await("submit_sm");
          smsc.line.socket.destroy();
          assert.deepEqual(await outcomes(sending), ["ConnectionLostError unknown", "accepted"]);
          assert.equal(smsc.lines.length, 2);
          assert.equal(smsc.line.got("submit_sm").length, 1);
          assert(states.includes("waiting"));
          assert.equal(smpp.stats().binds, 2);
        });
      }, (request, line) => {
        if (request.command === "unbind" || request.short_message?.message === "two") answer(line, request, { message_id: "id" });
      });
    });

    test("garbage instead of PDUs: ended, and every promise is settled", async () => {
      await withScript(async (smsc) => {
        await withClient(smsc.url, {}, async (smpp) => {
          const sending = [smpp.sendSms(HELLO), smpp.request({ command: "query_sm", message_id: "1" })];
          await smsc.line.await("query_sm");
          smsc.line.send(hex("00000003 ffffffff 00000000 00000001"));
          assert.deepEqual(await outcomes(sending), ["ConnectionLostError unknown", "ConnectionLostError unknown"]);
          const nack = await smsc.line.await("generic_nack");
          assert.deepEqual([nack.command_status, nack.sequence_number], [2, 0]);
          await until("the end of the connection", () => smsc.line.closed);
        });
      });
    });

    test("close() while the SMSC is silent settles everything, once its time is over", { timeout: 20_000 }, async () => {
      await withScript(async (smsc) => {
        const smpp = await connect(smsc.url, { window: 1, responseTimeout: 100 });
        const sending = [smpp.sendSms(HELLO), smpp.request({ command: "query_sm", message_id: "1" })];
        await smsc.line.await("submit_sm");
        const closing = smpp.close();
        assert.deepEqual((await outcomes(sending)).length, 2);
        await closing;
        await until("the end of the connection", () => smsc.line.closed);
      });
    });

    test("no answer in time: TimeoutError, and the link goes on", async () => {
      let count = 0;
      await withScript(async (smsc) => {
        await withClient(smsc.url, { responseTimeout: 50 }, async (smpp) => {
          await assert.rejects(smpp.sendSms(HELLO), (error) => error instanceof TimeoutError && error.outcome === "unknown" && error.command === "submit_sm");
          assert.equal((await smpp.sendSms(HELLO)).status, "accepted");
        });
      }, (request, line) => {
        if (count++ > 0) accepting(request, line);
        if (request.command === "unbind") answer(line, request);
      });
    });

    test("a request on the wire that is aborted is unknown, one in the queue is not sent", async () => {
      await withScript(async (smsc) => {
        await withClient(smsc.url, { window: 1, responseTimeout: 100 }, async (smpp) => {
          const abort = new AbortController();
          const sending = [smpp.sendSms({ ...HELLO, signal: abort.signal }), smpp.sendSms({ ...HELLO, signal: abort.signal })];
          await smsc.line.await("submit_sm");
          abort.abort();
          assert.deepEqual(await outcomes(sending), ["SmppError unknown", "SmppError not-sent"]);
          assert.equal(smsc.line.got("submit_sm").length, 1);
        });
      }, (request, line) => {
        if (request.command === "unbind") answer(line, request);
      });
    });

    test("the SMSC unbinds: it is answered, and the client binds anew", async () => {
      await withScript(async (smsc) => {
        await withClient(smsc.url, { reconnect: { min: 10, max: 20 } }, async (smpp) => {
          smsc.line.send("unbind");
          await smsc.line.await("unbind_resp");
          smsc.line.socket.end();
          await until("another bind", () => smpp.stats().binds === 2);
          assert.equal((await smpp.sendSms(HELLO)).status, "accepted");
        });
      }, (request, line) => {
        accepting(request, line);
        if (request.command === "unbind") answer(line, request);
      });
    });
  });

  describe("what an SMSC may do", () => {
    /** A bound client of an SMSC that answers submissions and unbind. */
    function bound(use: (smsc: ScriptedSmsc, smpp: SmppClient) => Promise<void>, options: ConnectOptions = {}): Promise<void> {
      return withScript((smsc) => withClient(smsc.url, options, (smpp) => use(smsc, smpp)), (request, line) => {
        accepting(request, line);
        if (request.command === "unbind") answer(line, request);
      });
    }
    const alive = async (smpp: SmppClient): Promise<void> => void assert.equal((await smpp.sendSms(HELLO)).status, "accepted");

    test("an unknown command gets generic_nack with ESME_RINVCMDID and its sequence number", () =>
      bound(async (smsc, smpp) => {
        smsc.line.send(hex("00000014 00000abc 00000000 00000063 01020304"));
        const nack = await smsc.line.await("generic_nack");
        assert.deepEqual([nack.command_status, nack.sequence_number], [0x03, 0x63]);
        await alive(smpp);
      }));

    test("an unknown response gets nothing", () =>
      bound(async (smsc, smpp) => {
        smsc.line.send(hex("00000010 80000abc 00000000 00000063"));
        smsc.line.send("enquire_link", { sequence_number: 9 });
        assert.equal((await smsc.line.await("enquire_link_resp")).sequence_number, 9);
        assert.equal(smsc.line.got("generic_nack").length, 0);
        await alive(smpp);
      }));

    for (const [name, fault, status] of [
      ["a body that is too short", hex("00000014 00000005 00000000 00000063 00010132"), 0x02],
      ["a string without its end", Buffer.concat([hex("00000024 00000005 00000000 00000063 000101"), Buffer.alloc(17, 0x31)]), undefined],
      ["a TLV that is cut off", hex("00000035 00000005 00000000 00000063 00 0101 3100 0000 3200 00 00 00 00 00 00 00 00 00 00 0424 00ff 41424344 4546 4748"), undefined],
    ] as const) {
      test(`${name}: its own response with the fault's status, and the link goes on`, () =>
        bound(async (smsc, smpp) => {
          const frame = Buffer.from(fault);
          frame.writeUInt32BE(frame.length, 0);
          smsc.line.send(frame);
          const response = await smsc.line.await("deliver_sm_resp");
          assert.equal(response.sequence_number, 0x63);
          assert.notEqual(response.command_status, 0);
          if (status !== undefined) assert.equal(response.command_status, status);
          await alive(smpp);
        }, { onMessage: () => assert.fail("it was taken for a message") }));
    }

    test("a broken TLV is ESME_RINVTLVSTREAM", () =>
      bound(async (smsc, smpp) => {
        const whole = pdu("deliver_sm", { sequence_number: 0x63, source_addr: "1", destination_addr: "2", short_message: "x" });
        const broken = Buffer.concat([whole, hex("0424 00ff 4142")]);
        broken.writeUInt32BE(broken.length, 0);
        smsc.line.send(broken);
        assert.equal((await smsc.line.await("deliver_sm_resp")).command_status, 0xc0);
        await alive(smpp);
      }));

    test("a request that only an SMSC serves gets ESME_RINVBNDSTS", () =>
      bound(async (smsc, smpp) => {
        smsc.line.send("query_sm", { message_id: "1", source_addr: "1", sequence_number: 0x63 });
        await until("an answer", () => smsc.line.frames.all.some((frame) => frame.readUInt32BE(12) === 0x63));
        const response = smsc.line.frames.all.map((frame) => parse(frame)).find(({ sequence_number }) => sequence_number === 0x63);
        assert.deepEqual([response?.command, response?.command_status], ["query_sm_resp", 0x04]);
        await alive(smpp);
      }));

    test("alert_notification comes to onPdu", async () => {
      const seen: string[] = [];
      await bound(async (smsc, smpp) => {
        smsc.line.send("alert_notification", { source_addr: "1", esme_addr: "2" });
        await until("onPdu", () => seen.length > 0);
        assert.deepEqual(seen, ["alert_notification"]);
        await alive(smpp);
      }, { onPdu: ({ command }) => void seen.push(command) });
    });

    test("a PDU longer than the limit ends the connection", () =>
      bound(async (smsc) => {
        smsc.line.send(hex("7fffffff 00000005 00000000 00000063"));
        const nack = await smsc.line.await("generic_nack");
        assert.deepEqual([nack.command_status, nack.sequence_number], [0x02, 0x63]);
        await until("the end of the connection", () => smsc.line.closed);
      }));

    test("enquire_link is answered", () =>
      bound(async (smsc) => {
        smsc.line.send("enquire_link", { sequence_number: 5 });
        assert.equal((await smsc.line.await("enquire_link_resp")).sequence_number, 5);
      }));

    test("a quiet SMSC is asked by enquire_link, and given up when it does not answer", () =>
      bound(async (smsc, smpp) => {
        await smsc.line.await("enquire_link");
        await until("the end", () => smpp.stats().state === "closed");
      }, { enquireLink: 50, responseTimeout: 50 }));

    test("a stream in single octets is read", () =>
      withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        const texts: string[] = [];
        const reading = (async () => {
          for await (const message of smpp.messages()) {
            texts.push(message.text ?? "");
            if (texts.length === 3) return;
          }
        })();
        const stream = Buffer.concat(["a", "b", "c"].map((text) => pdu("deliver_sm", { source_addr: "1", destination_addr: "2", short_message: text })));
        for (const octet of stream) {
          smsc.line.send(Buffer.from([octet]));
          await new Promise((resolve) => setImmediate(resolve));
        }
        await reading;
        assert.deepEqual(texts, ["a", "b", "c"]);
      }), (request, line) => answer(line, request)));

    test("an answer that comes too late, or to nothing, is counted and shown", async () => {
      const shown: unknown[] = [];
      await withScript((smsc) => withClient(smsc.url, { responseTimeout: 30, onPdu: ({ command, sequence, fields }) => void shown.push([command, sequence, fields[0]?.value]) }, async (smpp) => {
        await assert.rejects(smpp.sendSms(HELLO), TimeoutError);
        const { sequence_number } = await smsc.line.await("submit_sm");
        smsc.line.send("submit_sm_resp", { sequence_number, message_id: "late" });
        smsc.line.send("submit_sm_resp", { sequence_number: 99, message_id: "none" });
        await until("both", () => shown.length === 2);
        assert.deepEqual(shown, [["submit_sm_resp", sequence_number, "late"], ["submit_sm_resp", 99, "none"]]);
        assert.deepEqual([smpp.stats().late, smpp.stats().unmatched], [1, 1]);
      }), (request, line) => {
        if (request.command === "unbind") answer(line, request);
      });
    });

    test("answers may come in any order, and each finds its request", () => {
      const waiting: Parameters<typeof answer>[1][] = [];
      return withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        const sent = await Promise.all(["a", "b", "c"].map((text) => smpp.sendSms({ ...HELLO, text })));
        assert.deepEqual(sent.map(({ messageId }) => messageId), ["id-a", "id-b", "id-c"]);
      }), (request, line) => {
        if (request.command !== "submit_sm") return answer(line, request);
        waiting.push(request);
        if (waiting.length === 3) {
          for (const each of waiting.reverse()) answer(line, each, { message_id: `id-${each.short_message.message.toString()}` });
        }
      });
    });

    test("ESME_RTHROTTLED is tried again, and the pause is logged", () => {
      let count = 0;
      const lines: string[] = [];
      return withScript((smsc) => withClient(smsc.url, { log: (line) => void lines.push(line) }, async (smpp) => {
        assert.equal((await smpp.sendSms(HELLO)).status, "accepted");
        assert.equal(smsc.line.got("submit_sm").length, 2);
        assert.equal(smpp.stats().throttled, 1);
        assert.deepEqual(lines.filter((line) => line.startsWith("--")), ["-- paused for 1000 ms: ESME_RTHROTTLED"]);
      }), (request, line) => answer(line, request, request.command === "submit_sm" && count++ === 0 ? { command_status: 0x58 } : { message_id: "1" }));
    });

    test("with retryBusy: false what the SMSC is too busy for is given back at once; a long message is sent on", () => {
      const busy = (command: string): { command_status: number } | { message_id: string } => (command === "submit_sm" && count++ % 3 === 1 ? { command_status: 0x14 } : { message_id: "1" });
      let count = 1;
      return withScript((smsc) => withClient(smsc.url, { retryBusy: false }, async (smpp) => {
        await assert.rejects(smpp.sendSms({ ...HELLO, validity: 60 }), (error: unknown) => error instanceof ThrottledError && error.name === "ESME_RMSGQFUL" && error.outcome === "rejected" && error.retryable);
        assert.equal(smsc.line.got("submit_sm").length, 1);
        // One of its segments is refused, and sent again.
        assert.equal((await smpp.sendSms({ ...HELLO, to: "+1234567891", text: "x".repeat(400) })).status, "accepted");
        assert.equal(smsc.line.got("submit_sm").length, 5);
      }), (request, line) => answer(line, request, busy(request.command)));
    });

    test("a refusal is final, and names the status", () =>
      withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        await assert.rejects(smpp.sendSms(HELLO), (error) => (error as SmppError).name === "ESME_RINVDSTADR" && (error as SmppError).outcome === "rejected");
        assert.equal(smsc.line.got("submit_sm").length, 1);
      }), (request, line) => answer(line, request, request.command === "submit_sm" ? { command_status: 0x0b } : {})));

    test("a field of a wrong kind, or that its PDU can't carry, is refused before anything is sent", () =>
      withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        for (const [field, message] of wrongMessages(HELLO)) {
          const expected = { code: "invalid-field", field, outcome: "not-sent" };
          await assert.rejects(smpp.sendSms(message), expected, field);
          const results: BulkResult[] = [];
          const summary = await smpp.sendMany([message], { onResult: (result) => void results.push(result) });
          assert.deepEqual([summary.failed, summary.notSent], [1, 1], field);
          const { code, field: named, outcome } = (results[0] as BulkResult).error as SmppError;
          assert.deepEqual({ code, field: named, outcome }, expected);
        }
        await smpp.sendSms(HELLO);
        assert.equal(smsc.line.got("submit_sm").length, 1);
      }), (request, line) => answer(line, request, request.command === "submit_sm" ? { message_id: "1" } : {})));

    test("a wrong argument of any other call is refused before anything is sent, and named", () =>
      withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        for (const [field, call] of wrongCalls(smpp, HELLO)) {
          await assert.rejects(async () => call(), (error) => {
            assert(error instanceof SmppError, `${field}: ${String(error)}`);
            assert.deepEqual([error.field, error.outcome], [field, "not-sent"]);
            assert(error.code === "invalid-field" || error.code === "invalid-option");
            return true;
          }, field);
        }
        await smpp.sendSms(HELLO);
        assert.deepEqual(smsc.line.frames.all.map((frame) => parse(frame).command), ["bind_transceiver", "submit_sm"]);
      }), (request, line) => answer(line, request, request.command === "submit_sm" ? { message_id: "1" } : {})));

    test("what a replacement can't be is told as of any other message", () =>
      withScript((smsc) => withClient(smsc.url, { defaultAlphabet: "utf8" }, async (smpp) => {
        for (const encoding of ["gsm7", "ebcdic"]) {
          await assert.rejects(smpp.replace("1", { text: "x", encoding }), (error) => error instanceof SmppError && error.field === "encoding" && error.outcome === "not-sent");
        }
      }), (request, line) => answer(line, request)));

    test("request() refuses what the client sets itself, by name", () =>
      withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        for (const field of ["sequence", "status"]) {
          for (const value of [0, 7, "7", null]) {
            await assert.rejects(smpp.request({ command: "query_sm", message_id: "1", [field]: value }), (error) => error instanceof SmppError && error.field === field && error.outcome === "not-sent");
          }
        }
        await smpp.request({ command: "query_sm", message_id: "1", sequence: undefined, status: undefined });
        assert.equal(smsc.line.got("query_sm").length, 1);
      }), (request, line) => answer(line, request)));

    test("what beforeWrite throws ends the connection, and nothing else; what it rejects with, nothing", () => {
      let fail = false;
      const lines: string[] = [];
      const beforeWrite = (octets: Uint8Array): unknown => {
        decodePdus(new Uint8Array(100_000));
        octets.fill(0, octets.length);
        if (fail) throw new Error("the disk is full");
        return Promise.reject(new Error("nobody's"));
      };
      return withScript((smsc) => withClient(smsc.url, { beforeWrite: beforeWrite as never, log: (line) => void lines.push(line) }, async (smpp) => {
        await smpp.sendSms(HELLO);
        fail = true;
        await assert.rejects(smpp.sendSms(HELLO), ConnectionLostError);
        await until("the end of the connection", () => smsc.line.closed);
        assert.equal(smsc.line.got("submit_sm").length, 1);
        assert(lines.includes("beforeWrite threw: nobody's"));
        assert.equal(smpp.stats().state, "closed");
      }), (request, line) => answer(line, request, request.command === "submit_sm" ? { message_id: "1" } : {}));
    });

    test("onOctets is shown copies in their order, and may call the module", () => {
      const shown: [string, Uint8Array][] = [];
      const onOctets: ConnectOptions["onOctets"] = (direction, octets) => {
        shown.push([direction, octets]);
        // Much of the module's memory is used for this, and moves.
        decodePdus(new Uint8Array(100_000));
        assert.equal(countSegments("x".repeat(200_000)).encoding, "gsm7");
        return Promise.reject(new Error("nobody's")) as never;
      };
      return withScript(async (smsc) => {
        await withClient(smsc.url, { onOctets, window: 1, log: () => {} }, async (smpp) => {
          const sent = await Promise.all(["a", "b", "c"].map((text) => smpp.sendSms({ ...HELLO, text })));
          assert.deepEqual(sent.map(({ messageId }) => messageId), ["id-a", "id-b", "id-c"]);
        });
        const out = shown.filter(([direction]) => direction === "out").map(([, octets]) => Buffer.from(octets));
        assert.deepEqual(Buffer.concat(out), Buffer.concat(smsc.line.frames.all));
        assert.deepEqual(shown.map(([direction]) => direction).slice(0, 4), ["out", "in", "out", "in"]);
      }, (request, line) => answer(line, request, request.command === "submit_sm" ? { message_id: `id-${request.short_message.message.toString()}` } : {}));
    });

    test("dataCoding and esmClass are sent as they are, with the segments as ever", () =>
      withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        const sim = new Uint8Array([0x02, 0x70, 0x00, 0x00]);
        const sent = await smpp.sendSms({ ...HELLO, dataCoding: 0xc0, protocolId: 0x40, report: "always" });
        await smpp.sendSms({ to: HELLO.to, binary: sim, dataCoding: 0xf6, protocolId: 0x7f, udh: new Uint8Array([0x70, 0]) });
        await smpp.sendSms({ ...HELLO, text: "x".repeat(161), dataCoding: 1, esmClass: 3 });
        await smpp.sendSms({ ...HELLO, text: "ж", dataCoding: 0, esmClass: 0x80 });
        assert.deepEqual([sent.encoding, sent.segments.length], ["gsm7", 1]);
        const submissions = smsc.line.frames.all.filter((frame) => frame.readUInt32BE(4) === 4).map(readSubmission);
        assert.deepEqual(submissions.map(({ dataCoding, esmClass }) => [dataCoding, esmClass]), [[0xc0, 0], [0xf6, 0x40], [1, 0x43], [1, 0x43], [0, 0x80]]);
        assert.deepEqual(submissions.map(({ registeredDelivery }) => registeredDelivery), [1, 0, 0, 0, 0]);
        assert.deepEqual(submissions[1]?.text, Buffer.from(sim));
        assert.equal(joined(submissions.slice(2, 4)).toString(), "x".repeat(161));
        assert.deepEqual(submissions[4]?.text, Buffer.from([0x04, 0x36]));
      }), (request, line) => answer(line, request, request.command === "submit_sm" ? { message_id: "1" } : {})));

    test("a message's tag comes back in what becomes of it, and is not sent", async () => {
      const reports: Report[] = [];
      const receipt = (id: string, line: Line): void => line.send("deliver_sm", {
        esm_class: 4, source_addr: "1234567890", destination_addr: "12345",
        short_message: `id:${id} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello`,
      });
      await withScript((smsc) => withClient(smsc.url, { onReport: (report) => void reports.push(report) }, async (smpp) => {
        const sent = await smpp.sendSms({ ...HELLO, tag: "order 7", report: "always" });
        assert.equal(sent.tag, "order 7");
        receipt(sent.messageId, smsc.line);
        assert.equal((await sent.delivered()).tag, "order 7");
        assert.deepEqual(reports.map(({ tag }) => tag), ["order 7"]);
        receipt("unknown", smsc.line);
        await until("the second report", () => reports.length === 2);
        assert.equal(reports[1]?.tag, undefined);
        assert.equal((await smpp.sendSms(HELLO)).tag, undefined);
        // A report that overtakes the answer.
        const early = await smpp.sendSms({ ...HELLO, text: "early", tag: "early", report: "always" });
        assert.deepEqual([early.tag, (await early.delivered()).tag], ["early", "early"]);
        for (const wrong of [{ text: "refuse" }, { priority: 9 }, { text: "x".repeat(1_000), maxSegments: 1 }, { signal: AbortSignal.abort() }]) {
          await assert.rejects(smpp.sendSms({ ...HELLO, ...wrong, tag: "r" }), { tag: "r" });
        }
        assert(!smsc.line.frames.all.some((frame) => frame.includes("order 7")));
        await smpp.close();
        await assert.rejects(smpp.sendSms({ ...HELLO, tag: "r" }), (error) => (error as SmppError).tag === "r" && (error as SmppError).code === "closed");
      }), (request, line) => {
        const text = request.command === "submit_sm" ? request.short_message.message.toString() : "";
        if (text === "early") receipt("early", line);
        answer(line, request, text === "refuse" ? { command_status: 11 } : { message_id: text === "early" ? "early" : "1" });
      });
    });

    test("a response of another kind fails its request", () =>
      withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        await assert.rejects(smpp.sendSms(HELLO), ProtocolError);
      }), (request, line) => line.send(request.command === "submit_sm" ? "query_sm_resp" : `${request.command}_resp`, { sequence_number: request.sequence_number })));

    test("generic_nack fails its request with its status", () =>
      withScript((smsc) => withClient(smsc.url, {}, async (smpp) => {
        await assert.rejects(smpp.request({ command: "query_sm", message_id: "1" }), (error) => (error as SmppError).name === "ESME_RINVCMDID" && (error as SmppError).command === "query_sm");
      }), (request, line) => (request.command === "unbind" ? answer(line, request) : line.send("generic_nack", { sequence_number: request.sequence_number, command_status: 3 }))));
  });

  for (const carrier of carriers) describe(`against the simulator, over ${carrier.name}`, () => {
    test("query, cancel, replace and data_sm", async () => {
      await withSimulator({ delay: 60_000 }, async (smpp) => {
        const { messageId } = await smpp.sendSms(HELLO);
        const found = await smpp.query(messageId, { from: HELLO.from });
        assert.deepEqual([found.messageId, found.status, found.errorCode], [messageId, "enroute", 0]);
        await smpp.replace(messageId, { from: HELLO.from, text: "Goodbye" });
        await smpp.cancel(messageId, { from: HELLO.from, to: HELLO.to });
        assert.equal((await smpp.query(messageId, { from: HELLO.from })).status, "deleted");
        await assert.rejects(smpp.cancel(messageId, { from: HELLO.from, to: HELLO.to }), (error) => (error as SmppError).name === "ESME_RCANCELFAIL");
        await assert.rejects(smpp.query("nothing"), (error) => (error as SmppError).command === "query_sm" && (error as SmppError).outcome === "rejected");

        const response = await smpp.request({ command: "data_sm", source_addr: "1", destination_addr: "15551230000", tlvs: { message_payload: new TextEncoder().encode("payload") } });
        assert.deepEqual([response.command, response.status, response.statusName], ["data_sm_resp", 0, "ESME_ROK"]);
        assert.equal(typeof response.fields["message_id"], "string");
      });
    });

    test("2,000 messages by sendMany, with reports on a for await loop", async () => {
      await withSimulator({ delay: 0, window: 100 }, async (smpp) => {
        const reported = new Set<string>();
        const reading = (async () => {
          for await (const report of smpp.reports()) {
            reported.add(report.messageId);
            if (reported.size === 2_000) return;
          }
        })();
        const ids: string[] = [];
        const messages = Array.from({ length: 2_000 }, (_, i) => ({ ...HELLO, text: `${i}`, report: "always" as const }));
        const summary = await smpp.sendMany(messages, {
          onResult({ sent }, index) {
            assert.equal(index, ids.length);
            ids.push(sent?.messageId ?? "none");
          },
        });
        assert.deepEqual(summary, { accepted: 2_000, partial: 0, failed: 0, rejected: 0, unknown: 0, notSent: 0 });
        await reading;
        assert.deepEqual(reported, new Set(ids));
      }, { window: 100 });
    });

    for (const messageIdFormat of ["as-is", "hex-response"] as const) {
      test(`delivered() on a long message, message ids ${messageIdFormat}`, async () => {
        await withSimulator({ delay: 20, hexIds: messageIdFormat === "hex-response" }, async (smpp) => {
          const sent = await smpp.sendSms({ ...HELLO, text: "long ".repeat(100), report: "always" });
          assert.equal(sent.segments.length, 4);
          const report = await sent.delivered({ timeout: 10_000 });
          assert.equal(report.status, "delivered");
          assert(sent.segments.some(({ messageId }) => messageId === report.messageId), `${report.messageId} is none of the segments'`);
        }, { messageIdFormat });
      });
    }

    if (carrier.certificate !== undefined) test("a certificate that nobody vouches for is refused", async () => {
      const simulator = await createSimulator({ port: 0, tls: { cert, key } });
      try {
        await assert.rejects(connect(simulator.url), (error) => error instanceof ConnectionLostError && error.outcome === "not-sent");
      } finally {
        await simulator.close();
      }
    });

    async function withSimulator(options: Parameters<typeof createSimulator>[0], use: (smpp: SmppClient) => Promise<void>, client: ConnectOptions = {}): Promise<void> {
      const simulator = await createSimulator({ port: 0, ...options, ...(carrier.certificate && { tls: carrier.certificate }) });
      try {
        await withClient(simulator.url, { ...carrier.client, ...client }, use);
      } finally {
        await simulator.close();
      }
    }
  });
}
