// A PDU of an application, on its way to the SMSC as it came.

import { readAddress } from "../../client/address.ts";
import type { Response } from "../../client/index.ts";
import { decodePdus } from "../../engine/codec.ts";
import type { PduInput } from "../../engine/types.ts";
import type { Answer } from "../link/applications.ts";
import { fromHex } from "../model/hex.ts";
import { toSms } from "../model/input.ts";
import type { MessageInput } from "../model/message-input.ts";

/** The fields and TLVs of a PDU, to be sent again as `command`. */
export function samePdu(octets: Uint8Array, command: string): PduInput {
  const { fields, tlvs } = decodePdus(octets).pdus[0]!;
  const repeated: Record<string, Uint8Array[]> = {};
  const pdu: PduInput = { command, tlvs: repeated };
  for (const { name, value, bytes } of fields) {
    if (name === "short_message") pdu[name] = bytes.slice();
    else if (name !== "sm_length" && (typeof value === "string" || typeof value === "number")) pdu[name] = typeof value === "string" ? latin1(value) : value;
  }
  for (const { tag, bytes } of tlvs) (repeated[tag] ??= []).push(bytes.slice());
  return pdu;
}

/** The submit_sm of a message that came as a PDU, with what its route changes. */
export function submissionOf(input: MessageInput): PduInput {
  const pdu = samePdu(fromHex(input.pdu!), "submit_sm");
  if (input.route && "from" in input.route && input.from !== undefined) {
    const from = { ton: 0, npi: 0, addr: "" };
    readAddress(input.from, from, "from");
    Object.assign(pdu, { source_addr_ton: from.ton, source_addr_npi: from.npi, source_addr: from.addr });
  }
  if (input.tlvs) pdu.tlvs = { ...toSms(input).tlvs, ...pdu.tlvs };
  return pdu;
}

/** The answer as that to a message of one segment. */
export function sentOf({ fields }: Response): Answer {
  return { status: "accepted", segments: [{ index: 0, messageId: String(fields["message_id"] ?? ""), status: "accepted" }] };
}

/** A string of the decoder as octets: none of them is changed. */
function latin1(text: string): string | Uint8Array {
  return /^[\x20-\x7e]*$/.test(text) ? text : Uint8Array.from(text, (c) => c.charCodeAt(0));
}
