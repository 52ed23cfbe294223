// Segments counted.

import { ALPHABETS, CountWords, PartWords, PlaceWords, UnencodableWords } from "#boundary";
import { wasm } from "#wasm";
import { originalPlaces } from "./compose.ts";
import { engineCall } from "./fault.ts";
import { refresh } from "./memory.ts";
import { encodeByPlatform, isOfPlatform } from "./platform.ts";
import { Batch } from "./reader.ts";
import { writeSms } from "./sms.ts";
import { EngineError, type Alphabet, type Concat } from "./types.ts";

/** How a text is to be encoded and split: as in {@link SmsMessage}, with what the connection would add. */
export interface CountOptions {
  /** As in `sendSms`. Default `"auto"`. */
  encoding?: string;
  /** A language whose national tables may be used, such as `"turkish"`. Default none. */
  language?: string;
  /** How a long text is split: `"udh8"`, `"udh16"`, `"sar"`, `"payload"`. Default `"udh8"`. */
  concat?: Concat;
  /** What data_coding 0 means at the SMSC. Default `"gsm7"`. */
  defaultAlphabet?: Alphabet;
  /** Replaces characters outside the chosen encoding by similar ones. Default false. */
  transliterate?: boolean;
  /** Stands in for each character that can't be encoded: one character. Default none. */
  substitute?: string;
  /** Message class 0, which takes a data_coding of its own. Default false. */
  flash?: boolean;
  /** Further user data header elements, without the length byte. Default none. */
  udh?: Uint8Array;
  /** Reference number in the headers of a long text, 0 to 65,535. Default 0. */
  reference?: number;
}

/** What a text takes. */
export interface SegmentCount {
  /** The encoding that was chosen: `"gsm7"`, `"gsm7-turkish"` …, `"ucs2"`. */
  encoding: string;
  /** data_coding as it would be sent. */
  dataCoding: number;
  /** How many segments the text takes. */
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

/** How `sendSms` would encode and split a text. Throws EngineError for what is no text, and for options that make no sense. */
export function countSegments(given: string, options: CountOptions = {}): SegmentCount {
  return count(given, options, segment);
}

/** The same as {@link countSegments}, but of what each segment carries only the number of octets, without its user data header. */
export function measureSegments(given: string, options: CountOptions = {}): Omit<SegmentCount, "parts"> & { parts: number[] } {
  return count(given, options, segmentLength);
}

/** Throws for the first of the named values that is of another type. */
function demand(type: "string" | "number", values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== type) throw new EngineError("invalid-field", `${name}: a ${type} is expected`, name);
  }
}

function count<P>(given: string, options: CountOptions, part: (batch: Batch) => P): Omit<SegmentCount, "parts"> & { parts: P[] } {
  const { encoding = "auto", defaultAlphabet = "gsm7", substitute = "", reference = 0 } = options;
  demand("string", { text: given, encoding, substitute });
  demand("number", { reference });
  const sms = { from: NOWHERE, to: NOWHERE, text: given, encoding, registeredDelivery: 0, more: options };
  const coded = isOfPlatform(encoding) ? encodeByPlatform(given, encoding, options) : undefined;
  const length = writeSms(0, sms, coded?.octets);
  const block = engineCall(() => wasm.count(length, ALPHABETS.indexOf(defaultAlphabet)));
  refresh();
  const batch = new Batch(block >> 3);
  const { words } = batch;
  const at = batch.pass(CountWords.WORDS);
  const counted = {
    encoding: batch.textAt(at + CountWords.encoding),
    dataCoding: words[at + CountWords.dataCoding]!,
    segments: words[at + CountWords.segments]!,
    units: words[at + CountWords.units]!,
    remaining: words[at + CountWords.remaining]!,
    parts: batch.list(part),
    unencodable: [...batch.list(unencodable), ...(coded?.unencodable ?? [])],
  };
  if (coded === undefined && counted.unencodable.length > 0) {
    const places = originalPlaces(given, counted.unencodable.map(({ index }) => index));
    for (const [i, entry] of counted.unencodable.entries()) entry.index = places[i] ?? entry.index;
  }
  return counted;
}

function unencodable(batch: Batch): { index: number; char: string } {
  const at = batch.pass(UnencodableWords.WORDS);
  return { index: batch.words[at + UnencodableWords.index]!, char: batch.textAt(at + UnencodableWords.char) };
}

function segmentLength(batch: Batch): number {
  return batch.words[batch.pass(PartWords.WORDS) + PartWords.octets + PlaceWords.length]!;
}

function segment(batch: Batch): { octets: Uint8Array; udh?: Uint8Array } {
  const at = batch.pass(PartWords.WORDS);
  const octets = batch.octetsAt(at + PartWords.octets);
  const udh = batch.optionalOctetsAt(at + PartWords.udh);
  return udh === undefined ? { octets } : { octets, udh };
}
