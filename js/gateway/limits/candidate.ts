// A message as limits see it.

import { decodePdus, type DecodedPdu } from "../../engine/codec.ts";
import type { Offered } from "../link/extensions.ts";
import { addressText, numberOf } from "../model/address.ts";
import { mixedHash } from "../model/hash.ts";
import { fromHex, toHex } from "../model/hex.ts";
import type { MessageInput, PreviewInput } from "../model/message-input.ts";
import { mismatch, traitsOf } from "../model/routes.ts";
import { countryOf } from "../model/countries.ts";
import type { Candidate } from "./rule.ts";
import type { LimitSettings } from "./setting.ts";

const UDHI = 0x40;
/** Information elements of a part of a long message: with a reference of one octet, and of two. */
const CONCAT = new Map([[0, 1], [8, 2]]);
const SAR_MSG_REF_NUM = 0x020c;
const SAR_TOTAL_SEGMENTS = 0x020e;
const MESSAGE_PAYLOAD = 0x0424;

/** What lists say of a recipient, before anything is counted; undefined if nothing. */
export function listedAs({ block, allow, countries }: LimitSettings, number: string): { check: "block" | "allow" | "country"; country?: string | undefined } | undefined {
  const begins = (list: string[]) => list.some((beginning) => number.startsWith(beginning));
  if (begins(block)) return { check: "block" };
  if (begins(allow)) return { check: "allow" };
  const country = countries && countryOf(number);
  return countries && !(country && countries.includes(country)) ? { check: "country", country } : undefined;
}

/** Whether a message of that key is one of those that are counted. */
export function isCounted({ match }: LimitSettings, input: PreviewInput, key: string, segments: number): boolean {
  return mismatch({ name: "", ...match }, traitsOf(input, key, () => segments)) === undefined;
}

export function countsRecipients({ recipient, prefix, duplicate }: LimitSettings): boolean {
  return recipient.length + prefix.length + duplicate > 0;
}

export function candidateOf({ duplicate }: LimitSettings, { message: { input } }: Offered): Candidate {
  return { number: numberOf(input.to), ticket: input.counted!, ...(duplicate > 0 && { text: textKey(input) }) };
}

/** What a message is counted by: the same for a repeated request, and for the parts of a long message that an application sends. */
export function ticketOf({ pdu, from, to }: MessageInput, nonce: string | undefined, index: number): number {
  const long = pdu === undefined ? undefined : partOf(decodePdus(fromHex(pdu)).pdus[0]!);
  if (long !== undefined) return mixedHash(JSON.stringify([from, to, long]));
  return nonce === undefined ? crypto.getRandomValues(new Uint32Array(1))[0]! : mixedHash(`${nonce}/${index}`);
}

/** What stands for the text and sender of a message; undefined where there is no text, as in a part of a long one. */
export function textKey({ pdu, text, binary, from }: MessageInput): string | undefined {
  const content = pdu === undefined ? text ?? binary : contentOf(decodePdus(fromHex(pdu)).pdus[0]!);
  if (content === undefined) return undefined;
  const whole = `${from === undefined ? "" : addressText(from)}\n${content}`;
  return mixedHash(whole).toString(36) + mixedHash(`\n${whole}`).toString(36);
}

function contentOf(pdu: DecodedPdu): string | undefined {
  if (partOf(pdu) !== undefined) return undefined;
  const field = pdu.tlvs.find(({ tag }) => tag === MESSAGE_PAYLOAD) ?? pdu.fields.find(({ name }) => name === "short_message");
  return field && `${Number(pdu.fields.find(({ name }) => name === "data_coding")?.value)}/${toHex(field.bytes)}`;
}

/** What the parts of one long message have in common: its reference and how many they are. */
function partOf({ fields, tlvs }: DecodedPdu): string | undefined {
  const tlv = (wanted: number) => tlvs.find(({ tag }) => tag === wanted)?.bytes;
  const [reference, total] = [tlv(SAR_MSG_REF_NUM), tlv(SAR_TOTAL_SEGMENTS)];
  if (reference && total) return `${toHex(reference)}/${toHex(total)}`;
  const isUdh = Number(fields.find(({ name }) => name === "esm_class")?.value) & UDHI;
  const octets = tlv(MESSAGE_PAYLOAD) ?? fields.find(({ name }) => name === "short_message")?.bytes;
  if (!isUdh || !octets) return undefined;
  const end = 1 + (octets[0] ?? 0);
  for (let at = 1; at + 1 < end; at += 2 + octets[at + 1]!) {
    const length = CONCAT.get(octets[at]!);
    if (length !== undefined) return toHex(octets.subarray(at + 2, at + 3 + length));
  }
  return undefined;
}
