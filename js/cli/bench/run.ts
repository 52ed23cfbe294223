import { createHistogram } from "node:perf_hooks";
import type { SmppClient } from "../../client/client.ts";
import { SmppError } from "../../client/errors.ts";
import type { Sent } from "../../client/sent.ts";
import type { Interrupt } from "../send/interrupt.ts";
import { Progress, type Shown } from "../send/progress.ts";
import { number, Tally } from "../send/tally.ts";
import type { BenchCommand } from "./flags.ts";

/** The client's defaults. */
const WINDOW = 10;
const BINDS = 1;

/** What was measured. Times without a unit in their name are milliseconds. */
export interface Measured {
  /** From the first message to the last answer. */
  seconds: number;
  /** Messages a second. */
  rate: number;
  /** CPU time of this process a message, in microseconds. */
  cpuMicroseconds: number;
  /** Of the messages that were answered; undefined if none was. */
  latency: { p50: number; p95: number; p99: number; max: number } | undefined;
  /** Answers that the SMSC is too busy, after which the client sent again. */
  throttled: number;
}

/** Sends messages with the window always full. */
export class BenchRun {
  readonly tally = new Tally("with message");
  readonly #client: SmppClient;
  readonly #command: BenchCommand;
  readonly #interrupt: Interrupt;
  /** In microseconds. */
  readonly #latency = createHistogram();
  #begun = 0;
  /** The connection ended for good. */
  #ended = false;
  #reportsAwaited = 0;
  readonly #endOfReports = new AbortController();
  #allReported = (): void => {};

  constructor(client: SmppClient, command: BenchCommand, interrupt: Interrupt) {
    this.#client = client;
    this.#command = command;
    this.#interrupt = interrupt;
  }

  /** Resolves when all is sent, or the rest is not to be. */
  async run(): Promise<Measured> {
    const { json, quiet, log, connection: { options: { window = WINDOW, binds = BINDS } } } = this.#command;
    const { stop } = this.#interrupt;
    const progress = json || quiet || log ? undefined : new Progress(process.stderr, () => this.#shown());
    const onStop = (): void => this.#endOfReports.abort();
    stop.addEventListener("abort", onStop, { once: true });
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    try {
      await Promise.all(Array.from({ length: Math.min(window * binds, this.#command.messages) }, () => this.#send()));
      const measured = this.#measured((performance.now() - started) / 1_000, process.cpuUsage(cpu));
      await this.#awaitReports();
      return measured;
    } finally {
      stop.removeEventListener("abort", onStop);
      progress?.end();
    }
  }

  /** Whether messages are left that were not sent. */
  get cut(): boolean {
    return this.#ended || this.#begun < this.#command.messages;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** One message after the other. */
  async #send(): Promise<void> {
    const { message, messages, wait } = this.#command;
    const { stop, giveUp } = this.#interrupt;
    while (this.#begun < messages && !this.#ended && !stop.aborted) {
      const place = ++this.#begun;
      const started = performance.now();
      try {
        const sent = await this.#client.sendSms({ ...message, signal: giveUp });
        this.#record(started);
        this.tally.accept(sent.status, sent.segments.length);
        if (wait !== undefined) void this.#await(sent);
      } catch (error) {
        if (!(error instanceof SmppError)) throw error;
        if (error.code === "closed") this.#ended = true;
        if (this.tally.fail(place, error) === "rejected") this.#record(started);
      }
    }
  }

  #record(started: number): void {
    this.#latency.record(Math.max(1, Math.round((performance.now() - started) * 1_000)));
  }

  async #await(sent: Sent): Promise<void> {
    this.#reportsAwaited++;
    const status = await sent.delivered({ signal: this.#endOfReports.signal }).then((report) => report.status, () => "none");
    this.tally.report(status);
    if (--this.#reportsAwaited === 0) this.#allReported();
  }

  async #awaitReports(): Promise<void> {
    if (this.#reportsAwaited === 0) return;
    const timer = setTimeout(() => this.#endOfReports.abort(), this.#command.wait);
    await new Promise<void>((resolve) => (this.#allReported = resolve));
    clearTimeout(timer);
  }

  #measured(seconds: number, { user, system }: NodeJS.CpuUsage): Measured {
    const { total } = this.tally;
    const milliseconds = (part: number): number => rounded(this.#latency.percentile(part) / 1_000, 2);
    return {
      seconds: rounded(seconds, 3),
      rate: Math.round(total / seconds),
      cpuMicroseconds: rounded((user + system) / Math.max(total, 1), 1),
      latency: this.#latency.count === 0 ? undefined : { p50: milliseconds(50), p95: milliseconds(95), p99: milliseconds(99), max: milliseconds(100) },
      throttled: this.#client.stats().throttled,
    };
  }

  #shown(): Shown {
    const { total } = this.tally;
    const waits = this.#reportsAwaited > 0 ? `, ${number(this.#reportsAwaited)} reports awaited` : "";
    return { part: total / this.#command.messages, done: total, text: `${this.tally}${waits}` };
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
