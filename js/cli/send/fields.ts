// The fields of a message as flags, CSV columns and JSON members name them.

import { readAddress, readRecipient } from "../../client/address.ts";
import { SmppError } from "../../client/errors.ts";
import type { SmsMessage } from "../../client/types.ts";

export type FieldName = Exclude<keyof SmsMessage, "signal" | "udh" | "tlvs" | "reference" | "tag">;
type Kind = "text" | "number" | "flag" | "time" | "hex" | "address";

/** How each is written. A JSON member may have its own type; in flags and CSV all are text. */
export const FIELDS: { [name in FieldName]-?: Kind } = {
  to: "address",
  from: "address",
  text: "text",
  binary: "hex",
  encoding: "text",
  language: "text",
  concat: "text",
  maxSegments: "number",
  report: "text",
  validity: "number",
  scheduleAt: "time",
  flash: "flag",
  priority: "number",
  serviceType: "text",
  protocolId: "number",
  replaceIfPresent: "flag",
  smDefaultMsgId: "number",
  dataCoding: "number",
  esmClass: "number",
  transliterate: "flag",
  substitute: "text",
};

export const NAMES = Object.keys(FIELDS) as FieldName[];

const byPlainName = new Map(NAMES.map((name) => [plain(name), name]));

/** The field that a column or member names, however that is written: `maxSegments`, `max-segments`, `Max segments`. */
export function fieldNamed(name: string): FieldName | undefined {
  return byPlainName.get(plain(name));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, "");
}

/** `max-segments` for `maxSegments`. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Writes one field into the message. Throws an `SmppError` that names the field. */
export function setField(message: Partial<SmsMessage>, name: FieldName, value: unknown): void {
  message[name] = read(name, value) as never;
}

function read(name: FieldName, value: unknown): unknown {
  switch (FIELDS[name]) {
    case "text":
      return typeof value === "string" ? value : unusable(name, "text is expected");
    case "address":
      (name === "to" ? readRecipient : readAddress)(value as SmsMessage["from"], { ton: 0, npi: 0, addr: "" }, name);
      return value;
    case "number":
      return readNumber(value) ?? unusable(name, "a number is expected");
    case "flag":
      return readFlag(value) ?? unusable(name, "true or false is expected");
    case "time":
      return readNumber(value) ?? readTime(value) ?? unusable(name, "a time such as 2026-12-31T09:00:00Z, or seconds from now, is expected");
    case "hex":
      return typeof value === "string" && /^([0-9a-f]{2})*$/i.test(value) ? new Uint8Array(Buffer.from(value, "hex")) : unusable(name, "hex is expected");
  }
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function readFlag(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === "true" || value === "1" ? true : value === "false" || value === "0" ? false : undefined;
}

function readTime(value: unknown): Date | undefined {
  const time = typeof value === "string" ? new Date(value) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}

function unusable(field: string, expected: string): never {
  throw new SmppError(`${field}: ${expected}`, { code: "invalid-field", field, outcome: "not-sent" });
}
