// What the readers of all input forms return.

/** Octets of one direction of a stream, in their order. */
export interface Piece {
  octets: Uint8Array;
  /** Milliseconds since 1970, where the input has times; less than a day where it has only the time of day. */
  time?: number | undefined;
  /** Where the piece stands among those of all streams, if not where it is in `pieces`. */
  order?: number;
  /** Which stream, from 0. */
  stream: number;
  /** 0: from the side that opened the connection, or not known; 1: from the other. */
  direction: 0 | 1;
  /** Octets are missing before these, or what is before is no part of the same stream. */
  gap?: boolean;
}

export interface Given {
  /** What the input was taken for, in words. */
  form: string;
  pieces: Piece[];
  /** Names of the streams: `"10.0.0.1:40000 → 10.0.0.2:2775"`; empty where there are none. */
  streams: string[];
  /** Whether pieces have a direction. */
  directed: boolean;
  /** What the user should know: skipped octets, packets left out. */
  notes: string[];
}

/** The input holds nothing that can be read: the message says why, and what to do. */
export class Refusal extends Error {}

/** The input is of a form that leaves octets out: whatever else is in it, it stands for PDUs. */
export class Lossy extends Refusal {}

/** A single piece, in no stream. */
export function single(form: string, octets: Uint8Array, notes: string[] = []): Given {
  return { form, pieces: [{ octets, stream: 0, direction: 0 }], streams: [], directed: false, notes };
}

/** Many octets as a number of the largest unit that suits. */
export function amount(octets: number): string {
  if (octets < 10_000) return octets === 1 ? "1 octet" : `${octets} octets`;
  return octets < 1_000_000 ? `${Math.round(octets / 1_000)} KB` : `${(octets / 1_000_000).toFixed(octets < 10_000_000 ? 1 : 0)} MB`;
}

/** `"1 gap"`, `"2 gaps"`. */
export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

export function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
