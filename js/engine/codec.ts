// Pure functions of the module: PDUs, texts, receipts, names. No session, no socket.

import { Block, type StatusHandling } from "#boundary";
import { wasm } from "#wasm";
import { engineCall } from "./fault.ts";
import { f64, refresh, u8 } from "./memory.ts";
import type { PduInput, TlvInput } from "./types.ts";
import { writePdu } from "./values.ts";

/** Octets of a PDU's header. */
const HEADER = 16;

export * from "./explained.ts";

/** Whether it is a command_status. What is none, such as an error's `"timeout"`, would reach the module as 0, which is no error. */
function isStatus(status: number): boolean {
  return typeof status === "number" && status >>> 0 === status;
}

/** The name of a command_status, `"ESME_RTHROTTLED"`; `"unknown"` if it has none. */
export function statusName(status: number): string {
  return isStatus(status) ? wasm.status_name(status) : "unknown";
}

/** The command_status of this name; undefined for a name that is not known, and for `"ESME_ROK"`. */
export function statusCode(name: string): number | undefined {
  return wasm.status_code(name) || undefined;
}

/** What a command_status means, in words; empty if that is not known. */
export function statusMeaning(status: number): string {
  return isStatus(status) ? wasm.status_meaning(status) : "";
}

export type { StatusHandling };

/** What to do about a command_status. */
export function statusHandling(status: number): StatusHandling {
  return wasm.status_handling(status) as StatusHandling;
}

/** The name of a command_id, `"submit_sm"`; `"unknown"` if it has none. */
export function commandName(commandId: number): string {
  return wasm.command_name(commandId);
}

/** What two writings of one message id have in common, for `messageIdFormat`. */
export function messageIdKey(id: string, side: "response" | "receipt", format: string): string {
  return wasm.message_id_key(id, side === "receipt", format);
}

/** The octets of a PDU given by names. Throws EngineError for a field that can't be written. */
export function encodePdu(pdu: PduInput): Uint8Array {
  const block = engineCall(() => wasm.encode_pdu(writePdu(pdu))) >> 3;
  refresh();
  const at = f64[block + Block.Octets]!;
  return u8.slice(at, at + f64[block + Block.Octets + 1]!);
}

/** TLVs in their encoded octets. Throws EngineError for one that can't be written. */
export function encodeTlvs(tlvs: TlvInput): Uint8Array {
  // Any PDU without fields will do to carry them.
  return encodePdu({ command: "enquire_link", tlvs }).slice(HEADER);
}

function digits(value: number): string {
  return String(value).padStart(2, "0");
}

/** An SMPP time (SMPP 5.0, 4.7.23.4 and .5): absolute in UTC for a Date, relative for seconds, which are at most 99 days. */
export function smppTime(when: Date | number): string {
  if (typeof when === "number") {
    const parts = [Math.floor(when / 86_400), Math.floor(when / 3_600) % 24, Math.floor(when / 60) % 60, when % 60];
    return `0000${parts.map(digits).join("")}000R`;
  }
  const parts = [
    when.getUTCFullYear() % 100,
    when.getUTCMonth() + 1,
    when.getUTCDate(),
    when.getUTCHours(),
    when.getUTCMinutes(),
    when.getUTCSeconds(),
  ];
  return `${parts.map(digits).join("")}${Math.floor(when.getUTCMilliseconds() / 100)}00+`;
}
