import { Failure } from "../failure.ts";

/** Longest record: a file without line ends must not fill the memory. In UTF-16 units. */
export const LONGEST = 1_048_576;

/** A line without its end. */
export interface Line {
  /** From 1. */
  number: number;
  text: string;
  /** Octets of the input up to and with it. */
  end: number;
}

/** The lines of a UTF-8 stream, one in memory at a time. */
export async function* lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  let end = 0;
  let rest = "";
  for await (const chunk of input) {
    const text = decode(decoder, chunk, number);
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      const whole = rest + text.slice(from, at);
      rest = "";
      from = at + 1;
      end += Buffer.byteLength(whole) + 1;
      yield { number: ++number, text: whole.endsWith("\r") ? whole.slice(0, -1) : whole, end };
    }
    rest += text.slice(from);
    if (rest.length > LONGEST) throw new Failure(`line ${number + 1} is longer than ${LONGEST.toLocaleString("en")} characters: is this a file of messages?`);
  }
  rest += decode(decoder, undefined, number);
  if (rest !== "") yield { number: number + 1, text: rest, end: end + Buffer.byteLength(rest) };
}

function decode(decoder: TextDecoder, chunk: Uint8Array | undefined, number: number): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new Failure(`the file is not UTF-8, somewhere after line ${number}: save it as UTF-8`);
  }
}
