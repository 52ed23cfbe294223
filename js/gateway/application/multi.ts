import { encodePdu, type DecodedPdu, type Field } from "../../engine/codec.ts";
import type { Address } from "../../engine/types.ts";
import { value } from "../../server/submission.ts";
import { samePdu } from "./submission.ts";

/** The message of one recipient of a submit_multi. */
export interface SingleMessage {
  to: Address;
  /** A submit_sm. */
  frames: [Uint8Array];
}

/** The messages of a submit_multi, one for each recipient; undefined if one of them is a distribution list. */
export function messagesOf(multi: DecodedPdu): SingleMessage[] | undefined {
  const { number_of_dests: _, ...pdu } = samePdu(multi.bytes, "submit_sm");
  const messages: SingleMessage[] = [];
  for (const recipient of list(value(multi, "dest_address"))) {
    const parts = new Map(list(recipient.value).map((part) => [part.name, part.value]));
    if (!parts.has("destination_addr")) return undefined;
    const to = { ton: Number(parts.get("dest_addr_ton")), npi: Number(parts.get("dest_addr_npi")), addr: String(parts.get("destination_addr")) };
    messages.push({ to, frames: [encodePdu({ ...pdu, command: "submit_sm", dest_addr_ton: to.ton, dest_addr_npi: to.npi, destination_addr: to.addr })] });
  }
  return messages;
}

function list(of: Field["value"] | undefined): Field[] {
  return Array.isArray(of) ? of : [];
}
