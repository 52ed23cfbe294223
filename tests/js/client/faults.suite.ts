// What may happen on a connection, with peers of bare sockets and with the simulator. The client may be in another runtime.

import assert from "node:assert/strict";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { createSimulator, type FaultName } from "smpp-edge/server";
import { hex, pdu, until, type NodePdu } from "../simulator/peers.ts";
import { selfSigned } from "./certificate.ts";
import type { Course, Exercise } from "./exercise.ts";
import { answer, ScriptedSmsc, type Line, type Script } from "./smsc.ts";

const HTTP = Buffer.from("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html></html>");
/** The start of a ServerHello. */
const TLS = hex("16 0303 007a 02 000076 0303 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
const [SUBMIT_SM, BIND_TRANSCEIVER, DATA_SM, DELIVER_SM_RESP] = [0x04, 0x09, 0x103, 0x80000005] as const;
const LOST = "ConnectionLostError unknown connection-lost";
const TIMEOUT = "TimeoutError unknown timeout";
/** A dead peer is found by the enquiry, soon after what it was asked has timed out. */
const SHORT = { enquireLink: 100, responseTimeout: 300 };

function serve(request: NodePdu, line: Line): void {
  if (request.command === "submit_sm" || request.command === "data_sm") answer(line, request, { message_id: `id-${request.sequence_number}` });
  if (request.command === "unbind") answer(line, request);
}

/** The response to a request: its header, and for those that have one a message_id (or system_id) of one character. */
function plainAnswer(frame: Buffer): Buffer {
  const id = frame.readUInt32BE(4);
  const response = Buffer.alloc(id === SUBMIT_SM || id === DATA_SM || id === BIND_TRANSCEIVER ? 18 : 16);
  response.writeUInt32BE(response.length, 0);
  response.writeUInt32BE((id | 0x80000000) >>> 0, 4);
  frame.copy(response, 12, 12, 16);
  if (response.length > 16) response[16] = 0x31;
  return response;
}

/** Runs with a peer that answers as fast as a socket can; `received` tells how many submit_sm came. */
export async function quick(use: (url: string, received: () => number) => Promise<void>): Promise<void> {
  let received = 0;
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket.setNoDelay(true).on("error", () => {}));
    let rest: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const responses: Buffer[] = [];
      while (rest.length >= 16 && rest.length >= rest.readUInt32BE(0)) {
        received += Number(rest.readUInt32BE(4) === SUBMIT_SM);
        responses.push(plainAnswer(rest));
        rest = rest.subarray(rest.readUInt32BE(0));
      }
      socket.write(Buffer.concat(responses));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`smpp://id:secret@127.0.0.1:${(server.address() as AddressInfo).port}`, () => received);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Registers the tests; `run` runs an exercise where the client is. */
export function faultTests(runtime: string, run: (exercise: Exercise) => Promise<Course>): void {
  /** Puts a client through `exercise` with an SMSC, then looks at both. */
  async function against(script: Script, exercise: Omit<Exercise, "url">, look: (course: Course, smsc: ScriptedSmsc) => unknown, connected?: (line: Line) => unknown): Promise<void> {
    const smsc = await ScriptedSmsc.listen(script, connected);
    try {
      await look(await run({ url: smsc.url, ...exercise }), smsc);
    } finally {
      await smsc[Symbol.asyncDispose]();
    }
  }

  /** A peer that greets in this way and is not sent to. */
  async function greeted(greet: (socket: Socket) => void, expected: RegExp, server = createTcpServer()): Promise<void> {
    const sockets: Socket[] = [];
    server.on("connection", (socket: Socket) => {
      sockets.push(socket.on("error", () => {}));
      greet(socket);
    });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { opened } = await run({ url: `smpp://id:secret@127.0.0.1:${(server.address() as AddressInfo).port}`, options: { bindTimeout: 500 } });
      assert.match(opened, expected);
      await until("the end of the connection", () => sockets.every(({ closed }) => closed));
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  describe(`${runtime}: a bare socket instead of an SMSC`, () => {
    test("silence", () => greeted((socket) => void socket.resume(), /^TimeoutError unknown$/));
    test("an HTTP answer", () => greeted((socket) => void socket.once("data", () => socket.end(HTTP)), /^ProtocolError unknown$/));
    test("a TLS greeting", () => greeted((socket) => void socket.resume().write(TLS), /^ProtocolError unknown$/));
    // It may find time for an alert, or not.
    test("a TLS server", () => greeted(() => {}, /^(ProtocolError|ConnectionLostError) unknown$/, createTlsServer(selfSigned("smsc.example"))));
    test("an end", () => greeted((socket) => void socket.resume().end(), /^ConnectionLostError unknown$/));
    test("a reset", () => greeted((socket) => void socket.once("data", () => socket.resetAndDestroy()), /^ConnectionLostError unknown$/));
  });

  describe(`${runtime}: a bare socket, once it is bound`, () => {
    /** What ends all three messages, at the first of them. */
    function ends(name: string, how: string, fail: (line: Line, response: Buffer) => void, exercise: Partial<Exercise> = {}): void {
      test(name, () => {
        let failed = false;
        return against((request, line) => {
          if (failed) return;
          failed = true;
          fail(line, pdu("submit_sm_resp", { sequence_number: request.sequence_number, message_id: "id" }));
        }, { messages: 3, untilClosed: true, ...exercise }, async ({ opened, ends: ended, states }, smsc) => {
          assert.deepEqual([opened, ended, states.at(-1)], ["bound", { [how]: 3 }, "closed"]);
          smsc.line.socket.resume();
          await until("the end of the connection", () => smsc.line.closed);
          assert.equal(smsc.line.got("submit_sm").length, 3);
        });
      });
    }

    ends("silence is found out", TIMEOUT, () => {}, { options: SHORT });
    ends("a peer that does not even read is found out", TIMEOUT, (line) => void line.socket.pause(), { options: SHORT });
    ends("FIN between PDUs", LOST, (line) => void line.socket.end());
    ends("FIN in the middle of a PDU", LOST, (line, response) => void line.socket.end(response.subarray(0, 17)));
    ends("FIN in the middle of a header", LOST, (line, response) => void line.socket.end(response.subarray(0, 3)));
    ends("RST", LOST, (line) => void line.socket.resetAndDestroy());
    ends("RST in the middle of a PDU", LOST, (line, response) => void line.socket.write(response.subarray(0, 17), () => line.socket.resetAndDestroy()));
    ends("an HTTP answer", LOST, (line) => line.send(HTTP));
    ends("a TLS greeting", LOST, (line) => line.send(TLS));

    test("one octet a write", () => {
      const out: number[] = [];
      let writing = false;
      const write = async (socket: Socket): Promise<void> => {
        writing = true;
        while (out.length > 0) {
          socket.write(Uint8Array.of(out.shift() as number));
          await new Promise((resolve) => setImmediate(resolve));
        }
        writing = false;
      };
      return against((request, line) => {
        out.push(...pdu(`${request.command}_resp`, { sequence_number: request.sequence_number, message_id: "id" }));
        if (!writing) void write(line.socket);
      }, { messages: 20 }, ({ ends: ended }) => assert.deepEqual(ended, { accepted: 20 }));
    });

    test("PDUs of 20,000 octets, each way", () => {
      let response: Buffer | undefined;
      // npm smpp reads none of more than 16,384 octets.
      const raw = (line: Line): false => {
        line.socket.on("data", (chunk: Buffer) => {
          for (const frame of line.frames.push(chunk)) {
            const id = frame.readUInt32BE(4);
            if (id === DELIVER_SM_RESP) response = frame;
            else if (id < 0x80000000) line.send(plainAnswer(frame));
            if (id !== DATA_SM) continue;
            const delivery = pdu("deliver_sm", { sequence_number: 7, source_addr: "1", destination_addr: "2", message_payload: "y".repeat(20_000) });
            for (let at = 0; at < delivery.length; at += 999) line.send(delivery.subarray(at, at + 999));
          }
        });
        return false;
      };
      return against(() => {}, { payloads: [20_000], until: { received: 1 } }, async ({ ends: ended, inbound }, { line }) => {
        assert.deepEqual([ended, inbound], [{ accepted: 1 }, [20_000]]);
        const sent = line.frames.all.find((frame) => frame.readUInt32BE(4) === DATA_SM);
        assert.deepEqual(sent?.subarray(-20_000), Buffer.alloc(20_000, 0x61));
        await until("deliver_sm_resp", () => response !== undefined);
        assert.deepEqual([response?.readUInt32BE(8), response?.readUInt32BE(12)], [0, 7]);
      }, raw);
    });

    test("with reconnection, a link that is cut in every answer loses what was on the wire and nothing else", () => {
      let cuts = 0;
      return against((request, line) => {
        if (request.command !== "submit_sm" || cuts === 5) return serve(request, line);
        cuts++;
        line.socket.end(pdu("submit_sm_resp", { sequence_number: request.sequence_number, message_id: "id" }).subarray(0, 9));
      }, { messages: 20, options: { window: 1, reconnect: { min: 1, max: 5 } } }, ({ ends: ended, stats }) => {
        assert.deepEqual(ended, { [LOST]: 5, accepted: 15 });
        assert.deepEqual([stats?.submitted, stats?.responses, stats?.lost, stats?.binds], [20, 15, 5, 6]);
      });
    });
  });

  test(`${runtime}: of 210,000 messages at once 200,000 wait and are sent, the others are refused, and timers fire meanwhile`, () =>
    quick(async (url, received) => {
      const course = await run({ url, messages: 210_000, options: { window: 1_000, maxQueue: 200_000 } });
      const { accepted = 0, "SmppError not-sent queue-full": refused = 0 } = course.ends;
      assert.deepEqual([accepted + refused, received()], [210_000, accepted]);
      assert(accepted >= 200_000 && accepted <= 201_000, `${accepted} were taken`);
      assert(course.mostInFlight <= 1_000, `${course.mostInFlight} on the wire`);
      assert(course.mostQueued <= 200_000, `${course.mostQueued} in the queue`);
      // A timer waits for some windows' worth of answers, never for the whole.
      assert(course.turns >= 20, `${course.turns} turns`);
      assert(course.mostAtOnce <= 20_000, `${course.mostAtOnce} in one turn`);
    }));

  describe(`${runtime}: the simulator's faults`, () => {
    const closing = { untilClosed: true };
    const cases: [FaultName, string, Record<string, number>, Partial<Exercise>?][] = [
      ["nack", "08", { "SmppError rejected 3": 3 }, { options: { unbindTimeout: 50 } }],
      ["late", "10", { [TIMEOUT]: 3 }, { options: { responseTimeout: 50 }, until: { late: 3 } }],
      ["never", "11", { [TIMEOUT]: 3 }, { options: { responseTimeout: 50, unbindTimeout: 50 } }],
      ["out-of-order", "12", { accepted: 3 }],
      ["twice", "13", { accepted: 3 }, { until: { unmatched: 3 } }],
      ["wrong-sequence", "14", { accepted: 3 }, { until: { unmatched: 3 } }],
      ["drop", "20", { [LOST]: 3 }, closing],
      ["close", "21", { [LOST]: 3 }, closing],
      ["split", "22", { accepted: 3 }],
      ["garbage", "23", { [LOST]: 3 }, closing],
      ["oversize", "24", { [LOST]: 3 }, closing],
      ["stall", "26", { [TIMEOUT]: 3 }, { options: SHORT, ...closing }],
      ["unbind", "27", { accepted: 3 }, closing],
    ];
    for (const [fault, digits, ends, more] of cases) {
      test(fault, async () => {
        const simulator = await createSimulator({ port: 0, late: 200 });
        try {
          const course = await run({ url: simulator.url, messages: 3, to: `+155599900${digits}`, ...more });
          assert.deepEqual(course.ends, ends);
          for (const [name, least] of Object.entries(more?.until ?? {})) assert.equal(course.stats?.[name as "late"], least);
          assert.equal(course.states.at(-1), "closed");
        } finally {
          await simulator.close();
        }
      });
    }

    test("20,000 messages with every thousandth answer cut in two, on links that come back", async () => {
      const simulator = await createSimulator({ port: 0, faults: ["drop=1000"], delay: 0 });
      try {
        const course = await run({ url: simulator.url, messages: 20_000, options: { window: 50, reconnect: { min: 1, max: 5 } } });
        const { accepted = 0, [LOST]: lost = 0 } = course.ends;
        assert.equal(accepted + lost, 20_000);
        assert(lost >= 1 && lost <= 20 * 50, `${lost} lost`);
        const { submitted, responses, lost: unknown, binds } = course.stats as NonNullable<Course["stats"]>;
        assert.deepEqual([submitted, responses, unknown], [20_000, accepted, lost]);
        assert(binds >= 20, `${binds} binds`);
      } finally {
        await simulator.close();
      }
    });
  });
}
