import type { SmppClient } from "../../client/client.ts";
import { formatAddress } from "../../client/address.ts";
import type { SmppError } from "../../client/errors.ts";
import type { Sent } from "../../client/sent.ts";
import type { BulkResult, SmsMessage } from "../../client/types.ts";
import { Failure } from "../failure.ts";
import type { SendCommand } from "./flags.ts";
import type { Input } from "./input.ts";
import type { Interrupt } from "./interrupt.ts";
import { readMessages, type MessageFile, type Row } from "./messages.ts";
import { cost } from "./price.ts";
import { Progress, type Shown } from "./progress.ts";
import type { Recipients } from "./recipients.ts";
import type { Result, Results } from "./results.ts";
import { counted, number, reason, Tally } from "./tally.ts";

const WINDOW = 10;

/** What a run needs beside the client. */
export interface RunOptions {
  input: Input;
  command: SendCommand;
  interrupt: Interrupt;
  results: Results | undefined;
  recipients: Recipients;
  /** Why the connection ended. */
  why: () => string;
}

/** Sends the messages of a file, with few of them in memory at a time, and prints the outcomes on standard output. */
export class FileRun {
  readonly #client: SmppClient;
  readonly #options: RunOptions;
  readonly #tally = new Tally();
  /** Most messages in flight: little more than the window, so that stopping is soon done. */
  readonly #most: number;
  readonly #inFlight: { row: Row; place: number }[] = [];
  /** Continues the reading, when it waits for room. */
  #resume: (() => void) | undefined;
  /** Messages of the file so far. */
  #read = 0;
  /** Where the next one to be sent stands. */
  #handed: number;
  /** Bytes of the file that are done. */
  #done = 0;
  /** How many of the file's messages stand before the first one that was not sent because all stopped. */
  #cutAt: number | undefined;
  /** The connection ended for good. */
  #ended = false;
  /** Why the file can't be read, or the results can't be written. */
  #failure: Error | undefined;
  /** Delivery reports that are awaited. */
  readonly #reports = new Set<Promise<void>>();
  readonly #endOfReports = new AbortController();

  constructor(client: SmppClient, options: RunOptions) {
    this.#client = client;
    this.#options = options;
    this.#handed = options.command.skip;
    const { window = WINDOW, binds = 1 } = options.command.connection.options;
    this.#most = 2 * window * binds;
  }

  /** Resolves with the numbers when all is sent, or the rest is not to be. */
  async run(): Promise<Tally> {
    const { command, input, interrupt: { stop, giveUp } } = this.#options;
    const progress = command.quiet || command.log ? undefined : new Progress(process.stderr, () => this.#shown());
    const onStop = (): void => {
      input.stream.destroy();
      this.#endOfReports.abort();
      progress?.end();
      console.error(`stopping: the answers to ${counted(this.#inFlight.length, "message")} are waited for; Ctrl-C again gives up`);
    };
    stop.addEventListener("abort", onStop, { once: true });
    const started = performance.now();
    try {
      await this.#client.sendMany(this.#messages(), { signal: giveUp, onResult: (result) => this.#settle(result) });
      await this.#awaitReports();
    } catch (error) {
      if ((error as SmppError).code === "closed") this.#ends();
      else if (error instanceof Failure) this.#fails(error);
      else if (!giveUp.aborted) throw error;
    } finally {
      this.#endOfReports.abort();
      await Promise.all(this.#reports);
      progress?.end();
      stop.removeEventListener("abort", onStop);
    }
    this.#summarize((performance.now() - started) / 1_000);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#tally;
  }

  async *#messages(): AsyncGenerator<SmsMessage> {
    const { command, input, results, recipients, interrupt } = this.#options;
    try {
      for await (const row of readMessages(input.stream, command.file as MessageFile, command.message, noteUnused)) {
        const place = this.#read++;
        if (place < command.skip) continue;
        const wanted = this.#wanted(row);
        if (row.message !== undefined) {
          const why = recipients.skips(row.message);
          if (wanted && why !== undefined) {
            this.#skip(row, why);
            continue;
          }
        }
        if (!wanted) continue;
        while (!this.#halted() && this.#inFlight.length >= this.#most) await new Promise<void>((resolve) => (this.#resume = resolve));
        if (this.#halted()) return this.#cut(place);
        if (row.message === undefined) {
          this.#failed(row, row.error as Error);
          continue;
        }
        results?.begin(row.line);
        this.#inFlight.push({ row, place });
        this.#handed = place + 1;
        yield row.message;
      }
    } catch (error) {
      // A stop cuts the stream off under the reader; with anything else, what is in flight is still finished.
      if (!interrupt.stop.aborted) this.#failure = error as Error;
      this.#cut(this.#read);
    }
  }

  /** Whether an earlier run has left the message to be sent. What that run ended in the middle of is not sent again: it may have arrived. */
  #wanted(row: Row): boolean {
    const earlier = this.#options.results?.earlier.get(row.line);
    if (earlier === undefined) return true;
    const to = recipient(row);
    if (earlier.to !== undefined && earlier.to !== to) {
      throw new Failure(`line ${row.line} is to ${to}, and to ${earlier.to} in the results: this is not the file that they are of`);
    }
    if (earlier.outcome === "in-doubt") {
      this.#tally.doubt(row.line);
      this.#write(row, { outcome: "unknown", error: "interrupted: an earlier run ended before the SMSC's answer" });
    }
    this.#done = row.end;
    return earlier.outcome === "not-sent";
  }

  #halted(): boolean {
    return this.#options.interrupt.stop.aborted || this.#ended;
  }

  /** The connection ended for good before the file did. What was taken from it and not sent is not sent either. */
  #ends(): void {
    this.#ended = true;
    this.#cut(this.#inFlight[0]?.place ?? this.#handed);
    this.#resume?.();
  }

  /** A result can't be written. */
  #fails(failure: Error): void {
    this.#failure ??= failure;
    this.#cut(this.#inFlight[0]?.place ?? this.#handed);
    this.#endOfReports.abort();
  }

  #cut(place: number): void {
    this.#cutAt = Math.min(this.#cutAt ?? place, place);
  }

  /** Results come in the order of the messages. */
  #settle({ sent, error }: BulkResult): void {
    const { row, place } = this.#inFlight.shift() as { row: Row; place: number };
    if (error !== undefined) {
      if (error.code === "closed") this.#ended = true;
      if (error.outcome === "not-sent" && (error.code === "closed" || error.code === "aborted")) this.#cut(place);
    }
    this.#resume?.();
    if (sent === undefined) return this.#failed(row, error as SmppError);
    this.#done = row.end;
    this.#tally.accept(sent.status, sent.segments.length);
    const result = accepted(sent);
    this.#write(row, result);
    if (this.#options.command.wait !== undefined) this.#await(row, result, sent);
  }

  #failed(row: Row, error: Error): void {
    this.#done = row.end;
    this.#write(row, { outcome: this.#tally.fail(row.line, error), error: `${reason(error)}: ${error.message}` });
  }

  #skip(row: Row, why: string): void {
    this.#done = row.end;
    this.#tally.skip(row.line, why);
    this.#write(row, { outcome: "skipped", error: why });
  }

  #write(row: Row, result: Omit<Result, "line" | "id" | "to">): void {
    this.#options.results?.write({ line: row.line, id: row.id, to: recipient(row), ...result });
  }

  /** The message's report is written behind its result. */
  #await(row: Row, result: ReturnType<typeof accepted>, sent: Sent): void {
    const waiting = sent.delivered({ signal: this.#endOfReports.signal }).then(
      ({ status, errorCode, doneAt }) => {
        this.#tally.report(status);
        this.#write(row, { ...result, report: status, reportError: String(errorCode ?? ""), doneAt: doneAt?.toISOString() ?? "" });
      },
      () => {
        this.#tally.report("none");
        this.#write(row, { ...result, report: "none" });
      },
    ).catch((error: Error) => this.#fails(error));
    this.#reports.add(waiting);
    void waiting.finally(() => this.#reports.delete(waiting));
  }

  async #awaitReports(): Promise<void> {
    const { wait } = this.#options.command;
    if (wait === undefined || this.#reports.size === 0) return;
    const timer = setTimeout(() => this.#endOfReports.abort(), wait);
    await Promise.all(this.#reports);
    clearTimeout(timer);
  }

  #shown(): Shown {
    const { size } = this.#options.input;
    const waits = this.#reports.size > 0 ? `, ${counted(this.#reports.size, "report")} awaited` : "";
    return { part: size === undefined || size === 0 ? undefined : this.#done / size, done: this.#tally.total, text: `${this.#tally}${waits}` };
  }

  #summarize(seconds: number): void {
    const { total, segments, reports } = this.#tally;
    const { price } = this.#options.command;
    const costs = price === undefined ? "" : `, ${cost(segments, price)}`;
    console.log(`${counted(total, "message")} in ${seconds.toFixed(1)} s: ${this.#tally}; ${counted(segments, "segment")}${costs}`);
    if (reports.size > 0) console.log(`reports: ${[...reports].map(([status, count]) => `${number(count)} ${status}`).join(", ")}`);
    for (const line of this.#tally.reasons()) console.log(line);
    if (this.#ended) console.log(`the connection ended: ${this.#options.why()}`);
    // A file that can't be read from its beginning has no rest.
    if (this.#cutAt !== undefined && (this.#cutAt > 0 || this.#failure === undefined)) console.log(`The rest of the file was not sent. To go on: ${this.#onward(this.#cutAt)}`);
  }

  #onward(place: number): string {
    const { results, resume } = this.#options.command;
    const file = results ?? resume;
    return file === undefined ? `--skip ${place}` : `--resume ${file}`;
  }

  /** Whether messages are left that were not sent because all stopped. */
  get cut(): boolean {
    return this.#cutAt !== undefined;
  }
}

/** Says on standard error which columns go unused: a heading may be misspelt. */
export function noteUnused(columns: string[]): void {
  console.error(`not used: the ${columns.length === 1 ? "column" : "columns"} ${columns.join(", ")}`);
}

function accepted({ status, segments }: Sent): { outcome: string; messageIds: string; error: string } {
  const failed = segments.find(({ error }) => error !== undefined)?.error;
  return {
    outcome: status,
    messageIds: segments.map((segment) => (segment.status === "accepted" ? segment.messageId : "-")).join(" "),
    error: failed === undefined ? "" : `${reason(failed)}: ${failed.message}`,
  };
}

function recipient({ message }: Row): string {
  const to = message?.to;
  return to === undefined || typeof to === "string" ? (to ?? "") : formatAddress(to);
}
