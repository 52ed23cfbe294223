// A PDU's names and values on their way into the module, as src/wasm/pdu.rs reads them: of each value its kind, then a number or how much
// follows.

import { ValueKind } from "#boundary";
import { place } from "./memory.ts";
import { exactOctets } from "./octets.ts";
import { EngineError, type PduInput } from "./types.ts";

/** How deep fields and lists may be in each other, and most values of a list. */
const DEEPEST = 8;
const MOST_ITEMS = 65_536;
/** In octets: what refers to itself is larger than any. */
const LONGEST_RECORD = 64 * 1024 * 1024;

/** The longest that is kept for the next record. */
const LONGEST_SPARE = 64 * 1024;

const utf8 = new TextEncoder();

function invalid(message: string, field: string): EngineError {
  return new EngineError("invalid-field", `${field}: ${message}`, field);
}

/** The octets of a record, as many as are put. */
class ValueRecord {
  #octets = new Uint8Array(512);
  #length = 0;

  get written(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Room for so many octets more; returns where it begins. */
  room(more: number): number {
    const at = this.#length;
    const length = at + more;
    if (length > LONGEST_RECORD) throw new EngineError("invalid-field", "pdu: longer than any PDU", "pdu");
    if (length > this.#octets.length) {
      const longer = new Uint8Array(2 * length);
      longer.set(this.#octets);
      this.#octets = longer;
    }
    this.#length = length;
    return at;
  }

  kind(kind: ValueKind): void {
    const at = this.room(1);
    this.#octets[at] = kind;
  }

  word(word: number): void {
    this.wordAt(this.room(4), word);
  }

  wordAt(at: number, word: number): void {
    const octets = this.#octets;
    octets[at] = word;
    octets[at + 1] = word >>> 8;
    octets[at + 2] = word >>> 16;
    octets[at + 3] = word >>> 24;
  }

  octets(octets: Uint8Array): void {
    this.word(octets.length);
    const at = this.room(octets.length);
    this.#octets.set(octets, at);
  }

  text(text: string): void {
    const { length } = text;
    this.word(length);
    const at = this.room(length);
    const octets = this.#octets;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        this.#length = at - 4;
        return this.octets(utf8.encode(text));
      }
      octets[at + i] = unit;
    }
  }
}

/** What the last record was written in, unless one is being written: a value that is read may have another PDU written. */
let spare: ValueRecord | undefined;

/** 0 for what is not given. */
function wholeNumber(value: unknown, field: string): number {
  if (value === undefined) return 0;
  if (typeof value !== "number" && typeof value !== "boolean") throw invalid("a number is expected", field);
  const number = Number(value);
  if (number !== number >>> 0) throw invalid("a whole number from 0 to 4294967295 is expected", field);
  return number;
}

/** Reads what the caller handed over: whatever that throws is the fault of this field. */
function reading<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof EngineError ? error : invalid("it can't be read", field);
  }
}

/** What is given by name in an object: names, and the value of each; those that are undefined are not given. */
interface Given {
  names: string[];
  values: unknown[];
}

function given(object: unknown, field: string, expected = "an object"): Given {
  if (typeof object !== "object" || object === null) throw invalid(`${expected} is expected`, field);
  return reading(field, () => {
    const names = Object.keys(object);
    return { names, values: names.map((name) => (object as Record<string, unknown>)[name]) };
  });
}

/** Takes one out: it is no longer given. */
function take({ names, values }: Given, name: string): unknown {
  const at = names.indexOf(name);
  if (at < 0) return undefined;
  const value = values[at];
  values[at] = undefined;
  return value;
}

/** What is given in an array, whose own iterator may never end; undefined if it is none. */
function items(value: unknown, field: string): unknown[] | undefined {
  return reading(field, () => {
    if (!Array.isArray(value)) return undefined;
    const { length } = value;
    if (!(length <= MOST_ITEMS)) throw invalid(`at most ${MOST_ITEMS} values are expected`, field);
    return Array.from({ length }, (_, index): unknown => value[index]);
  });
}

function putFields(record: ValueRecord, { names, values }: Given, depth: number): void {
  const place = record.room(4);
  let count = 0;
  for (let i = 0; i < names.length; i++) {
    const value = values[i];
    if (value === undefined) continue;
    const name = names[i]!;
    count++;
    record.text(name);
    putValue(record, value, name, depth);
  }
  record.wordAt(place, count);
}

function putValue(record: ValueRecord, value: unknown, field: string, depth = 0): void {
  if (depth > DEEPEST) throw invalid("it is nested too deep", field);
  if (typeof value === "number" || typeof value === "boolean") {
    record.kind(ValueKind.Number);
    return record.word(wholeNumber(value, field));
  }
  if (typeof value === "string") {
    record.kind(ValueKind.Text);
    return record.text(value);
  }
  const octets = exactOctets(value);
  if (octets !== undefined) {
    record.kind(ValueKind.Octets);
    return record.octets(octets);
  }
  const list = items(value, field);
  record.kind(list === undefined ? ValueKind.Fields : ValueKind.List);
  if (list === undefined) return putFields(record, given(value, field, "text, a number, octets, a list or an object"), depth + 1);
  record.word(list.length);
  for (const item of list) putValue(record, item, field, depth + 1);
}

/** TLVs by name, by number in decimal, or by number in hexadecimal with 0x; an array repeats a tag. */
function putTlvs(record: ValueRecord, { names, values }: Given): void {
  const all = names.flatMap((name, i) => (values[i] === undefined ? [] : (items(values[i], name) ?? [values[i]]).map((item) => [name, item] as const)));
  record.word(all.length);
  for (const [name, value] of all) {
    const isTag = /^(0x[0-9a-f]+|\d+)$/i.test(name) && Number(name) <= 0xffff;
    putValue(record, isTag ? Number(name) : name, name);
    putValue(record, value, name);
  }
}

/**
 * As {@link writePdu}, for a PDU whose header the session writes.
 * @throws EngineError for one of the names that the session sets
 */
export function writeBody(pdu: Record<string, unknown>, ...set: ("command" | "status" | "sequence")[]): number {
  const read = given(pdu, "pdu");
  const refused = set.find((name) => take(read, name) !== undefined);
  if (refused !== undefined) throw invalid("the session sets it", refused);
  return write(read, set.includes("command") ? 0 : take(read, "command"));
}

/**
 * Writes a PDU into the module's scratch room and returns its length there.
 * @throws EngineError for a value of no kind
 */
export function writePdu(pdu: PduInput): number {
  const read = given(pdu, "pdu");
  return write(read, take(read, "command"));
}

function write(read: Given, command: unknown): number {
  if (typeof command !== "string" && typeof command !== "number") throw invalid("a name or a number is expected", "command");
  const record = spare ?? new ValueRecord();
  spare = undefined;
  record.clear();
  putValue(record, command, "command");
  for (const name of ["status", "sequence"]) record.word(wholeNumber(take(read, name), name));
  const tlvs = take(read, "tlvs");
  putFields(record, read, 0);
  if (tlvs === undefined) record.word(0);
  else putTlvs(record, given(tlvs, "tlvs"));
  const octets = record.written;
  place(octets);
  // One that was very long is not kept.
  if (octets.length <= LONGEST_SPARE) spare = record;
  return octets.length;
}
