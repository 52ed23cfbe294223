import type { SmppClient } from "../../client/client.ts";
import { failureOf, INCOMPLETE, isAborted, STOPPED, withClient } from "../connection/client.ts";
import { readTarget } from "../connection/flags.ts";
import type { Interrupt } from "../send/interrupt.ts";
import { number } from "../send/tally.ts";
import { HELP, readFlags, type BenchCommand } from "./flags.ts";
import { BenchRun, type Measured } from "./run.ts";
import { startSimulator } from "./simulator.ts";

export { FLAGS } from "./flags.ts";

/** `smpp-edge bench`. */
export async function bench(args: string[]): Promise<number> {
  const command = readFlags(args);
  if (command === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const simulator = command.connection.url === undefined ? await startSimulator(command.messages) : undefined;
  try {
    const target = await readTarget({ ...command.connection, url: simulator?.url ?? command.connection.url });
    const shown = new URL(target.url);
    shown.password = "";
    return await withClient(target, command.log, (client, interrupt, why) => measure(client, command, interrupt, shown.href, why));
  } catch (error) {
    if (!isAborted(error)) throw failureOf(error);
    console.error("bench: stopped");
    return STOPPED;
  } finally {
    await simulator?.end();
  }
}

async function measure(client: SmppClient, command: BenchCommand, interrupt: Interrupt, url: string, why: () => string): Promise<number> {
  const run = new BenchRun(client, command, interrupt);
  const measured = await run.run();
  if (command.json) console.log(JSON.stringify(documentOf(run, url, measured, why()), undefined, 2));
  else print(run, url, measured, why());
  if (interrupt.stop.aborted) return STOPPED;
  if (run.cut) return 1;
  return run.tally.complete ? 0 : INCOMPLETE;
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
