import type { DecodedPdu, Field } from "../engine/codec.ts";
import type { Address } from "../engine/types.ts";
import { parseSmppTime } from "./time.ts";
import { Status } from "./status.ts";

/** When a message is to be sent and how long that may be tried, Unix milliseconds. */
export interface Times {
  scheduledAt: number;
  expiresAt: number | undefined;
}

/** A field's value, or undefined if the PDU has none of that name. */
export function value(pdu: DecodedPdu, name: string): string | number | Uint8Array | Field[] | undefined {
  return pdu.fields.find((field) => field.name === name)?.value;
}

/** A string field; empty if the PDU has none of that name. */
export function text(pdu: DecodedPdu, name: string): string {
  const found = value(pdu, name);
  return typeof found === "string" ? found : "";
}

/** An integer field; 0 if the PDU has none of that name. */
export function integer(pdu: DecodedPdu, name: string): number {
  const found = value(pdu, name);
  return typeof found === "number" ? found : 0;
}

/** The address in `source_addr` or `destination_addr`. */
export function address(pdu: DecodedPdu, which: "source" | "dest"): Address {
  return {
    ton: integer(pdu, `${which}_addr_ton`),
    npi: integer(pdu, `${which}_addr_npi`),
    addr: text(pdu, which === "source" ? "source_addr" : "destination_addr"),
  };
}

/** What message_payload holds, or short_message if that TLV is not there or empty. */
export function payload(pdu: DecodedPdu): Uint8Array {
  const field =
    pdu.tlvs.find(({ name, bytes }) => name === "message_payload" && bytes.length > 0) ?? pdu.fields.find(({ name }) => name === "short_message");
  return field ? field.bytes.slice() : new Uint8Array();
}

/**
 * schedule_delivery_time and validity_period, or the status that refuses them. What is empty is as before: for a new
 * message now, and for ever.
 */
export function times(pdu: DecodedPdu, now: number, before: Times = { scheduledAt: now, expiresAt: undefined }): Times | number {
  const schedule = text(pdu, "schedule_delivery_time");
  const scheduledAt = schedule === "" ? before.scheduledAt : parseSmppTime(schedule, now);
  if (scheduledAt === undefined) return Status.ESME_RINVSCHED;
  const validity = text(pdu, "validity_period");
  const expiresAt = validity === "" ? before.expiresAt : parseSmppTime(validity, now);
  if (validity !== "" && expiresAt === undefined) return Status.ESME_RINVEXPIRY;
  return { scheduledAt, expiresAt };
}
