import type { SmsFields, SmsMore } from "../engine/types.ts";
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
    registeredDelivery: 0,
    more: undefined,
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
  out.registeredDelivery = registeredDelivery(message.report);
  out.more = readMore(message);
}

/** What most messages have nothing of: then there is nothing to be made, and nothing to be written. */
function readMore(message: SmsMessage): SmsMore | undefined {
  const {
    language, concat, maxSegments, validity, scheduleAt, flash, priority, serviceType, protocolId, replaceIfPresent, smDefaultMsgId, udh, tlvs,
    reference, transliterate, substitute,
  } = message;
  if (
    language === undefined && concat === undefined && maxSegments === undefined && validity === undefined && scheduleAt === undefined &&
    flash === undefined && priority === undefined && serviceType === undefined && protocolId === undefined && replaceIfPresent === undefined &&
    smDefaultMsgId === undefined && udh === undefined && tlvs === undefined && reference === undefined && transliterate === undefined &&
    substitute === undefined
  ) return undefined;
  return {
    language, concat, maxSegments, validity: readValidity(validity), scheduleAt: readSchedule(scheduleAt), flash, priority, serviceType, protocolId,
    replaceIfPresent, smDefaultMsgId, udh, tlvs, reference, transliterate, substitute,
  };
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
