// Parts of long messages, by user data header or SAR TLVs, put together.

import { decodeEntry, type Entry, type Join } from "./entry.ts";
import { contentOf, readAs } from "./content.ts";

/** Sets `join` of all entries that are parts. */
export function joinParts(entries: Entry[]): void {
  const open = new Map<string, Join>();
  entries.forEach((entry, index) => {
    const { part } = entry;
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
