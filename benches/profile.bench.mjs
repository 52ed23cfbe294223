// Where the CPU time of a message and of a receipt goes at window 100, by V8's profiler.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node24 } from "../scripts/lib.mjs";
import { digits, percent, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { startResponder, startSubject } from "./support/processes.mjs";

optionsOf(import.meta.filename);

const COUNT = 30_000;
const ROUNDS = 60;
const INTERVAL = 150;

const PARTS = {
  module: "the module",
  library: "the library's JavaScript",
  write: "writing to the socket, in the system",
  node: "Node's streams, buffers and events",
  coders: "`TextEncoder` and `TextDecoder`",
  caller: "the caller: its loop, `await`, its handler",
  garbage: "garbage collection",
  other: "V8 and the system otherwise",
};

function partOf({ functionName, url }) {
  if (functionName === "(garbage collector)") return "garbage";
  if (functionName === "(program)") return "other";
  if (url.startsWith("wasm:")) return "module";
  if (url.includes("/dist/")) return "library";
  if (url.includes("/benches/")) return "caller";
  if (functionName === "writeBuffer") return "write";
  if (/^(encodeInto|decode)/.test(functionName)) return "coders";
  return "node";
}

/** Nanoseconds of a message, by part. */
async function profile(client) {
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-profile-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const responder = await startResponder();
  const command = [node24(), "--expose-gc", "--cpu-prof", `--cpu-prof-dir=${directory}`, `--cpu-prof-interval=${INTERVAL}`];
  const subject = await startSubject(client, responder.port, command);
  for (let round = 0; round < ROUNDS; round++) await subject.run({ count: COUNT, window: 100 });
  await subject.end();
  responder.end();
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(directory, readdirSync(directory)[0]), "utf8"));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parts = Object.fromEntries(Object.keys(PARTS).map((part) => [part, 0]));
  // Without the process's start and the first rounds, in which V8 still compiles.
  const first = Math.floor(samples.length / 10);
  for (let i = first; i < samples.length; i++) {
    const frame = frames.get(samples[i]);
    if (frame.functionName !== "(idle)") parts[partOf(frame)] += timeDeltas[i];
  }
  const messages = COUNT * ROUNDS * (1 - first / samples.length);
  return Object.fromEntries(Object.entries(parts).map(([part, time]) => [part, (time * 1_000) / messages]));
}

const profiles = [await profile("send-sms"), await profile("receipts")];
const totals = profiles.map((parts) => Object.values(parts).reduce((sum, time) => sum + time, 0));
table("Window 100, by V8's profiler: nanoseconds", ["", "`sendSms`", "", "`onReport`", ""], [
  ...Object.entries(PARTS).map(([part, name]) => [name, ...profiles.flatMap((parts, i) => [digits(parts[part]), percent(parts[part], totals[i])])]),
  ["all", ...totals.flatMap((total) => [digits(total), ""])],
]);
