// `smpp-edge listen`: reports and inbound messages as lines, acknowledged when they are written.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulator, type Simulator } from "smpp-edge/server";
import { connect } from "smpp-edge";
import { until } from "../simulator/peers.ts";
import { run, start } from "./program.ts";

async function withSimulator(use: (simulator: Simulator) => Promise<void>): Promise<void> {
  const simulator = await createSimulator({ port: 0, delay: 10 });
  try {
    await use(simulator);
  } finally {
    await simulator.close();
  }
}

test("a report and a message, as lines; --count ends", () => withSimulator(async (simulator) => {
  const listening = start(["listen", "--count", "2", simulator.url]);
  await listening.complains(/bound to 127\.0\.0\.1:\d+ as \S+; Ctrl-C ends/);
  await simulator.deliver({ from: "+1234567890", to: "12345", text: "Hi\nthere" });
  await until("a line", () => listening.out() !== "");
  const smpp = await connect(simulator.url, { bind: "transmitter" });
  const { messageId } = await smpp.sendSms({ to: "+15550000001", from: "12345", text: "x", report: "always" });
  await smpp.close();
  assert.equal(await listening.exit, 0, listening.err());
  const lines = listening.out().trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^message {2}\S+ {2}\+1234567890 to 12345 {2}"Hi\\nthere"$/);
  assert.match(lines[1] ?? "", new RegExp(`^report {2}\\S+ {2}\\+15550000001 {2}${messageId} {2}delivered`));
}));

test("--json: an object a line, whose PDU decodes", () => withSimulator(async (simulator) => {
  const listening = start(["listen", "--json", "--count", "1", "--bind", "transceiver"], { env: { SMPP_URL: simulator.url } });
  await listening.complains(/bound to/);
  await simulator.deliver({ from: "+1234567890", to: "12345", text: "Привет" });
  assert.equal(await listening.exit, 0, listening.err());
  const found = JSON.parse(listening.out()) as Record<string, unknown>;
  assert.deepEqual([found["type"], found["from"], found["to"], found["text"], found["complete"]], ["message", "+1234567890", "12345", "Привет", true]);
  const decoded = await run(["decode", (found["pdus"] as string[])[0] as string]);
  assert.match(decoded.out, /deliver_sm/);
}));

test("--count leaves what is beyond to whoever listens next, and does not complain", () => withSimulator(async (simulator) => {
  const listening = start(["listen", "--count", "1", simulator.url]);
  await listening.complains(/bound to/);
  // The others are refused.
  for (let i = 0; i < 5; i++) void simulator.deliver({ from: "+1234567890", to: "12345", text: "Hi" }).catch(() => {});
  assert.equal(await listening.exit, 0, listening.err());
  assert.equal(listening.out().trimEnd().split("\n").length, 1);
  assert.match(listening.err(), /^bound to .*\n$/);
}));

test("--binds: a line for each message, whichever connection it comes by", () => withSimulator(async (simulator) => {
  const listening = start(["listen", "--binds", "2", "--count", "1", simulator.url]);
  await listening.complains(/bound to/);
  await simulator.deliver({ from: "+1234567890", to: "12345", text: "x".repeat(400) });
  assert.equal(await listening.exit, 0, listening.err());
  assert.match(listening.out(), /x{400}/);
}));

test("Ctrl-C ends with 0; a bind that is refused with 1; flags that make no sense with 2", () => withSimulator(async (simulator) => {
  const listening = start(["listen", simulator.url]);
  await listening.complains(/bound to/);
  listening.child.kill("SIGINT");
  assert.equal(await listening.exit, 0);
  const refused = await run(["listen", simulator.url.replace(":password", ":wrong")]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /ESME_RINVPASWD/);
  const wrong = await run(["listen", "--bind", "transmitter", simulator.url]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /it receives nothing/);
}));
