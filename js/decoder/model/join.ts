// Parts of long messages, by user data header or SAR TLVs, put together.

import type { DecodedPdu, Field } from "../../engine/explained.ts";
import { decodeEntry, type Entry, type Join } from "./entry.ts";
import { contentOf, readAs } from "./content.ts";

/** Where a PDU says that it is part `part` of `total`. */
export interface Part {
  reference: number;
  total: number;
  part: number;
  by: "udh" | "sar";
}

export function partOf(pdu: DecodedPdu): Part | undefined {
  // Where both are there, the later counts.
  const element = pdu.udh?.findLast(({ name }) => name.startsWith("concatenation"));
  const of = (children: Field[] | undefined, name: string) => Number(children?.find((child) => child.name === name)?.value ?? 0);
  const tlv = (name: string) => pdu.tlvs.find((one) => one.name === name)?.value;
  const found: Part = element
    ? { reference: of(element.children, "reference"), total: of(element.children, "total"), part: of(element.children, "part"), by: "udh" }
    : { reference: Number(tlv("sar_msg_ref_num") ?? 0), total: Number(tlv("sar_total_segments") ?? 0), part: Number(tlv("sar_segment_seqnum") ?? 0), by: "sar" };
  return found.total > 1 && found.part >= 1 && found.part <= found.total ? found : undefined;
}

const MAY_HAVE_TEXT = new Set(["submit_sm", "deliver_sm", "data_sm", "submit_multi", "replace_sm"]);

/** Sets `join` of all entries that are parts. */
export function joinParts(entries: Entry[]): void {
  const open = new Map<string, Join>();
  entries.forEach((entry, index) => {
    if (!MAY_HAVE_TEXT.has(entry.command) || !mayBePart(entry.octets)) return;
    const pdu = decodeEntry(entry);
    const part = pdu && partOf(pdu);
    if (!part) return;
    const key = [entry.stream, entry.direction, entry.command, entry.from, entry.to, part.by, part.reference, part.total].join("\0");
    let join = open.get(key);
    // The same number again: another message that uses the reference again.
    if (!join || join.parts[part.part - 1] !== undefined) {
      join = { total: part.total, parts: Array.from({ length: part.total }, () => undefined) };
      open.set(key, join);
    }
    join.parts[part.part - 1] = index;
    entry.join = join;
  });
}

/** Quickly leaves out most: a concatenation element, or the tag of sar_segment_seqnum, must be somewhere. */
function mayBePart(octets: Uint8Array): boolean {
  for (let at = octets.indexOf(0x03, 16); at >= 0; at = octets.indexOf(0x03, at + 1)) if (octets[at - 1] === 0x00) return true;
  for (let at = octets.indexOf(0x04, 16); at >= 0; at = octets.indexOf(0x04, at + 1)) if (octets[at - 1] === 0x08) return true;
  for (let at = octets.indexOf(0x0f, 16); at >= 0; at = octets.indexOf(0x0f, at + 1)) if (octets[at - 1] === 0x02) return true;
  return false;
}

/** The text of all parts; `undefined` stands for one that is missing. */
export function joinedText({ parts }: Join, entries: Entry[]): (string | undefined)[] {
  const pdus = parts.map((index) => (index === undefined ? undefined : decodeEntry(entries[index]!)));
  const contents = pdus.map((pdu) => pdu && contentOf(pdu));
  // Some cut a character of UCS-2 in two: all octets are read together then.
  if (pdus.every((pdu) => pdu?.text?.encoding === "ucs2") && contents.every((content) => content !== undefined)) {
    const whole = contents.flatMap((content) => [...content!.body]);
    return [readAs({ dataCoding: 8, header: undefined, body: Uint8Array.from(whole) })?.text ?? ""];
  }
  return pdus.map((pdu) => pdu?.text?.value);
}
