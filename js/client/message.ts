import { CONCATS } from "#boundary";
import { EngineError, type SmsFields, type SmsMore, type TlvInput, type TlvValue } from "../engine/types.ts";
import { readAddress, readRecipient } from "./address.ts";
import { flag, integer, isObject, itemsOf, octet, oneOf, reading, text as string, type Check } from "./check.ts";
import type { Country } from "./country.ts";
import { invalid } from "./errors.ts";
import { exactOctets } from "../engine/octets.ts";
import { isSignal } from "./signals.ts";
import { expiresIn, readSchedule, readValidity, timeLeft } from "./time.ts";
import type { Address, ReportRequest, SmsMessage } from "./types.ts";

/** A message that was read: what the engine takes, and what the client keeps. */
export interface ReadMessage {
  sms: SmsFields;
  tag: string | undefined;
  signal: AbortSignal | undefined;
}

/** A record for {@link readMessage} to write into. It has its fields from the start: added one by one, each is slower to write. */
export function emptyMessage(): ReadMessage {
  return {
    sms: {
      from: { ton: 0, npi: 0, addr: "" },
      to: { ton: 0, npi: 0, addr: "" },
      text: undefined,
      binary: undefined,
      encoding: "auto",
      registeredDelivery: 0,
      more: undefined,
    },
    tag: undefined,
    signal: undefined,
  };
}

const NAMES = [
  "to", "from", "text", "binary", "encoding", "language", "concat", "maxSegments", "report", "validity", "scheduleAt", "flash", "priority", "serviceType",
  "protocolId", "replaceIfPresent", "smDefaultMsgId", "udh", "tlvs", "reference", "tag", "dataCoding", "esmClass", "transliterate", "substitute", "signal",
] as const satisfies (keyof SmsMessage)[];
/** In seconds: 99 days. */
const LONGEST_VALIDITY = 99 * 86_400;
const ADDRESS = "a string or { ton, npi, addr } is expected";
/** Most values of one TLV. */
const MOST_REPEATED = 1_000;
const KNOWN: ReadonlySet<string> = new Set(NAMES);

/** The fields that most messages don't have, and that need no more than this. */
const CHECKS: { [name in keyof SmsMore]: Check } = {
  language: string,
  concat: oneOf(...CONCATS),
  maxSegments: integer(1, 255),
  flash: flag,
  priority: integer(0, 3),
  serviceType: string,
  protocolId: octet,
  replaceIfPresent: flag,
  smDefaultMsgId: octet,
  reference: integer(0, 0xffff),
  dataCoding: octet,
  esmClass: octet,
  transliterate: flag,
  substitute: (value) => (typeof value === "string" && [...value].length === 1 ? undefined : "one character is expected"),
};

/** The specification's names, as the engine's errors have them, of fields that have other names here. */
const PLAIN_NAMES: Record<string, keyof SmsMessage> = {
  source_addr: "from",
  source_addr_ton: "from",
  source_addr_npi: "from",
  destination_addr: "to",
  dest_addr_ton: "to",
  dest_addr_npi: "to",
  service_type: "serviceType",
  protocol_id: "protocolId",
  priority_flag: "priority",
  schedule_delivery_time: "scheduleAt",
  validity_period: "validity",
  registered_delivery: "report",
  data_coding: "dataCoding",
  esm_class: "esmClass",
  sm_default_msg_id: "smDefaultMsgId",
};

/**
 * Writes the message into `out` as the engine takes it; all of `out` is overwritten, so that one record serves every message. Nothing is
 * written before everything is read: a getter of the message may send another one.
 *
 * @throws {SmppError} `"invalid-field"`
 */
export function readMessage(message: SmsMessage, out: ReadMessage, country?: Country): void {
  let to, from, text, binary, encoding, language, concat, maxSegments, report, flash, priority, serviceType, protocolId, replaceIfPresent, smDefaultMsgId, udh;
  let reference, tag, dataCoding, esmClass, transliterate, substitute, signal;
  let validity: SmsMessage["validity"];
  let scheduleAt: SmsMessage["scheduleAt"];
  let tlvs: SmsMessage["tlvs"];
  let unknown: string | undefined;
  try {
    if (isObject(message)) {
      for (const name in message) {
        if (!KNOWN.has(name) && Object.hasOwn(message, name)) unknown ??= name;
      }
      ({
        to, from, text, binary, encoding, language, concat, maxSegments, report, validity, scheduleAt, flash, priority, serviceType, protocolId, replaceIfPresent,
        smDefaultMsgId, udh, tlvs, reference, tag, dataCoding, esmClass, transliterate, substitute, signal,
      } = message);
    } else {
      unknown = "";
    }
  } catch (error) {
    throw unreadable(message, error);
  }
  if (unknown !== undefined) throw invalid("invalid-field", unknown || "message", unknown ? "there is no such field of a message" : "an object is expected");
  if (text !== undefined && typeof text !== "string") throw invalid("invalid-field", "text", "a string is expected");
  if ((text === undefined) === (binary === undefined)) throw invalid("invalid-field", "text", "one of text (a string) and binary (a Uint8Array) is expected");
  const octets = binary === undefined ? undefined : octetsOf(binary, "binary");
  if (encoding !== undefined && typeof encoding !== "string") throw invalid("invalid-field", "encoding", "a string is expected");
  if (tag !== undefined && typeof tag !== "string") throw invalid("invalid-field", "tag", "a string is expected");
  if (signal !== undefined && !isSignal(signal)) throw invalid("invalid-field", "signal", "an AbortSignal is expected");
  if (to === undefined || to === "") throw invalid("invalid-field", "to", "a recipient is expected");
  const sender = plainAddress(from, "from");
  const recipient = plainAddress(to, "to");
  const registered = registeredDelivery(report);
  let more: SmsMore | undefined;
  // Most messages have none of these: then there is nothing to be made, and nothing to be written.
  if (
    language !== undefined || concat !== undefined || maxSegments !== undefined || validity !== undefined || scheduleAt !== undefined ||
    flash !== undefined || priority !== undefined || serviceType !== undefined || protocolId !== undefined || replaceIfPresent !== undefined ||
    smDefaultMsgId !== undefined || udh !== undefined || tlvs !== undefined || reference !== undefined || dataCoding !== undefined ||
    esmClass !== undefined || transliterate !== undefined || substitute !== undefined
  ) {
    more = checkedMore({
      language, concat, maxSegments, flash, priority, serviceType, protocolId, replaceIfPresent, smDefaultMsgId, reference, dataCoding, esmClass, transliterate,
      substitute,
      validity: reading("validity", "invalid-field", () => readValidity(validity)),
      expiresIn: expiresIn(reading("validity", "invalid-field", () => timeLeft(validity))),
      scheduleAt: reading("scheduleAt", "invalid-field", () => readSchedule(scheduleAt)),
      udh: udh === undefined ? undefined : octetsOf(udh, "udh"),
      tlvs: tlvs === undefined ? undefined : reading("tlvs", "invalid-field", () => plainTlvs(tlvs)),
    });
  }
  const { sms } = out;
  readAddress(sender, sms.from, "from", country);
  readRecipient(recipient, sms.to, "to", country);
  sms.text = text;
  sms.binary = octets;
  sms.encoding = encoding ?? "auto";
  sms.registeredDelivery = registered;
  sms.more = more;
  out.tag = tag;
  out.signal = signal;
}

/** The error for a message that throws when it is read. */
function unreadable(message: SmsMessage, error: unknown): Error {
  for (const name of NAMES) {
    try {
      void message[name];
    } catch (cause) {
      return invalid("invalid-field", name, "it can't be read", cause);
    }
  }
  return invalid("invalid-field", "message", "it can't be read", error);
}

function octetsOf(value: unknown, field: string): Uint8Array {
  return exactOctets(value) ?? fail(field, "a Uint8Array is expected");
}

/** An address whose parts are read once and are of the right kind. */
export function plainAddress(value: string | Address | undefined, field: string): string | Address | undefined {
  // A number is named as such where addresses are read.
  if (typeof value === "string" || value === undefined || typeof value === "number" || typeof value === "bigint") return value;
  return reading(field, "invalid-field", () => {
    const { ton, npi, addr } = isObject(value) ? value : fail(field, ADDRESS);
    if (octet(ton) !== undefined || octet(npi) !== undefined) return fail(field, "a ton and an npi from 0 to 255 are expected");
    return typeof addr === "string" ? { ton, npi, addr } : fail(field, ADDRESS);
  });
}

function checkedMore(more: SmsMore): SmsMore {
  for (const [name, check] of Object.entries(CHECKS) as [keyof SmsMore, Check][]) {
    const expected = more[name] === undefined ? undefined : check(more[name]);
    if (expected !== undefined) throw invalid("invalid-field", name, expected);
  }
  const { validity, dataCoding, flash } = more;
  if (typeof validity === "number" && validity > LONGEST_VALIDITY) throw invalid("invalid-field", "validity", "at most 99 days are expected");
  if (flash === true && dataCoding !== undefined) throw invalid("invalid-field", "dataCoding", "not together with flash, which sets it too");
  return more;
}

/** TLVs with nothing of the user's in them that could still run or change. */
function plainTlvs(tlvs: unknown): TlvInput {
  if (!isObject(tlvs)) return fail("tlvs", "an object is expected");
  const given = Object.entries(tlvs).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, Array.isArray(value) ? repeated(value, name) : plainTlv(value, name)]));
}

function repeated(values: unknown[], name: string): TlvValue[] {
  return itemsOf(name, "invalid-field", values, MOST_REPEATED).map((value) => plainTlv(value, name));
}

function plainTlv(value: unknown, name: string): TlvValue {
  if (typeof value === "number" || typeof value === "string") return value;
  return exactOctets(value)?.slice() ?? fail(name, "a number, a string or a Uint8Array is expected");
}

function fail(field: string, expected: string): never {
  throw invalid("invalid-field", field, expected);
}

/** The tag of a message that can't be sent. */
export function tagOf(message: SmsMessage): string | undefined {
  try {
    return typeof message.tag === "string" ? message.tag : undefined;
  } catch {
    return undefined;
  }
}

/** What the engine refused, by the names that the fields have here. */
export function byPlainName(error: unknown): unknown {
  if (!(error instanceof EngineError) || error.field === undefined) return error;
  const name = PLAIN_NAMES[error.field];
  if (name === undefined) return error;
  return new EngineError(error.code, error.message.replace(`${error.field}:`, `${name}:`), name, error.unencodable);
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
