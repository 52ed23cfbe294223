import type { DecodedPdu, Field } from "../engine/codec.ts";
import type { Address } from "../engine/types.ts";
import { parseSmppTime } from "./time.ts";
import { Status } from "../server/status.ts";

/** When a message is to be sent and how long that may be tried, Unix milliseconds. */
export interface Times {
  begin: number;
  expiry: number | undefined;
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

/** What short_message holds, or message_payload if that is there. */
export function payload(pdu: DecodedPdu): Uint8Array {
  const field =
    pdu.tlvs.find(({ name }) => name === "message_payload") ?? pdu.fields.find(({ name }) => name === "short_message");
  return field ? field.bytes.slice() : new Uint8Array();
}

/** schedule_delivery_time and validity_period, or the status that refuses them. A PDU without them is for now and for ever. */
export function times(pdu: DecodedPdu, now: number): Times | number {
  const schedule = text(pdu, "schedule_delivery_time");
  const begin = schedule === "" ? now : parseSmppTime(schedule, now);
  if (begin === undefined) return Status.ESME_RINVSCHED;
  const validity = text(pdu, "validity_period");
  const expiry = validity === "" ? undefined : parseSmppTime(validity, now);
  if (validity !== "" && expiry === undefined) return Status.ESME_RINVEXPIRY;
  return { begin, expiry };
}
