// What an event is to the application: PDUs.

import { decodePdus } from "../../engine/codec.ts";
import type { Address, PduInput } from "../../engine/types.ts";
import { receiptPdu, type MessageStatus } from "../../server/receipt.ts";
import { address, integer } from "../../server/submission.ts";
import type { StoredReport } from "../link/receiver.ts";
import type { GatewayEnded } from "../link/worker-handlers.ts";
import type { ApplicationOrigin, Envelope, EventType } from "../model/delivery-event.ts";
import { fromHex } from "../model/hex.ts";
import type { StoredMessage } from "../model/views.ts";
import { receiptStatus } from "./requests.ts";
import { samePdu } from "./submission.ts";

/** The TLV of what was sent before without an answer, of the range for vendors: one octet, 1. */
export const REPEATED = 0x1500;

const ASCII = /^[ -~]*$/;
const INTERMEDIATE = 0x10;

/** The PDUs of an event, in order; none if the application has not asked for it. */
export function pdusOf({ type, timestamp, data }: Envelope, isRepeated: boolean): PduInput[] {
  const pdus = type === "message.received" ? (data as StoredMessage).pdus.map((pdu) => samePdu(fromHex(pdu), "deliver_sm")) : receipts(type, timestamp, data);
  return isRepeated ? pdus.map((pdu) => ({ ...pdu, tlvs: { ...pdu.tlvs, [REPEATED]: Uint8Array.of(1) } })) : pdus;
}

function receipts(type: Exclude<EventType, "message.received">, timestamp: string, data: unknown): PduInput[] {
  const { id, application } = data as { id: string; application: ApplicationOrigin };
  if (application.pdu === undefined) return [];
  const submitted = decodePdus(fromHex(application.pdu)).pdus[0]!;
  const registered = integer(submitted, "registered_delivery");
  const addresses: { from: Address; to: Address } = { from: address(submitted, "dest"), to: address(submitted, "source") };
  const common = { messageId: application.group ?? id, ...addresses, submittedAt: Date.parse(application.submittedAt ?? timestamp) };
  if (type === "message.ended") {
    const { status, error } = data as GatewayEnded;
    if (!isAsked(registered, receiptStatus(status), true)) return [];
    return [receiptPdu({ ...common, status: receiptStatus(status), doneAt: Date.parse(timestamp), errorCode: code(error.smpp?.code ?? 0), submitted: status === "failed" ? 0 : 1 })];
  }
  const { status, final, errorCode, doneAt, text, networkError } = data as StoredReport;
  if (!isAsked(registered, status, final)) return [];
  return [receiptPdu({
    ...common, status, doneAt: Date.parse(doneAt ?? timestamp), intermediate: !final,
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(text !== undefined && ASCII.test(text) ? { text: new TextEncoder().encode(text) } : {}),
    ...(networkError === undefined ? {} : { networkError }),
  })];
}

/** Whether registered_delivery asks for a report of this state (SMPP 5.0, 4.7.21). */
function isAsked(registered: number, status: MessageStatus, isFinal: boolean): boolean {
  if (!isFinal) return (registered & INTERMEDIATE) !== 0;
  switch (registered & 3) {
    case 1:
      return true;
    case 2:
      return status !== "delivered";
    case 3:
      return status === "delivered";
    default:
      return false;
  }
}

/** `err` of a receipt has three characters. */
function code(status: number): string {
  return String(Math.min(status, 999)).padStart(3, "0");
}
