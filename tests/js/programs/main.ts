// Runs programs drawn at random: PROGRAMS=20000 as many, SEED and REPLAY (both are printed with a finding) one again, TCP=1 over real sockets.

import { writeFileSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import * as fc from "fast-check";
import { VirtualClock } from "./clock.ts";
import { programs, type Program } from "./program.ts";
import { Run } from "./run.ts";

const COUNT = Number(process.env["PROGRAMS"] ?? 300);
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 0x7fff_ffff));
/** Where the present program is written to, for one that takes the process with it. */
const LAST = process.env["LAST"];
const REPLAY = process.env["REPLAY"];
const TCP = process.env["TCP"] === "1";
/** Real seconds in which the event loop has to come round, on a machine that does other things too. */
const PATIENCE = 120;

const uncaught: unknown[] = [];
process.on("unhandledRejection", (error) => uncaught.push(error));
process.on("uncaughtException", (error) => uncaught.push(error));

/** Ends the process when the event loop does not come round any more, and names the program. */
const beats = new Int32Array(new SharedArrayBuffer(4));
const clock = new VirtualClock(() => void Atomics.add(beats, 0, 1), TCP ? 1 : 0);
const watchdog = new Worker(`
  const { parentPort, workerData: { beats, patience } } = require("node:worker_threads");
  let program = "", last = -1, still = 0;
  parentPort.on("message", (text) => (program = text));
  setInterval(() => {
    const beat = Atomics.load(beats, 0);
    still = beat === last ? still + 1 : 0;
    last = beat;
    if (still < patience) return;
    require("node:fs").writeSync(2, "The event loop is starved by\\n" + program + "\\n");
    process.kill(process.pid, "SIGKILL");
  }, 1_000).unref();
`, { eval: true, workerData: { beats, patience: PATIENCE } });
watchdog.unref();

let ran = 0;
const silent = { error: console.error };

async function holds(program: Program): Promise<void> {
  const text = JSON.stringify(program);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  watchdog.postMessage(text);
  if (LAST !== undefined) writeFileSync(LAST, text);
  uncaught.length = 0;
  clock.clear();
  clock.install();
  console.error = () => {};
  try {
    await new Run(program, clock, TCP).run();
    await clock.settle();
  } finally {
    clock.remove();
    console.error = silent.error;
  }
  if (uncaught.length > 0) throw new Error("nobody's: " + uncaught.map((error) => (error instanceof Error ? error.stack : String(error))).join("\n"));
  if (++ran % (TCP ? 50 : 1_000) === 0) writeSync(1, `${ran} programs\n`);
}

const result = await fc.check(fc.asyncProperty(programs, holds), { numRuns: COUNT, seed: SEED, ...(REPLAY === undefined ? {} : { path: REPLAY }), verbose: 0 });
if (result.failed) {
  const { counterexamplePath, errorInstance, counterexample } = result;
  writeSync(2, `${JSON.stringify(counterexample?.[0], undefined, 1)}\n\n${errorInstance instanceof Error ? errorInstance.stack : String(errorInstance)}\n\nSEED=${SEED} REPLAY=${counterexamplePath} finds it again.\n`);
  process.exit(1);
}
writeSync(1, `${result.numRuns} programs hold, SEED=${SEED}\n`);
process.exit(0);
