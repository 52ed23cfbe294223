// From pieces of streams to entries: framing by the engine, and going on behind what can't be read.

import { decodePdus, type Fault } from "../../engine/explained.ts";
import type { Given, Piece } from "../input/given.ts";
import { nextHeader } from "../input/locate.ts";
import { decodeEntry, summary, type Entry } from "./entry.ts";
import { joinParts } from "./join.ts";
import { pair, relateReceipts } from "./pair.ts";

/** Octets a turn: some milliseconds' work. */
const A_TURN = 16_384;
const MAX_PDU = 65_536;

/** Octets without a gap, and where in them each piece begins. */
interface Run {
  octets: Uint8Array;
  starts: { at: number; time: number | undefined; order: number }[];
  stream: number;
  direction: 0 | 1;
}

/** All PDUs in what was given, in the order in which they were complete; yields how far it has come, as a part of 1. */
export function* readEntries(given: Given): Generator<number, Entry[]> {
  const runs = runsOf(given.pieces);
  const total = runs.reduce((sum, { octets }) => sum + octets.length, 1);
  const entries: Entry[] = [];
  let done = 0;
  for (const run of runs) {
    for (const at of readRun(run, given.streams.length > 0, entries)) yield (done + at) / total;
    done += run.octets.length;
  }
  if (runs.length > 1) sort(entries);
  pair(entries, given.directed);
  joinParts(entries);
  relateReceipts(entries);
  return entries;
}

function runsOf(pieces: Piece[]): Run[] {
  const open = new Map<number, (Piece & { order: number })[]>();
  const groups: (Piece & { order: number })[][] = [];
  for (const [index, given] of pieces.entries()) {
    const piece = { ...given, order: given.order ?? index };
    const key = piece.stream * 2 + piece.direction;
    let group = open.get(key);
    if (!group || piece.gap) {
      groups.push((group = []));
      open.set(key, group);
    }
    group.push(piece);
  }
  return groups.map((group) => {
    const octets = new Uint8Array(group.reduce((sum, piece) => sum + piece.octets.length, 0));
    let at = 0;
    const starts = group.map((piece) => {
      const start = { at, time: piece.time, order: piece.order };
      octets.set(piece.octets, at);
      at += piece.octets.length;
      return start;
    });
    return { octets, starts, stream: group[0]!.stream, direction: group[0]!.direction };
  });
}

function* readRun(run: Run, captured: boolean, entries: Entry[]): Generator<number> {
  const { octets } = run;
  const pieces = new PieceCursor(run);
  const add = (at: number, end: number, more: Omit<Entry, "octets" | "offset" | "time" | "order" | "stream" | "direction" | "spread">) =>
    entries.push({ octets: octets.subarray(at, end), offset: at, ...pieces.of(at, end), stream: run.stream, direction: run.direction, ...more });
  const addBroken = (at: number, end: number, broken: Fault) => {
    const pdu = decodeEntry({ octets: octets.subarray(at, end), broken });
    add(at, end, { broken, ...(pdu ? summary(pdu) : NOTHING), valid: false });
  };

  let at = 0;
  let turn = A_TURN;
  while (at < octets.length) {
    const end = Math.min(octets.length, at + turn);
    const { pdus, rest, error } = decodePdus(octets.subarray(at, end), { maxPdu: MAX_PDU });
    for (const pdu of pdus) add(at + pdu.offset, at + pdu.offset + pdu.bytes.length, summary(pdu));
    const next = end - rest;
    // A PDU that is larger than a turn.
    turn = next === at ? turn * 4 : A_TURN;
    at = next;
    if (error || (end === octets.length && rest > 0)) {
      // Behind a gap or garbage a PDU may begin anywhere; what was pasted is shown whole.
      const found = error && (captured || rest > MAX_PDU) ? nextHeader(octets, at + 1) : -1;
      const until = found < 0 ? octets.length : found;
      addBroken(at, Math.min(until, at + MAX_PDU), error ? { ...error, offset: 0 } : incomplete(octets.subarray(at)));
      at = until;
    }
    yield at;
  }
}

const NOTHING = { command: "", commandId: 0, status: 0, statusName: "", sequence: 0, from: "", to: "", text: "", messageId: "" };

function incomplete(octets: Uint8Array): Fault {
  const length = octets.length < 4 ? undefined : new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0);
  return { severity: "error", kind: "incomplete", field: "command_length", offset: 0, expected: length === undefined ? "at least 16 octets" : `${length} octets`, found: `${octets.length}` };
}

/** Returns, for parts of a run that are asked for in order, when they came and in how many pieces. */
class PieceCursor {
  readonly #starts: Run["starts"];
  #first = 0;

  constructor({ starts }: Run) {
    this.#starts = starts;
  }

  of(at: number, end: number): { time: number | undefined; order: number; spread: number } {
    while ((this.#starts[this.#first + 1]?.at ?? Number.POSITIVE_INFINITY) <= at) this.#first++;
    let last = this.#first;
    while ((this.#starts[last + 1]?.at ?? Number.POSITIVE_INFINITY) < end) last++;
    const { time, order } = this.#starts[last]!;
    return { time, order, spread: last - this.#first + 1 };
  }
}

function sort(entries: Entry[]): void {
  const timed = entries.every(({ time }) => time !== undefined);
  entries.sort((a, b) => (timed && a.time! - b.time!) || a.order - b.order);
}
