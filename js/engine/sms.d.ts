import { type SmsFields } from "./types.ts";
/** Writes the record into the module's scratch room and returns its length in octets. */
export declare function writeSms(ticket: number, sms: SmsFields): number;
