// The octets of a message, and what they say in another coding. The engine reads them: as those of a PDU made for it.

import { decodePdus, type DecodedPdu } from "../../engine/explained.ts";
import { encodePdu } from "../../engine/codec.ts";

export interface Content {
  dataCoding: number;
  /** The user data header with its length, if there is one. */
  header: Uint8Array | undefined;
  body: Uint8Array;
  /** Where the body begins in the PDU. */
  offset: number;
}

/** What a PDU carries as its message; undefined if it has none. */
export function contentOf(pdu: DecodedPdu): Content | undefined {
  const fields = [...pdu.fields, ...pdu.tlvs];
  const message = ["short_message", "message_payload"].map((name) => fields.find((field) => field.name === name && field.length > 0)).find((field) => field !== undefined);
  if (!message) return undefined;
  const dataCoding = Number(fields.find(({ name }) => name === "data_coding")?.value ?? 0);
  const length = pdu.udh ? Number(pdu.udh[0]!.value) + 1 : 0;
  const header = length > 0 ? message.bytes.subarray(0, length) : undefined;
  return { dataCoding, header, body: message.bytes.subarray(length), offset: message.offset + length };
}

/** The text of a PDU that has faults elsewhere. */
export function textOf(pdu: DecodedPdu): { value: string; encoding: string } | undefined {
  const content = contentOf(pdu);
  if (!content) return undefined;
  const flag = Number(pdu.fields.find(({ name }) => name === "esm_class")?.value ?? 0) & 0x40;
  const length = flag && content.body[0]! < content.body.length ? content.body[0]! + 1 : 0;
  const read = readAs({ ...content, header: length > 0 ? content.body.subarray(0, length) : undefined, body: content.body.subarray(length) });
  return read && { value: read.text, encoding: read.encoding };
}

/** What octets say under a data_coding. */
export function readAs({ dataCoding, header, body }: Omit<Content, "offset">): { text: string; encoding: string } | undefined {
  const payload = new Uint8Array([...(header ?? []), ...body]);
  const octets = encodePdu({ command: "data_sm", esm_class: header ? 0x40 : 0, data_coding: dataCoding, tlvs: { message_payload: payload } });
  const read = decodePdus(octets, { maxPdu: octets.length }).pdus[0]?.text;
  return read && { text: read.value, encoding: read.encoding };
}

/** Readings with more characters that nobody writes are left out. */
const MOSTLY_ODD = 0.34;

export interface Reading {
  name: string;
  text: string;
}

/** The message in all codings that could have been meant, the one that counts left out. */
export function otherReadings(content: Content, current: string): Reading[] {
  const { header, body } = content;
  const as = (dataCoding: number, octets = body) => readAs({ dataCoding, header, body: octets })?.text ?? "";
  const all: Reading[] = [
    { name: "GSM 7-bit", text: as(0) },
    { name: "GSM 7-bit, packed", text: as(0, unpack(body, header?.length ?? 0)) },
    { name: "Latin-1", text: as(3) },
    { name: "UCS-2", text: body.length % 2 === 0 ? as(8) : "" },
    { name: "UCS-2, little-endian", text: body.length % 2 === 0 ? as(8, swapped(body)) : "" },
    { name: "UTF-8", text: utf8(body) },
    { name: "Cyrillic (ISO-8859-5)", text: as(6) },
    { name: "Hebrew (ISO-8859-8)", text: as(7) },
  ];
  const seen = new Set([current, ""]);
  const different = all.filter(({ text }) => !seen.has(text) && seen.add(text));
  return different.filter(({ text }) => oddity(text) < MOSTLY_ODD).sort((a, b) => strangeness(a.text) - strangeness(b.text));
}

/** Septets from octets that hold them without gaps, behind the bits that fill up the header (3GPP TS 23.038, 6.1.2.1). */
export function unpack(octets: Uint8Array, headerLength: number): Uint8Array {
  const fill = (7 - ((headerLength * 8) % 7)) % 7;
  const septets = new Uint8Array(Math.floor((octets.length * 8 - fill) / 7));
  for (let i = 0; i < septets.length; i++) {
    const bit = fill + i * 7;
    const pair = octets[bit >> 3]! | ((octets[(bit >> 3) + 1] ?? 0) << 8);
    septets[i] = (pair >> (bit & 7)) & 0x7f;
  }
  return septets;
}

function swapped(octets: Uint8Array): Uint8Array {
  return octets.map((_, i) => octets[i ^ 1]!);
}

function utf8(octets: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    return "";
  }
}

/** Orders readings: people write letters, digits and some signs, and seldom anything else. */
function strangeness(text: string): number {
  const chars = [...text];
  return oddity(text) + chars.filter((char) => !/[\p{L}\p{M}\p{N}\s.,:;!?'"()/-]/u.test(char)).length / chars.length;
}

/** Letters, digits, usual signs: a text that was read rightly has little else. */
export function oddity(text: string): number {
  const chars = [...text];
  const odd = chars.filter((char) => /[\p{Cc}\p{Co}\p{Cn}\uFFFD]/u.test(char) && !/[\r\n]/.test(char)).length;
  return chars.length === 0 ? 0 : odd / chars.length;
}
