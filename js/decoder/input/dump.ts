// Dumps with an offset in front of each line, as xxd, hexdump, od, tcpdump, Wireshark and others print them: in any radix, in octets or
// words, with characters beside them or not. What fits with the offsets and the characters is what was meant.

import { characterCells, readColumns, UNITS, type Columns, type Unit } from "./columns.ts";
import { count, type Given } from "./given.ts";
import { fit } from "./locate.ts";
import { announced, fromBlocks, linkOf, type Block } from "./packets.ts";

/** Indentation, offset, what parts it from the rest, the rest. */
const LINE = /^([ \t]*)\|?(0x)?([0-9a-f]{4,16})(?:[ \t]*<[^<>]*>)?(?:h?:|\||(?=[ \t])|$)(.*)$/i;
/** The same behind the time, level and thread of a log. */
const BEHIND = /^(.*?[\s|>\])])\|?((?:0x)?[0-9a-f]{3,15}0)(:|\||[ \t])([ \t|]*[0-9a-f]{2}(?:[\s-].*|[0-9a-f]{2}[\s-].*)?)$/i;

/** What a line may begin with behind its offset: a number, or a cell of od -c. */
const FIRST = /^[ \t|]*(?:-?(?:0x)?[0-9a-f]{2,}(?=[\s|,-]|$)|-?\d{1,3}(?=\s|$)|$)|^(?: {4})*(?: {2}\\[\\0abtnvfr]| [0-3][0-7]{2}| {3}\S)(?: |$)/i;

/** Octets that a line has at most. */
const WIDEST = 256;
/** Octets that a line has in most programs. */
const NARROW = 16;
/** Lines that are tried before a whole text is read. */
const SAMPLE = 200;

interface Line {
  /** 1: indented more than others. */
  track: 0 | 1;
  offset: string;
  /** The offset can't be in another radix. */
  hex: boolean;
  rest: string;
  /** What stands between the line before and this one. */
  heading: string;
  /** Lines like the one before were left out in front of this one, for which stands an asterisk. */
  repeated: boolean;
}

interface Reading {
  unit: Unit | undefined;
  blocks: Block[];
  /** Offsets that lines are missing in front of. */
  gaps: number;
  /** Lines whose characters are others than their octets. */
  disagree: number;
}

export interface Dump {
  given: Given;
  /** As `fit` says of PDUs; 4 for packets of IP. */
  fit: number;
}

/** The octets of a text that is, or has in it, dumps with offsets; undefined if it has none. */
export function fromDump(text: string): Dump | undefined {
  const lines = linesOf(text);
  if (lines.length === 0) return undefined;
  const best = candidates(lines.slice(0, SAMPLE))
    .map(({ radix, unit }) => read(lines, radix, unit))
    .filter((reading) => reading !== undefined)
    .map((reading) => ({ reading, fit: fitOf(reading.blocks) }))
    .sort((a, b) => b.fit - a.fit || a.reading.gaps - b.reading.gaps || a.reading.disagree - b.reading.disagree)[0];
  // A line of hex may begin with what could be an offset.
  if (!best || (best.fit === 0 && lines.length === 1)) return undefined;
  const { reading } = best;
  const notes: string[] = [];
  if (reading.unit && reading.unit.name !== "") notes.push(`Read as ${reading.unit.name}.`);
  if (reading.gaps > 0) notes.push(`Lines are missing in the dump: its offsets jump at ${count(reading.gaps, "place", "places")}.`);
  if (reading.disagree > 0) notes.push(`In ${count(reading.disagree, "line", "lines")} the characters are others than the octets: one of them was changed.`);
  const directed = lines.some(({ track }) => track === 1);
  return { given: fromBlocks(directed ? "hex dump of a TCP stream" : "hex dump", reading.blocks, notes), fit: best.fit };
}

function fitOf(blocks: Block[]): number {
  if (linkOf(blocks) !== undefined) return 4;
  return Math.max(...blocks.slice(0, 20).map(({ octets }) => fit(octets)));
}

function linesOf(text: string): Line[] {
  const all = text.split(/\r?\n/);
  const found = pick(all, lineOf);
  if (found.length > 0) return found;
  return pick(all, (line) => {
    const [whole, , offset, between, rest] = BEHIND.exec(line) ?? [];
    return whole === undefined ? null : lineOf(`${offset}${between}${rest}`);
  });
}

function lineOf(text: string): RegExpExecArray | null {
  const match = LINE.exec(text);
  return match && FIRST.test(match[4]!) ? match : null;
}

function pick(all: string[], match: (line: string) => RegExpExecArray | null): Line[] {
  const lines: (Line & { indent: number })[] = [];
  let heading: string[] = [];
  let repeated = false;
  for (const text of all) {
    const [whole, indent = "", prefix, offset = "", rest = ""] = match(text) ?? [];
    if (/^\s*\|?\*[\s|]*$/.test(text)) repeated = lines.length > 0;
    else if (whole === undefined) heading.push(text);
    else {
      lines.push({ track: 0, indent: indent.replaceAll("\t", "        ").length, offset, hex: prefix !== undefined, rest, heading: heading.join("\n").trim(), repeated });
      heading = [];
      repeated = false;
    }
  }
  // Of a followed stream: what the server said is indented, by a tab or four spaces.
  const indents = [...new Set(lines.map(({ indent }) => indent))].sort((a, b) => a - b);
  if (indents.length === 2 && indents[1]! - indents[0]! >= 4) for (const line of lines) line.track = line.indent === indents[1] ? 1 : 0;
  return lines;
}

/** The radices of offsets and units that a sample of lines can be read with. */
function candidates(sample: Line[]): { radix: number; unit: Unit | undefined }[] {
  const found: { radix: number; unit: Unit | undefined; gaps: number }[] = [];
  for (const unit of [...UNITS, undefined]) {
    for (const radix of [16, 8, 10]) {
      const reading = read(sample, radix, unit);
      if (reading && reading.gaps * 4 <= sample.length) found.push({ radix, unit, gaps: reading.gaps });
    }
  }
  return found;
}

/** Reads all lines in one way; undefined if one can't be read so. */
function read(lines: Line[], radix: number, unit: Unit | undefined): Reading | undefined {
  const digits = radix === 16 ? /^[0-9a-f]+$/i : radix === 8 ? /^[0-7]+$/ : /^[0-9]+$/;
  const offsets: number[] = [];
  for (const { offset, hex } of lines) {
    if ((hex && radix !== 16) || !digits.test(offset)) return undefined;
    offsets.push(Number.parseInt(offset, radix));
  }
  const following = followers(lines);
  const result: Reading = { unit, blocks: [], gaps: 0, disagree: 0 };
  /** Of each track, where it goes on if nothing is missing, how wide its lines are, and what is read of its block. */
  const tracks = [0, 1].map(() => ({ expected: -1, width: 0, parts: [] as number[][] }));
  const directed = lines.some(({ track }) => track === 1);
  let heading = "";
  let gap = false;
  let characters: boolean | undefined;
  const finish = (number: 0 | 1) => {
    const track = tracks[number]!;
    if (track.parts.length > 0) result.blocks.push({ octets: Uint8Array.from(track.parts.flat()), heading, gap, ...(directed ? { direction: number } : {}) });
    track.parts = [];
    heading = "";
    gap = false;
  };
  for (const [i, line] of lines.entries()) {
    const track = tracks[line.track]!;
    const offset = offsets[i]!;
    if (track.parts.length > 0 && offset !== track.expected) finish(line.track);
    if (line.rest.trim() === "" && (unit || line.rest.length < 4)) {
      // The end of a dump has an offset alone.
      finish(line.track);
      continue;
    }
    if (track.parts.length === 0) {
      heading = line.heading;
      gap = offset !== track.expected && track.expected >= 0;
      if (gap && offset > track.expected && !line.heading) result.gaps++;
    }
    const next = following[i];
    const step = next === undefined ? 0 : offsets[next]! - offset;
    const repeated = next !== undefined && lines[next]!.repeated;
    const whole = announced(heading);
    const left = whole === undefined ? undefined : whole - track.parts.reduce((sum, part) => sum + part.length, 0);
    let length = step > 0 && step <= WIDEST && !repeated ? step : undefined;
    if (length === undefined && left !== undefined && left > 0 && left <= (track.width || NARROW)) length = left;
    const columns = columnsOf(line.rest, unit, length, track.width || WIDEST, characters) ?? (length === undefined ? undefined : columnsOf(line.rest, unit, undefined, length, characters));
    if (!columns || columns.octets.length === 0) return undefined;
    if (columns.agree === false) result.disagree++;
    if (length !== undefined) characters ||= columns.agree !== undefined;
    track.width = Math.max(track.width, columns.octets.length);
    track.parts.push(columns.octets);
    track.expected = offset + columns.octets.length;
    if (repeated) {
      const missing = (step - columns.octets.length) / columns.octets.length;
      if (!Number.isInteger(missing) || missing < 1 || missing > 1_000_000) return undefined;
      for (let n = 0; n < missing; n++) track.parts.push(columns.octets);
      track.expected = offset + step;
    }
    if (directed && lines[i + 1] && lines[i + 1]!.track !== line.track) finish(line.track);
  }
  finish(0);
  finish(1);
  return result.blocks.length > 0 ? result : undefined;
}

function columnsOf(rest: string, unit: Unit | undefined, length: number | undefined, most: number, characters: boolean | undefined): Columns | undefined {
  if (unit) return readColumns(rest, unit, length, most, characters);
  const cells = characterCells(rest);
  if (!cells || (length !== undefined && cells.length > length)) return undefined;
  // Spaces at the end of a line get lost when text is copied.
  const full = most === WIDEST ? NARROW : most;
  if (length !== undefined && cells.length < length && length > full) return undefined;
  return { octets: [...cells, ...new Array<number>(length === undefined ? 0 : length - cells.length).fill(0x20)], agree: undefined };
}

/** For each line the next one of its track. */
function followers(lines: Line[]): (number | undefined)[] {
  const last: (number | undefined)[] = [undefined, undefined];
  const result = new Array<number | undefined>(lines.length).fill(undefined);
  for (let i = lines.length - 1; i >= 0; i--) {
    const { track } = lines[i]!;
    result[i] = last[track];
    last[track] = i;
  }
  return result;
}
