// Reads what the module put into the shared buffers: 32-bit words, a heap of ASCII, one of other text and one of octets.
// Absent values are told by NOTHING, see src/wasm/io.rs.

import { f64, u32, u8 } from "./memory.ts";
import type { Address, Report, ReportStatus } from "./types.ts";

const NOTHING = 0xffffffff;
/** In the length of a string: it lies at an address, for as long as the module does. */
const LASTING = 0x80000000;
/** In the length of a string: it is in the heap of those that are not ASCII. */
const WIDE = 0x40000000;
const STATUSES: ReportStatus[] = [
  "scheduled",
  "enroute",
  "delivered",
  "expired",
  "deleted",
  "undeliverable",
  "accepted",
  "unknown",
  "rejected",
  "skipped",
];

const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

// The batch being read.
let word = 0;
let end = 0;
let ascii = "";
let wide = "";
const NO_OCTETS = new Uint8Array(0);
let octets: Uint8Array<ArrayBuffer> = NO_OCTETS;

/** Begins the batch that the doubles from number `block` on describe. Its text and octets are copied; its words are not. */
export function begin(block: number): void {
  const octetsAt = f64[block + 4]!;
  const octetsLength = f64[block + 5]!;
  ascii = asciiHeap(f64[block + 2]!, f64[block + 3]!);
  wide = heap(f64[block + 10]!, f64[block + 11]!);
  octets = octetsLength === 0 ? NO_OCTETS : u8.slice(octetsAt, octetsAt + octetsLength);
  word = f64[block]! >> 2;
  end = word + f64[block + 1]!;
}

/** Up to so many characters are put together faster than the platform is asked for them: the identifier of a message that is sent alone. */
const FEW = 16;

function asciiHeap(at: number, length: number): string {
  if (length > FEW) return heap(at, length);
  const octets = u8;
  const end = at + length;
  let text = "";
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      octets[at]!, octets[at + 1]!, octets[at + 2]!, octets[at + 3]!, octets[at + 4]!, octets[at + 5]!, octets[at + 6]!, octets[at + 7]!,
    );
  }
  for (; at < end; at++) text += String.fromCharCode(octets[at]!);
  return text;
}

function heap(at: number, length: number): string {
  return length === 0 ? "" : utf8.decode(u8.subarray(at, at + length));
}

/** Whether words are left. */
export function more(): boolean {
  return word < end;
}

export function number(): number {
  return u32[word++]!;
}

/** Passes over so many words, to be looked at from the place that is returned. */
export function pass(count: number): number {
  const at = word;
  word += count;
  return at;
}

export function flag(): boolean {
  return number() === 1;
}

export function optionalNumber(): number | undefined {
  const value = number();
  return value === NOTHING ? undefined : value;
}

export function text(): string {
  return textAt(pass(2));
}

/** The string that the words at this place tell of. */
export function textAt(at: number): string {
  const start = u32[at]!;
  const length = u32[at + 1]!;
  if (length >= LASTING) return lasting(start, length - LASTING);
  if (length >= WIDE) return wide.substring(start, start + length - WIDE);
  return length === 0 ? "" : ascii.substring(start, start + length);
}

export function optionalText(): string | undefined {
  if (u32[word] !== NOTHING) return text();
  word += 2;
  return undefined;
}

// Strings that last, each in a place that its address tells; few share one. All are ASCII.
const PLACES = 8_192;
const places = { addresses: new Uint32Array(PLACES), strings: new Array<string>(PLACES).fill("") };

function lasting(address: number, length: number): string {
  const place = address % PLACES;
  const last = places.strings[place]!;
  if (places.addresses[place] === address && last.length === length) return last;
  const string = utf8.decode(u8.subarray(address, address + length));
  places.addresses[place] = address;
  places.strings[place] = string;
  return string;
}

export function bytes(): Uint8Array {
  const start = number();
  // Cheaper than subarray(), and two a receipt.
  return new Uint8Array(octets.buffer, start, number());
}

export function optionalBytes(): Uint8Array | undefined {
  const start = number();
  const length = number();
  return start === NOTHING ? undefined : octets.subarray(start, start + length);
}

/** As many as the first word says. */
export function list<T>(read: () => T): T[] {
  const count = number();
  if (count === 0) return [];
  const items = new Array<T>(count);
  for (let i = 0; i < count; i++) items[i] = read();
  return items;
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

function date(): Date | undefined {
  halves[0] = number();
  halves[1] = number();
  return Number.isNaN(double[0]) ? undefined : new Date(double[0]!);
}

export function address(): Address {
  return { ton: number(), npi: number(), addr: text() };
}

function networkError(): { type: number; code: number } | undefined {
  const type = number();
  const code = number();
  return type === NOTHING ? undefined : { type, code };
}

const NO_EXTRA: Readonly<Record<string, string>> = Object.freeze({});

function extra(): Readonly<Record<string, string>> {
  const pairs = list((): [string, string] => [text(), text()]);
  return pairs.length === 0 ? NO_EXTRA : Object.fromEntries(pairs);
}

/** A delivery report; the key of its identifier, absent if that is the identifier, is read before. */
export function report(): Report {
  const status = STATUSES[number()] ?? "unknown";
  const final = flag();
  const messageId = text();
  return {
    status,
    final,
    messageId,
    rawMessageId: optionalText() ?? messageId,
    stat: optionalText(),
    errorCode: optionalText(),
    submitted: optionalNumber(),
    delivered: optionalNumber(),
    text: optionalText(),
    from: address(),
    to: address(),
    networkError: networkError(),
    raw: bytes(),
    pdu: bytes(),
    submittedAt: date(),
    doneAt: date(),
    extra: extra(),
  };
}
