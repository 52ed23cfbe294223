import { Failure } from "../failure.ts";
import { textReader, type TextReader } from "./charset.ts";

/** Longest record: a file without line ends must not fill the memory. In UTF-16 units. */
export const LONGEST = 1_048_576;

/** A line without its end. */
export interface Line {
  /** From 1. */
  number: number;
  text: string;
  /** Bytes of the input up to and with it. */
  end: number;
}

/** Bytes that show what kind of file it is. */
const START = 4;

/** The lines of a stream, one in memory at a time. `charset`: see {@link textReader}. */
export async function* lines(input: AsyncIterable<Uint8Array>, charset?: string): AsyncGenerator<Line> {
  let reader: TextReader | undefined;
  let number = 0;
  let end = 0;
  let rest = "";
  for await (const bytes of withStart(input)) {
    reader ??= textReader(bytes, charset);
    const text = decode(reader, bytes, number);
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      const whole = rest + text.slice(from, at);
      rest = "";
      from = at + 1;
      end += reader.byteLength(whole) + reader.byteLength("\n");
      yield { number: ++number, text: whole.endsWith("\r") ? whole.slice(0, -1) : whole, end };
    }
    rest += text.slice(from);
    if (rest.length > LONGEST) throw new Failure(`line ${number + 1} is longer than ${LONGEST.toLocaleString("en")} characters: is this a file of messages?`);
  }
  if (reader === undefined) return;
  rest += decode(reader, undefined, number);
  if (rest !== "") yield { number: number + 1, text: rest, end: end + reader.byteLength(rest) };
}

/** The pieces of the input, the first one of at least {@link START} bytes unless the input is shorter. */
async function* withStart(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array();
  for await (const bytes of input) {
    if (start === undefined) {
      yield bytes;
      continue;
    }
    start = Buffer.concat([start, bytes]);
    if (start.length < START) continue;
    yield start;
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield start;
}

function decode(reader: TextReader, bytes: Uint8Array | undefined, number: number): string {
  try {
    return reader.decode(bytes);
  } catch {
    throw new Failure(`the file is not UTF-8${number === 0 ? "" : `, somewhere after line ${number}`}: save it as UTF-8, or name its character set, such as --charset windows-1252`);
  }
}
