import type { SmsFields } from "../engine/types.ts";
import type { ReportRequest, SmsMessage } from "./types.ts";
/** A record for {@link readMessage} to write into. */
export declare function smsFields(): SmsFields;
/**
 * Writes the message into `out` as the engine takes it; all of `out` is overwritten, so that one record serves every message.
 * @throws {SmppError} `"invalid-field"`
 */
export declare function readMessage(message: SmsMessage, out: SmsFields): void;
/** registered_delivery: SMPP 3.4, 5.2.17. */
export declare function registeredDelivery(report: ReportRequest | undefined): number;
