import { commandName, statusName } from "../../engine/codec.ts";
import { toHex } from "../model/hex.ts";
import { join } from "../model/octets.ts";
import type { Direction, PduView } from "../model/views.ts";

const HEADER = 16;
/** PDUs kept for those who come to look, and their octets together. */
const KEPT = 200;
const KEPT_OCTETS = 262_144;
/** No PDU that is taken is longer: what says so is shown as far as it came, and the rest of the connection is not. */
const LONGEST = 1_048_576;
/** bind_receiver, bind_transmitter, bind_transceiver, outbind: after system_id they hold a password. */
const WITH_PASSWORD = [0x01, 0x02, 0x09, 0x0b];

/** Whole PDUs that passed at a time, one behind the other. */
interface Run {
  octets: Uint8Array;
  count: number;
}

/** The last PDUs of one link, in memory only. They are taken apart when somebody looks. */
export class PduLog {
  #kept: (Run & { at: number; direction: Direction })[] = [];
  #count = 0;
  #octets = 0;
  #splitters = { in: new Splitter(), out: new Splitter() };
  readonly #passed: (at: number, views: () => PduView[]) => void;

  /** `passed` gets the PDUs as they pass. */
  constructor(passed: (at: number, views: () => PduView[]) => void) {
    this.#passed = passed;
  }

  /** A new connection: PDUs start anew. */
  reset(): void {
    this.#splitters = { in: new Splitter(), out: new Splitter() };
  }

  /** Forgets what is kept. */
  clear(): void {
    this.#kept = [];
    this.#count = this.#octets = 0;
  }

  /** Takes bytes as they pass; they are copied, once for all PDUs among them. */
  take(direction: Direction, octets: Uint8Array, now: number): void {
    for (const run of this.#splitters[direction].split(octets.slice())) {
      this.#kept.push({ ...run, at: now, direction });
      this.#count += run.count;
      this.#octets += run.octets.length;
      this.#passed(now, () => views(direction, run.octets));
    }
    this.#forget();
  }

  /** Those kept, the oldest first. */
  list(): { at: number; view: PduView }[] {
    return this.#kept.flatMap(({ at, direction, octets }) => views(direction, octets).map((view) => ({ at, view }))).slice(-KEPT);
  }

  #forget(): void {
    for (let first = this.#kept[0]; first && (this.#octets > KEPT_OCTETS || this.#count - first.count >= KEPT); first = this.#kept[0]) {
      // A whole run goes if enough stay without it, else its first PDU.
      const gone = this.#count - first.count >= KEPT ? first : { octets: frameAt(first.octets, 0), count: 1 };
      this.#count -= gone.count;
      this.#octets -= gone.octets.length;
      first.count -= gone.count;
      first.octets = first.octets.subarray(gone.octets.length);
      if (first.count === 0) this.#kept.shift();
    }
  }
}

function views(direction: Direction, octets: Uint8Array): PduView[] {
  const all: PduView[] = [];
  for (let at = 0; at < octets.length;) {
    const frame = frameAt(octets, at);
    all.push(view(direction, frame));
    at += frame.length;
  }
  return all;
}

/** A kept PDU, which may say that it is longer or shorter than it is. */
function frameAt(octets: Uint8Array, at: number): Uint8Array {
  return octets.subarray(at, at + Math.max(HEADER, lengthOf(octets, at)));
}

function view(direction: Direction, frame: Uint8Array): PduView {
  const header = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const word = (at: number) => (frame.length >= at + 4 ? header.getUint32(at) : 0);
  return { direction, command: commandName(word(4)), status: word(8), statusName: statusName(word(8)), sequence: word(12), pdu: toHex(frame) };
}

/** Puts asterisks in place of a password. Where its end is not known, in place of everything that may belong to it. */
function maskPassword(frame: Uint8Array): void {
  if (!WITH_PASSWORD.includes(new DataView(frame.buffer, frame.byteOffset).getUint32(4))) return;
  const nul = frame.indexOf(0, HEADER);
  const start = nul < 0 ? HEADER : nul + 1;
  const end = frame.indexOf(0, start);
  frame.fill(0x2a, start, end < 0 ? frame.length : end);
}

/** Cuts a stream of bytes into runs of PDUs, without passwords; those that come whole are views of what came. */
class Splitter {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #wanted = HEADER;
  #lost = false;

  *split(octets: Uint8Array): Generator<Run> {
    for (let at = 0; at < octets.length && !this.#lost;) {
      const run = this.#length === 0 ? runAt(octets, at) : undefined;
      if (run) {
        yield run;
        at += run.octets.length;
        continue;
      }
      const piece = octets.subarray(at, at + this.#wanted - this.#length);
      at += piece.length;
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length < this.#wanted) return;
      const whole = join(this.#pieces, this.#length);
      const said = lengthOf(whole, 0);
      this.#lost = said < HEADER || said > LONGEST;
      this.#pieces = [whole];
      this.#wanted = said;
      if (!this.#lost && this.#length < said) continue;
      maskPassword(whole);
      yield { octets: whole, count: 1 };
      this.#pieces = [];
      this.#length = 0;
      this.#wanted = HEADER;
    }
  }
}

/** The PDUs that are whole from there on; undefined if not even the first one is. */
function runAt(octets: Uint8Array, start: number): Run | undefined {
  const words = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let end = start;
  let count = 0;
  while (end + HEADER <= octets.length) {
    const length = words.getUint32(end);
    if (length < HEADER || end + length > octets.length) break;
    if (WITH_PASSWORD.includes(words.getUint32(end + 4))) maskPassword(octets.subarray(end, end + length));
    end += length;
    count++;
  }
  return count === 0 ? undefined : { octets: octets.subarray(start, end), count };
}

function lengthOf(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(at);
}
