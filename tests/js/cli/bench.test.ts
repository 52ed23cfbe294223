// `smpp-edge bench`: what is sent is what is counted, and nothing is sent to another machine unasked.

import assert from "node:assert/strict";
import { connect as connectTcp } from "node:net";
import { once } from "node:events";
import { test } from "node:test";
import { createSimulator, type Simulator, type SimulatorOptions } from "smpp-edge/server";
import { until, within } from "../simulator/peers.ts";
import { run, start } from "./program.ts";

async function withSimulator(options: SimulatorOptions, use: (simulator: Simulator) => Promise<void>): Promise<void> {
  const simulator = await createSimulator({ port: 0, delay: 0, ...options });
  try {
    await use(simulator);
  } finally {
    await simulator.close();
  }
}

interface Found {
  url: string;
  messages: number;
  segments: number;
  seconds: number;
  rate: number;
  cpuMicroseconds: number;
  latency: { p50: number; p95: number; p99: number; max: number };
  throttled: number;
  outcomes: Record<string, number>;
  errors: Record<string, number>;
  reports: Record<string, number>;
  ended?: string;
}

const read = (out: string): Found => JSON.parse(out) as Found;

/** Resolves when nothing listens at the port any more. */
async function isGone(port: number): Promise<void> {
  const refused = async (): Promise<boolean> => {
    const socket = connectTcp(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return false;
    } catch {
      return true;
    } finally {
      socket.destroy();
    }
  };
  const poll = async (): Promise<void> => {
    while (!(await refused())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await within("the simulator's end", poll());
}

test("every message is sent once over all connections, and counted by its outcome", () => withSimulator({ faults: ["refuse=4"] }, async (simulator) => {
  const { code, out, err } = await run(["bench", "--messages", "200", "--binds", "2", "--window", "5", "--from", "12345", "--text", "x".repeat(161), "--json", simulator.url]);
  assert.equal(code, 3, err);
  const found = read(out);
  assert.equal(found.messages, 200);
  assert.doesNotMatch(found.url, /password/);
  // Two segments each: a message with a refused one is partial, or rejected if both are.
  assert.equal(Object.values(found.outcomes).reduce((sum, count) => sum + count, 0), 200);
  assert.deepEqual(Object.keys(found.errors).filter((name) => name !== "ESME_RSUBMITFAIL"), []);
  assert.equal(simulator.messages().length, 300);
  const { p50, p95, p99, max } = found.latency;
  assert(p50 > 0 && p50 <= p95 && p95 <= p99 && p99 <= max, out);
  assert(found.rate > 0 && found.seconds > 0 && found.cpuMicroseconds > 0, out);
}));

test("refusals by their status, in words", () => withSimulator({ faults: ["refuse=4"] }, async (simulator) => {
  const { code, out, err } = await run(["bench", "--messages", "20"], { env: { SMPP_URL: simulator.url } });
  assert.equal(code, 3, err);
  assert.equal(err, "");
  assert.match(out, /^messages {5}20 in \d+\.\d s: 15 accepted, 5 rejected$/m);
  for (const row of [/^rate {9}[\d,]+ messages\/s$/m, /^CPU {10}[\d,.]+ µs a message$/m, /^latency {6}p50 \S+ ms, p95 \S+ ms, p99 \S+ ms, max \S+ ms$/m]) assert.match(out, row);
  assert.match(out, /^ {2}5 × ESME_RSUBMITFAIL, first with message \d+: /m);
  assert.doesNotMatch(out, /reports|throttled|password/);
}));

test("messages that the SMSC was too busy for are sent again, and counted", () => withSimulator({}, async (simulator) => {
  const { code, out, err } = await run(["bench", "--messages", "1", "--to", "+15559990001", "--json", simulator.url]);
  assert.equal(code, 0, err);
  assert.deepEqual([read(out).throttled, read(out).outcomes], [2, { accepted: 1 }]);
}));

test("without a URL a simulator is started, and ended; --reports counts its reports", async () => {
  const { code, out, err } = await run(["bench", "--messages", "300", "--reports", "--json"]);
  assert.equal(code, 0, err);
  const found = read(out);
  assert.deepEqual([found.outcomes, found.reports, found.errors], [{ accepted: 300 }, { delivered: 300 }, {}]);
  await isGone(Number(new URL(found.url).port));
});

test("the simulator ends with a program that is killed", { skip: process.platform === "win32" && "there is no SIGKILL" }, async () => {
  const benching = start(["bench", "--messages", "100000", "--rate", "10"]);
  await benching.complains(/a simulator on 127\.0\.0\.1:\d+\n/);
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(benching.err())?.[1]);
  benching.child.kill("SIGKILL");
  await benching.exit;
  await isGone(port);
});

test("reports that do not come are not waited for longer than --wait", () => withSimulator({ outcome: "enroute" }, async (simulator) => {
  const { code, out, err } = await run(["bench", "--messages", "20", "--reports", "--wait", "0", simulator.url]);
  assert.equal(code, 3, err);
  assert.match(out, /^reports {6}20 none$/m);
}));

test("Ctrl-C ends it with what was measured: exit code 130", () => withSimulator({}, async (simulator) => {
  const benching = start(["bench", "--messages", "100000", "--rate", "50", "--json", simulator.url]);
  await until("a few messages", () => simulator.messages().length > 5);
  benching.child.kill("SIGINT");
  assert.equal(await benching.exit, 130, benching.err());
  const { messages, outcomes } = read(benching.out());
  assert.deepEqual(outcomes, { accepted: messages });
  assert.equal(messages, simulator.messages().length);
}));

test("a connection that ends for good ends it: exit code 1", async () => {
  const simulator = await createSimulator({ port: 0 });
  const benching = start(["bench", "--messages", "100000", "--rate", "50", "--json", simulator.url]);
  await until("a few messages", () => simulator.messages().length > 5);
  await simulator.close();
  // At the same place the account is refused now.
  const another = await createSimulator({ port: simulator.port, accounts: { other: "password" } });
  try {
    assert.equal(await benching.exit, 1, benching.err());
    const { messages, ended } = read(benching.out());
    assert(messages < 100_000);
    assert.match(ended ?? "", /ESME_RINV/);
  } finally {
    await another.close();
  }
});

test("a bind that is refused: exit code 1", () => withSimulator({}, async (simulator) => {
  const { code, err } = await run(["bench", simulator.url.replace(":password", ":wrong")]);
  assert.equal(code, 1);
  assert.match(err, /^bench: .*ESME_RINVPASWD/);
}));

for (const [name, args, message] of [
  ["another machine without --to", ["--yes", "smpp://me@smsc.example:2775"], /--to is missing: smsc\.example:2775 is not this machine/],
  ["another machine without --yes", ["--to", "+15550000001", "--messages", "2000", "smpp://me@127.0.0.1.example"], /127\.0\.0\.1\.example is not this machine: add --yes to send 2,000 real SMS to \+15550000001/],
  ["another machine without --yes, by --url", ["--to", "+15550000001", "--url", "smpps://me@[2001:db8::1]"], /add --yes/],
  ["no messages", ["--messages", "0"], /--messages 0: expected at least 1/],
  ["a recipient that is none", ["--to", "hello"], /--to/],
  ["--wait alone", ["--wait", "5"], /--wait is for --reports/],
  ["more reports than can be waited for", ["--reports", "--messages", "100001"], /at most 100000/],
  ["a transmitter and --reports", ["--reports", "--bind", "transmitter"], /--bind transmitter/],
  ["a receiver", ["--bind", "receiver"], /--bind receiver/],
  ["an unknown flag", ["--message", "5"], /--message/],
  ["a window that no client has", ["--window", "0"], /--window/],
] as const) {
  test(`${name}: exit code 2`, async () => {
    const { code, out, err } = await run(["bench", ...args], { env: { SMPP_PASSWORD: "password" } });
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
    assert.match(err, /smpp-edge bench --help lists the flags\n$/);
  });
}
