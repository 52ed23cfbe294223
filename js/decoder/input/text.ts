// What a pasted text is.

import { fromBase64 } from "./base64.ts";
import { fromDump } from "./dump.ts";
import { Refusal, single, type Given } from "./given.ts";
import { fromHex, hexDigits } from "./hex.ts";
import { locate } from "./locate.ts";
import { fromLog } from "./log.ts";
import { fromArrays, fromEscapes } from "./source.ts";

const FORMS = "hex, base64, a hex dump, a C array, log lines with hex in them, or a .pcap or .pcapng file";

/** The octets in a text of any form. Throws a `Refusal` if there are none. */
export function readText(text: string): Given {
  const trimmed = text.replace(/^\uFEFF/, "").trimEnd();
  if (trimmed.trim() === "") throw new Refusal(`There is nothing to read yet. Paste ${FORMS}.`);
  const given = structured(trimmed) ?? plainHex(trimmed) ?? base64(trimmed) ?? fromLog(trimmed);
  if (given) return given;
  throw new Refusal(why(trimmed));
}

/** Forms that say by their look where octets are. */
function structured(text: string): Given | undefined {
  const given = fromDump(text) ?? fromEscapes(text) ?? fromArrays(text);
  if (!given) return undefined;
  for (const piece of given.pieces) {
    if (piece.direction === 1 || (given.directed && piece !== given.pieces[0])) continue;
    const found = locate(piece.octets);
    if (found?.skipped) given.notes.push(found.skipped);
    if (found) piece.octets = found.octets;
  }
  return given;
}

function plainHex(text: string): Given | undefined {
  const digits = hexDigits(text);
  if (digits === undefined || digits.length < 8) return undefined;
  const notes = digits.length % 2 === 0 ? [] : [`There is an odd number of hex digits (${digits.length}): one is missing, or one too many. The last one was left out.`];
  const octets = fromHex(digits);
  const found = locate(octets);
  if (found?.skipped) notes.push(found.skipped);
  return single("hex", found?.octets ?? octets, notes);
}

function base64(text: string): Given | undefined {
  const octets = fromBase64(text);
  const found = octets && locate(octets);
  return found && single("base64", found.octets, found.skipped ? [found.skipped] : []);
}

function why(text: string): string {
  const digits = hexDigits(text);
  if (digits !== undefined) return `These are only ${digits.length} hex digits: a PDU has at least 16 octets, which are 32 digits.`;
  const hex = text.match(/[0-9a-f]{2}/gi)?.length ?? 0;
  if (text.length >= 24 && hex * 3 > text.length) {
    const wrong = /[^0-9a-fx\s:;,.\-_|'"`(){}[\]<>%]/i.exec(text);
    return `This is nearly hex, but “${wrong?.[0] ?? "?"}” at character ${(wrong?.index ?? 0) + 1} is no hex digit. Take it out, or paste ${FORMS}.`;
  }
  const words = text.match(/\p{L}{2,}/gu)?.length ?? 0;
  return `${words > 20 ? "This reads like prose" : "This is text"}, and no PDU was found in it. Paste ${FORMS}.`;
}
