// Segments counted: see src/wasm/decode.rs for the layout of the record.

import { wasm } from "#wasm";
import { ALPHABETS } from "./choices.ts";
import { originalPlaces } from "./compose.ts";
import { engineCall } from "./fault.ts";
import { refresh } from "./memory.ts";
import { encodeByPlatform, isOfPlatform } from "./platform.ts";
import { begin, bytes, list, number, optionalBytes, pass, text } from "./reader.ts";
import { writeSms } from "./sms.ts";
import type { Alphabet, Concat } from "./types.ts";

export interface CountOptions {
  /** `"auto"` unless set. */
  encoding?: string;
  /** A language whose national tables may be used. */
  language?: string;
  concat?: Concat;
  defaultAlphabet?: Alphabet;
  transliterate?: boolean;
  /** Stands in for each character that can't be encoded. */
  substitute?: string;
  flash?: boolean;
  /** Further user data header elements, without the length octet. */
  udh?: Uint8Array;
  reference?: number;
}

export interface SegmentCount {
  encoding: string;
  dataCoding: number;
  segments: number;
  /** What the text takes in all: septets, UTF-16 units or octets. */
  units: number;
  /** How many more units the last segment holds. */
  remaining: number;
  /** What each segment carries, its user data header included. */
  parts: { octets: Uint8Array; udh?: Uint8Array }[];
  /** What can't be encoded, with its index in UTF-16 units. */
  unencodable: { index: number; char: string }[];
}

const NOWHERE = { ton: 0, npi: 0, addr: "" };

/** How `sendSms` would encode and split a text. Throws EngineError for options that make no sense. */
export function countSegments(given: string, options: CountOptions = {}): SegmentCount {
  return count(given, options, segment);
}

/** The same as {@link countSegments}, but of what each segment carries only the number of octets, without its user data header. */
export function measureSegments(given: string, options: CountOptions = {}): Omit<SegmentCount, "parts"> & { parts: number[] } {
  return count(given, options, segmentLength);
}

function count<P>(given: string, options: CountOptions, part: () => P): Omit<SegmentCount, "parts"> & { parts: P[] } {
  const { encoding = "auto", defaultAlphabet = "gsm7" } = options;
  const sms = { from: NOWHERE, to: NOWHERE, text: given, encoding, registeredDelivery: 0, more: options };
  const coded = isOfPlatform(encoding) ? encodeByPlatform(given, encoding, options) : undefined;
  const length = writeSms(0, sms, coded?.octets);
  const block = engineCall(() => wasm.count(length, ALPHABETS.indexOf(defaultAlphabet)));
  refresh();
  begin(block >> 3);
  const counted = {
    encoding: text(),
    dataCoding: number(),
    segments: number(),
    units: number(),
    remaining: number(),
    parts: list(part),
    unencodable: [...list(() => ({ index: number(), char: text() })), ...(coded?.unencodable ?? [])],
  };
  if (coded === undefined && counted.unencodable.length > 0) {
    const places = originalPlaces(given, counted.unencodable.map(({ index }) => index));
    for (const [i, entry] of counted.unencodable.entries()) entry.index = places[i] ?? entry.index;
  }
  return counted;
}

function segmentLength(): number {
  pass(1);
  const length = number();
  pass(2);
  return length;
}

function segment(): { octets: Uint8Array; udh?: Uint8Array } {
  const octets = bytes();
  const udh = optionalBytes();
  return udh === undefined ? { octets } : { octets, udh };
}
