// An SMS on its way into the module: its record, then its content, the text in UTF-16 or Latin-1 or octets, its addresses, and what most
// SMS don't have.

import { CONCATS, ENCODING_OPTIONS, LANGUAGES, SmsFlag, SmsWords } from "#boundary";
import { encodeTlvs } from "./codec.ts";
import { composed } from "./compose.ts";
import { scratch, TEXT_AT, textRoom, u16, u32, u8 } from "./memory.ts";
import { encodeByPlatform, isOfPlatform } from "./platform.ts";
import { EngineError, type SmsFields, type SmsMore } from "./types.ts";

const NO_OCTETS = new Uint8Array(0);

/** The place of a name in a list. */
function codeOf(names: readonly string[], name: string, field: string): number {
  const code = names.indexOf(name);
  if (code < 0) throw new EngineError("invalid-field", `${field}: "${name}" is unknown; expected one of ${names.join(", ")}`, field);
  return code;
}

/** Where the next octet goes. */
let at = 0;

const utf8 = new TextEncoder();
/** From how many units on the platform writes a text faster than we do. In workerd the call costs more than that saves. */
const LONG = "WebSocketPair" in globalThis ? Infinity : 24;

/** Writes a text in Latin-1; false if it is not. */
function putNarrow(text: string): boolean {
  const length = text.length;
  if (length >= LONG) {
    const { read, written } = utf8.encodeInto(text, textRoom);
    // Each unit beyond ASCII takes more than an octet.
    if (read === length && written === length) {
      at += length;
      return true;
    }
  }
  // Four at a time: a message's text is most of what is written.
  const words = u32;
  let word = at >> 2;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    if ((a | b | c | d) > 0xff) return false;
    words[word++] = a | (b << 8) | (c << 16) | (d << 24);
  }
  for (; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) return false;
    u8[at + i] = unit;
  }
  at += length;
  return true;
}

function putUnits(text: string): void {
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
function codedContent({ text, binary, encoding, more }: SmsFields): Uint8Array | undefined {
  if (encoding === "auto" || text === undefined || !isOfPlatform(encoding)) return binary;
  const { octets, unencodable } = encodeByPlatform(text, encoding, more);
  if (unencodable.length === 0) return octets;
  const which = unencodable.map(({ index, char }) => `${JSON.stringify(char)} at ${index}`).join(", ");
  throw new EngineError("unencodable", `can't be encoded: ${which}`, undefined, unencodable);
}

/** What stands behind the addresses. */
interface Rest {
  language: number;
  /** Each with the place of its length in the record; in the order in which they follow it. */
  strings: { text: string; field: string; length: SmsWords }[];
  octets: { part: Uint8Array; length: SmsWords }[];
  length: number;
}

/** Calls the module, which may move its memory: to be called before the record is begun. */
function restOf({ language, serviceType, scheduleAt, validity, udh, tlvs }: SmsMore): Rest {
  if (typeof (serviceType ?? "") !== "string") throw new EngineError("invalid-field", "service_type: a string is expected", "service_type");
  if (!((udh ?? NO_OCTETS) instanceof Uint8Array)) throw new EngineError("invalid-field", "udh: a Uint8Array is expected", "udh");
  const strings = [
    { text: serviceType ?? "", field: "service_type", length: SmsWords.serviceTypeLength },
    { text: scheduleAt ?? "", field: "schedule_delivery_time", length: SmsWords.scheduleLength },
    { text: typeof validity === "string" ? validity : "", field: "validity_period", length: SmsWords.validityLength },
  ];
  const octets = [
    { part: udh ?? NO_OCTETS, length: SmsWords.udhLength },
    { part: tlvs === undefined ? NO_OCTETS : encodeTlvs(tlvs), length: SmsWords.tlvsLength },
  ];
  const length = strings.reduce((sum, { text }) => sum + text.length, 0) + octets.reduce((sum, { part }) => sum + part.length, 0);
  const code = language === undefined ? 0 : codeOf(LANGUAGES, language, "language") + 1;
  return { language: code, strings, octets, length };
}

/** Writes what most SMS don't have; returns the flags for them. */
function writeMore(w: number, more: SmsMore, { language, strings, octets }: Rest): number {
  const words = u32;
  words[w + SmsWords.language] = language;
  // One that does not exist is beyond the last, and refused.
  words[w + SmsWords.concat] = more.concat === undefined ? 0 : CONCATS.indexOf(more.concat) + 1 || CONCATS.length + 1;
  words[w + SmsWords.maxSegments] = more.maxSegments ?? 0;
  words[w + SmsWords.priority] = more.priority ?? 0;
  words[w + SmsWords.protocolId] = more.protocolId ?? 0;
  words[w + SmsWords.smDefaultMsgId] = more.smDefaultMsgId ?? 0;
  words[w + SmsWords.reference] = more.reference ?? 0;
  words[w + SmsWords.validity] = typeof more.validity === "number" ? more.validity : 0;
  words[w + SmsWords.substitute] = more.substitute?.codePointAt(0) ?? 0;
  words[w + SmsWords.expiresIn] = more.expiresIn ?? 0;
  words[w + SmsWords.dataCoding] = more.dataCoding === undefined ? 0 : more.dataCoding + 1;
  words[w + SmsWords.esmClass] = more.esmClass ?? 0;
  for (const { text, field, length } of strings) {
    words[w + length] = text.length;
    putLatin1(text, field);
  }
  for (const { part, length } of octets) {
    words[w + length] = part.length;
    putOctets(part);
  }
  return (
    SmsFlag.More |
    (more.flash ? SmsFlag.Flash : 0) |
    (more.replaceIfPresent ? SmsFlag.Replace : 0) |
    (more.transliterate ? SmsFlag.Transliterate : 0) |
    (more.reference === undefined ? 0 : SmsFlag.Reference)
  );
}

/**
 * Writes the record into the module's scratch room and returns its length in octets.
 *
 * @param coded takes the place of the text
 */
export function writeSms(ticket: number, sms: SmsFields, coded = codedContent(sms)): number {
  const { from, to, more } = sms;
  const text = coded === undefined ? (sms.text ?? "") : "";
  let encoding = 0;
  if (sms.encoding !== "auto") encoding = codeOf(ENCODING_OPTIONS, sms.encoding, "encoding");
  const rest = more && restOf(more);
  const content = coded === undefined ? text.length * 2 : coded.length;
  const address = scratch(TEXT_AT + content + from.addr.length + to.addr.length + (rest?.length ?? 0));
  const words = u32;
  const w = address >> 2;
  words[w + SmsWords.ticket] = ticket;
  words[w + SmsWords.fromTon] = from.ton;
  words[w + SmsWords.fromNpi] = from.npi;
  words[w + SmsWords.toTon] = to.ton;
  words[w + SmsWords.toNpi] = to.npi;
  words[w + SmsWords.encoding] = encoding;
  words[w + SmsWords.registeredDelivery] = sms.registeredDelivery;
  words[w + SmsWords.fromLength] = from.addr.length;
  words[w + SmsWords.toLength] = to.addr.length;
  at = address + TEXT_AT;
  let flags: number = 0;
  if (coded !== undefined) {
    words[w + SmsWords.contentLength] = coded.length;
    putOctets(coded);
    flags = SmsFlag.Binary;
  } else {
    if (putNarrow(text)) {
      words[w + SmsWords.contentLength] = text.length;
      flags = SmsFlag.Narrow;
    } else {
      // Latin-1 has nothing to compose. Composed, no text is longer.
      const units = composed(text);
      words[w + SmsWords.contentLength] = units.length;
      putUnits(units);
    }
  }
  putLatin1(from.addr, "source_addr");
  putLatin1(to.addr, "destination_addr");
  if (rest !== undefined) flags |= writeMore(w, more as SmsMore, rest);
  words[w + SmsWords.flags] = flags;
  return at - address;
}
