// Several connections as one client (`binds`), over real TCP against a scripted SMSC. Run on Node, Deno, Bun and in workerd.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BindError, connect, Refusal, type SmppError, type ConnectOptions, type Message, type Report, type Segment, type SmppClient, type StateDetail } from "smpp-edge";
import { parse, until, type NodePdu } from "../simulator/peers.ts";
import { answered, deliver } from "./inbound.suite.ts";
import { answer, refusal, ScriptedSmsc, type Line } from "./smsc.ts";

const QUICK = { min: 10, max: 20 };
const HELLO = { from: "12345", text: "Hello World" };
const ESME_ROK = 0;
const ESME_RALYBND = 0x05;
const ESME_RINVPASWD = 0x0e;
const ESME_RX_T_APPN = 0x64;

/** What the SMSC does: the status it answers a bind with, by the number of the bind, from 0; and which submissions it answers. */
interface Plan {
  judge?: (bind: NodePdu, count: number) => number;
  accepts?: (request: NodePdu, line: Line) => boolean;
}

/** Connects to an SMSC that does as planned. */
async function withBinds(options: ConnectOptions, plan: Plan, use: (smsc: ScriptedSmsc, smpp: SmppClient) => Promise<void>): Promise<void> {
  await using smsc = await listen(plan);
  await using smpp = await connect(smsc.url, { reconnect: QUICK, log: () => {}, ...options });
  await use(smsc, smpp);
}

function listen({ judge = () => ESME_ROK, accepts = () => true }: Plan): Promise<ScriptedSmsc> {
  let count = 0;
  return ScriptedSmsc.listen(undefined, (line) => {
    line.socket.on("data", (chunk: Buffer) => {
      for (const frame of line.frames.push(chunk)) {
        const request = parse(frame);
        if (request.command.endsWith("_resp")) continue;
        if (!request.command.startsWith("bind_")) {
          if (accepts(request, line)) answer(line, request, request.command === "submit_sm" ? { message_id: idOf(request) } : {});
          continue;
        }
        const status = judge(request, count++);
        if (status === ESME_ROK) answer(line, request, { system_id: "many" });
        else line.send(refusal(request, status));
      }
    });
    return false;
  });
}

const idOf = ({ destination_addr }: NodePdu): string => `id-${destination_addr}`;
const allBound = (smpp: SmppClient, count: number): Promise<void> => until(`${count} binds`, () => smpp.stats().bound === count);
const submissions = (line: Line): string[] => line.got("submit_sm").map(({ destination_addr }) => destination_addr);
const all = (smsc: ScriptedSmsc): string[] => smsc.lines.flatMap(submissions);
const to = (number: number): string => `+4917012340${String(number).padStart(2, "0")}`;
const digits = (number: number): string => to(number).slice(1);
const outcomeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => "accepted", (error: SmppError) => error.outcome);
const bindsOf = (smsc: ScriptedSmsc): string[] => smsc.lines.flatMap((line) => line.frames.all.map((frame) => parse(frame).command)).filter((command) => command.startsWith("bind_") && !command.endsWith("_resp"));

/** Registers the tests. */
export function bindsTests(): void {
  describe("several binds as one client", () => {
    test("connect() resolves with the first, the others follow, and close() unbinds them all", async () => {
      const states: string[] = [];
      await withBinds({ binds: 3, onState: (state) => void states.push(state) }, {}, async (smsc, smpp) => {
        assert.equal(smpp.stats().state, "bound");
        await allBound(smpp, 3);
        assert.equal(smpp.stats().binds, 3);
        await smpp.close();
        assert.deepEqual(smsc.lines.map((line) => line.got("unbind").length), [1, 1, 1]);
        assert.equal(smpp.stats().bound, 0);
      });
      assert.deepEqual([states.filter((state) => state === "bound").length, states.filter((state) => state === "closed").length, states.at(-1)], [1, 1, "closed"]);
    });

    test("a wrong account is tried once", async () => {
      const smsc = await listen({ judge: () => ESME_RINVPASWD });
      await assert.rejects(connect(smsc.url, { binds: 4 }), (error) => error instanceof BindError && error.name === "ESME_RINVPASWD");
      assert.deepEqual(bindsOf(smsc), ["bind_transceiver"]);
      await smsc[Symbol.asyncDispose]();
    });

    test("an SMSC that admits fewer: the client goes on with those it has, and keeps trying", async () => {
      let most = 2;
      let bound = 0;
      const details: (StateDetail | undefined)[] = [];
      const judge = (): number => (bound < most ? (bound++, ESME_ROK) : ESME_RALYBND);
      await withBinds({ binds: 3, onState: (state, detail) => void (state === "bound" && details.push(detail)) }, { judge }, async (_, smpp) => {
        await until("a refusal", () => details.some((detail) => detail !== undefined));
        const { error, connection, retryIn } = details.find((detail) => detail !== undefined) as StateDetail;
        assert.deepEqual([error.name, (connection as number) > 1, (retryIn as number) > 0], ["ESME_RALYBND", true, true]);
        assert.deepEqual([smpp.stats().state, smpp.stats().bound], ["bound", 2]);
        assert.equal((await smpp.sendSms({ ...HELLO, to: to(1) })).status, "accepted");
        most = 3;
        await allBound(smpp, 3);
      });
    });

    test("messages spread over all, and each has its own window", async () => {
      await withBinds({ binds: 3, window: 2 }, { accepts: ({ command }) => command !== "submit_sm" }, async (smsc, smpp) => {
        await allBound(smpp, 3);
        const sending = Array.from({ length: 12 }, (_, number) => outcomeOf(smpp.sendSms({ ...HELLO, to: to(number) })));
        await until("six submissions", () => all(smsc).length === 6);
        assert.deepEqual(smsc.lines.map((line) => line.got("submit_sm").length), [2, 2, 2]);
        assert.deepEqual([smpp.stats().inFlight, smpp.stats().queued], [6, 6]);
        for (const line of smsc.lines) for (const request of line.got("submit_sm")) answer(line, request, { message_id: "m" });
        await until("the others", () => all(smsc).length === 12);
        assert.deepEqual(smsc.lines.map((line) => line.got("submit_sm").length), [4, 4, 4]);
        for (const line of smsc.lines) for (const request of line.got("submit_sm").slice(2)) answer(line, request, { message_id: "m" });
        assert.deepEqual(new Set(await Promise.all(sending)), new Set(["accepted"]));
        const { submitted, responses } = smpp.stats();
        assert.deepEqual([submitted, responses], [12, 12]);
      });
    });

    test("messages to one recipient stay in order on one connection, and so do the segments of a message", async () => {
      await withBinds({ binds: 3, window: 1 }, {}, async (smsc, smpp) => {
        await allBound(smpp, 3);
        await Promise.all([...Array.from({ length: 6 }, (_, number) => smpp.sendSms({ ...HELLO, to: to(1), reference: number, text: "x".repeat(300) })), smpp.sendSms({ ...HELLO, to: to(2) })]);
        const used = smsc.lines.filter((line) => submissions(line).includes(digits(1)));
        assert.equal(used.length, 1);
        assert.equal(submissions(used[0]!).length, 12);
        assert.deepEqual(submissions(smsc.lines.find((line) => line !== used[0] && line.got("submit_sm").length > 0)!), [digits(2)]);
      });
    });

    test("query, cancel and a raw request go by a connection that is bound", async () => {
      await withBinds({ binds: 2, reconnect: { min: 60_000 } }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        smsc.lines[0]!.socket.destroy();
        await until("a loss", () => smpp.stats().bound === 1);
        await smpp.cancel("m1");
        assert.equal((await smpp.request({ command: "data_sm", destination_addr: "1" })).command, "data_sm_resp");
        assert.equal(smsc.lines[1]!.got("cancel_sm").length, 1);
      });
    });
  });

  describe("a connection of several that is lost", () => {
    const stuck = (request: NodePdu, line: Line): boolean => request.command !== "submit_sm" || line.closed;

    test("what it had queued goes by another one, once; what was on the wire is unknown", async () => {
      let holds = true;
      const details: StateDetail[] = [];
      const options: ConnectOptions = { binds: 2, window: 1, onState: (state, detail) => void (state === "bound" && detail !== undefined && details.push(detail)) };
      await withBinds(options, { accepts: (request) => request.command !== "submit_sm" || !holds }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const sending = Array.from({ length: 8 }, (_, number) => outcomeOf(smpp.sendSms({ ...HELLO, to: to(number) })));
        await until("two submissions", () => all(smsc).length === 2);
        holds = false;
        smsc.lines[0]!.socket.destroy();
        await until("the loss", () => details.length > 0);
        assert.deepEqual([details[0]!.connection, details[0]!.error.code, smpp.stats().state], [1, "connection-lost", "bound"]);
        const second = smsc.lines[1]!;
        answer(second, second.got("submit_sm")[0]!, { message_id: "m" });
        const outcomes = await Promise.all(sending);
        assert.deepEqual(outcomes.toSorted(), [...Array(7).fill("accepted"), "unknown"]);
        assert.equal(all(smsc).length, 8);
        assert.equal(new Set(all(smsc)).size, 8);
        assert.equal(smpp.stats().lost, 1);
      });
    });

    test("a message to a recipient goes behind what moved to another connection", async () => {
      let holds = true;
      await withBinds({ binds: 2, window: 1, reconnect: { min: 60_000 } }, { accepts: (request) => request.command !== "submit_sm" || !holds }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const sending = [outcomeOf(smpp.sendSms({ ...HELLO, to: to(1) })), outcomeOf(smpp.sendSms({ ...HELLO, to: to(1), text: "2" }))];
        await until("a submission", () => all(smsc).length === 1);
        const first = smsc.lines.find((line) => line.got("submit_sm").length === 1)!;
        const other = smsc.lines.find((line) => line !== first)!;
        holds = false;
        first.socket.destroy();
        await until("the loss", () => smpp.stats().bound === 1);
        sending.push(outcomeOf(smpp.sendSms({ ...HELLO, to: to(1), text: "3" })));
        assert.deepEqual(await Promise.all(sending), ["unknown", "accepted", "accepted"]);
        assert.deepEqual(other.got("submit_sm").map(({ short_message }) => String(short_message.message)), ["2", "3"]);
      });
    });

    test("with all lost messages wait, and go by the first that is bound again", async () => {
      let closed = false;
      const judge = (_: NodePdu, count: number): number => (count < 2 ? ESME_ROK : closed ? ESME_RALYBND : ESME_ROK);
      await withBinds({ binds: 2 }, { judge }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        closed = true;
        for (const { socket } of smsc.lines) socket.destroy();
        await until("the loss of both", () => smpp.stats().bound === 0);
        assert.notEqual(smpp.stats().state, "bound");
        const sending = Array.from({ length: 6 }, (_, number) => smpp.sendSms({ ...HELLO, to: to(number) }));
        await until("another try", () => smsc.lines.length > 3);
        closed = false;
        await Promise.all(sending);
        assert.equal(all(smsc).length, 6);
      });
    });

    test("with all lost, one that is then refused for good takes no message along", async () => {
      const judge = (_: NodePdu, count: number): number => (count === 2 ? ESME_RINVPASWD : ESME_ROK);
      await withBinds({ binds: 2 }, { judge }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        for (const { socket } of smsc.lines) socket.destroy();
        await until("the loss of both", () => smpp.stats().bound === 0);
        const sending = Array.from({ length: 6 }, (_, number) => outcomeOf(smpp.sendSms({ ...HELLO, to: to(number) })));
        assert.equal(smpp.stats().queued, 6);
        assert.deepEqual(await Promise.all(sending), Array.from({ length: 6 }, () => "accepted"));
        assert.deepEqual(all(smsc), Array.from({ length: 6 }, (_, number) => digits(number)));
        assert.equal(smpp.stats().bound, 1);
      });
    });

    test("with all lost as many wait as all may have queued, and end with the client or by their signal", async () => {
      let closed = false;
      const judge = (_: NodePdu, count: number): number => (count < 2 ? ESME_ROK : closed ? ESME_RALYBND : ESME_RINVPASWD);
      await withBinds({ binds: 2, maxQueue: 2 }, { judge }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        closed = true;
        for (const { socket } of smsc.lines) socket.destroy();
        await until("the loss of both", () => smpp.stats().bound === 0);
        const abort = new AbortController();
        const codes = [0, 1, 2, 3, 4].map((number) => smpp.sendSms({ ...HELLO, to: to(number), ...(number === 0 ? { signal: abort.signal } : {}) }).then(() => "accepted", ({ code, outcome }: SmppError) => [code, outcome].join()));
        assert.equal(await codes[4], "queue-full,not-sent");
        abort.abort();
        assert.equal(await codes[0], "aborted,not-sent");
        closed = false;
        assert.deepEqual(await Promise.all(codes.slice(1, 4)), ["closed,not-sent", "closed,not-sent", "closed,not-sent"]);
        assert.equal(smpp.stats().state, "closed");
        assert.deepEqual(all(smsc), []);
      });
    });

    test("close() while one is being made again sends what waits", async () => {
      let lost = false;
      let closing: Promise<void> | undefined;
      let client: SmppClient | undefined;
      const onState: ConnectOptions["onState"] = (state) => {
        if (lost && state === "binding") closing ??= client?.close();
      };
      await withBinds({ binds: 2, onState }, {}, async (smsc, smpp) => {
        client = smpp;
        await allBound(smpp, 2);
        lost = true;
        for (const { socket } of smsc.lines) socket.destroy();
        await until("the loss of both", () => smpp.stats().bound === 0);
        const sending = Array.from({ length: 4 }, (_, number) => outcomeOf(smpp.sendSms({ ...HELLO, to: to(number) })));
        assert.deepEqual(await Promise.all(sending), Array.from({ length: 4 }, () => "accepted"));
        assert.notEqual(closing, undefined);
        await closing;
      });
    });

    for (const bind of ["transceiver", "transmitter"] as const) {
      test(`without reconnection the others go on, and the last one's end is the client's, as ${bind}`, async () => {
        const ends: (StateDetail | undefined)[] = [];
        await withBinds({ binds: 2, bind, window: 1, reconnect: false, onState: (state, detail) => void (state === "closed" && ends.push(detail)) }, { accepts: stuck }, async (smsc, smpp) => {
          await allBound(smpp, 2);
          const sending = Array.from({ length: 4 }, (_, number) => outcomeOf(smpp.sendSms({ ...HELLO, to: to(number) })));
          await until("two submissions", () => all(smsc).length === 2);
          smsc.lines[0]!.socket.destroy();
          await until("one connection", () => smpp.stats().bound === 1);
          assert.deepEqual([smpp.stats().state, smpp.stats().queued, ends.length], ["bound", 2, 0]);
          smsc.lines[1]!.socket.destroy();
          await until("the end", () => smpp.stats().state === "closed");
          assert.deepEqual((await Promise.all(sending)).toSorted(), ["not-sent", "not-sent", "unknown", "unknown"]);
          assert.equal(smsc.lines.length, 2);
        });
        assert.deepEqual(ends.map((detail) => [detail?.error.code, detail?.retryIn]), [["connection-lost", undefined]]);
      });
    }

    test("one that is refused for good ends alone, the last one ends the client", async () => {
      const ends: string[] = [];
      const details: StateDetail[] = [];
      const onState: ConnectOptions["onState"] = (state, detail) => {
        if (state === "closed") ends.push(detail?.error.name ?? "");
        else if (detail?.connection !== undefined) details.push(detail);
      };
      await withBinds({ binds: 2, onState }, { judge: (_, count) => (count < 2 ? ESME_ROK : ESME_RINVPASWD) }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        smsc.lines[0]!.socket.destroy();
        await until("a refusal", () => details.some(({ error }) => error.name === "ESME_RINVPASWD"));
        assert.equal((await smpp.sendSms({ ...HELLO, to: to(1) })).status, "accepted");
        assert.deepEqual(ends, []);
        smsc.lines[1]!.socket.destroy();
        await until("the end", () => smpp.stats().state === "closed");
        assert.equal(bindsOf(smsc).length, 4);
      });
      assert.deepEqual(ends, ["ESME_RINVPASWD"]);
    });

    test("what a lost connection has queued is sent, though the queue of the other is full", async () => {
      let open = false;
      const held: [NodePdu, Line][] = [];
      const accepts = (request: NodePdu, line: Line): boolean => {
        if (!open && request.command === "submit_sm") held.push([request, line]);
        return open || request.command !== "submit_sm";
      };
      await withBinds({ binds: 2, window: 1, maxQueue: 2 }, { accepts }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const sending = Array.from({ length: 6 }, (_, number) => outcomeOf(smpp.sendSms({ ...HELLO, to: to(number) })));
        await until("two submissions", () => held.length === 2);
        smsc.lines[0]!.socket.destroy();
        await until("the next connection", () => smpp.stats().binds === 3);
        open = true;
        for (const [request, line] of held) if (!line.closed) answer(line, request, { message_id: idOf(request) });
        assert.deepEqual((await Promise.all(sending)).toSorted(), [...Array.from({ length: 5 }, () => "accepted"), "unknown"]);
      });
    });

    test("a message goes by the connection with the least under way, whichever its recipient had before", async () => {
      const slow = digits(99);
      await withBinds({ binds: 2 }, { accepts: ({ destination_addr }) => destination_addr !== slow }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        for (let number = 0; smsc.lines.some((line) => submissions(line).length === 0); number++) await smpp.sendSms({ ...HELLO, to: to(number) });
        const ending = outcomeOf(smpp.sendSms({ ...HELLO, to: to(99) }));
        const busy = (): Line | undefined => smsc.lines.find((line) => submissions(line).includes(slow));
        await until("the slow one", () => busy() !== undefined);
        const before = submissions(busy()!);
        await smpp.sendSms({ ...HELLO, to: `+${before[0]!}` });
        for (let number = 20; number < 30; number++) await smpp.sendSms({ ...HELLO, to: to(number) });
        assert.deepEqual(submissions(busy()!), before);
        for (const { socket } of smsc.lines) socket.destroy();
        assert.equal(await ending, "unknown");
      });
    });

    test("what moved to another connection is under way there, and no longer where it was", async () => {
      const slow = digits(1);
      await withBinds({ binds: 2, window: 1 }, { accepts: ({ destination_addr }) => destination_addr !== slow }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const ending = Array.from({ length: 4 }, () => outcomeOf(smpp.sendSms({ ...HELLO, to: to(1) })));
        await until("a submission", () => all(smsc).length === 1);
        const [busy, other] = smsc.lines[0]!.got("submit_sm").length === 1 ? smsc.lines : smsc.lines.toReversed();
        busy!.socket.destroy();
        await until("the next connection", () => smpp.stats().bound === 2 && smpp.stats().binds === 3 && submissions(other!).length === 1);
        for (let number = 20; number < 23; number++) void outcomeOf(smpp.sendSms({ ...HELLO, to: to(number) }));
        await until("three submissions", () => submissions(smsc.lines[2]!).length === 3);
        other!.socket.destroy();
        smsc.lines[2]!.socket.destroy();
        void ending;
      });
    });

    test("close() after one has ended for good is an end without an error", async () => {
      const ends: (StateDetail | undefined)[] = [];
      await withBinds({ binds: 2, reconnect: false, onState: (state, detail) => void (state === "closed" && ends.push(detail)) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        smsc.lines[0]!.socket.destroy();
        await until("the loss", () => smpp.stats().bound === 1);
        await smpp.close();
      });
      assert.deepEqual(ends, [undefined]);
    });

    test("the figures are those of all: the rate of those that are bound, the time of those that were answered", async () => {
      await withBinds({ binds: 2, rate: 50, reconnect: { min: 60_000 } }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        assert.equal(smpp.stats().rate, 100);
        assert.ok(Number.isFinite(smpp.stats().rtt));
        await Promise.all([0, 1, 2].map((number) => smpp.sendSms({ ...HELLO, to: to(number) })));
        const { rtt, responses } = smpp.stats();
        assert.ok(Number.isFinite(rtt) && rtt > 0, `${rtt}`);
        assert.equal(responses, 3);
        smsc.lines[0]!.socket.destroy();
        await until("the loss", () => smpp.stats().bound === 1);
        assert.equal(smpp.stats().rate, 50);
      });
    });

    test("is named by its number when it ends for good", async () => {
      const ended: (number | undefined)[] = [];
      const onState: ConnectOptions["onState"] = (state, detail) => void (state === "bound" && detail?.error.name === "ESME_RINVPASWD" && ended.push(detail.connection));
      await withBinds({ binds: 2, onState }, { judge: (_, count) => (count < 2 ? ESME_ROK : ESME_RINVPASWD) }, async (smsc, smpp) => {
        await allBound(smpp, 2);
        smsc.lines[1]!.socket.destroy();
        await until("its end", () => ended.length > 0);
      });
      assert.deepEqual(ended, [2]);
    });

    test("each tries the endpoints in their order, without reconnection too", async () => {
      await using busy = await listen({ judge: () => 0x08 });
      await using good = await listen({});
      await using smpp = await connect(busy.url, { endpoints: [`smpp://127.0.0.1:${good.port}`], binds: 2, reconnect: false });
      await allBound(smpp, 2);
      assert.deepEqual([bindsOf(busy).length, bindsOf(good).length], [2, 2]);
    });

    test("close() while it waits sends what the others have", async () => {
      await withBinds({ binds: 2, window: 1, reconnect: { min: 60_000 } }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        smsc.lines[0]!.socket.destroy();
        await until("a loss", () => smpp.stats().bound === 1);
        const sending = Array.from({ length: 5 }, (_, number) => smpp.sendSms({ ...HELLO, to: to(number) }));
        await smpp.close();
        assert.deepEqual(new Set((await Promise.all(sending)).map(({ status }) => status)), new Set(["accepted"]));
      });
    });
  });

  describe("what comes in over several connections", () => {
    test("each request is answered on its own connection, whatever its number", async () => {
      const taking: (() => void)[] = [];
      const onMessage = ({ text }: Message): Promise<void> => new Promise((resolve, reject) => taking.push(() => (text === "one" ? resolve() : reject(new Refusal("ESME_RX_P_APPN")))));
      await withBinds({ binds: 2, onMessage }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const [one, two] = smsc.lines as [Line, Line];
        deliver(one, { sequence: 7, text: "one" });
        deliver(two, { sequence: 7, text: "two" });
        await until("both", () => taking.length === 2);
        assert.equal(smpp.stats().unacknowledged, 2);
        for (const take of taking.toReversed()) take();
        assert.deepEqual([await answered(one, 7), await answered(two, 7)], [ESME_ROK, 0x65]);
      });
    });

    test("a report finds its message, whichever connection it comes by", async () => {
      const reports: Report[] = [];
      await withBinds({ binds: 2, onReport: (report) => void reports.push(report) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const sent = await smpp.sendSms({ ...HELLO, to: to(1), report: "always" });
        const other = smsc.lines.find((line) => line.got("submit_sm").length === 0)!;
        deliver(other, { sequence: 3, text: `id:${sent.messageId} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:`, fields: { esm_class: 4 } });
        assert.equal((await sent.delivered({ timeout: 15_000 })).status, "delivered");
        assert.equal(await answered(other, 3), ESME_ROK);
        assert.equal(reports.length, 1);
      });
    });

    test("segments over two connections are joined once, and keep their numbers", async () => {
      const messages: Message[] = [];
      await withBinds({ binds: 2, onMessage: (message) => void messages.push(message) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const [one, two] = smsc.lines as [Line, Line];
        deliver(two, { sequence: 70, text: "C", part: 3, total: 3 });
        assert.equal(await answered(two, 70), ESME_ROK);
        deliver(one, { sequence: 70, text: "A", part: 1, total: 3 });
        assert.equal(await answered(one, 70), ESME_ROK);
        // The SMSC repeats one over the other connection.
        deliver(two, { sequence: 71, text: "A", part: 1, total: 3 });
        assert.equal(await answered(two, 71), ESME_ROK);
        deliver(one, { sequence: 72, text: "B", part: 2, total: 3 });
        assert.equal(await answered(one, 72), ESME_ROK);
        deliver(two, { sequence: 73, text: "B", part: 2, total: 3 });
        assert.equal(await answered(two, 73), ESME_ROK);
      });
      assert.deepEqual(messages.map(({ text, complete, segments }) => [text, complete, segments]), [["ABC", true, 3]]);
      assert.deepEqual(messages[0]!.pdus.map((octets) => parse(Buffer.from(octets)).sequence_number), [70, 72, 70]);
    });

    test("a message that is refused is handed over again when its last segment comes by another connection", async () => {
      const texts: (string | undefined)[] = [];
      const onMessage = ({ text }: Message): void => {
        if (texts.push(text) === 1) throw new Error("not now");
      };
      await withBinds({ binds: 2, onMessage }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const [one, two] = smsc.lines as [Line, Line];
        deliver(one, { sequence: 1, text: "A", part: 1, total: 2 });
        await answered(one, 1);
        deliver(two, { sequence: 1, text: "B", part: 2, total: 2 });
        assert.equal(await answered(two, 1), ESME_RX_T_APPN);
        deliver(one, { sequence: 2, text: "B", part: 2, total: 2 });
        assert.equal(await answered(one, 2), ESME_ROK);
      });
      assert.deepEqual(texts, ["AB", "AB"]);
    });

    test("a repeat over another connection while the handler works gets the same answer", async () => {
      let take: (() => void) | undefined;
      const texts: (string | undefined)[] = [];
      const onMessage = ({ text }: Message): Promise<void> => new Promise((resolve) => {
        texts.push(text);
        take = resolve;
      });
      await withBinds({ binds: 2, onMessage }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const [one, two] = smsc.lines as [Line, Line];
        deliver(one, { sequence: 1, text: "A", part: 1, total: 2 });
        await answered(one, 1);
        deliver(one, { sequence: 2, text: "B", part: 2, total: 2 });
        await until("the message", () => take !== undefined);
        deliver(two, { sequence: 9, text: "B", part: 2, total: 2 });
        await until("the repeat", () => smpp.stats().unacknowledged === 2);
        take?.();
        assert.deepEqual([await answered(one, 2), await answered(two, 9)], [ESME_ROK, ESME_ROK]);
      });
      assert.deepEqual(texts, ["AB"]);
    });

    test("segments are held when their connection is lost, and the last one comes by another", async () => {
      const texts: (string | undefined)[] = [];
      await withBinds({ binds: 2, onMessage: ({ text }) => void texts.push(text) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const [one, two] = smsc.lines as [Line, Line];
        deliver(one, { sequence: 1, text: "A", part: 1, total: 2 });
        await answered(one, 1);
        one.socket.destroy();
        await until("the loss", () => smpp.stats().binds === 3 || smpp.stats().bound === 1);
        deliver(two, { sequence: 1, text: "B", part: 2, total: 2 });
        assert.equal(await answered(two, 1), ESME_ROK);
      });
      assert.deepEqual(texts, ["AB"]);
    });

    test("what is held when the client closes is handed on, and when partTimeout is over", async () => {
      const messages: Message[] = [];
      await withBinds({ binds: 2, partTimeout: 100, onMessage: (message) => void messages.push(message) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        deliver(smsc.lines[0]!, { sequence: 1, text: "A", part: 1, total: 2, reference: 1 });
        await until("the first", () => messages.length === 1);
      });
      await withBinds({ binds: 2, onMessage: (message) => void messages.push(message) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        deliver(smsc.lines[0]!, { sequence: 1, text: "B", part: 2, total: 3, reference: 2 });
        deliver(smsc.lines[1]!, { sequence: 1, text: "C", part: 3, total: 3, reference: 2 });
        await Promise.all(smsc.lines.map((line) => answered(line, 1)));
        assert.equal(messages.length, 1);
      });
      assert.deepEqual(messages.map(({ text, complete, missing }) => [text, complete, missing]), [["A", false, [2]], ["BC", false, [1]]]);
    });

    test("a receipt in segments is one report", async () => {
      const reports: Report[] = [];
      await withBinds({ binds: 2, onReport: (report) => void reports.push(report) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const [one, two] = smsc.lines as [Line, Line];
        deliver(one, { sequence: 1, text: "id:42 sub:001 dlvrd:001 submit date:2601021530 ", part: 1, total: 2, fields: { esm_class: 0x44 } });
        await answered(one, 1);
        deliver(two, { sequence: 5, text: "done date:2601021531 stat:DELIVRD err:000 text:", part: 2, total: 2, fields: { esm_class: 0x44 } });
        assert.equal(await answered(two, 5), ESME_ROK);
      });
      assert.deepEqual(reports.map(({ messageId, status }) => [messageId, status]), [["42", "delivered"]]);
    });

    test("what is joined and not taken in time leaves the loop", async () => {
      await withBinds({ binds: 2, acknowledgeTimeout: 20 }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        const loop = smpp.messages();
        for (const index of [0, 1]) deliver(smsc.lines[index]!, { sequence: 1, text: "late", part: index + 1, total: 2 });
        await until("a refusal", () => smsc.lines.some((line) => line.got("deliver_sm_resp").some(({ command_status }) => command_status === ESME_RX_T_APPN)));
        const next = loop.next();
        deliver(smsc.lines[0]!, { sequence: 2, text: "in time" });
        assert.equal((await next).value.text, "in time");
        await loop.return?.();
      });
    });

    describe("what is joined is read by the client's settings", () => {
      const halves = (text: string | Buffer): [Buffer, Buffer] => [Buffer.from(text).subarray(0, 40), Buffer.from(text).subarray(40)];
      const receipt = (id: string): string => `id:${id} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:`;
      const read = async (options: ConnectOptions, text: string | Buffer, fields: object): Promise<{ texts: (string | undefined)[]; reports: Report[] }> => {
        const [texts, reports]: [(string | undefined)[], Report[]] = [[], []];
        await withBinds({ binds: 2, onMessage: (message) => void texts.push(message.text), onReport: (report) => void reports.push(report), ...options }, {}, async (smsc, smpp) => {
          await allBound(smpp, 2);
          for (const [index, half] of halves(text).entries()) {
            deliver(smsc.lines[index]!, { sequence: 1, text: half, part: index + 1, total: 2, fields });
            assert.equal(await answered(smsc.lines[index]!, 1), ESME_ROK);
          }
        });
        return { texts, reports };
      };

      for (const [defaultAlphabet, text] of [["gsm7", "¡"], ["latin1", "@"]] as const) {
        test(`defaultAlphabet "${defaultAlphabet}"`, async () => assert.deepEqual((await read({ defaultAlphabet }, "@".repeat(50), { data_coding: 0 })).texts, [text.repeat(50)]));
      }

      for (const [ia5, text] of [["gsm7", "¡"], ["ascii", "@"]] as const) {
        test(`ia5 "${ia5}"`, async () => assert.deepEqual((await read({ ia5 }, "@".repeat(50), { data_coding: 1 })).texts, [text.repeat(50)]));
      }

      for (const plainReceipts of [false, true]) {
        test(`plainReceipts ${plainReceipts}`, async () => {
          const { texts, reports } = await read({ plainReceipts }, receipt("42"), {});
          assert.deepEqual([texts.length, reports.length], plainReceipts ? [0, 1] : [1, 0]);
        });
      }

      for (const [receiptZone, doneAt] of [["Z", "15:31"], ["+03:00", "12:31"]] as const) {
        test(`receiptZone "${receiptZone}"`, async () => {
          const { reports } = await read({ receiptZone }, receipt("42"), { esm_class: 0x44 });
          assert.equal(reports[0]!.doneAt!.toISOString(), `2026-01-02T${doneAt}:00.000Z`);
        });
      }

      test("messageIdFormat", async () => {
        const accepts = (request: NodePdu, line: Line): boolean => {
          if (request.command === "submit_sm") answer(line, request, { message_id: "ff" });
          return request.command !== "submit_sm";
        };
        await withBinds({ binds: 2, messageIdFormat: "hex-response" }, { accepts }, async (smsc, smpp) => {
          await allBound(smpp, 2);
          const sent = await smpp.sendSms({ ...HELLO, to: to(1), report: "always" });
          const delivered = sent.delivered({ timeout: 15_000 });
          for (const [index, half] of halves(receipt("255")).entries()) {
            deliver(smsc.lines[index]!, { sequence: 1, text: half, part: index + 1, total: 2, fields: { esm_class: 0x44 } });
            assert.equal(await answered(smsc.lines[index]!, 1), ESME_ROK);
          }
          assert.equal((await delivered).messageId, "ff");
        });
      });

      test("acknowledgeTimeout", async () => {
        await withBinds({ binds: 2, acknowledgeTimeout: 20, onMessage: () => new Promise(() => {}) }, {}, async (smsc, smpp) => {
          await allBound(smpp, 2);
          for (const index of [0, 1]) deliver(smsc.lines[index]!, { sequence: 1, text: "x", part: index + 1, total: 2 });
          await until("a refusal", () => smsc.lines.some((line) => line.got("deliver_sm_resp").some(({ command_status }) => command_status === ESME_RX_T_APPN)));
        });
      });
    });

    test("onSegment and reassemble: false take segments as they come", async () => {
      const segments: Segment[] = [];
      await withBinds({ binds: 2, onSegment: (segment) => void segments.push(segment) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        smsc.lines.forEach((line, index) => deliver(line, { sequence: 4, text: "x", part: index + 1, total: 2 }));
        assert.deepEqual(await Promise.all(smsc.lines.map((line) => answered(line, 4))), [ESME_ROK, ESME_ROK]);
      });
      assert.deepEqual(segments.map(({ part }) => part).toSorted(), [1, 2]);
      assert.deepEqual(segments.map(({ pdu: octets }) => parse(Buffer.from(octets)).sequence_number), [4, 4]);
      const messages: Message[] = [];
      await withBinds({ binds: 2, reassemble: false, onMessage: (message) => void messages.push(message) }, {}, async (smsc, smpp) => {
        await allBound(smpp, 2);
        smsc.lines.forEach((line, index) => deliver(line, { sequence: 4, text: "x", part: index + 1, total: 2 }));
        await Promise.all(smsc.lines.map((line) => answered(line, 4)));
      });
      assert.deepEqual(messages.map(({ concat }) => concat?.part).toSorted(), [1, 2]);
    });
  });

  describe("where there is no bind_transceiver, several pairs", () => {
    const judge = ({ command }: NodePdu): number => (command === "bind_transceiver" ? 0x03 : ESME_ROK);
    const lineOf = (smsc: ScriptedSmsc, command: string, at: number): Line => smsc.lines.filter((line) => line.got(command).length > 0)[at] as Line;

    test("send, receive, lose one and end as one client", async () => {
      const texts: (string | undefined)[] = [];
      await withBinds({ binds: 2, fallback: true, onMessage: ({ text }) => void texts.push(text) }, { judge }, async (smsc, smpp) => {
        await allBound(smpp, 4);
        assert.deepEqual(bindsOf(smsc).toSorted(), ["bind_receiver", "bind_receiver", "bind_transceiver", "bind_transmitter", "bind_transmitter"]);
        const [one, two] = [lineOf(smsc, "bind_receiver", 0), lineOf(smsc, "bind_receiver", 1)];
        deliver(one, { sequence: 1, text: "A", part: 1, total: 2 });
        await answered(one, 1);
        deliver(two, { sequence: 1, text: "B", part: 2, total: 2 });
        assert.equal(await answered(two, 1), ESME_ROK);
        lineOf(smsc, "bind_transmitter", 0).socket.destroy();
        await until("the loss", () => smpp.stats().bound < 4 || smpp.stats().binds === 5);
        await Promise.all(Array.from({ length: 4 }, (_, number) => smpp.sendSms({ ...HELLO, to: to(number) })));
        await until("five binds", () => smpp.stats().binds === 5);
        assert.equal(smpp.stats().state, "bound");
      });
      assert.deepEqual(texts, ["AB"]);
    });

    test("a receiver that is refused at first fails connect()", async () => {
      await using smsc = await listen({ judge: ({ command }) => (command === "bind_transceiver" ? 0x03 : command === "bind_receiver" ? ESME_RINVPASWD : ESME_ROK) });
      await assert.rejects(connect(smsc.url, { binds: 2, fallback: true, reconnect: QUICK }), (error: SmppError) => error instanceof BindError && error.command === "bind_receiver");
      await until("the end of all", () => smsc.lines.every(({ closed }) => closed));
    });

    test("one whose other half ends for good ends, too", async () => {
      let refused = 0;
      const refuse = ({ command }: NodePdu, count: number): number => (command === "bind_transmitter" && count >= 5 ? (refused++, ESME_RINVPASWD) : judge({ command } as NodePdu));
      await withBinds({ binds: 2, fallback: true }, { judge: refuse }, async (smsc, smpp) => {
        await allBound(smpp, 4);
        lineOf(smsc, "bind_transmitter", 0).socket.destroy();
        await until("the end of the pair", () => refused === 1 && smpp.stats().bound === 2 && smsc.lines.filter(({ closed }) => !closed).length === 2);
        assert.equal((await smpp.sendSms({ ...HELLO, to: to(1) })).status, "accepted");
      });
    });

    test("close() while one learns that there is no bind_transceiver any more", async () => {
      let [lost, closing] = [false, undefined as Promise<void> | undefined];
      let client: SmppClient | undefined;
      const onState: ConnectOptions["onState"] = (state) => {
        if (lost && state === "binding") closing ??= client?.close();
      };
      await withBinds({ binds: 2, fallback: true, onState }, { judge: (_, count) => (count < 2 ? ESME_ROK : 0x03) }, async (smsc, smpp) => {
        client = smpp;
        await allBound(smpp, 2);
        lost = true;
        for (const { socket } of smsc.lines) socket.destroy();
        await until("the close", () => closing !== undefined);
        await closing;
        assert.deepEqual(bindsOf(smsc).filter((bind) => bind !== "bind_transceiver"), []);
      });
    });

    test("the client is bound as long as there is one to send and one to receive", async () => {
      const states: string[] = [];
      await withBinds({ binds: 2, fallback: true, reconnect: { min: 60_000 }, onState: (state) => void states.push(state) }, { judge }, async (smsc, smpp) => {
        await allBound(smpp, 4);
        states.length = 0;
        lineOf(smsc, "bind_transmitter", 0).socket.destroy();
        lineOf(smsc, "bind_receiver", 1).socket.destroy();
        await allBound(smpp, 2);
        assert.equal(smpp.stats().state, "bound");
        lineOf(smsc, "bind_receiver", 0).socket.destroy();
        await until("the loss", () => smpp.stats().bound === 1);
        assert.equal(smpp.stats().state, "waiting");
        assert.equal(states.at(-1), "waiting");
      });
    });
  });
}
