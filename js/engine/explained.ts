// PDUs explained, receipts parsed.

import { BYTE_ORDERS, FaultWords, PduWords, TextWords } from "#boundary";
import { wasm } from "#wasm";
import { fieldsOf, part, type Field } from "./field.ts";
import { place, refresh } from "./memory.ts";
import { exactOctets } from "./octets.ts";
import { Batch } from "./reader.ts";
import { EngineError, type Report } from "./types.ts";

export type { Field };

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

/** The text of a message. */
export interface DecodedText {
  value: string;
  encoding: string;
  /** The order of its bytes, where UCS-2 has a byte order mark (which is left out of `value`) or is not big-endian. */
  byteOrder?: "big-endian" | "little-endian";
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
  text?: DecodedText;
  /** The elements of its user data header. */
  udh?: Field[];
  /** The delivery receipt that it is. */
  receipt?: Report;
}

/** What a receipt says. */
export type { Report };

/** Options of {@link decodePdus}. */
export interface DecodeOptions {
  /** Also name what a tolerant reader lets pass. Default false. */
  strict?: boolean;
  /** Refuse PDUs of more bytes, 16 or more. Default 65,536. */
  maxPdu?: number;
}

/** What bytes are read as. */
export interface Decoded {
  /** The PDUs, in order. */
  pdus: DecodedPdu[];
  /** Octets behind the last PDU: the beginning of another, or what `error` refuses. */
  rest: number;
  /** Why nothing behind the last PDU can be found. */
  error?: Fault;
}

function fault(batch: Batch): Fault {
  const { words } = batch;
  const at = batch.pass(FaultWords.WORDS);
  const result: Fault = {
    severity: batch.textAt(at + FaultWords.severity) as Fault["severity"],
    kind: batch.textAt(at + FaultWords.kind),
    offset: words[at + FaultWords.offset]!,
    field: batch.textAt(at + FaultWords.field),
  };
  const [expected, found] = [batch.optionalTextAt(at + FaultWords.expected), batch.optionalTextAt(at + FaultWords.found)];
  if (expected !== undefined) result.expected = expected;
  if (found !== undefined) result.found = found;
  result.section = batch.textAt(at + FaultWords.section);
  return result;
}

/** A receipt, in this PDU. */
function receipt(batch: Batch, pdu: Uint8Array): Report {
  const { report } = batch.report();
  report.pdu = pdu;
  return report;
}

function textOf(batch: Batch): DecodedText {
  const at = batch.pass(TextWords.WORDS);
  const text: DecodedText = { value: batch.textAt(at + TextWords.value), encoding: batch.textAt(at + TextWords.encoding) };
  const order = BYTE_ORDERS[batch.words[at + TextWords.order]!];
  if (order) text.byteOrder = order;
  return text;
}

/** Reads the PDUs that are in `input`. */
function pdusOf(batch: Batch, input: Uint8Array): DecodedPdu[] {
  const field = fieldsOf(input);
  const tlv = (): Field & { tag: number } => {
    const tag = batch.number();
    return Object.assign(field(batch), { tag });
  };
  const { words } = batch;
  const pdus: DecodedPdu[] = [];
  while (batch.flag()) {
    const at = batch.pass(PduWords.WORDS);
    const [offset, commandLength] = [words[at + PduWords.offset]!, words[at + PduWords.commandLength]!];
    const pdu: DecodedPdu = {
      offset,
      commandLength,
      command: batch.textAt(at + PduWords.command),
      commandId: words[at + PduWords.commandId]!,
      status: words[at + PduWords.status]!,
      statusName: batch.textAt(at + PduWords.statusName),
      sequence: words[at + PduWords.sequence]!,
      valid: words[at + PduWords.valid] === 1,
      fields: batch.list(field),
      tlvs: batch.list(tlv),
      faults: batch.list(fault),
      bytes: part(input, offset, commandLength),
    };
    if (batch.flag()) pdu.text = textOf(batch);
    const udh = batch.list(field);
    if (udh.length > 0) pdu.udh = udh;
    if (batch.flag()) pdu.receipt = receipt(batch, pdu.bytes);
    pdus.push(pdu);
  }
  return pdus;
}

function refuse(field: string, expected: string): never {
  throw new EngineError("invalid-field", `${field}: ${expected} is expected`, field);
}

/** As it was given, if it is octets. The module's glue takes any value, and a wrong one breaks the module. */
function checked(given: unknown, field: string, expected: string): Uint8Array {
  return exactOctets(given) ?? refuse(field, expected);
}

/** The octets of a string of hexadecimal digits; white space, colons and a leading 0x are skipped. */
function octetsOf(given: Uint8Array | string): Uint8Array {
  if (typeof given !== "string") return checked(given, "input", "a Uint8Array or a string of hexadecimal digits");
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
 * @throws EngineError if `given` is neither octets nor a string of hexadecimal digits
 */
export function decodePdus(given: Uint8Array | string, options: DecodeOptions = {}): Decoded {
  const { strict = false, maxPdu = 65_536 } = options;
  if (typeof strict !== "boolean") refuse("strict", "true or false");
  if (typeof maxPdu !== "number" || !(maxPdu >= 0)) refuse("maxPdu", "a number of octets");
  const input = octetsOf(given);
  place(input);
  const block = wasm.decode_pdus(input.length, strict, Math.min(maxPdu, 0xffff_ffff));
  refresh();
  const batch = new Batch(block >> 3);
  const pdus = pdusOf(batch, input);
  const rest = batch.number();
  return batch.flag() ? { pdus, rest, error: fault(batch) } : { pdus, rest };
}

/** The TLVs that speak of a receipt. */
export interface ReceiptTlvs {
  receipted_message_id?: string;
  message_state?: number;
  network_error_code?: Uint8Array;
}

const NO_PDU = new Uint8Array(0);

/**
 * Reads the text of a delivery receipt; undefined if it is not one. TLVs win over the text for identifier and state. Addresses
 * and `pdu` are empty: the text does not have them.
 *
 * @throws EngineError for a value of another type
 */
export function parseReceipt(given: string | Uint8Array, tlvs: ReceiptTlvs = {}): Report | undefined {
  const octets = typeof given === "string" ? Uint8Array.from(given, (c) => c.charCodeAt(0) & 0xff) : checked(given, "text", "a string or a Uint8Array");
  const { receipted_message_id: id, message_state: state, network_error_code: error } = tlvs;
  if (id !== undefined && typeof id !== "string") refuse("receipted_message_id", "a string");
  if (state !== undefined && typeof state !== "number") refuse("message_state", "a number");
  const code = error === undefined ? undefined : checked(error, "network_error_code", "a Uint8Array");
  place(octets);
  const block = wasm.parse_receipt(octets.length, id, state, code);
  refresh();
  if (block === 0) return undefined;
  return receipt(new Batch(block >> 3), NO_PDU);
}
