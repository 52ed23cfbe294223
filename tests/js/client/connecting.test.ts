// How a client comes to its connection: several endpoints, a pair of binds, refusals, and how it leaves.

import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { BindError, connect, ConnectionLostError, TimeoutError, type ConnectOptions, type Message, type SmppClient, type SmppError } from "smpp-edge";
import { freePort } from "../free-port.ts";
import { parse, pdu, until, within, type NodePdu } from "../simulator/peers.ts";
import { turnsUntil, watchTimers } from "../timers.ts";
import { answer, NodeSmsc, refusal, ScriptedSmsc, type Line } from "./smsc.ts";

const HELLO = { from: "12345", to: "+1234567890", text: "Hello World" };
const QUICK = { min: 10, max: 20 };

/** Answers submissions and unbind. */
function serve(request: NodePdu, line: Line): void {
  if (request.command === "submit_sm") answer(line, request, { message_id: `id-${request.sequence_number}` });
  if (request.command === "unbind") answer(line, request);
}

/** An SMSC whose answer to a bind is the status that `judge` says; undefined: none. */
function judging(judge: (bind: NodePdu, count: number) => number | undefined): Promise<ScriptedSmsc> {
  let count = 0;
  return ScriptedSmsc.listen(undefined, (line) => {
    line.socket.on("data", (chunk: Buffer) => {
      for (const frame of line.frames.push(chunk)) {
        const request = parse(frame);
        if (!request.command.startsWith("bind_")) {
          serve(request, line);
          continue;
        }
        const status = judge(request, count++);
        if (status === undefined) continue;
        if (status === 0) answer(line, request, { system_id: "judge" });
        else line.send(refusal(request, status));
      }
    });
    return false;
  });
}

/** An address where nobody listens. */
async function nowhere(): Promise<string> {
  return `smpp://id:secret@127.0.0.1:${await freePort()}`;
}

const place = (smsc: { port: number }): string => `smpp://127.0.0.1:${smsc.port}`;

/** Runs with SMSCs and clients that end with the test. */
async function using(use: (own: <T extends AsyncDisposable>(thing: Promise<T>) => Promise<T>) => Promise<void>): Promise<void> {
  const things: AsyncDisposable[] = [];
  try {
    await use(async (thing) => {
      things.push(await thing);
      return thing;
    });
  } finally {
    for (const thing of things.reverse()) await thing[Symbol.asyncDispose]();
  }
}

test("a text that does not fit its field is an option that can't be used", async () => {
  for (const name of ["systemId", "password", "systemType", "addressRange"]) {
    for (const text of ["x".repeat(300), "a\0b", "ж"]) {
      await assert.rejects(connect("smpp://127.0.0.1:1", { [name]: text }), (error: SmppError) => {
        assert.deepEqual([error.code, error.field, error.outcome], ["invalid-option", name, "not-sent"]);
        return !error.message.includes(text);
      });
    }
  }
});

describe("several endpoints", () => {
  test("one that can't be used is named as such, not as the URL", async () => {
    for (const endpoint of ["nope", "http://host", "smpp://host/path", "smpp://host:0"]) {
      await assert.rejects(connect("smpp://one", { endpoints: [endpoint] }), (error: SmppError) => error.code === "invalid-option" && error.field === "endpoints", endpoint);
    }
  });

  test("the first that can be reached and binds is used, without reconnection too", () =>
    using(async (own) => {
      const silent = await own(judging(() => undefined));
      const busy = await own(judging(() => 0x08));
      const good = await own(judging(() => 0));
      const smpp = await own(connect(await nowhere(), { endpoints: [place(silent), { host: "127.0.0.1", port: busy.port }, place(good)], bindTimeout: 2_000, reconnect: false }));
      assert.equal(smpp.peer.systemId, "judge");
      assert.deepEqual([silent, busy, good].map(({ lines }) => lines.length), [1, 1, 1]);
      assert.equal((await smpp.sendSms(HELLO)).messageId, "id-2");
      await until("the end of the others", () => [...silent.lines, ...busy.lines].every(({ closed }) => closed));
    }));

  test("when all have failed connect() rejects with the last one's error", () =>
    using(async (own) => {
      const [silent, busy] = [await own(judging(() => undefined)), await own(judging(() => 0x08))];
      // The time is that of each endpoint's answer, and long enough for one that answers at once.
      await assert.rejects(connect(place(silent), { endpoints: [place(busy)], bindTimeout: 2_000 }), (error) => error instanceof BindError && error.name === "ESME_RSYSERR"
        && error.message.startsWith(`127.0.0.1:${silent.port} after `) && error.message.includes(`; 127.0.0.1:${busy.port}: `));
      await assert.rejects(connect(place(busy), { endpoints: [place(silent)], bindTimeout: 100 }), TimeoutError);
      await assert.rejects(connect(place(busy), { endpoints: [await nowhere().then((url) => url.replace("id:secret@", ""))] }), (error) => error instanceof ConnectionLostError && error.code === "connection-failed");
    }));

  test("a wrong password is wrong everywhere", () =>
    using(async (own) => {
      const [strict, other] = [await own(judging(() => 0x0e)), await own(judging(() => 0))];
      await assert.rejects(connect(place(strict), { endpoints: [place(other)] }), (error) => error instanceof BindError && error.name === "ESME_RINVPASWD");
      assert.equal(other.lines.length, 0);
    }));

  test("when a connection is lost the first is tried first again", () =>
    using(async (own) => {
      const first = await own(judging((_, count) => (count === 0 ? 0x08 : 0)));
      const second = await own(judging(() => 0));
      const details: (number | undefined)[] = [];
      const smpp = await own(connect(place(first), {
        endpoints: [place(second)], reconnect: QUICK, onState: (state, detail) => void (state === "waiting" && details.push(detail?.retryIn)),
      }));
      assert.equal(second.lines.length, 1);
      second.line.socket.destroy();
      await until("the second bind", () => smpp.stats().binds === 2);
      assert.deepEqual([first.lines.length, second.lines.length], [2, 1]);
      assert.equal(details.length, 2);
      assert.equal(details[0], 0);
      assert((details[1] as number) > 0);
    }));

  test("the socket factory is given the endpoint's address", () =>
    using(async (own) => {
      const asked: { hostname: string; port: number; tls: string }[] = [];
      const socket: NonNullable<ConnectOptions["socket"]> = ({ hostname, port }, { secureTransport }) => {
        asked.push({ hostname, port, tls: secureTransport });
        throw new Error("no way");
      };
      await assert.rejects(own(connect("smpp://one", { endpoints: ["smpps://two", { host: "three", port: 3 }], socket })), ConnectionLostError);
      assert.deepEqual(asked, [{ hostname: "one", port: 2775, tls: "off" }, { hostname: "two", port: 3550, tls: "on" }, { hostname: "three", port: 3, tls: "off" }]);
    }));
});

describe("where there is no bind_transceiver", () => {
  const message = { source_addr: "491701234567", destination_addr: "12345", short_message: "in" };

  test("it is a BindError, unless a pair is asked for", () =>
    using(async (own) => {
      const smsc = await own(NodeSmsc.listen({ transceivers: false }));
      await assert.rejects(connect(smsc.url), (error) => error instanceof BindError && error.name === "ESME_RINVCMDID" && error.command === "bind_transceiver");
    }));

  for (const reconnect of [true, false]) {
    test(`a pair sends, receives and ends as one client, with reconnect ${reconnect}`, () =>
      using(async (own) => {
        const smsc = await own(NodeSmsc.listen({ transceivers: false }));
        const messages: Message[] = [];
        const states: string[] = [];
        const smpp = await own(connect(smsc.url, { fallback: true, reconnect, onMessage: (inbound) => void messages.push(inbound), onState: (state) => void states.push(state) }));
        const binds = smsc.received.map(({ command }) => command);
        assert.deepEqual(binds.toSorted(), ["bind_receiver", "bind_transceiver", "bind_transmitter"]);
        assert.equal(binds[0], "bind_transceiver");
        assert.equal(smpp.stats().state, "bound");
        assert.deepEqual(states.filter((state, index) => state === states[index - 1]), []);

        const sent = await smpp.sendSms({ ...HELLO, report: "always" });
        assert.equal((await smsc.requestOf("bind_receiver", "deliver_sm", message)).command_status, 0);
        assert.equal(messages[0]?.text, "in");
        const delivered = sent.delivered({ timeout: 10_000 });
        const receipt = { ...message, esm_class: 4, short_message: `id:${sent.messageId} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:` };
        assert.equal((await smsc.requestOf("bind_receiver", "deliver_sm", receipt)).command_status, 0);
        assert.equal((await delivered).status, "delivered");
        const { submitted, responses, received, binds: bound } = smpp.stats();
        assert.deepEqual({ submitted, responses, received, bound }, { submitted: 1, responses: 1, received: 2, bound: 2 });

        await smpp.close();
        assert.equal(smsc.received.filter(({ command }) => command === "unbind").length, 2);
        assert.equal(smpp.stats().state, "closed");
        assert.equal(states.filter((state) => state === "closed").length, 1);
        assert.equal(states.at(-1), "closed");
      }));
  }

  /** An SMSC that knows no transceivers; each kind of bind is answered with its status, by turns. */
  const pairs = (statuses: { transmitter?: number[]; receiver?: number[] }): Promise<ScriptedSmsc> =>
    judging(({ command }) => {
      if (command === "bind_transceiver") return 0x03;
      const turns = statuses[command === "bind_receiver" ? "receiver" : "transmitter"] ?? [];
      return turns.shift() ?? 0;
    });
  const lineOf = (smsc: ScriptedSmsc, command: string): Line => smsc.lines.findLast((line) => line.got(command).length > 0) as Line;

  test("a receiver that is refused at first fails connect(), and the transmitter is closed", () =>
    using(async (own) => {
      const smsc = await own(pairs({ receiver: [0x0f] }));
      await assert.rejects(connect(smsc.url, { fallback: true }), (error) => error instanceof BindError && error.name === "ESME_RINVSYSID" && error.command === "bind_receiver");
      await until("the end of both", () => smsc.lines.every(({ closed }) => closed));
    }));

  test("a transmitter that is refused at first fails connect()", () =>
    using(async (own) => {
      const smsc = await own(pairs({ transmitter: [0x0f] }));
      await assert.rejects(connect(smsc.url, { fallback: true }), (error) => error instanceof BindError && error.name === "ESME_RINVSYSID" && error.command === "bind_transmitter");
      await until("the end of both", () => smsc.lines.every(({ closed }) => closed));
    }));

  for (const half of ["receiver", "transmitter"] as const) {
    test(`a ${half} that is lost comes back by itself, and the other one stays`, () =>
      using(async (own) => {
        const smsc = await own(pairs({}));
        const states: string[] = [];
        const smpp = await own(connect(smsc.url, { fallback: true, reconnect: QUICK, onState: (state) => void states.push(state), onMessage: () => {} }));
        states.length = 0;
        lineOf(smsc, `bind_${half}`).socket.destroy();
        await until("three binds", () => smpp.stats().binds === 3);
        assert.equal(smsc.lines.length, 4);
        assert.deepEqual([states[0], states.at(-1), smpp.stats().state], ["waiting", "bound", "bound"]);
        assert.equal((await smpp.sendSms(HELLO)).status, "accepted");
        lineOf(smsc, "bind_receiver").send("deliver_sm", { ...message, sequence_number: 77 });
        assert.equal((await lineOf(smsc, "bind_receiver").await("deliver_sm_resp")).command_status, 0);
      }));

    test(`a ${half} that ends for good ends the client`, () =>
      using(async (own) => {
        const smsc = await own(pairs({ [half]: [0, 0x0e] }));
        const ends: (SmppError | undefined)[] = [];
        const smpp = await own(connect(smsc.url, { fallback: true, reconnect: QUICK, onState: (state, detail) => void (state === "closed" && ends.push(detail?.error)) }));
        lineOf(smsc, `bind_${half}`).socket.destroy();
        await until("the end", () => smpp.stats().state === "closed");
        await until("the end of all connections", () => smsc.lines.every(({ closed }) => closed));
        assert.equal(ends.length, 1);
        assert.deepEqual([ends[0]?.name, ends[0]?.command], ["ESME_RINVPASWD", `bind_${half}`]);
        await assert.rejects(smpp.sendSms(HELLO), (error) => (error as SmppError).outcome === "not-sent");
      }));
  }

  test("what a pair gives up can be aborted, and its late answer is heard", () =>
    using(async (own) => {
      const smsc = await own(pairs({}));
      const smpp = await own(connect(smsc.url, { fallback: true, reconnect: QUICK, responseTimeout: 20, window: 1, enquireLink: 0 }));
      const line = lineOf(smsc, "bind_transmitter");
      const submissions = (): NodePdu[] => line.got("submit_sm");
      // Nothing of this line is answered but by hand.
      line.socket.removeAllListeners("data");
      line.socket.on("data", (chunk: Buffer) => void line.frames.push(chunk));
      const lost = await smpp.sendSms(HELLO).catch((error: SmppError) => error) as SmppError;
      assert.equal(lost.outcome, "unknown");
      line.send("submit_sm_resp", { sequence_number: submissions()[0]!.sequence_number, message_id: "late" });
      assert.equal((await lost.late)?.sent?.messageId, "late");
      const abort = new AbortController();
      const first = smpp.sendSms(HELLO).catch(({ outcome }: SmppError) => outcome);
      const second = smpp.sendSms({ ...HELLO, signal: abort.signal });
      abort.abort();
      await assert.rejects(second, { code: "aborted", outcome: "not-sent" });
      assert.equal(await first, "unknown");
      smpp.close().catch(() => undefined);
      await line.await("unbind");
      line.send("unbind_resp", { sequence_number: line.got("unbind")[0]!.sequence_number });
    }));

  test("a message that came to a pair and was not taken in time leaves the loop", () =>
    using(async (own) => {
      const smsc = await own(pairs({}));
      const smpp = await own(connect(smsc.url, { fallback: true, acknowledgeTimeout: 20 }));
      const loop = smpp.messages();
      const line = lineOf(smsc, "bind_receiver");
      line.send("deliver_sm", { ...message, short_message: "late", sequence_number: 7 });
      assert.notEqual((await line.await("deliver_sm_resp")).command_status, 0);
      const next = loop.next();
      line.send("deliver_sm", { ...message, short_message: "again", sequence_number: 8 });
      assert.equal((await next).value.text, "again");
      await loop.return?.();
    }));

  test("a segment that comes to a pair is answered on its own connection", () =>
    using(async (own) => {
      const smsc = await own(pairs({}));
      const parts: (number | undefined)[] = [];
      await own(connect(smsc.url, { fallback: true, onSegment: ({ part }) => void parts.push(part) }));
      const line = lineOf(smsc, "bind_receiver");
      line.send("deliver_sm", { ...message, esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 9, 2, 2]), message: "B" }, sequence_number: 7 });
      const { sequence_number, command_status } = await line.await("deliver_sm_resp");
      assert.deepEqual([sequence_number, command_status, parts], [7, 0, [2]]);
    }));

  test("close() while the receiver is on its way ends both", () =>
    using(async (own) => {
      const smsc = await own(judging(({ command }) => (command === "bind_transceiver" ? 0x03 : command === "bind_receiver" ? undefined : 0)));
      await assert.rejects(connect(smsc.url, { fallback: true, bindTimeout: 200 }), TimeoutError);
      await until("the end of both", () => smsc.lines.length === 3 && smsc.lines.every(({ closed }) => closed));
    }));
});

describe("refusals after a loss", () => {
  /** A client whose bind is taken once, then answered with `status`; resolves with the number of binds when it has ended. */
  async function refusedWith(status: number, options: ConnectOptions): Promise<number> {
    let binds = 0;
    await using(async (own) => {
      const smsc = await own(judging((_, count) => {
        binds = count + 1;
        return count === 0 ? 0 : status;
      }));
      const smpp: SmppClient = await own(connect(smsc.url, { reconnect: QUICK, ...options }));
      smsc.line.socket.destroy();
      await until("the end", () => smpp.stats().state === "closed");
    });
    return binds;
  }

  test("maxRefusals in a row end the client", async () => {
    assert.equal(await refusedWith(0x08, { maxRefusals: 3 }), 4);
  });

  test("ESME_RBINDFAIL ends it at once, if that is asked for", async () => {
    assert.equal(await refusedWith(0x0d, { bindFailIsFinal: true }), 2);
    assert.equal(await refusedWith(0x0d, { maxRefusals: 2 }), 3);
  });
});

describe("the end of a connection", () => {
  test("close() leaves no timer", (t) =>
    using(async (own) => {
      const smsc = await own(ScriptedSmsc.listen(serve));
      const smpp = await connect(smsc.url);
      const timers = watchTimers(t);
      await smpp.close();
      await until("the end of the connection", () => smsc.line.closed);
      await turnsUntil(() => timers.size === 0);
      assert.equal(timers.size, 0);
    }));

  test("a peer that does not close is left after a moment", async () => {
    const broken = Promise.withResolvers<void>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => broken.resolve());
      socket.on("data", (chunk: Buffer) => {
        const id = chunk.readUInt32BE(4);
        const command = id === 9 ? "bind_transceiver_resp" : "unbind_resp";
        socket.write(pdu(command, { sequence_number: chunk.readUInt32BE(12) }));
      });
      // What is written to a connection that nobody has any more breaks it.
      socket.on("end", () => {
        const writing = setInterval(() => socket.write("x"), 20);
        socket.once("close", () => clearInterval(writing));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const smpp = await connect(`smpp://id:secret@127.0.0.1:${(server.address() as AddressInfo).port}`);
    await smpp.close();
    await within("the end of the connection", broken.promise);
    await new Promise((resolve) => server.close(resolve));
  });

  test("what broke it is the cause of the errors", () =>
    using(async (own) => {
      const smsc = await own(ScriptedSmsc.listen());
      const smpp = await own(connect(smsc.url, { reconnect: false }));
      const sending = smpp.sendSms(HELLO);
      await smsc.line.await("submit_sm");
      smsc.line.socket.resetAndDestroy();
      await assert.rejects(sending, (error: SmppError) => error.outcome === "unknown" && (error.cause as { code?: string } | undefined)?.code === "ECONNRESET");
    }));
});

describe("limits", () => {
  test("more requests a second than inboundRate are to be sent again", () =>
    using(async (own) => {
      const smsc = await own(ScriptedSmsc.listen(serve));
      const taken: string[] = [];
      await own(connect(smsc.url, { inboundRate: 0.01, onMessage: ({ text }) => void taken.push(text ?? "") }));
      for (const number of [1, 2, 3]) smsc.line.send("deliver_sm", { source_addr: "1", destination_addr: "2", short_message: `${number}`, sequence_number: number });
      await smsc.line.await("deliver_sm_resp", 3);
      assert.deepEqual(smsc.line.got("deliver_sm_resp").map(({ sequence_number, command_status }) => [sequence_number, command_status]).toSorted(), [[1, 0], [2, 0x64], [3, 0x64]]);
      assert.deepEqual(taken, ["1"]);
    }));

  test("an unbind that is not answered is given up after unbindTimeout", () =>
    using(async (own) => {
      const smsc = await own(ScriptedSmsc.listen());
      const smpp = await connect(smsc.url, { unbindTimeout: 50 });
      await smpp.close();
      assert.equal(smsc.line.got("unbind").length, 1);
      await until("the end of the connection", () => smsc.line.closed);
    }));

  test("an SMSC that names no version is sent no TLVs, if it is read strictly", () =>
    using(async (own) => {
      const smsc = await own(judging(() => 0));
      const long = { ...HELLO, text: "x".repeat(200), concat: "payload" as const };
      const smpp = await own(connect(smsc.url));
      assert.equal((await smpp.sendSms(long)).status, "accepted");
      const strict = await own(connect(smsc.url, { assumeVersion: "3.3" }));
      await assert.rejects(strict.sendSms(long), (error) => (error as SmppError).code === "unsupported" && (error as SmppError).outcome === "not-sent");
    }));
});
