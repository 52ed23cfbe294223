// A message as limits see it.

import { decodePdus } from "../../engine/codec.ts";
import type { Offered } from "../link/extensions.ts";
import { numberOf } from "../model/address.ts";
import { mixedHash } from "../model/hash.ts";
import { fromHex, toHex } from "../model/hex.ts";
import type { MessageInput, PreviewInput } from "../model/message-input.ts";
import { mismatch, traitsOf } from "../model/routes.ts";
import { countryOf } from "../model/countries.ts";
import type { Candidate, Ticket } from "./rule.ts";
import type { LimitSettings } from "./setting.ts";

const UDHI = 0x40;
/** Information elements of a part of a long message: with a reference of one octet, and of two. */
const CONCAT = new Map([[0, 1], [8, 2]]);
const SAR_MSG_REF_NUM = 0x020c;
const SAR_TOTAL_SEGMENTS = 0x020e;
const SAR_SEGMENT_SEQNUM = 0x020f;
const MESSAGE_PAYLOAD = 0x0424;
const NONE = new Uint8Array();

/** What TLVs or a header say of a part. */
interface Concatenation extends Long {
  total: number;
}

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

export function candidateOf({ duplicate }: LimitSettings, item: Offered): Candidate {
  const { input } = item.message;
  return { number: numberOf(input.to), ...countedAs(item), ...(duplicate > 0 && { text: textKey(input) }) };
}

/** The ticket that a message was given, and which part it is. */
export function countedAs({ message: { input } }: Offered): Ticket {
  return { ticket: input.counted!, part: longOf(input)?.part };
}

/** What a message is counted by: the same for a repeated request, and for the parts of a long message that an application sends. */
export function ticketOf({ pdu, from, to }: MessageInput, nonce: string | undefined, index: number): number {
  const long = longOf({ pdu });
  if (long) return mixedHash(JSON.stringify([from, to, long.name]));
  return nonce === undefined ? crypto.getRandomValues(new Uint32Array(1))[0]! : mixedHash(`${nonce}/${index}`);
}

/** What stands for the text and sender of a message; undefined where there is no text, as in a part of a long one. */
export function textKey({ pdu, text, binary, from }: MessageInput): string | undefined {
  const own = pdu === undefined ? undefined : read(pdu);
  const content = own ? own.content : text ?? binary;
  if (content === undefined || own?.long) return undefined;
  const whole = `${from === undefined ? "" : numberOf(from)}\n${content}`;
  return mixedHash(whole).toString(36) + mixedHash(`\n${whole}`).toString(36);
}

/** A part of a long message: its number, and what all its parts have in common. */
interface Long {
  name: string;
  part: number;
}

function longOf({ pdu }: Pick<MessageInput, "pdu">): Long | undefined {
  return pdu === undefined ? undefined : read(pdu).long;
}

/** The part that a submit_sm is of a long message, or else its content: without the header's element that says "part one of one". */
function read(hex: string): { long?: Long; content: string } {
  const { fields, tlvs } = decodePdus(fromHex(hex)).pdus[0]!;
  const tlv = (wanted: number) => tlvs.find(({ tag }) => tag === wanted)?.bytes;
  const field = (wanted: string) => fields.find(({ name }) => name === wanted);
  const [reference, total, part] = [tlv(SAR_MSG_REF_NUM), tlv(SAR_TOTAL_SEGMENTS), tlv(SAR_SEGMENT_SEQNUM)];
  const sar = reference && total && part && { name: `${toHex(reference)}/${toHex(total)}`, total: total[0] ?? 0, part: part[0] ?? 0 };
  const [short, payload] = [field("short_message")?.bytes ?? NONE, tlv(MESSAGE_PAYLOAD) ?? NONE];
  const octets = payload.length > 0 ? payload : short;
  const isUdh = Number(field("esm_class")?.value) & UDHI;
  const start = isUdh ? 1 + (octets[0] ?? 0) : 0;
  let others = "";
  let udh: Concatenation | undefined;
  for (let at = 1, end = 1; at + 1 < start; at = end) {
    end = at + 2 + octets[at + 1]!;
    const length = CONCAT.get(octets[at]!);
    if (length === undefined || octets[at + 1] !== length + 2) others += toHex(octets.subarray(at, end));
    // Of several the last one holds (3GPP TS 23.040, 9.2.3.24).
    else udh = { name: toHex(octets.subarray(at + 2, at + 3 + length)), total: octets[at + 2 + length] ?? 0, part: octets[at + 3 + length] ?? 0 };
  }
  // What says two things may be taken for a whole message by an SMSC or a phone.
  const isRepeated = [SAR_MSG_REF_NUM, SAR_TOTAL_SEGMENTS, SAR_SEGMENT_SEQNUM, MESSAGE_PAYLOAD].some((wanted) => tlvs.filter(({ tag }) => tag === wanted).length > 1);
  const isContradictory = isRepeated || (short.length > 0 && payload.length > 0) || (sar && udh && (sar.total !== udh.total || sar.part !== udh.part));
  const long = isContradictory ? undefined : longPart(sar ?? udh);
  return { ...(long && { long }), content: `${Number(field("data_coding")?.value)}/${others}${toHex(octets.subarray(start))}` };
}

/** What is no part of several, as "one of one", is no long message, whatever its reference. */
function longPart({ name, total, part }: Concatenation = { name: "", total: 0, part: 0 }): Long | undefined {
  return total > 1 && part > 0 && part <= total ? { name, part } : undefined;
}
