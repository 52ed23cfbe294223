// One direction of a TCP connection, put into its order.

import type { Piece } from "../input/given.ts";
import type { Segment } from "./ip.ts";

/** Segments that wait for one before them; then it is taken for lost. */
const MOST_WAITING = 4_096;

interface Waiting {
  sequence: number;
  octets: Uint8Array;
  time: number | undefined;
  order: number;
}

/** How far `a` is behind `b`, where sequence numbers go round. */
const distance = (a: number, b: number) => (a - b) | 0;

export class Direction {
  readonly pieces: Omit<Piece, "stream">[] = [];
  /** Gaps in the stream, and octets that came again. */
  gaps = 0;
  repeated = 0;
  #first: number | undefined;
  #next: number | undefined;
  #waiting: Waiting[] = [];
  #gap = false;
  readonly #direction: 0 | 1;

  constructor(direction: 0 | 1) {
    this.#direction = direction;
  }

  /** Whether this SYN begins another connection between the same ports. */
  isAnother(segment: Segment): boolean {
    return segment.syn && this.pieces.length > 0 && (segment.sequence + 1) >>> 0 !== this.#first;
  }

  /** @param order of the packet in the capture */
  take(segment: Segment, time: number | undefined, order: number): void {
    const sequence = segment.syn ? (segment.sequence + 1) >>> 0 : segment.sequence;
    this.#first ??= sequence;
    this.#next ??= sequence;
    if (segment.payload.length === 0) return;
    const ahead = distance(sequence, this.#next);
    if (ahead > 0) return this.#wait({ sequence, octets: segment.payload, time, order });
    this.#deliver(sequence, segment.payload, time, order);
    this.#drain();
  }

  /** Hands out what still waits: nothing more comes. */
  finish(): void {
    while (this.#waiting.length > 0) this.#skip();
  }

  #deliver(sequence: number, octets: Uint8Array, time: number | undefined, order: number): void {
    const old = distance(this.#next!, sequence);
    this.repeated += Math.min(old, octets.length);
    if (old >= octets.length) return;
    this.pieces.push({ octets: octets.subarray(old), time, order, direction: this.#direction, gap: this.#gap });
    this.#gap = false;
    this.#next = (sequence + octets.length) >>> 0;
  }

  #wait(segment: Waiting): void {
    let at = this.#waiting.length;
    while (at > 0 && distance(this.#waiting[at - 1]!.sequence, segment.sequence) > 0) at--;
    this.#waiting.splice(at, 0, segment);
    if (this.#waiting.length > MOST_WAITING) this.#skip();
  }

  #drain(): void {
    let taken = 0;
    for (const { sequence, octets, time, order } of this.#waiting) {
      if (distance(sequence, this.#next!) > 0) break;
      this.#deliver(sequence, octets, time, order);
      taken++;
    }
    this.#waiting.splice(0, taken);
  }

  #skip(): void {
    this.gaps++;
    this.#gap = true;
    this.#next = this.#waiting[0]!.sequence;
    this.#drain();
  }
}
