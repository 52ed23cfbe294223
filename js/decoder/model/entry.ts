// The lines of the list: what is kept of each PDU. All else is decoded again when it is looked at.

import { decodePdus, type DecodedPdu, type Fault } from "../../engine/explained.ts";
import { textOf } from "./content.ts";
import { partOf, type Part } from "./part.ts";

export interface Entry extends Pick<DecodedPdu, "command" | "commandId" | "status" | "statusName" | "sequence" | "valid"> {
  /** As they came. */
  octets: Uint8Array;
  /** Where they begin in their part of the stream. */
  offset: number;
  /** What is wrong with the length in the octets themselves; such an entry is no whole PDU. */
  broken?: Fault;
  time?: number | undefined;
  /** Orders what has no time: when the last of its octets came. */
  order: number;
  stream: number;
  direction: 0 | 1;
  /** Pieces of the stream, such as TCP segments, that it is spread over. */
  spread: number;

  from: string;
  to: string;
  text: string;
  /** Of a response or receipt. */
  messageId: string;
  /** Index of the response of a request, and the other way round. */
  partner?: number;
  /** Index of the submit_sm that a receipt is about, and the other way round. */
  related?: number;
  /** What a receipt says of the message: `"delivered"`. */
  receipt?: string | undefined;
  part?: Part | undefined;
  join?: Join;
}

/** A message in several parts. */
export interface Join {
  total: number;
  /** Index of the entry of each part, in order; undefined where it is missing. */
  parts: (number | undefined)[];
}

/** Its octets, decoded; offsets count from the start of the PDU. */
export function decodeEntry({ octets, broken }: Pick<Entry, "octets" | "broken">): DecodedPdu | undefined {
  if (octets.length < 16) return undefined;
  const { pdus } = decodePdus(broken ? withLength(octets) : octets, { strict: true, maxPdu: octets.length });
  const pdu = pdus[0];
  // The engine reads the text of sound PDUs only.
  if (pdu && !pdu.text) {
    const text = textOf(pdu);
    if (text) pdu.text = text;
  }
  if (pdu && broken) {
    pdu.bytes = octets;
    pdu.commandLength = new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0);
    pdu.valid = false;
    pdu.faults.unshift(broken);
  }
  return pdu;
}

/** A copy that says of itself how long it is, so that all that is there can be shown. */
function withLength(octets: Uint8Array): Uint8Array {
  const copy = octets.slice();
  new DataView(copy.buffer).setUint32(0, copy.length);
  return copy;
}

/** What an entry keeps of a decoded PDU. */
export function summary(pdu: DecodedPdu): Pick<Entry, "command" | "commandId" | "status" | "statusName" | "sequence" | "valid" | "from" | "to" | "text" | "messageId" | "receipt" | "part"> {
  const { command, commandId, status, statusName, sequence, valid } = pdu;
  return {
    command,
    commandId,
    status,
    statusName,
    sequence,
    valid,
    from: stringOf(pdu, "source_addr") || stringOf(pdu, "system_id"),
    to: stringOf(pdu, "destination_addr") || recipients(pdu),
    text: pdu.text?.value ?? "",
    messageId: pdu.receipt?.messageId ?? stringOf(pdu, "message_id"),
    receipt: pdu.receipt?.status,
    part: partOf(pdu),
  };
}

function stringOf(pdu: DecodedPdu, name: string): string {
  const value = pdu.fields.find((field) => field.name === name)?.value;
  return typeof value === "string" ? value : "";
}

/** Of a submit_multi. */
function recipients(pdu: DecodedPdu): string {
  const list = pdu.fields.find(({ name, value }) => name.startsWith("dest_address") && Array.isArray(value))?.value;
  if (!Array.isArray(list)) return "";
  const names = list.map(({ value }) => (Array.isArray(value) ? value.find((part) => typeof part.value === "string")?.value : value));
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

export function isResponse({ commandId }: Pick<Entry, "commandId">): boolean {
  return commandId >= 0x80000000;
}
