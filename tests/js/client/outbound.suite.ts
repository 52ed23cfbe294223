// What becomes of messages over real TCP, against a scripted SMSC: late answers, refused recipients, validity, the end of the client.
// Run on Node, Deno, Bun and in workerd.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect, SmppError, ThrottledError, TimeoutError, type LateResult, type Sent } from "smpp-edge";
import { until, type NodePdu } from "../simulator/peers.ts";
import { answer, ScriptedSmsc, type Line } from "./smsc.ts";

const ESME_RMSGQFUL = 0x14;
const ESME_RINVDSTADR = 0x0b;
const ESME_RTHROTTLED = 0x58;
const MESSAGE = { from: "12345", to: "+1234567890", text: "Hello World" };

/** Answers all but submit_sm, which it keeps. */
function keeping(kept: NodePdu[]): (request: NodePdu, line: Line) => void {
  return (request, line) => void (request.command === "submit_sm" ? kept.push(request) : answer(line, request));
}

/** The error of a promise that has to reject. */
async function rejection(promise: Promise<unknown>): Promise<SmppError> {
  const error = await promise.then(() => undefined, (error: unknown) => error);
  assert(error instanceof SmppError, String(error));
  return error;
}

async function late(error: SmppError | undefined): Promise<LateResult> {
  assert.equal(error?.outcome, "unknown");
  assert(error.late instanceof Promise);
  assert.equal(error.late, error.late);
  return error.late;
}

function report(line: Line, id: string, stat = "DELIVRD"): void {
  line.send("deliver_sm", {
    sequence_number: 1_000, esm_class: 4, source_addr: "1234567890", destination_addr: "12345",
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2611290000 done date:2611290001 stat:${stat} err:000 text:`,
  });
}

/** `command` runs a program of JavaScript: a runtime and its arguments. */
export function stoppedTest(runtime: string, command: string[]): void {
  const skip = process.platform === "win32" || command.length === 0;
  test(`${runtime}: a process that was stopped reads the answers that came meanwhile before it gives a message up`, { skip }, async () => {
    const kept: NodePdu[] = [];
    await using smsc = await ScriptedSmsc.listen(keeping(kept));
    const [file = "", ...args] = command;
    const child = spawn(file, [...args, fileURLToPath(new URL("stopped.mjs", import.meta.url)), smsc.url], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    try {
      await until("ten messages", () => kept.length === 10);
      child.kill("SIGSTOP");
      for (const request of kept) answer(smsc.line, request, { message_id: `m-${request.sequence_number}` });
      // Longer than the time the answers have.
      await sleep(4_500);
      child.kill("SIGCONT");
      await once(child, "close");
    } finally {
      child.kill("SIGKILL");
    }
    assert.deepEqual(JSON.parse(output), Array.from({ length: 10 }, () => "accepted"));
  });
}

export function outboundTests(): void {
  describe("late answers", () => {
    test("a message that timed out turns out to be accepted, and its report is found", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen(keeping(kept));
      await using smpp = await connect(smsc.url, { responseTimeout: 200 });
      const error = await rejection(smpp.sendSms({ ...MESSAGE, report: "always" }));
      assert(error instanceof TimeoutError);
      answer(smsc.line, kept[0]!, { message_id: "late-1" });
      const { outcome, sent } = await late(error);
      assert.equal(outcome, "accepted");
      assert.equal(sent?.messageId, "late-1");
      assert.equal(sent.status, "accepted");
      const delivered = sent.delivered();
      report(smsc.line, "late-1");
      assert.equal((await delivered).status, "delivered");
      assert.equal(smpp.stats().late, 1);
    });

    test("a report that comes before the late answer is kept for it", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen(keeping(kept));
      await using smpp = await connect(smsc.url, { responseTimeout: 200, onReport: () => {} });
      const error = await rejection(smpp.sendSms({ ...MESSAGE, report: "always" }));
      report(smsc.line, "late-1");
      await smsc.line.await("deliver_sm_resp");
      answer(smsc.line, kept[0]!, { message_id: "late-1" });
      const { sent } = await late(error);
      assert.equal((await sent?.delivered({ timeout: 10_000 }))?.status, "delivered");
    });

    test("one that was aborted on the wire turns out to be refused, and is not to be sent again before", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen(keeping(kept));
      await using smpp = await connect(smsc.url);
      const controller = new AbortController();
      const sending = rejection(smpp.sendSms({ ...MESSAGE, signal: controller.signal }));
      await until("the message", () => kept.length === 1);
      controller.abort();
      const error = await sending;
      assert.deepEqual([error.code, error.outcome, error.retryable], ["aborted", "unknown", false]);
      answer(smsc.line, kept[0]!, { command_status: ESME_RINVDSTADR });
      const result = await late(error);
      assert.equal(result.outcome, "rejected");
      assert.equal(result.error?.name, "ESME_RINVDSTADR");
    });

    test("one that was aborted before it was sent can be sent again", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen(keeping(kept));
      await using smpp = await connect(smsc.url, { window: 1 });
      const first = smpp.sendSms(MESSAGE);
      const controller = new AbortController();
      const sending = rejection(smpp.sendSms({ ...MESSAGE, signal: controller.signal }));
      await until("the first message", () => kept.length === 1);
      controller.abort();
      const error = await sending;
      answer(smsc.line, kept[0]!, { message_id: "m-1" });
      await first;
      assert.deepEqual([error.code, error.outcome, error.retryable, error.late], ["aborted", "not-sent", true, undefined]);
    });

    test("nothing comes: unknown for good, with the connection or the client at the latest", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen(keeping(kept));
      await using smpp = await connect(smsc.url, { responseTimeout: 200, reconnect: { min: 10, max: 10 } });
      const first = await rejection(smpp.sendSms(MESSAGE));
      smsc.line.socket.destroy();
      assert.deepEqual(await late(first), { outcome: "unknown" });
      const second = await rejection(smpp.sendSms(MESSAGE));
      await smpp.close();
      assert.deepEqual(await late(second), { outcome: "unknown" });
      // Lost with its connection: no answer can come on another.
      const third = await connect(smsc.url, { reconnect: false });
      const sending = rejection(third.sendSms(MESSAGE));
      await until("the message", () => smsc.line.got("submit_sm").length === 1);
      smsc.line.socket.destroy();
      assert.deepEqual(await late(await sending), { outcome: "unknown" });
    });

    test("any request: its response, or its refusal", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen((request, line) => void (request.command === "query_sm" ? kept.push(request) : answer(line, request)));
      await using smpp = await connect(smsc.url, { responseTimeout: 200 });
      const first = await rejection(smpp.query("1"));
      answer(smsc.line, kept[0]!, { message_id: "1", message_state: 2, error_code: 0, final_date: "" });
      const { outcome, response } = await late(first);
      assert.deepEqual([outcome, response?.command, response?.fields["message_state"]], ["accepted", "query_sm_resp", 2]);
      const second = await rejection(smpp.query("1"));
      answer(smsc.line, kept[1]!, { command_status: 0x67 });
      assert.equal((await late(second)).error?.name, "ESME_RQUERYFAIL");
    });

    test("any request: what the SMSC writes with the late response is taken as well", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen((request, line) => void (request.command === "query_sm" ? kept.push(request) : answer(line, request)));
      const reported: string[] = [];
      await using smpp = await connect(smsc.url, { responseTimeout: 200, onReport: ({ messageId }) => void reported.push(messageId) });
      const unknown = await rejection(smpp.query("1"));
      smsc.line.socket.cork();
      answer(smsc.line, kept[0]!, { message_id: "1", message_state: 2, error_code: 0, final_date: "" });
      for (const id of ["a", "b"]) report(smsc.line, id);
      smsc.line.socket.uncork();
      assert.equal((await late(unknown)).outcome, "accepted");
      await until("both reports", () => reported.length === 2 && smsc.line.got("deliver_sm_resp").length === 2);
      assert.deepEqual(reported, ["a", "b"]);
    });

    test("segments of a long message: what was partial becomes whole, with one report over all", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen((request, line) => {
        if (request.command !== "submit_sm") return answer(line, request);
        kept.push(request);
        if (kept.length === 1) answer(line, request, { message_id: "s-1" });
      });
      await using smpp = await connect(smsc.url, { responseTimeout: 200, onReport: () => {} });
      const sent = await smpp.sendSms({ ...MESSAGE, text: "x".repeat(400), report: "always" });
      assert.equal(sent.status, "partial");
      const errors = sent.segments.flatMap(({ error }) => error ?? []);
      assert.equal(errors.length, 2);
      answer(smsc.line, kept[2]!, { message_id: "s-3" });
      answer(smsc.line, kept[1]!, { message_id: "s-2" });
      const [result] = await Promise.all(errors.map(late));
      assert.equal(result?.sent?.status, "accepted");
      assert.deepEqual(result.sent.segments.map(({ messageId }) => messageId), ["s-1", "s-2", "s-3"]);
      // What was given out before stays as it was.
      assert.deepEqual(sent.segments.map(({ status }) => status), ["accepted", "unknown", "unknown"]);
      const delivered = [sent.delivered(), result.sent.delivered()];
      for (const id of ["s-1", "s-2", "s-3"]) report(smsc.line, id);
      for (const each of await Promise.all(delivered)) assert.equal(each.status, "delivered");
    });

    test("a segment that answers late, before the others end, makes the message whole", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen(keeping(kept));
      await using smpp = await connect(smsc.url, { responseTimeout: 300, window: 1 });
      const sending = smpp.sendSms({ ...MESSAGE, text: "x".repeat(200) });
      await until("the second segment", () => kept.length === 2);
      answer(smsc.line, kept[0]!, { message_id: "s-1" });
      answer(smsc.line, kept[1]!, { message_id: "s-2" });
      const sent = await sending;
      assert.equal(sent.status, "accepted");
    });

    test("sendMany gives such errors too", async () => {
      const kept: NodePdu[] = [];
      await using smsc = await ScriptedSmsc.listen(keeping(kept));
      await using smpp = await connect(smsc.url, { responseTimeout: 200 });
      const errors: SmppError[] = [];
      await smpp.sendMany([MESSAGE, MESSAGE], { onResult: ({ error }) => void (error && errors.push(error)) });
      kept.forEach((request, n) => answer(smsc.line, request, { message_id: `m-${n}` }));
      const results = await Promise.all(errors.map(late));
      assert.deepEqual(results.map(({ sent }) => sent?.messageId), ["m-0", "m-1"]);
    });

    test("delivered() that did not wait long enough", async () => {
      await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request, request.command === "submit_sm" ? { message_id: "m-1" } : {}));
      await using smpp = await connect(smsc.url);
      const sent = await smpp.sendSms({ ...MESSAGE, report: "always" });
      const error = await rejection(sent.delivered({ timeout: 10 }));
      assert.equal(error.code, "timeout");
      const waiting = late(error);
      report(smsc.line, "m-1", "UNDELIV");
      const result = await waiting;
      assert.deepEqual([result.outcome, result.report?.status], ["reported", "undeliverable"]);
      const other = await smpp.sendSms({ ...MESSAGE, report: "always" });
      const none = late(await rejection(other.delivered({ timeout: 10 })));
      await smpp.close();
      assert.ok(["reported", "unknown"].includes((await none).outcome));
    });

    test("memory: what is remembered is bounded, and tickets are used again", async () => {
      await using smsc = await ScriptedSmsc.listen((request, line) => void (request.command === "submit_sm" || answer(line, request)));
      await using smpp = await connect(smsc.url, { responseTimeout: 20, window: 1_000 });
      const errors = await Promise.all(Array.from({ length: 1_500 }, () => rejection(smpp.sendSms(MESSAGE))));
      // The oldest are given up for good, the others when the client ends.
      for (const error of errors.slice(0, 500)) assert.deepEqual(await late(error), { outcome: "unknown" });
      await smpp.close();
      for (const error of errors) assert.deepEqual(await late(error), { outcome: "unknown" });
    });
  });

  describe("flow", () => {
    for (const window of [1, 10, 100]) {
      test(`a recipient whose queue is full for ever delays no other, window ${window}`, async () => {
        const sent: string[] = [];
        await using smsc = await ScriptedSmsc.listen((request, line) => {
          if (request.command === "submit_sm") sent.push(String(request["destination_addr"]));
          answer(line, request, request["destination_addr"] === "1000" ? { command_status: ESME_RMSGQFUL } : {});
        });
        await using smpp = await connect(smsc.url, { window });
        const controller = new AbortController();
        const refused = rejection(smpp.sendSms({ ...MESSAGE, to: "1000", signal: controller.signal }));
        const others: Promise<Sent>[] = [];
        for (let n = 0; n < 200; n++) others.push(smpp.sendSms({ ...MESSAGE, to: String(2_000 + n) }));
        await Promise.all(others);
        // It was tried at most once a second, and the others in their order.
        const rest = sent.filter((to) => to !== "1000");
        assert.deepEqual(rest, Array.from({ length: 200 }, (_, n) => String(2_000 + n)));
        controller.abort();
        assert.ok(["not-sent", "unknown"].includes((await refused).outcome));
      });
    }

    test("one recipient is always throttled: the others arrive", { timeout: 60_000 }, async () => {
      let tried = 0;
      await using smsc = await ScriptedSmsc.listen((request, line) => {
        const busy = request["destination_addr"] === "1000";
        tried += Number(busy);
        answer(line, request, busy ? { command_status: ESME_RTHROTTLED } : {});
      });
      await using smpp = await connect(smsc.url);
      const refused = rejection(smpp.sendSms({ ...MESSAGE, to: "1000", validity: 4 }));
      await Promise.all(Array.from({ length: 20 }, (_, n) => smpp.sendSms({ ...MESSAGE, to: String(2_000 + n) })));
      const error = await refused;
      assert(error instanceof ThrottledError);
      assert.equal(error.outcome, "rejected");
      assert(tried <= 4, `${tried} attempts`);
    });
  });

  test("a signal cancels its own messages among many, in the queue and on the wire", async () => {
    const kept: NodePdu[] = [];
    let open = false;
    await using smsc = await ScriptedSmsc.listen((request, line) => void (open || request.command !== "submit_sm" ? answer(line, request) : kept.push(request)));
    await using smpp = await connect(smsc.url, { window: 10 });
    const controller = new AbortController();
    const own = (n: number): boolean => n % 3 === 1;
    const sending = Array.from({ length: 1_000 }, (_, n) => smpp.sendSms({ ...MESSAGE, to: String(10_000 + n), ...(own(n) ? { signal: controller.signal } : {}) }));
    const ends = Promise.allSettled(sending);
    await until("a window", () => kept.length === 10);
    controller.abort();
    await Promise.allSettled(sending.filter((_, n) => own(n)));
    open = true;
    for (const request of kept) answer(smsc.line, request);
    const outcomes = (await ends).map((end) => (end.status === "fulfilled" ? end.value.status : (end.reason as SmppError).outcome));
    assert.deepEqual(outcomes, outcomes.map((_, n) => (own(n) ? (n < 10 ? "unknown" : "not-sent") : "accepted")));
    const numbers = smsc.line.got("submit_sm").map((request) => Number(request["destination_addr"]) - 10_000);
    assert.deepEqual(numbers, outcomes.flatMap((outcome, n) => (outcome === "not-sent" ? [] : [n])));
  });

  describe("validity", () => {
    for (const [name, validity] of [["seconds", () => 1], ["a Date", () => new Date(Date.now() + 1_000)]] as const) {
      test(`in ${name}: a message whose time ends without a link is not throttled, and never sent`, async () => {
        await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request));
        await using smpp = await connect(smsc.url, { reconnect: { min: 4_000, max: 4_000 } });
        smsc.line.socket.destroy();
        await until("the loss", () => smpp.stats().state === "waiting");
        const error = await rejection(smpp.sendSms({ ...MESSAGE, validity: validity(), text: "x".repeat(400) }));
        assert(error instanceof TimeoutError, error.name);
        assert.deepEqual([error.code, error.outcome], ["timeout", "not-sent"]);
        await until("the next connection", () => smpp.stats().state === "bound");
        await smpp.sendSms({ ...MESSAGE, text: "after" });
        assert.equal(smsc.lines.flatMap((line) => line.got("submit_sm")).length, 1);
      });
    }

    test("goes out in seconds, and is over after so many", async () => {
      let attempts = 0;
      await using smsc = await ScriptedSmsc.listen((request, line) => {
        attempts += Number(request.command === "submit_sm");
        answer(line, request, request.command === "submit_sm" ? { command_status: ESME_RMSGQFUL } : {});
      });
      await using smpp = await connect(smsc.url);
      const error = await rejection(smpp.sendSms({ ...MESSAGE, validity: 2 }));
      assert(error instanceof ThrottledError);
      assert.equal(attempts, 2);
      assert.deepEqual(smsc.line.got("submit_sm").map((request) => String(request["validity_period"])).length, 2);
    });

    test("that has passed already is refused", async () => {
      await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request));
      await using smpp = await connect(smsc.url);
      const error = await rejection(smpp.sendSms({ ...MESSAGE, validity: new Date(Date.now() - 1) }));
      assert.deepEqual([error.name, error.outcome, error.field], ["TimeoutError", "not-sent", "validity"]);
    });
  });

  describe("sendMany of a source that never ends", () => {
    for (const [name, message] of [["messages", MESSAGE], ["nothing that can be sent", null as unknown as typeof MESSAGE]] as const) {
      test(`${name}: timers fire meanwhile, and it ends with a lost link`, async () => {
        await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request, { message_id: "m-1" }));
        await using smpp = await connect(smsc.url, { reconnect: false });
        const bulk = rejection(smpp.sendMany((function* () { for (;;) yield message; })()));
        for (let i = 0; i < 3; i++) await sleep(1);
        smsc.line.socket.destroy();
        const error = await bulk;
        assert.deepEqual([error.code, error.outcome], ["closed", "not-sent"]);
      });
    }
  });

  describe("close()", () => {
    test("ends although the SMSC answers nothing and answers have no time limit", { timeout: 120_000 }, async () => {
      await using smsc = await ScriptedSmsc.listen();
      const smpp = await connect(smsc.url, { responseTimeout: 0 });
      const sending = [rejection(smpp.sendSms(MESSAGE)), rejection(smpp.query("1"))];
      await until("the messages", () => smsc.line.got("query_sm").length === 1);
      await smpp.close();
      for (const error of await Promise.all(sending)) assert.equal(error.outcome, "unknown");
    });
  });
}
