import { SmppError } from "../../client/errors.ts";
import { connect } from "../../client/index.ts";
import type { ConnectOptions } from "../../client/types.ts";
import { readTarget } from "../connection/flags.ts";
import { Failure, UsageError } from "../failure.ts";
import { flagName } from "../send/fields.ts";
import { Interrupt } from "../send/interrupt.ts";
import { number } from "../send/tally.ts";
import { HELP, readFlags, type BenchCommand } from "./flags.ts";
import { BenchRun, type Measured } from "./run.ts";
import { startSimulator } from "./simulator.ts";

export { FLAGS } from "./flags.ts";

/** Exit codes beyond those of all commands. */
const INCOMPLETE = 3;
const STOPPED = 130;

/** `smpp-edge bench`. */
export async function bench(args: string[]): Promise<number> {
  const command = readFlags(args);
  if (command === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const simulator = command.connection.url === undefined ? await startSimulator(command.messages) : undefined;
  try {
    return await measure(command, simulator?.url ?? command.connection.url);
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    if (error.code === "aborted") {
      console.error("bench: stopped");
      return STOPPED;
    }
    if (error.code === "invalid-option") throw new UsageError(`--${flagName(error.message)}`);
    throw new Failure(error.message);
  } finally {
    await simulator?.end();
  }
}

async function measure(command: BenchCommand, from: string | undefined): Promise<number> {
  const { url, options } = await readTarget({ ...command.connection, url: from });
  if (command.log) options.log = (line) => console.error(line);
  const shown = new URL(url);
  shown.password = "";
  const interrupt = new Interrupt();
  try {
    let why = "";
    const onState: ConnectOptions["onState"] = (_, detail) => void (why = detail?.message ?? why);
    const client = await connect(url, { ...options, onState, signal: interrupt.stop });
    try {
      const run = new BenchRun(client, command, interrupt);
      const measured = await run.run();
      if (command.json) console.log(JSON.stringify(documentOf(run, shown.href, measured, why), undefined, 2));
      else print(run, shown.href, measured, why);
      if (interrupt.stop.aborted) return STOPPED;
      if (run.cut) return 1;
      return run.tally.complete ? 0 : INCOMPLETE;
    } finally {
      await client.close();
    }
  } finally {
    interrupt.end();
  }
}

function documentOf({ tally, ended }: BenchRun, url: string, measured: Measured, why: string): object {
  const outcomes = Object.fromEntries(Object.entries(tally.counts).filter(([, count]) => count > 0));
  return { url, messages: tally.total, segments: tally.segments, ...measured, outcomes, errors: tally.errors(), reports: Object.fromEntries(tally.reports), ...(ended ? { ended: why } : {}) };
}

function print({ tally, ended }: BenchRun, url: string, { seconds, rate, cpuMicroseconds, latency, throttled }: Measured, why: string): void {
  const rows: [string, string][] = [
    ["SMSC", url],
    ["messages", `${number(tally.total)} in ${seconds.toFixed(1)} s: ${tally}`],
    ["rate", `${number(rate)} messages/s`],
    ["CPU", `${number(cpuMicroseconds)} µs a message`],
  ];
  if (latency !== undefined) rows.push(["latency", `p50 ${latency.p50} ms, p95 ${latency.p95} ms, p99 ${latency.p99} ms, max ${latency.max} ms`]);
  if (throttled > 0) rows.push(["throttled", `${number(throttled)} answers; these messages were sent again`]);
  if (tally.reports.size > 0) rows.push(["reports", [...tally.reports].map(([status, count]) => `${number(count)} ${status}`).join(", ")]);
  if (ended) rows.push(["connection", `ended: ${why}`]);
  for (const [name, value] of rows) console.log(`${name.padEnd(12)} ${value}`);
  for (const line of tally.reasons()) console.log(line);
}
