// A PDU's names and values on their way into the module, as src/wasm/pdu.rs reads them: of each value its kind, then a number or how much
// follows.

import { ValueKind } from "#boundary";
import { place } from "./memory.ts";
import { exactOctets } from "./octets.ts";
import { EngineError, type PduInput, type TlvInput } from "./types.ts";

/** How deep fields and lists may be in each other, and most values of a list. */
const DEEPEST = 8;
const MOST_ITEMS = 65_536;
/** In octets: what refers to itself is larger than any. */
const LONGEST_RECORD = 64 * 1024 * 1024;

const utf8 = new TextEncoder();

function invalid(message: string, field: string): EngineError {
  return new EngineError("invalid-field", `${field}: ${message}`, field);
}

/** The octets of a record, as many as are put. */
class ValueRecord {
  #octets = new Uint8Array(256);
  #length = 0;

  get written(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  put(octets: ArrayLike<number>): void {
    const start = this.#length;
    this.#length += octets.length;
    if (this.#length > LONGEST_RECORD) throw new EngineError("invalid-field", "pdu: longer than any PDU", "pdu");
    if (this.#length > this.#octets.length) {
      const longer = new Uint8Array(2 * this.#length);
      longer.set(this.#octets);
      this.#octets = longer;
    }
    this.#octets.set(octets, start);
  }
}

function putWord(record: ValueRecord, word: number): void {
  record.put([word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24]);
}

function putOctets(record: ValueRecord, octets: Uint8Array): void {
  putWord(record, octets.length);
  record.put(octets);
}

function putNumber(record: ValueRecord, value: unknown, field: string): void {
  if (typeof value !== "number" && typeof value !== "boolean") throw invalid("a number is expected", field);
  const number = Number(value);
  if (number !== number >>> 0) throw invalid("a whole number from 0 to 4294967295 is expected", field);
  putWord(record, number);
}

/** Reads what the caller handed over: whatever that throws is the fault of this field. */
function reading<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof EngineError ? error : invalid("it can't be read", field);
  }
}

/** What is given by name in an object. */
function entries(object: unknown, field: string): [string, unknown][] {
  if (typeof object !== "object" || object === null) throw invalid("an object is expected", field);
  return reading(field, () => Object.entries(object).filter(([, value]) => value !== undefined));
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

function putFields(record: ValueRecord, fields: [string, unknown][], depth: number): void {
  putWord(record, fields.length);
  for (const [name, value] of fields) {
    putOctets(record, utf8.encode(name));
    putValue(record, value, name, depth);
  }
}

function putValue(record: ValueRecord, value: unknown, field: string, depth = 0): void {
  if (depth > DEEPEST) throw invalid("it is nested too deep", field);
  const octets = exactOctets(value);
  if (typeof value === "number" || typeof value === "boolean") {
    record.put([ValueKind.Number]);
    putNumber(record, value, field);
  } else if (typeof value === "string") {
    record.put([ValueKind.Text]);
    putOctets(record, utf8.encode(value));
  } else if (octets !== undefined) {
    record.put([ValueKind.Octets]);
    putOctets(record, octets);
  } else {
    const list = items(value, field);
    record.put([list === undefined ? ValueKind.Fields : ValueKind.List]);
    if (list === undefined) return putFields(record, entries(value, field), depth + 1);
    putWord(record, list.length);
    for (const item of list) putValue(record, item, field, depth + 1);
  }
}

/** TLVs by name, by number in decimal, or by number in hexadecimal with 0x; an array repeats a tag. */
function putTlvs(record: ValueRecord, tlvs: unknown): void {
  const all = entries(tlvs, "tlvs").flatMap(([name, value]) => items(value, name)?.map((item): [string, unknown] => [name, item]) ?? [[name, value] as const]);
  putWord(record, all.length);
  for (const [name, value] of all) {
    const isTag = /^(0x[0-9a-f]+|\d+)$/i.test(name) && Number(name) <= 0xffff;
    putValue(record, isTag ? Number(name) : name, name);
    putValue(record, value, name);
  }
}

/** Puts a record into the module's scratch room and returns its length in octets. */
function placed({ written }: ValueRecord): number {
  place(written);
  return written.length;
}

/**
 * Writes TLVs into the module's scratch room and returns their length there.
 * @throws EngineError for a value of no kind
 */
export function writeTlvs(tlvs: TlvInput): number {
  const record = new ValueRecord();
  putTlvs(record, tlvs);
  return placed(record);
}

/**
 * As {@link writePdu}, for a PDU whose header the session writes.
 * @throws EngineError for one of the names that the session sets
 */
export function writeBody(pdu: Record<string, unknown>, ...set: ("command" | "status" | "sequence")[]): number {
  const given = Object.fromEntries(entries(pdu, "pdu"));
  const refused = set.find((name) => name in given);
  if (refused !== undefined) throw invalid("the session sets it", refused);
  return writePdu(set.includes("command") ? { command: 0, ...given } : given as PduInput);
}

/** As {@link writeTlvs}, for a PDU. */
export function writePdu(pdu: PduInput): number {
  const given = Object.fromEntries(entries(pdu, "pdu"));
  const { command, status = 0, sequence = 0, tlvs = {}, ...fields } = given;
  if (typeof command !== "string" && typeof command !== "number") throw invalid("a name or a number is expected", "command");
  const record = new ValueRecord();
  putValue(record, command, "command");
  putNumber(record, status, "status");
  putNumber(record, sequence, "sequence");
  putFields(record, Object.entries(fields), 0);
  putTlvs(record, tlvs);
  return placed(record);
}
