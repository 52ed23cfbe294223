import { number } from "./tally.ts";

const WIDTH = 24;
/** How often the line is drawn anew, in milliseconds. */
const EVERY = 100;

/** What the line shows. */
export interface Shown {
  /** How far it is, 0 to 1; undefined if that can't be known. */
  part: number | undefined;
  /** Messages that are done. */
  done: number;
  /** What became of them, or what is waited for. */
  text: string;
}

/** A progress bar on a terminal; on anything else it shows nothing. */
export class Progress {
  readonly #out: NodeJS.WriteStream | undefined;
  readonly #started = Date.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(out: NodeJS.WriteStream, show: () => Shown) {
    if (!out.isTTY) return;
    this.#out = out;
    this.#timer = setInterval(() => out.write(`\r${line(show(), Date.now() - this.#started).slice(0, (out.columns || 80) - 1)}\u001b[K`), EVERY);
    this.#timer.unref();
  }

  /** Takes the line away. */
  end(): void {
    clearInterval(this.#timer);
    this.#out?.write("\r\u001b[K");
  }
}

/** `[######      ]  50%  5,000 accepted  1,200/s  4 s left`. */
export function line({ part, done, text }: Shown, elapsed: number): string {
  const parts = [text];
  if (elapsed > 0) parts.push(`${number(Math.round((done / elapsed) * 1_000))}/s`);
  if (part === undefined) return parts.join("  ");
  const filled = Math.round(part * WIDTH);
  if (part > 0 && part < 1) parts.push(`${number(Math.ceil((elapsed * (1 - part)) / part / 1_000))} s left`);
  return [`[${"#".repeat(filled)}${" ".repeat(WIDTH - filled)}]`, `${Math.floor(part * 100)}%`.padStart(4), ...parts].join("  ");
}
