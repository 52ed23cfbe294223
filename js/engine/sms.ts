// An SMS on its way into the module: one fixed record of words, then its strings as UTF-16 units, then its octets.
// The layout is that of src/wasm/sms.rs.

import { wasm } from "#wasm";
import { encodeTlvs } from "./codec.ts";
import { scratch, u16, u32, u8 } from "./memory.ts";
import { EngineError, type SmsFields } from "./types.ts";

const WORDS = 26;
const FLASH = 1;
const REPLACE = 2;
const TRANSLITERATE = 4;
const REFERENCE = 8;
const BINARY = 16;

const CONCATS = ["", "udh8", "udh16", "sar", "payload"];
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

function numbered(names: string[]): Map<string, number> {
  return new Map(names.map((name, code) => [name, code]));
}

let at = 0;

function putString(text: string): void {
  for (let i = 0; i < text.length; i++) u16[at + i] = text.charCodeAt(i);
  at += text.length;
}

/** Writes the record into the module's scratch room and returns its length in octets. */
export function writeSms(ticket: number, sms: SmsFields): number {
  const { from, to, udh = NO_OCTETS } = sms;
  const text = sms.text ?? "";
  const binary = sms.binary ?? NO_OCTETS;
  const serviceType = sms.serviceType ?? "";
  const scheduleAt = sms.scheduleAt ?? "";
  const validity = typeof sms.validity === "string" ? sms.validity : "";
  const tlvs = sms.tlvs === undefined ? NO_OCTETS : encodeTlvs(sms.tlvs);
  encodings ??= numbered(wasm.encoding_options());
  const encoding = sms.encoding === "auto" ? 0 : codeOf(encodings, sms.encoding, "encoding");
  let language = 0;
  if (sms.language !== undefined) {
    languages ??= numbered(wasm.languages());
    language = codeOf(languages, sms.language, "language") + 1;
  }
  const units =
    from.addr.length + to.addr.length + text.length + serviceType.length + scheduleAt.length + validity.length;
  const octets = binary.length + udh.length + tlvs.length;
  const length = WORDS * 4 + units * 2 + octets;

  const address = scratch(length);
  const w = address >> 2;
  u32[w] = ticket;
  u32[w + 1] = from.ton;
  u32[w + 2] = from.npi;
  u32[w + 3] = to.ton;
  u32[w + 4] = to.npi;
  u32[w + 5] = encoding;
  u32[w + 6] = language;
  u32[w + 7] = sms.concat === undefined ? 0 : CONCATS.indexOf(sms.concat);
  u32[w + 8] = sms.maxSegments ?? 0;
  u32[w + 9] = sms.registeredDelivery;
  u32[w + 10] =
    (sms.flash ? FLASH : 0) |
    (sms.replaceIfPresent ? REPLACE : 0) |
    (sms.transliterate ? TRANSLITERATE : 0) |
    (sms.reference === undefined ? 0 : REFERENCE) |
    (sms.binary === undefined ? 0 : BINARY);
  u32[w + 11] = sms.priority ?? 0;
  u32[w + 12] = sms.protocolId ?? 0;
  u32[w + 13] = sms.smDefaultMsgId ?? 0;
  u32[w + 14] = sms.reference ?? 0;
  u32[w + 15] = typeof sms.validity === "number" ? sms.validity : 0;
  u32[w + 16] = sms.substitute?.codePointAt(0) ?? 0;
  u32[w + 17] = from.addr.length;
  u32[w + 18] = to.addr.length;
  u32[w + 19] = text.length;
  u32[w + 20] = serviceType.length;
  u32[w + 21] = scheduleAt.length;
  u32[w + 22] = validity.length;
  u32[w + 23] = binary.length;
  u32[w + 24] = udh.length;
  u32[w + 25] = tlvs.length;
  at = (w + WORDS) << 1;
  putString(from.addr);
  putString(to.addr);
  putString(text);
  putString(serviceType);
  putString(scheduleAt);
  putString(validity);
  if (octets > 0) {
    let octet = at << 1;
    u8.set(binary, octet);
    octet += binary.length;
    u8.set(udh, octet);
    octet += udh.length;
    u8.set(tlvs, octet);
  }
  return length;
}
