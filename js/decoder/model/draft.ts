// A PDU being edited: text for each field, and the way back to octets.

import type { DecodedPdu, Field } from "../../engine/explained.ts";
import { encodePdu } from "../../engine/codec.ts";
import type { PduInput, TlvInput } from "../../engine/types.ts";
import { fromHex, hexDigits, toHex } from "../input/hex.ts";

export type Type = "number" | "string" | "octets" | "list";

export interface DraftField {
  name: string;
  type: Type;
  text: string;
  /** Of a TLV. */
  tag?: number;
}

export interface Draft {
  command: string | number;
  status: string;
  sequence: string;
  fields: DraftField[];
  tlvs: DraftField[];
}

/** A text that the field can't be written from. */
export class InvalidDraft extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** Lengths and counts are found again by the encoder. */
const COUNTED = new Set(["sm_length", "number_of_dests", "no_unsuccess"]);

export function draftOf(pdu: DecodedPdu): Draft {
  const field = ({ name, value }: Field): DraftField => ({ name, ...textOf(value) });
  return {
    command: pdu.command === "unknown" ? pdu.commandId : pdu.command,
    status: String(pdu.status),
    sequence: String(pdu.sequence),
    fields: pdu.fields.filter(({ name }) => !COUNTED.has(name)).map(field),
    // TLVs as octets can be written back whatever they are.
    tlvs: pdu.tlvs.map((tlv) => ({ name: tlv.name, type: typeof tlv.value === "number" ? "number" : "octets", text: typeof tlv.value === "number" ? String(tlv.value) : toHex(tlv.bytes, " "), tag: tlv.tag })),
  };
}

function textOf(value: Field["value"]): { type: Type; text: string } {
  if (typeof value === "number") return { type: "number", text: String(value) };
  if (typeof value === "string") return { type: "string", text: value };
  if (value instanceof Uint8Array) return { type: "octets", text: toHex(value, " ") };
  return { type: "list", text: JSON.stringify(value.map(plain), undefined, 1) };
}

function plain(field: Field): unknown {
  const { value } = field;
  if (Array.isArray(value)) return Object.fromEntries(value.map((part) => [part.name, plain(part)]));
  return value instanceof Uint8Array ? toHex(value) : value;
}

/** The octets. Throws `InvalidDraft`, or what `encodePdu` throws. */
export function encodeDraft(draft: Draft): Uint8Array {
  const pdu: PduInput = { command: draft.command, status: numberOf("command_status", draft.status), sequence: numberOf("sequence_number", draft.sequence) };
  for (const field of draft.fields) pdu[field.name] = valueOf(field);
  const tlvs: Record<string, unknown[]> = {};
  for (const tlv of draft.tlvs) (tlvs[`0x${tlv.tag!.toString(16)}`] ??= []).push(valueOf(tlv));
  pdu.tlvs = tlvs as TlvInput;
  return encodePdu(pdu);
}

function valueOf({ name, type, text }: DraftField): unknown {
  if (type === "number") return numberOf(name, text);
  if (type === "string") return text;
  if (type === "octets") {
    const digits = text.trim() === "" ? "" : hexDigits(text);
    if (digits === undefined || digits.length % 2 !== 0) throw new InvalidDraft(name, "needs hex digits, two an octet");
    return fromHex(digits);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidDraft(name, "needs a list in JSON");
  }
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isInteger(number) || number < 0 || number > 0xffffffff) throw new InvalidDraft(name, "needs a whole number, in decimal or with 0x in hex");
  return number;
}
