// What the readers of all input forms hand on.

/** Octets of one direction of a stream, in their order. */
export interface Piece {
  octets: Uint8Array;
  /** Milliseconds since 1970, where the input tells. */
  time?: number | undefined;
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
  /** Whether pieces tell their direction. */
  directed: boolean;
  /** What the user should know: skipped octets, packets left out. */
  notes: string[];
}

/** The input holds nothing that can be read: the message says why, and what to do. */
export class Refusal extends Error {}

/** A single piece, in no stream. */
export function single(form: string, octets: Uint8Array, notes: string[] = []): Given {
  return { form, pieces: [{ octets, stream: 0, direction: 0 }], streams: [], directed: false, notes };
}

/** Many octets as a number of the largest unit that suits. */
export function amount(octets: number): string {
  if (octets < 10_000) return octets === 1 ? "1 octet" : `${octets} octets`;
  return octets < 1_000_000 ? `${Math.round(octets / 1_000)} KB` : `${(octets / 1_000_000).toFixed(octets < 10_000_000 ? 1 : 0)} MB`;
}
