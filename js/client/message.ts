import type { SmsFields } from "../engine/types.ts";
import { readAddress } from "./address.ts";
import { invalid } from "./errors.ts";
import { readSchedule, readValidity } from "./time.ts";
import type { ReportRequest, SmsMessage } from "./types.ts";

/** A record for {@link readMessage} to write into. It has its fields from the start: added one by one, each is slower to write. */
export function smsFields(): SmsFields {
  return {
    from: { ton: 0, npi: 0, addr: "" },
    to: { ton: 0, npi: 0, addr: "" },
    text: undefined,
    binary: undefined,
    encoding: "auto",
    language: undefined,
    concat: undefined,
    maxSegments: undefined,
    registeredDelivery: 0,
    validity: undefined,
    scheduleAt: undefined,
    flash: undefined,
    priority: undefined,
    serviceType: undefined,
    protocolId: undefined,
    replaceIfPresent: undefined,
    smDefaultMsgId: undefined,
    udh: undefined,
    tlvs: undefined,
    reference: undefined,
    transliterate: undefined,
    substitute: undefined,
  };
}

/**
 * Writes the message into `out` as the engine takes it; all of `out` is overwritten, so that one record serves every message.
 * @throws {SmppError} `"invalid-field"`
 */
export function readMessage(message: SmsMessage, out: SmsFields): void {
  const { text, binary } = message;
  if (text === undefined ? !(binary instanceof Uint8Array) : typeof text !== "string" || binary !== undefined) {
    throw invalid("invalid-field", "text", "one of text (a string) and binary (a Uint8Array) is expected");
  }
  readAddress(message.from, out.from, "from");
  if (message.to === undefined || message.to === "") throw invalid("invalid-field", "to", "a recipient is expected");
  readAddress(message.to, out.to, "to");
  out.text = text;
  out.binary = binary;
  out.encoding = message.encoding ?? "auto";
  out.language = message.language;
  out.concat = message.concat;
  out.maxSegments = message.maxSegments;
  out.registeredDelivery = registeredDelivery(message.report);
  out.validity = readValidity(message.validity);
  out.scheduleAt = readSchedule(message.scheduleAt);
  out.flash = message.flash;
  out.priority = message.priority;
  out.serviceType = message.serviceType;
  out.protocolId = message.protocolId;
  out.replaceIfPresent = message.replaceIfPresent;
  out.smDefaultMsgId = message.smDefaultMsgId;
  out.udh = message.udh;
  out.tlvs = message.tlvs;
  out.reference = message.reference;
  out.transliterate = message.transliterate;
  out.substitute = message.substitute;
}

/** registered_delivery: SMPP 3.4, 5.2.17. */
export function registeredDelivery(report: ReportRequest | undefined): number {
  switch (report) {
    case undefined:
    case "none":
      return 0;
    case "always":
      return 1;
    case "failure":
      return 2;
    case "success":
      return 3;
    default:
      throw invalid("invalid-field", "report", 'one of "always", "failure", "success", "none" is expected');
  }
}
