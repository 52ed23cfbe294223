// node tests/js/decoder/captures/make.mjs: makes the captures beside it from TCP sessions of the client with the simulator,
// by Wireshark's dumpcap and editcap. To be run as who may capture on the loopback.

import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";

const PLAIN = "15551230000";
const THROTTLED = "15559990001";
const SPLIT = "15559990022";

/** Captures what `talk` does with a simulator of its own. */
async function capture(path, talk) {
  await using simulator = await createSimulator({ port: 0, delay: 20 });
  const dumpcap = spawn("dumpcap", ["-q", "-i", "lo", "-f", `tcp port ${simulator.port}`, "-w", path], { stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of dumpcap.stderr) if (String(line).includes("File:")) break;
  await delay(500);
  const smpp = await connect(simulator.url, { onMessage: () => {}, onReport: () => {} });
  await talk(smpp, simulator);
  await smpp.close();
  await delay(500);
  dumpcap.kill("SIGINT");
  await once(dumpcap, "exit");
}

const directory = mkdtempSync(join(tmpdir(), "captures-"));
const to = (name) => join(import.meta.dirname, name);
try {
  const session = join(directory, "session.pcapng");
  await capture(session, async (smpp) => {
    const sent = await smpp.sendSms({ from: "ACME", to: PLAIN, text: "Hello World", report: "always" });
    await sent.delivered({ timeout: 10_000 });
    const long = "All parts of a long message carry a header that tells which part of the whole each of them is, and the one who reads puts them together again. ".repeat(2);
    await (await smpp.sendSms({ from: "ACME", to: PLAIN, text: long, report: "always" })).delivered({ timeout: 10_000 });
    await smpp.sendSms({ from: "ACME", to: THROTTLED, text: "Once more", report: "none" });
  });
  // By way of pcap, which has no place for what dumpcap notes about the machine.
  const plain = join(directory, "session.pcap");
  execFileSync("editcap", ["-F", "nsecpcap", session, plain]);
  execFileSync("editcap", ["-F", "pcapng", plain, to("session.pcapng")]);
  const whole = join(directory, "split.pcapng");
  await capture(whole, async (smpp) => {
    await smpp.sendSms({ from: "ACME", to: SPLIT, text: "In small pieces", report: "none" });
    const sent = await smpp.sendSms({ from: "ACME", to: PLAIN, text: "Octet by octet", report: "always" });
    await sent.delivered({ timeout: 10_000 });
  });
  execFileSync("editcap", ["-F", "nsecpcap", whole, to("split.pcap")]);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
