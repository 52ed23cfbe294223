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

/** The last PDUs of one link, in memory only. */
export class PduLog {
  #kept: { at: number; direction: Direction; frame: Uint8Array }[] = [];
  #octets = 0;
  #splitters = { in: new Splitter(), out: new Splitter() };
  readonly #passed: (at: number, view: () => PduView) => void;

  /** `passed` is told of each PDU. */
  constructor(passed: (at: number, view: () => PduView) => void) {
    this.#passed = passed;
  }

  /** A new connection: PDUs start anew. */
  reset(): void {
    this.#splitters = { in: new Splitter(), out: new Splitter() };
  }

  /** Takes bytes as they pass; they are copied, once for all PDUs among them. */
  take(direction: Direction, octets: Uint8Array, now: number): void {
    for (const frame of this.#splitters[direction].split(octets.slice())) {
      maskPassword(frame);
      this.#kept.push({ at: now, direction, frame });
      this.#octets += frame.length;
      this.#passed(now, () => view(direction, frame));
    }
    while (this.#kept.length > KEPT || this.#octets > KEPT_OCTETS) this.#octets -= this.#kept.shift()!.frame.length;
  }

  /** Those kept, the oldest first. */
  list(): { at: number; view: PduView }[] {
    return this.#kept.map(({ at, direction, frame }) => ({ at, view: view(direction, frame) }));
  }
}

function view(direction: Direction, frame: Uint8Array): PduView {
  const header = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const word = (at: number) => (frame.length >= at + 4 ? header.getUint32(at) : 0);
  return { direction, command: commandName(word(4)), status: word(8), statusName: statusName(word(8)), sequence: word(12), pdu: toHex(frame) };
}

/** Puts asterisks in place of a password. Where it can't be told what that is, of all that may be it. */
function maskPassword(frame: Uint8Array): void {
  if (!WITH_PASSWORD.includes(new DataView(frame.buffer, frame.byteOffset).getUint32(4))) return;
  const nul = frame.indexOf(0, HEADER);
  const start = nul < 0 ? HEADER : nul + 1;
  const end = frame.indexOf(0, start);
  frame.fill(0x2a, start, end < 0 ? frame.length : end);
}

/** Cuts a stream of bytes into PDUs; those that come whole are views of what came. */
class Splitter {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #wanted = HEADER;
  #lost = false;

  *split(octets: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < octets.length && !this.#lost;) {
      const end = this.#length === 0 && at + HEADER <= octets.length ? at + lengthOf(octets, at) : Infinity;
      if (end <= octets.length && end >= at + HEADER) {
        yield octets.subarray(at, end);
        at = end;
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
      yield whole;
      this.#pieces = [];
      this.#length = 0;
      this.#wanted = HEADER;
    }
  }
}

function lengthOf(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(at);
}
