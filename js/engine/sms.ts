// An SMS on its way into the module: one fixed record of words, then its text in UTF-16 or Latin-1, then its other strings and its octets.
// The layout is that of src/wasm/sms.rs.

import { wasm } from "#wasm";
import { CONCATS } from "./choices.ts";
import { encodeTlvs } from "./codec.ts";
import { scratch, TEXT_AT, textRoom, u16, u32, u8 } from "./memory.ts";
import { encodeByPlatform, isOfPlatform } from "./platform.ts";
import { EngineError, type SmsFields } from "./types.ts";

const FLASH = 1;
const REPLACE = 2;
const TRANSLITERATE = 4;
const REFERENCE = 8;
const BINARY = 16;
const NARROW = 32;

const NO_OCTETS = new Uint8Array(0);

let encodings: Map<string, number> | undefined;
let languages: Map<string, number> | undefined;

function codeOf(names: Map<string, number>, name: string, field: string): number {
  const code = names.get(name);
  if (code === undefined) {
    throw new EngineError("invalid-field", `${field}: "${name}" is none of ${[...names.keys()].join(", ")}`, field);
  }
  return code;
}

function numbered(names: string): Map<string, number> {
  return new Map(names.split(" ").map((name, code) => [name, code]));
}

/** Where the next octet goes. */
let at = 0;

const utf8 = new TextEncoder();
/** From how many units on the platform writes a text faster than we do, unit by unit. In workerd the call costs more than that saves. */
const LONG = (globalThis as { navigator?: { userAgent: string } }).navigator?.userAgent === "Cloudflare-Workers" ? Infinity : 24;

/** Writes a text that is all ASCII as octets, by the platform; false if it is not, or too short for that. */
function putNarrow(text: string): boolean {
  const length = text.length;
  if (length < LONG) return false;
  const { read, written } = utf8.encodeInto(text, textRoom);
  // Each unit beyond ASCII takes more than an octet.
  if (read !== length || written !== length) return false;
  at += length;
  return true;
}

function putUnits(text: string): void {
  // Two at a time: a message's text is most of what is written.
  const words = u32;
  const length = text.length;
  const last = length - 1;
  let word = at >> 2;
  let i = 0;
  for (; i < last; i += 2) words[word++] = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
  if (i === last) u16[word << 1] = text.charCodeAt(i);
  at += length * 2;
}

/** A string of the field named, as Latin-1. */
function putLatin1(text: string, field: string): void {
  const octets = u8;
  let all = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    all |= unit;
    octets[at + i] = unit;
  }
  if (all > 0xff) throw new EngineError("invalid-field", `${field}: not a value for this field`, field);
  at += text.length;
}

function putOctets(octets: Uint8Array): void {
  u8.set(octets, at);
  at += octets.length;
}

/** What is sent as it is: octets, or a text in a coding of the platform's, all of it. */
function codedContent(sms: SmsFields): Uint8Array | undefined {
  if (sms.encoding === "auto" || sms.text === undefined || !isOfPlatform(sms.encoding)) return sms.binary;
  const { octets, unencodable } = encodeByPlatform(sms.text, sms);
  if (unencodable.length === 0) return octets;
  const which = unencodable.map(({ index, char }) => `${JSON.stringify(char)} at ${index}`).join(", ");
  throw new EngineError("unencodable", `can't be encoded: ${which}`, undefined, unencodable);
}

/**
 * Writes the record into the module's scratch room and returns its length in octets.
 *
 * @param coded takes the place of the text
 */
export function writeSms(ticket: number, sms: SmsFields, coded = codedContent(sms)): number {
  const { from, to, udh = NO_OCTETS } = sms;
  const auto = sms.encoding === "auto";
  const text = coded === undefined ? (sms.text ?? "") : "";
  const binary = coded ?? NO_OCTETS;
  const serviceType = sms.serviceType ?? "";
  const scheduleAt = sms.scheduleAt ?? "";
  const validity = typeof sms.validity === "string" ? sms.validity : "";
  const tlvs = sms.tlvs === undefined ? NO_OCTETS : encodeTlvs(sms.tlvs);
  let encoding = 0;
  if (!auto) {
    encodings ??= numbered(wasm.encoding_options());
    encoding = codeOf(encodings, sms.encoding, "encoding");
  }
  let language = 0;
  if (sms.language !== undefined) {
    languages ??= numbered(wasm.languages());
    language = codeOf(languages, sms.language, "language") + 1;
  }
  const strings = from.addr.length + to.addr.length + serviceType.length + scheduleAt.length + validity.length;
  const octets = binary.length + udh.length + tlvs.length;
  const address = scratch(TEXT_AT + text.length * 2 + strings + octets);
  const words = u32;
  const w = address >> 2;
  words[w] = ticket;
  words[w + 1] = from.ton;
  words[w + 2] = from.npi;
  words[w + 3] = to.ton;
  words[w + 4] = to.npi;
  words[w + 5] = encoding;
  words[w + 6] = language;
  // One that does not exist is beyond the last, and refused.
  words[w + 7] = sms.concat === undefined ? 0 : CONCATS.indexOf(sms.concat) + 1 || CONCATS.length + 1;
  words[w + 8] = sms.maxSegments ?? 0;
  words[w + 9] = sms.registeredDelivery;
  words[w + 10] =
    (sms.flash ? FLASH : 0) |
    (sms.replaceIfPresent ? REPLACE : 0) |
    (sms.transliterate ? TRANSLITERATE : 0) |
    (sms.reference === undefined ? 0 : REFERENCE) |
    (coded === undefined ? 0 : BINARY);
  words[w + 11] = sms.priority ?? 0;
  words[w + 12] = sms.protocolId ?? 0;
  words[w + 13] = sms.smDefaultMsgId ?? 0;
  words[w + 14] = sms.reference ?? 0;
  words[w + 15] = typeof sms.validity === "number" ? sms.validity : 0;
  words[w + 16] = sms.substitute?.codePointAt(0) ?? 0;
  words[w + 17] = from.addr.length;
  words[w + 18] = to.addr.length;
  words[w + 19] = text.length;
  words[w + 20] = serviceType.length;
  words[w + 21] = scheduleAt.length;
  words[w + 22] = validity.length;
  words[w + 23] = binary.length;
  words[w + 24] = udh.length;
  words[w + 25] = tlvs.length;
  at = address + TEXT_AT;
  if (putNarrow(text)) words[w + 10]! |= NARROW;
  else putUnits(text);
  putLatin1(from.addr, "source_addr");
  putLatin1(to.addr, "destination_addr");
  if (strings > from.addr.length + to.addr.length) {
    putLatin1(serviceType, "service_type");
    putLatin1(scheduleAt, "schedule_delivery_time");
    putLatin1(validity, "validity_period");
  }
  if (octets > 0) {
    putOctets(binary);
    putOctets(udh);
    putOctets(tlvs);
  }
  return at - address;
}
