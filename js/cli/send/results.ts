import { createWriteStream, type WriteStream } from "node:fs";
import { once } from "node:events";
import { Failure } from "../failure.ts";

/** The file of results: CSV, a line for each message. */
export class Results {
  readonly #file: string;
  readonly #stream: WriteStream;
  #broken: Error | undefined;

  private constructor(file: string, stream: WriteStream) {
    this.#file = file;
    this.#stream = stream;
    stream.on("error", (error) => (this.#broken = error));
  }

  /** Never writes over a file: it may hold the ids of messages that are under way. */
  static async create(file: string): Promise<Results> {
    const stream = createWriteStream(file, { flags: "wx" });
    try {
      await once(stream, "open");
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new Failure(code === "EEXIST" ? `--results ${file}: the file is there already` : `--results ${file}: ${message}`);
    }
    const results = new Results(file, stream);
    await results.write("line", "id", "to", "outcome", "message_ids", "error");
    return results;
  }

  /** Waits when the disk is slower than the SMSC. */
  async write(...cells: (string | number)[]): Promise<void> {
    if (this.#broken !== undefined) throw new Failure(`--results ${this.#file}: ${this.#broken.message}`);
    if (!this.#stream.write(`${cells.map(quoted).join(",")}\r\n`)) await once(this.#stream, "drain");
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.end(resolve));
    if (this.#broken !== undefined) throw new Failure(`--results ${this.#file}: ${this.#broken.message}`);
  }
}

function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
