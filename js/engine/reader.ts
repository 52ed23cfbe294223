// Reads what the module put into the shared buffers: records of 32-bit words, and three heaps for their ASCII, their other text and their
// octets.

import { Absent, AddressWords, Block, ExtraWords, PlaceWords, ReportWords, STATUSES, StringKind } from "#boundary";
import { f64, refresh, u32, u8 } from "./memory.ts";
import type { Address, Report } from "./types.ts";

const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const NO_OCTETS = new Uint8Array(0);

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

// Strings that last, each in a place given by its address; few share one. All are ASCII.
const PLACES = 8_192;
const places = { addresses: new Uint32Array(PLACES), strings: new Array<string>(PLACES).fill("") };

function lasting(address: number, length: number): string {
  const place = address % PLACES;
  const last = places.strings[place]!;
  if (places.addresses[place] === address && last.length === length) return last;
  refresh();
  const string = utf8.decode(u8.subarray(address, address + length));
  places.addresses[place] = address;
  places.strings[place] = string;
  return string;
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

const NO_EXTRA: Readonly<Record<string, string>> = Object.freeze({});

const NO_WORDS = new Uint32Array(0);
/** Room for the words of the next batch. A new one for each would be left to the garbage collector faster than it comes. */
let spare = NO_WORDS;

/** What one call of the module left: records one after the other. It is a copy, so that the module may be called while it is read. */
export class Batch {
  /** The word to be read next. */
  at = 0;
  /** The records. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly #length: number;
  readonly #ascii: string;
  readonly #wide: string;
  readonly #octets: Uint8Array<ArrayBuffer>;

  /** The batch that the doubles from number `block` on describe. */
  constructor(block: number) {
    const octetsAt = f64[block + Block.Octets]!;
    const octetsLength = f64[block + Block.Octets + 1]!;
    this.#ascii = asciiHeap(f64[block + Block.Ascii]!, f64[block + Block.Ascii + 1]!);
    this.#wide = heap(f64[block + Block.Wide]!, f64[block + Block.Wide + 1]!);
    this.#octets = octetsLength === 0 ? NO_OCTETS : u8.slice(octetsAt, octetsAt + octetsLength);
    const wordsAt = f64[block + Block.Words]! >> 2;
    this.#length = f64[block + Block.Words + 1]!;
    this.words = spare.length < this.#length ? new Uint32Array(2 * this.#length) : spare;
    spare = NO_WORDS;
    this.words.set(u32.subarray(wordsAt, wordsAt + this.#length));
  }

  /** Whether words are left. */
  get more(): boolean {
    return this.at < this.#length;
  }

  /** All is read: the next batch may have the same room. */
  release(): void {
    spare = this.words;
  }

  /** Passes over a record of so many words, and returns where it is. */
  pass(words: number): number {
    const { at } = this;
    this.at = at + words;
    return at;
  }

  /** The next word: a number of its own. */
  number(): number {
    return this.words[this.pass(1)]!;
  }

  flag(): boolean {
    return this.number() === 1;
  }

  /** As many as the next word says. */
  list<T>(read: (batch: Batch) => T): T[] {
    const count = this.number();
    if (count === 0) return [];
    const items = new Array<T>(count);
    for (let i = 0; i < count; i++) items[i] = read(this);
    return items;
  }

  /** A number that may be absent. */
  optionalNumberAt(at: number): number | undefined {
    const value = this.words[at]!;
    return value === Absent.Nothing ? undefined : value;
  }

  /** The string that the words at this place are about. */
  textAt(at: number): string {
    const start = this.words[at + PlaceWords.at]!;
    const length = this.words[at + PlaceWords.length]!;
    if (length >= StringKind.Lasting) return lasting(start, length - StringKind.Lasting);
    if (length >= StringKind.Wide) return this.#wide.substring(start, start + length - StringKind.Wide);
    return length === 0 ? "" : this.#ascii.substring(start, start + length);
  }

  optionalTextAt(at: number): string | undefined {
    return this.words[at + PlaceWords.at] === Absent.Nothing ? undefined : this.textAt(at);
  }

  octetsAt(at: number): Uint8Array {
    // Cheaper than subarray(), and two a receipt.
    return new Uint8Array(this.#octets.buffer, this.words[at + PlaceWords.at], this.words[at + PlaceWords.length]);
  }

  optionalOctetsAt(at: number): Uint8Array | undefined {
    return this.words[at + PlaceWords.at] === Absent.Nothing ? undefined : this.octetsAt(at);
  }

  addressAt(at: number): Address {
    return { ton: this.words[at + AddressWords.ton]!, npi: this.words[at + AddressWords.npi]!, addr: this.textAt(at + AddressWords.addr) };
  }

  /** A delivery report, and what is to be compared with the identifier of a submission. */
  report(): { report: Report; key: string } {
    const at = this.pass(ReportWords.WORDS);
    const messageId = this.textAt(at + ReportWords.messageId);
    const networkType = this.optionalNumberAt(at + ReportWords.networkType);
    const report: Report = {
      status: STATUSES[this.words[at + ReportWords.status]!] ?? "unknown",
      final: this.words[at + ReportWords.isFinal] === 1,
      messageId,
      rawMessageId: this.optionalTextAt(at + ReportWords.rawMessageId) ?? messageId,
      stat: this.optionalTextAt(at + ReportWords.stat),
      errorCode: this.optionalTextAt(at + ReportWords.errorCode),
      submitted: this.optionalNumberAt(at + ReportWords.submitted),
      delivered: this.optionalNumberAt(at + ReportWords.delivered),
      text: this.optionalTextAt(at + ReportWords.text),
      from: this.addressAt(at + ReportWords.from),
      to: this.addressAt(at + ReportWords.to),
      networkError: networkType === undefined ? undefined : { type: networkType, code: this.words[at + ReportWords.networkCode]! },
      raw: this.octetsAt(at + ReportWords.raw),
      pdu: this.octetsAt(at + ReportWords.pdu),
      submittedAt: this.#dateAt(at + ReportWords.submittedAt),
      doneAt: this.#dateAt(at + ReportWords.doneAt),
      extra: this.#extra(this.words[at + ReportWords.extra]!),
    };
    return { report, key: this.optionalTextAt(at + ReportWords.key) ?? messageId };
  }

  #dateAt(at: number): Date | undefined {
    halves[0] = this.words[at]!;
    halves[1] = this.words[at + 1]!;
    return Number.isNaN(double[0]) ? undefined : new Date(double[0]!);
  }

  #extra(count: number): Readonly<Record<string, string>> {
    if (count === 0) return NO_EXTRA;
    return Object.fromEntries(Array.from({ length: count }, (): [string, string] => {
      const at = this.pass(ExtraWords.WORDS);
      return [this.textAt(at + ExtraWords.name), this.textAt(at + ExtraWords.value)];
    }));
  }
}
