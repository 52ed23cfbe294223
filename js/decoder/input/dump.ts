// Hex dumps with offsets: Wireshark (of packets, and "Follow TCP stream", where the server's lines are indented), xxd,
// hexdump -C, od -t x1.

import { fromHex } from "./hex.ts";
import type { Given, Piece } from "./given.ts";

/** Indentation, offset, what parts it from the rest, the rest. */
const LINE = /^([ \t]*)(?:0x)?([0-9a-f]{4,16})((?::|[ \t]|$)[ \t|]*)(.*)$/i;

interface Line {
  indented: boolean;
  offset: number;
  /** The offset stands apart, as no octets do. */
  apart: boolean;
  rest: string;
}

/** The octets of a text that is a hex dump; undefined if it is something else. */
export function fromDump(text: string): Given | undefined {
  const given = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const lines = given.map(line).filter((line) => line !== undefined);
  if (lines.length === 0 || lines.length < given.length / 2 || lines[0]!.offset !== 0) return undefined;
  const width = widthOf(lines);
  if (width === undefined) return undefined;

  const pieces: Piece[] = [];
  let parts: Uint8Array[] = [];
  const finish = (indented: boolean) => {
    if (parts.length > 0) pieces.push({ octets: concat(parts), stream: 0, direction: indented ? 1 : 0 });
    parts = [];
  };
  lines.forEach((line, i) => {
    const next = lines[i + 1];
    const sameStream = next !== undefined && next.indented === line.indented;
    const length = sameStream && next.offset > line.offset ? next.offset - line.offset : undefined;
    parts.push(octetsOf(line.rest, length !== undefined && length <= width ? length : undefined, width));
    if (!sameStream || next.offset <= line.offset) finish(line.indented);
  });
  const directed = lines.some(({ indented }) => indented);
  // Packets of their own, unless the offsets go on: then they are turns of one conversation.
  if (!directed) pieces.forEach((piece, i) => (piece.gap = i > 0));
  return { form: directed ? "hex dump of a TCP stream" : "hex dump", pieces, streams: [], directed, notes: [] };
}

function line(text: string): Line | undefined {
  const [, indent = "", offset = "", between = "", rest = ""] = LINE.exec(text) ?? [];
  if (offset === "" || (rest !== "" && !/^[0-9a-f]{2}/i.test(rest))) return undefined;
  // What od prints at the end has an offset alone.
  return rest === "" ? undefined : { indented: indent.length >= 4, offset: Number.parseInt(offset, 16), apart: between.length > 1 || /^[0-9a-f]{2}( |$)/i.test(rest), rest };
}

/** Octets a line; undefined if the offsets don't fit with what the lines hold. */
function widthOf(lines: Line[]): number | undefined {
  for (let i = 1; i < lines.length; i++) {
    const step = lines[i]!.offset - lines[i - 1]!.offset;
    if (lines[i]!.indented === lines[i - 1]!.indented && step > 0) {
      return step <= 64 && octetsOf(lines[i - 1]!.rest, step, step).length === step ? step : undefined;
    }
  }
  // A dump of one line, or of packets that have one each: not to be mistaken for words of hex.
  return lines[0]!.apart && /^[0-9a-f]{2,4}( |$)/i.test(lines[0]!.rest) ? 16 : undefined;
}

/** The octets of a line, without the characters behind them. */
function octetsOf(rest: string, length: number | undefined, width: number): Uint8Array {
  if (length !== undefined) return fromHex(rest.replace(/\s/g, "").slice(0, length * 2).replace(/[^0-9a-f].*$/i, ""));
  // The last line: columns end where two spaces or a bar are, except for the gap after eight octets.
  const columns = rest.split(/ {2,}|\t|\|/).map((column) => column.trim());
  const digits = columns[0]!.replace(/\s.*[^0-9a-f\s].*$/i, "").replace(/\s/g, "");
  const second = columns[1] ?? "";
  const goesOn = digits.length === 16 && /^[0-9a-f]{2}( [0-9a-f]{2})*$/i.test(second) && (columns.length > 2 || second.length !== 8);
  const all = goesOn ? digits + second.replace(/\s/g, "") : digits;
  return fromHex((/^[0-9a-f]*/i.exec(all)?.[0] ?? "").slice(0, width * 2));
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
