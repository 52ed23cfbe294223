import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { Failure } from "../failure.ts";
import { cells, quotes } from "./csv.ts";
import { lock } from "./lock.ts";

const HEADING = ["line", "id", "to", "outcome", "message_ids", "error", "report", "report_error", "done_at"];

/** A message as the results have it. */
export interface Result {
  line: number;
  id: string;
  to: string;
  outcome: string;
  messageIds?: string;
  error?: string;
  /** The status of the delivery report, its error and its time. */
  report?: string;
  reportError?: string;
  doneAt?: string;
}

/** A message of an earlier run. `"in-doubt"`: it was handed to the connection, and the program ended before its result was written. */
export interface Earlier {
  to: string | undefined;
  outcome: string;
}

/**
 * The file of results: CSV, a row for each message. Beside it, while the program runs, a journal holds the line of each message before
 * it can go out, so that a later run knows after any end what may have been sent.
 */
export class Results {
  readonly earlier: ReadonlyMap<number, Earlier>;
  readonly #flag: Flag;
  readonly #file: string;
  readonly #lock: Server;
  readonly #results: number;
  readonly #journal: number;
  /** Whether a line may have several rows, of which the last one counts. */
  #repeated: boolean;
  /** The lines in the journal that have no row: what may have been sent, as far as the results go. */
  readonly #open: Set<number>;

  private constructor(flag: Flag, file: string, lock: Server, results: number, earlier: ReadonlyMap<number, Earlier>) {
    this.#flag = flag;
    this.#file = file;
    this.#lock = lock;
    this.#results = results;
    this.#journal = openSync(journalOf(file), "a");
    this.earlier = earlier;
    this.#open = new Set([...earlier].filter(([, { outcome }]) => outcome === "in-doubt").map(([line]) => line));
    this.#repeated = flag === "resume";
  }

  /** Never writes over a file: it may hold the ids of messages that are under way. */
  static create(given: string): Promise<Results> {
    return opening("results", given, async () => {
      const results = openSync(given, "wx");
      const file = realpathSync(given);
      try {
        const lock = await locked("results", given);
        rmSync(journalOf(file), { force: true });
        writeFileSync(results, written(HEADING));
        return new Results("results", file, lock, results, new Map());
      } catch (error) {
        rmSync(file);
        throw error;
      }
    });
  }

  /** Goes on with the results of an earlier run. */
  static resume(given: string): Promise<Results> {
    return opening("resume", given, async () => {
      // The journal is beside the file, whatever link leads there.
      const file = realpathSync(given);
      const lock = await locked("resume", given);
      const { rows, whole } = readRows(readFileSync(file, "utf8"));
      if (rows[0]?.join() !== HEADING.join()) throw new Failure(`--resume ${given}: the file does not hold the results of smpp-edge send`);
      const earlier = new Map<number, Earlier>();
      for (const [line, , to, outcome] of rows.slice(1)) earlier.set(Number(line), { to, outcome: outcome as string });
      const journal = existsSync(journalOf(file)) ? readFileSync(journalOf(file), "latin1") : "";
      // A last line without its end was cut off while it was written, before its message was handed over.
      for (const line of journal.split("\n").slice(0, -1)) if (!earlier.has(Number(line))) earlier.set(Number(line), { to: undefined, outcome: "in-doubt" });
      const results = openSync(file, "r+");
      ftruncateSync(results, Buffer.byteLength(whole));
      closeSync(results);
      return new Results("resume", file, lock, openSync(file, "a"), earlier);
    });
  }

  /** Notes that a message is handed over. It must be called before any of its bytes can be sent. */
  begin(line: number): void {
    this.#write(this.#journal, `${line}\n`);
    this.#open.add(line);
  }

  /** Writes a row. Of several with one line the last one counts. */
  write({ line, id, to, outcome, messageIds = "", error = "", report = "", reportError = "", doneAt = "" }: Result): void {
    this.#write(this.#results, written([line, id, to, outcome, messageIds, error, report, reportError, doneAt]));
    this.#open.delete(line);
    this.#repeated ||= report !== "";
  }

  #write(descriptor: number, text: string): void {
    // Unlike writeSync it goes on until all is written, or throws.
    this.#named(() => writeFileSync(descriptor, text));
  }

  /** Leaves one row a line, in the order of the lines; and the journal, if a message in it has no row. */
  close(): void {
    try {
      closeSync(this.#journal);
      closeSync(this.#results);
      if (this.#open.size === 0) rmSync(journalOf(this.#file));
      if (this.#repeated) this.#named(() => this.#sort());
    } finally {
      this.#lock.close();
    }
  }

  #sort(): void {
    const { rows } = readRows(readFileSync(this.#file, "utf8"));
    const last = new Map(rows.slice(1).map((row) => [Number(row[0]), row]));
    const sorted = [...last].sort(([a], [b]) => a - b).map(([, row]) => written(row));
    const renewed = `${this.#file}.new`;
    writeFileSync(renewed, written(HEADING) + sorted.join(""));
    renameSync(renewed, this.#file);
  }

  /** What the file system refuses is the user's to see, with the file's name. */
  #named(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw new Failure(`--${this.#flag} ${this.#file}: ${(error as Error).message}`);
    }
  }
}

type Flag = "results" | "resume";

async function locked(flag: Flag, file: string): Promise<Server> {
  const held = await lock(file);
  if (held === undefined) throw new Failure(`--${flag} ${file}: another smpp-edge send is using the file`);
  return held;
}

function journalOf(file: string): string {
  return `${file}.journal`;
}

async function opening(flag: Flag, file: string, open: () => Promise<Results>): Promise<Results> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new Failure(`--results ${file}: the file exists already; --resume ${file} goes on with it`);
    throw new Failure(code === "ENOENT" ? `--${flag} ${file}: there is no such file` : `--${flag} ${file}: ${message}`);
  }
}

/** The rows that were written whole, and their text. */
function readRows(text: string): { rows: string[][]; whole: string } {
  const rows: string[][] = [];
  let from = 0;
  for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n", end + 2)) {
    const row = text.slice(from, end);
    if (quotes(row) % 2 === 1) continue;
    rows.push(cells(row, ","));
    from = end + 2;
  }
  return { rows, whole: text.slice(0, from) };
}

function written(row: readonly (string | number)[]): string {
  return `${row.map(quoted).join(",")}\r\n`;
}

function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
