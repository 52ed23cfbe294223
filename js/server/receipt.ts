import type { Address, PduInput, ReportStatus, TlvInput } from "../engine/types.ts";

/** What became of a message; the names of message_state (SMPP 5.0, 4.7.15). */
export type MessageStatus = ReportStatus;

/** Where a receipt says what it says: in the text of SMPP 3.4 appendix B, in TLVs (5.0), or in both. */
export type ReceiptFormat = "text" | "tlv" | "both";

/** A delivery receipt to send. Times are Unix milliseconds; a receipt shows them in UTC. */
export interface Receipt {
  /** The identifier as the receipt shows it. */
  messageId: string;
  /** What became of the message. */
  status: MessageStatus;
  /** The recipient of the original message. */
  from: Address;
  /** Its sender. */
  to: Address;
  /** Unix milliseconds of the submission. Default: the time of this call. */
  submittedAt?: number;
  /** Unix milliseconds of the end. Default: the time of this call. */
  doneAt?: number;
  /** `sub`: 0 to 999. Default 1. */
  submitted?: number;
  /** `dlvrd`: 0 to 999. Default: 1 for the status delivered, else 0. */
  delivered?: number;
  /** `err`: three characters by the specification. Default `"000"`. */
  errorCode?: string;
  /** The text of the message in octets; the first 20 are shown. */
  text?: Uint8Array;
  /** TLV network_error_code: type 0 to 255 (3: GSM), code 0 to 65535. */
  networkError?: { type: number; code: number };
  /** Whether text, TLVs or both carry it. Default `"both"`. */
  format?: ReceiptFormat;
  /** An intermediate notification (esm_class 0x20) in place of a receipt (0x04). Default false. */
  intermediate?: boolean;
  /** Further TLVs. */
  tlvs?: TlvInput;
}

/** message_state and the word of the text, for each status. */
export const states: Record<MessageStatus, { code: number; word: string }> = {
  scheduled: { code: 0, word: "SCHEDULED" },
  enroute: { code: 1, word: "ENROUTE" },
  delivered: { code: 2, word: "DELIVRD" },
  expired: { code: 3, word: "EXPIRED" },
  deleted: { code: 4, word: "DELETED" },
  undeliverable: { code: 5, word: "UNDELIV" },
  accepted: { code: 6, word: "ACCEPTD" },
  unknown: { code: 7, word: "UNKNOWN" },
  rejected: { code: 8, word: "REJECTD" },
  skipped: { code: 9, word: "SKIPPED" },
};

const RECEIPT = 0x04;
const INTERMEDIATE = 0x20;

/** The deliver_sm that carries a receipt. */
export function receiptPdu(receipt: Receipt): PduInput {
  const { format = "both", from, to } = receipt;
  return {
    command: "deliver_sm",
    source_addr_ton: from.ton,
    source_addr_npi: from.npi,
    source_addr: from.addr,
    dest_addr_ton: to.ton,
    dest_addr_npi: to.npi,
    destination_addr: to.addr,
    esm_class: receipt.intermediate ? INTERMEDIATE : RECEIPT,
    data_coding: 0,
    short_message: format === "tlv" ? new Uint8Array() : receiptText(receipt),
    tlvs: format === "text" ? { ...receipt.tlvs } : { ...receiptTlvs(receipt), ...receipt.tlvs },
  };
}

/** `id:… sub:001 dlvrd:001 submit date:… done date:… stat:DELIVRD err:000 text:…` (SMPP 3.4, appendix B). */
function receiptText(receipt: Receipt): Uint8Array {
  const { submittedAt = Date.now(), doneAt = Date.now(), submitted = 1, errorCode = "000" } = receipt;
  const delivered = receipt.delivered ?? (receipt.status === "delivered" ? 1 : 0);
  const head = new TextEncoder().encode(
    `id:${receipt.messageId} sub:${count(submitted)} dlvrd:${count(delivered)}` +
      ` submit date:${receiptDate(submittedAt)} done date:${receiptDate(doneAt)}` +
      ` stat:${states[receipt.status].word} err:${errorCode} text:`,
  );
  const text = receipt.text?.subarray(0, 20) ?? new Uint8Array();
  const octets = new Uint8Array(head.length + text.length);
  octets.set(head);
  octets.set(text, head.length);
  return octets;
}

function receiptTlvs(receipt: Receipt): TlvInput {
  const tlvs: TlvInput = {
    receipted_message_id: receipt.messageId,
    message_state: states[receipt.status].code,
  };
  if (receipt.networkError) {
    const { type, code } = receipt.networkError;
    tlvs["network_error_code"] = Uint8Array.of(type, code >> 8, code & 0xff);
  }
  return tlvs;
}

function count(value: number): string {
  return String(value).padStart(3, "0");
}

/** YYMMDDhhmm in UTC. */
function receiptDate(time: number): string {
  return new Date(time).toISOString().replace(/\D/g, "").slice(2, 12);
}
