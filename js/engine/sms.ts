// An SMS on its way into the module: a record of words, then its content, the text in UTF-16 or Latin-1 or octets, its addresses, and what
// most SMS don't have. The layout is that of src/wasm/sms.rs.

import { wasm } from "#wasm";
import { CONCATS } from "./choices.ts";
import { encodeTlvs } from "./codec.ts";
import { composed } from "./compose.ts";
import { scratch, TEXT_AT, textRoom, u16, u32, u8 } from "./memory.ts";
import { encodeByPlatform, isOfPlatform } from "./platform.ts";
import { EngineError, type SmsFields, type SmsMore } from "./types.ts";

const FLASH = 1;
const REPLACE = 2;
const TRANSLITERATE = 4;
const REFERENCE = 8;
const BINARY = 16;
const NARROW = 32;
const MORE = 64;

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
  strings: { text: string; field: string }[];
  octets: Uint8Array[];
  length: number;
}

/** Calls the module, which may move its memory: to be called before the record is begun. */
function restOf({ language, serviceType, scheduleAt, validity, udh, tlvs }: SmsMore): Rest {
  if (typeof (serviceType ?? "") !== "string") throw new EngineError("invalid-field", "service_type: a string is expected", "service_type");
  if (!((udh ?? NO_OCTETS) instanceof Uint8Array)) throw new EngineError("invalid-field", "udh: a Uint8Array is expected", "udh");
  const strings = [
    { text: serviceType ?? "", field: "service_type" },
    { text: scheduleAt ?? "", field: "schedule_delivery_time" },
    { text: typeof validity === "string" ? validity : "", field: "validity_period" },
  ];
  const octets = [udh ?? NO_OCTETS, tlvs === undefined ? NO_OCTETS : encodeTlvs(tlvs)];
  const length = strings.reduce((sum, { text }) => sum + text.length, 0) + octets.reduce((sum, part) => sum + part.length, 0);
  let code = 0;
  if (language !== undefined) {
    languages ??= numbered(wasm.languages());
    code = codeOf(languages, language, "language") + 1;
  }
  return { language: code, strings, octets, length };
}

/** Writes what most SMS don't have; returns the flags that tell of it. */
function writeMore(w: number, more: SmsMore, { language, strings, octets }: Rest): number {
  const words = u32;
  words[w + 11] = language;
  // One that does not exist is beyond the last, and refused.
  words[w + 12] = more.concat === undefined ? 0 : CONCATS.indexOf(more.concat) + 1 || CONCATS.length + 1;
  words[w + 13] = more.maxSegments ?? 0;
  words[w + 14] = more.priority ?? 0;
  words[w + 15] = more.protocolId ?? 0;
  words[w + 16] = more.smDefaultMsgId ?? 0;
  words[w + 17] = more.reference ?? 0;
  words[w + 18] = typeof more.validity === "number" ? more.validity : 0;
  words[w + 19] = more.substitute?.codePointAt(0) ?? 0;
  words[w + 27] = more.expiresIn ?? 0;
  let word = w + 20;
  for (const { text, field } of strings) {
    words[word++] = text.length;
    putLatin1(text, field);
  }
  for (const part of octets) {
    words[word++] = part.length;
    putOctets(part);
  }
  words[word++] = more.dataCoding === undefined ? 0 : more.dataCoding + 1;
  words[word] = more.esmClass ?? 0;
  return (
    MORE |
    (more.flash ? FLASH : 0) |
    (more.replaceIfPresent ? REPLACE : 0) |
    (more.transliterate ? TRANSLITERATE : 0) |
    (more.reference === undefined ? 0 : REFERENCE)
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
  if (sms.encoding !== "auto") {
    encodings ??= numbered(wasm.encoding_options());
    encoding = codeOf(encodings, sms.encoding, "encoding");
  }
  const rest = more && restOf(more);
  const content = coded === undefined ? text.length * 2 : coded.length;
  const address = scratch(TEXT_AT + content + from.addr.length + to.addr.length + (rest?.length ?? 0));
  const words = u32;
  const w = address >> 2;
  words[w] = ticket;
  words[w + 1] = from.ton;
  words[w + 2] = from.npi;
  words[w + 3] = to.ton;
  words[w + 4] = to.npi;
  words[w + 5] = encoding;
  words[w + 6] = sms.registeredDelivery;
  words[w + 8] = from.addr.length;
  words[w + 9] = to.addr.length;
  at = address + TEXT_AT;
  let flags = 0;
  if (coded !== undefined) {
    words[w + 10] = coded.length;
    putOctets(coded);
    flags = BINARY;
  } else {
    if (putNarrow(text)) {
      words[w + 10] = text.length;
      flags = NARROW;
    } else {
      // Latin-1 has nothing to compose. Composed, no text is longer.
      const units = composed(text);
      words[w + 10] = units.length;
      putUnits(units);
    }
  }
  putLatin1(from.addr, "source_addr");
  putLatin1(to.addr, "destination_addr");
  if (rest !== undefined) flags |= writeMore(w, more as SmsMore, rest);
  words[w + 7] = flags;
  return at - address;
}
