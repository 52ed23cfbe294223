import type { SmppClient } from "../../client/client.ts";
import { formatAddress } from "../../client/address.ts";
import type { SmppError } from "../../client/errors.ts";
import type { BulkResult, SmsMessage } from "../../client/types.ts";
import type { SendCommand } from "./flags.ts";
import type { Input } from "./input.ts";
import type { Interrupt } from "./interrupt.ts";
import { readMessages, type Format, type Row } from "./messages.ts";
import { Progress, type Shown } from "./progress.ts";
import type { Results } from "./results.ts";
import { number, reason, Tally } from "./tally.ts";

const WINDOW = 10;

/** Sends the messages of a file, with few of them in memory at a time, and tells on standard output what became of them. */
export class FileRun {
  readonly #client: SmppClient;
  readonly #input: Input;
  readonly #command: SendCommand;
  readonly #interrupt: Interrupt;
  readonly #results: Results | undefined;
  readonly #tally = new Tally();
  /** Most messages that are under way: little more than the window, so that stopping is soon done. */
  readonly #most: number;
  readonly #underWay: { row: Row; place: number }[] = [];
  /** Continues the reading, when it waits for room. */
  #resume: (() => void) | undefined;
  /** Messages of the file so far. */
  #read = 0;
  /** Where the next one to be sent stands. */
  #handed: number;
  /** Octets of the file that are done. */
  #done = 0;
  /** How many of the file's messages stand before the first one that was not sent because all stopped. */
  #cutAt: number | undefined;
  /** The connection ended for good. */
  #ended = false;
  /** Why the file can't be read on. */
  #unreadable: Error | undefined;

  readonly #why: () => string;

  /** `why` tells why the connection ended. */
  constructor(client: SmppClient, input: Input, command: SendCommand, interrupt: Interrupt, results: Results | undefined, why: () => string) {
    this.#client = client;
    this.#input = input;
    this.#command = command;
    this.#interrupt = interrupt;
    this.#results = results;
    this.#why = why;
    this.#handed = command.skip;
    this.#most = 2 * (command.connect.window ?? WINDOW);
  }

  /** Resolves with the numbers when all is sent, or the rest is not to be. */
  async run(): Promise<Tally> {
    const { stop, giveUp } = this.#interrupt;
    const progress = this.#command.quiet || this.#command.log ? undefined : new Progress(process.stderr, () => this.#shown());
    const onStop = (): void => {
      this.#input.stream.destroy();
      progress?.end();
      console.error(`stopping: the answers to ${number(this.#underWay.length)} messages are waited for; Ctrl-C again gives up`);
    };
    stop.addEventListener("abort", onStop, { once: true });
    const started = performance.now();
    try {
      await this.#client.sendMany(this.#messages(), { signal: giveUp, onResult: (result) => this.#settle(result) });
    } catch (error) {
      if ((error as SmppError).code === "closed") this.#ends();
      else if (!giveUp.aborted) throw error;
    } finally {
      progress?.end();
      stop.removeEventListener("abort", onStop);
    }
    this.#tell((performance.now() - started) / 1_000);
    if (this.#unreadable !== undefined) throw this.#unreadable;
    return this.#tally;
  }

  async *#messages(): AsyncGenerator<SmsMessage> {
    const { format } = this.#command.file as { format: Format };
    try {
      for await (const row of readMessages(this.#input.stream, format, this.#command.message)) {
        const place = this.#read++;
        if (place < this.#command.skip) continue;
        while (!this.#halted() && this.#underWay.length >= this.#most) await new Promise<void>((resolve) => (this.#resume = resolve));
        if (this.#halted()) return this.#cut(place);
        if (row.message === undefined) {
          await this.#failed(row, row.error as Error);
          continue;
        }
        this.#underWay.push({ row, place });
        this.#handed = place + 1;
        yield row.message;
      }
    } catch (error) {
      // A stop cuts the stream off under the reader; with anything else, what is under way is still finished.
      if (!this.#interrupt.stop.aborted) this.#unreadable = error as Error;
      this.#cut(this.#read);
    }
  }

  #halted(): boolean {
    return this.#interrupt.stop.aborted || this.#ended;
  }

  /** The connection ended for good before the file did. What was taken from it and not sent is not sent either. */
  #ends(): void {
    this.#ended = true;
    this.#cut(this.#underWay[0]?.place ?? this.#handed);
    this.#resume?.();
  }

  #cut(place: number): void {
    this.#cutAt = Math.min(this.#cutAt ?? place, place);
  }

  /** Results come in the order of the messages. */
  async #settle({ sent, error }: BulkResult): Promise<void> {
    const { row, place } = this.#underWay.shift() as { row: Row; place: number };
    if (error !== undefined) {
      if (error.code === "closed") this.#ended = true;
      if (error.outcome === "not-sent" && (error.code === "closed" || error.code === "aborted")) this.#cut(place);
    }
    this.#resume?.();
    if (sent === undefined) return this.#failed(row, error as SmppError);
    this.#done = row.end;
    this.#tally.accept(sent.status, sent.segments.length);
    const ids = sent.segments.map(({ messageId, status }) => (status === "accepted" ? messageId : "-"));
    const failed = sent.segments.find((segment) => segment.error !== undefined)?.error;
    await this.#results?.write(row.line, row.id, recipient(row), sent.status, ids.join(" "), failed === undefined ? "" : `${reason(failed)}: ${failed.message}`);
  }

  async #failed(row: Row, error: Error): Promise<void> {
    this.#done = row.end;
    const outcome = this.#tally.fail(row.line, error);
    await this.#results?.write(row.line, row.id, recipient(row), outcome, "", `${reason(error)}: ${error.message}`);
  }

  #shown(): Shown {
    const { size } = this.#input;
    return { part: size === undefined || size === 0 ? undefined : this.#done / size, done: this.#tally.total, text: this.#tally.toString() };
  }

  #tell(seconds: number): void {
    const { total, segments } = this.#tally;
    console.log(`${number(total)} messages in ${seconds.toFixed(1)} s: ${this.#tally}; ${number(segments)} segments`);
    for (const line of this.#tally.reasons()) console.log(line);
    if (this.#ended) console.log(`the connection ended: ${this.#why()}`);
    if (this.#cutAt !== undefined) console.log(`What follows in the file was not sent. To go on: --skip ${this.#cutAt}`);
  }

  /** Whether messages are left that were not sent because all stopped. */
  get cut(): boolean {
    return this.#cutAt !== undefined;
  }
}

function recipient({ message }: Row): string {
  const to = message?.to;
  return to === undefined || typeof to === "string" ? (to ?? "") : formatAddress(to);
}
