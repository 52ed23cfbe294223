// PDUs explained, receipts parsed, segments counted: see src/wasm/decode.rs for the layout of the records.

import { wasm } from "#wasm";
import { engineCall } from "./fault.ts";
import { place, refresh, scratch, u16 } from "./memory.ts";
import { encodeByPlatform, isOfPlatform } from "./platform.ts";
import { begin, bytes, flag, list, number, optionalBytes, optionalText, report, text } from "./reader.ts";
import { EngineError, type Alphabet, type Concat, type ParsedReceipt } from "./types.ts";

/** A field of a PDU, or a part of one. */
export interface Field {
  /** The specification's name: `"source_addr"`. */
  name: string;
  /** Octets from the start of the input. */
  offset: number;
  /** Octets it takes, the NUL of a string included. */
  length: number;
  /** Those octets. */
  bytes: Uint8Array;
  /** C-octet strings without their NUL, as Latin-1; integers; octets; or the entries of a list. */
  value: string | number | Uint8Array | Field[];
  /** What the value means, in words. */
  meaning?: string;
  /** Bit fields, or the parts it is made of. */
  children?: Field[];
}

/** What is wrong with a PDU or the stream, and where. */
export interface Fault {
  /** `"note"`: a departure from the specification that a tolerant reader lets pass; only with `strict`. */
  severity: "error" | "note";
  kind: string;
  field?: string;
  /** Octets from the start of the input. */
  offset: number;
  expected?: string;
  found?: string;
  /** The section of the specification that says so. */
  section?: string;
}

/** One PDU, explained. */
export interface DecodedPdu {
  /** Octets from the start of the input. */
  offset: number;
  commandLength: number;
  /** `"submit_sm"`; `"unknown"` if the command is not known. */
  command: string;
  commandId: number;
  status: number;
  /** `"ESME_ROK"`; `"unknown"` if the status is not known. */
  statusName: string;
  sequence: number;
  /** Whether it is structurally well-formed. */
  valid: boolean;
  /** The mandatory fields, in order. */
  fields: Field[];
  /** The optional parameters, in order. */
  tlvs: (Field & { tag: number })[];
  faults: Fault[];
  /** The whole PDU. */
  bytes: Uint8Array;
  /** The text of a message. */
  text?: { value: string; encoding: string };
  /** The elements of its user data header. */
  udh?: Field[];
  /** The delivery receipt that it is. */
  receipt?: ParsedReceipt;
}

/** What a receipt says. */
export type { ParsedReceipt };

export interface DecodeOptions {
  /** Also name what a tolerant reader lets pass. */
  strict?: boolean;
  /** Refuse PDUs of more octets; 65,536 unless set. */
  maxPdu?: number;
}

export interface Decoded {
  pdus: DecodedPdu[];
  /** Octets behind the last PDU: the beginning of another, or what `error` refuses. */
  rest: number;
  /** Why nothing behind the last PDU can be found. */
  error?: Fault;
}

// The octets being explained: all of `buffer` from `base` on.
let buffer: ArrayBufferLike = new ArrayBuffer(0);
let base = 0;

// The part told last: bit fields share the octet that they are in.
let last: Uint8Array = new Uint8Array(0);
let lastStart = -1;

/** A part of the input. */
function part(start: number, length: number): Uint8Array {
  if (start !== lastStart || length !== last.length) {
    last = new Uint8Array(buffer, base + start, length);
    lastStart = start;
  }
  return last;
}

function field(): Field {
  const name = text();
  const offset = number();
  const length = number();
  const meaning = optionalText();
  const bytes = part(offset, length);
  // A literal for each of the two is cheaper than a property added later.
  const result: Field = meaning === undefined ? { name, offset, length, bytes, value: value() } : { name, offset, length, bytes, value: value(), meaning };
  const children = list(field);
  if (children.length > 0) result.children = children;
  return result;
}

function value(): Field["value"] {
  switch (number()) {
    case 0:
      return number();
    case 1:
      return text();
    case 2:
      return part(number(), number());
    default:
      return list(field);
  }
}

function tlv(): Field & { tag: number } {
  const tag = number();
  const result = field() as Field & { tag: number };
  result.tag = tag;
  return result;
}

function fault(): Fault {
  const result: Fault = { severity: text() as Fault["severity"], kind: text(), offset: number() };
  const [field, expected, found, section] = [optionalText(), optionalText(), optionalText(), optionalText()];
  if (field !== undefined) result.field = field;
  if (expected !== undefined) result.expected = expected;
  if (found !== undefined) result.found = found;
  if (section !== undefined) result.section = section;
  return result;
}

function receipt(): ParsedReceipt {
  text(); // the key, which only a session has a use for
  const { pdu: _pdu, ...parsed } = report();
  return parsed;
}

function pdu(): DecodedPdu {
  const [offset, commandLength, commandId, status, sequence] = [number(), number(), number(), number(), number()];
  const valid = flag();
  const bytes = part(offset, number());
  const result: DecodedPdu = {
    offset,
    commandLength,
    command: text(),
    commandId,
    status,
    statusName: text(),
    sequence,
    valid,
    fields: list(field),
    tlvs: list(tlv),
    faults: list(fault),
    bytes,
  };
  if (flag()) {
    const value = text();
    result.text = { value, encoding: text() };
  }
  const udh = list(field);
  if (udh.length > 0) result.udh = udh;
  if (flag()) result.receipt = receipt();
  return result;
}

/** The octets of a string of hexadecimal digits; white space, colons and a leading 0x are skipped. */
function octetsOf(given: Uint8Array | string): Uint8Array {
  if (typeof given !== "string") return given;
  const digits = given.replace(/0x|[\s:,-]/gi, "");
  if (/[^0-9a-f]/i.test(digits) || digits.length % 2 !== 0) {
    throw new EngineError("invalid-field", "input: an even number of hexadecimal digits is expected", "input");
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * Takes a piece of an SMPP stream apart, field by field. Faults are located; what stands before and behind one is still
 * shown, and one bad PDU never hides the next.
 *
 * @param given octets, or hexadecimal digits
 * @throws EngineError if `given` is a string that is not hexadecimal
 */
export function decodePdus(given: Uint8Array | string, options: DecodeOptions = {}): Decoded {
  const { strict = false, maxPdu = 65_536 } = options;
  const input = octetsOf(given);
  buffer = input.buffer;
  base = input.byteOffset;
  lastStart = -1;
  place(input);
  const block = wasm.decode_pdus(input.length, strict, maxPdu);
  refresh();
  begin(block >> 3);
  const count = number();
  const rest = number();
  const error = flag() ? fault() : undefined;
  const pdus: DecodedPdu[] = [];
  for (let i = 0; i < count; i++) pdus.push(pdu());
  return error === undefined ? { pdus, rest } : { pdus, rest, error };
}

/** The TLVs that speak of a receipt. */
export interface ReceiptTlvs {
  receipted_message_id?: string;
  message_state?: number;
  network_error_code?: Uint8Array;
}

/** Reads the text of a delivery receipt; undefined if it is not one. TLVs win over the text for identifier and state. */
export function parseReceipt(given: string | Uint8Array, tlvs: ReceiptTlvs = {}): ParsedReceipt | undefined {
  const octets = typeof given === "string" ? Uint8Array.from(given, (c) => c.charCodeAt(0) & 0xff) : given;
  place(octets);
  const { receipted_message_id, message_state, network_error_code } = tlvs;
  const block = wasm.parse_receipt(octets.length, receipted_message_id, message_state, network_error_code);
  refresh();
  if (block === 0) return undefined;
  begin(block >> 3);
  return receipt();
}

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

/** Copies a text into the module. */
function placeText(given: string): void {
  const at = scratch(given.length * 2) >> 1;
  for (let i = 0; i < given.length; i++) u16[at + i] = given.charCodeAt(i);
}

/** How `sendSms` would encode and split a text. Throws EngineError for options that make no sense. */
export function countSegments(given: string, options: CountOptions = {}): SegmentCount {
  const encoding = options.encoding ?? "auto";
  const coded = isOfPlatform(encoding) ? encodeByPlatform(given, { ...options, encoding }) : undefined;
  if (coded) place(coded.octets);
  else placeText(given);
  const block = engineCall(() =>
    wasm.count(
      coded?.octets.length ?? given.length,
      encoding,
      options.language,
      options.concat ?? "udh8",
      options.defaultAlphabet ?? "gsm7",
      options.transliterate ?? false,
      options.substitute,
      options.flash ?? false,
      options.udh ?? new Uint8Array(0),
      options.reference ?? 0,
    ),
  );
  refresh();
  begin(block >> 3);
  return {
    encoding: text(),
    dataCoding: number(),
    segments: number(),
    units: number(),
    remaining: number(),
    parts: list(segment),
    unencodable: [...list(() => ({ index: number(), char: text() })), ...(coded?.unencodable ?? [])],
  };
}

function segment(): { octets: Uint8Array; udh?: Uint8Array } {
  const octets = bytes();
  const udh = optionalBytes();
  return udh === undefined ? { octets } : { octets, udh };
}
