import { commandName, statusName } from "../../engine/codec.ts";
import { toHex } from "../model/hex.ts";
import type { Direction, PduView } from "../model/views.ts";

const HEADER = 16;
/** PDUs that are shown to those who come to look. */
const SHOWN = 200;
/** What is kept of the bytes that passed: this many bytes, in this many pieces as they were read and written. */
const KEPT_BYTES = 262_144;
const KEPT_PIECES = 1_000;
/** No PDU that is taken is longer: what says so is shown as far as it came, and the rest of the connection is not. */
const LONGEST = 1_048_576;
/** bind_receiver, bind_transmitter, bind_transceiver, outbind: after system_id they hold a password. */
const WITH_PASSWORD = [0x01, 0x02, 0x09, 0x0b];

/** Bytes as they passed. `start`: where the first PDU that begins in them does. */
interface Piece {
  at: number;
  connection: number;
  direction: Direction;
  octets: Uint8Array;
  start: number | undefined;
}

/** Who wants to see PDUs as they pass. */
export interface PduWatcher {
  /** Whether anybody does at present. */
  isWatching(): boolean;
  passed(at: number, view: PduView): void;
}

/** The last PDUs of one link, in memory only. They are cut out of the bytes when somebody looks at them. */
export class PduLog {
  readonly #watcher: PduWatcher;
  readonly #kept: Piece[] = [];
  #octets = 0;
  #connection = 0;
  #boundaries = { in: new Boundaries(), out: new Boundaries() };
  /** Undefined while nobody watches. */
  #live: PduReader | undefined;

  constructor(watcher: PduWatcher) {
    this.#watcher = watcher;
  }

  /** A new connection: PDUs start anew. */
  reset(): void {
    this.#connection++;
    this.#boundaries = { in: new Boundaries(), out: new Boundaries() };
  }

  /** Takes bytes as they pass; they are copied. */
  take(direction: Direction, octets: Uint8Array, now: number): void {
    const piece = { at: now, connection: this.#connection, direction, octets: octets.slice(), start: this.#boundaries[direction].first(octets) };
    this.#kept.push(piece);
    this.#octets += octets.length;
    while (this.#octets > KEPT_BYTES || this.#kept.length > KEPT_PIECES) this.#octets -= this.#kept.shift()!.octets.length;
    this.#live = this.#watcher.isWatching() ? this.#live ?? new PduReader() : undefined;
    for (const pdu of this.#live?.read(piece) ?? []) this.#watcher.passed(now, view(direction, pdu));
  }

  /** The last ones, the oldest first. */
  list(): { at: number; view: PduView }[] {
    const reader = new PduReader();
    const pdus = this.#kept.flatMap((piece) => Array.from(reader.read(piece), (pdu) => ({ at: piece.at, direction: piece.direction, pdu })));
    return pdus.slice(-SHOWN).map(({ at, direction, pdu }) => ({ at, view: view(direction, pdu) }));
  }
}

/** Cuts pieces into PDUs, from the first one that begins in a piece. Passwords in them are masked. */
class PduReader {
  #connection: number | undefined;
  #splitters: Partial<Record<Direction, Splitter>> = {};

  *read({ connection, direction, octets, start }: Piece): Generator<Uint8Array> {
    if (connection !== this.#connection) this.#splitters = {};
    this.#connection = connection;
    const known = this.#splitters[direction];
    if (!known && start === undefined) return;
    const splitter = known ?? (this.#splitters[direction] = new Splitter());
    for (const pdu of splitter.split(known ? octets : octets.subarray(start))) {
      maskPassword(pdu);
      yield pdu;
    }
  }
}

/** Follows a stream from PDU to PDU by their lengths. */
class Boundaries {
  /** Bytes of the PDU that are still to come, once its length is known. */
  #left = 0;
  /** command_length as far as it came, and how many bytes of it did. */
  #length = 0;
  #read = 0;
  #lost = false;

  /** Where the first PDU that begins in `octets` does. */
  first(octets: Uint8Array): number | undefined {
    let first: number | undefined;
    let at = this.#skip(octets.length);
    while (at < octets.length && !this.#lost) {
      if (this.#read === 0) first ??= at;
      this.#length = this.#length * 256 + octets[at++]!;
      if (++this.#read < 4) continue;
      this.#lost = this.#length < HEADER || this.#length > LONGEST;
      this.#left = this.#length - 4;
      this.#length = 0;
      this.#read = 0;
      at += this.#skip(octets.length - at);
    }
    return first;
  }

  /** How many of the next `count` bytes belong to the present PDU. */
  #skip(count: number): number {
    const skipped = Math.min(this.#left, count);
    this.#left -= skipped;
    return skipped;
  }
}

function view(direction: Direction, frame: Uint8Array): PduView {
  const header = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const word = (at: number) => (frame.length >= at + 4 ? header.getUint32(at) : 0);
  return { direction, command: commandName(word(4)), status: word(8), statusName: statusName(word(8)), sequence: word(12), pdu: toHex(frame) };
}

/** Puts asterisks in place of a password. Where it can't be told what that is, of all that may be it. */
function maskPassword(frame: Uint8Array): void {
  if (!WITH_PASSWORD.includes(new DataView(frame.buffer).getUint32(4))) return;
  const nul = frame.indexOf(0, HEADER);
  const start = nul < 0 ? HEADER : nul + 1;
  const end = frame.indexOf(0, start);
  frame.fill(0x2a, start, end < 0 ? frame.length : end);
}

/** Cuts a stream of octets into PDUs, each in memory of its own. */
class Splitter {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #wanted = HEADER;
  #lost = false;

  *split(octets: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < octets.length && !this.#lost;) {
      const piece = octets.slice(at, at + this.#wanted - this.#length);
      at += piece.length;
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length < this.#wanted) return;
      const whole = join(this.#pieces, this.#length);
      const said = new DataView(whole.buffer).getUint32(0);
      this.#lost = said < HEADER || said > LONGEST;
      this.#pieces = [whole];
      this.#wanted = said;
      if (!this.#lost && this.#length < said) continue;
      yield whole;
      this.#pieces = [];
      this.#length = 0;
      this.#wanted = HEADER;
    }
  }
}

function join(pieces: Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
