import type { PduInput, TlvInput } from "./types.ts";
export * from "./explained.ts";
/** The name of a command_status, `"ESME_RTHROTTLED"`; `"unknown"` if it has none. */
export declare function statusName(status: number): string;
/** What a command_status means, in words; empty if that is not known. */
export declare function statusMeaning(status: number): string;
export type StatusHandling = "ok" | "retry" | "throttle" | "permanent" | "config";
/** What to do about a command_status. */
export declare function statusHandling(status: number): StatusHandling;
/** The name of a command_id, `"submit_sm"`; `"unknown"` if it has none. */
export declare function commandName(commandId: number): string;
/** What two writings of one message id have in common, for `messageIdFormat`. */
export declare function messageIdKey(id: string, side: "response" | "receipt", format: string): string;
/** The octets of a PDU given by names. Throws EngineError for a field that can't be written. */
export declare function encodePdu(pdu: PduInput): Uint8Array;
/** TLVs in their encoded octets. Throws EngineError for one that can't be written. */
export declare function encodeTlvs(tlvs: TlvInput): Uint8Array;
/** An SMPP time (SMPP 5.0, 4.7.23.4 and .5): absolute in UTC for a Date, relative for seconds, which are at most 99 days. */
export declare function smppTime(when: Date | number): string;
