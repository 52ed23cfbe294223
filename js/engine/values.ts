// A PDU's names and values on their way into the module, as src/wasm/pdu.rs reads them: of each value its kind, then a number or how much
// follows.

import { place } from "./memory.ts";
import { EngineError, type PduInput, type TlvInput } from "./types.ts";

const NUMBER = 0;
const TEXT = 1;
const OCTETS = 2;
const FIELDS = 3;
const LIST = 4;

const utf8 = new TextEncoder();

function invalid(message: string, field: string): EngineError {
  return new EngineError("invalid-field", `${field}: ${message}`, field);
}

function putNumber(record: number[], number: number): void {
  record.push(number & 0xff, (number >>> 8) & 0xff, (number >>> 16) & 0xff, number >>> 24);
}

function putOctets(record: number[], octets: Uint8Array): void {
  putNumber(record, octets.length);
  for (const octet of octets) record.push(octet);
}

function putFields(record: number[], fields: unknown, field: string): void {
  if (typeof fields !== "object" || fields === null) throw invalid("an object is expected", field);
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  record.push(FIELDS);
  putNumber(record, given.length);
  for (const [name, value] of given) {
    putOctets(record, utf8.encode(name));
    putValue(record, value, name);
  }
}

function putValue(record: number[], value: unknown, field: string): void {
  if (typeof value === "number" || typeof value === "boolean") {
    const number = Number(value);
    if (number !== number >>> 0) throw invalid("a whole number from 0 to 4294967295 is expected", field);
    record.push(NUMBER);
    putNumber(record, number);
  } else if (typeof value === "string") {
    record.push(TEXT);
    putOctets(record, utf8.encode(value));
  } else if (value instanceof Uint8Array) {
    record.push(OCTETS);
    putOctets(record, value);
  } else if (Array.isArray(value)) {
    record.push(LIST);
    putNumber(record, value.length);
    for (const item of value) putValue(record, item, field);
  } else {
    putFields(record, value, field);
  }
}

/**
 * Writes a PDU, TLVs or fields into the module's scratch room and returns their length in octets.
 * @throws EngineError for a value of no kind
 */
export function writeValues(values: Partial<PduInput> | TlvInput, name: string): number {
  const record: number[] = [];
  putFields(record, values, name);
  place(Uint8Array.from(record));
  return record.length;
}
