// What a pasted text is.

import { fromBase64 } from "./base64.ts";
import { fromDump } from "./dump.ts";
import { amount, Refusal, single, type Given } from "./given.ts";
import { fromHex, hexDigits } from "./hex.ts";
import { locate } from "./locate.ts";
import { fromLog } from "./log.ts";
import { fromArrays, fromEscapes } from "./source.ts";

const FORMS = "hex, base64, a hex dump, a C array, log lines with hex in them, or a .pcap or .pcapng file";

/** More characters than this are not read: no one pastes them on purpose, and captures are files. */
const LONGEST = 4_000_000;

/** The octets in a text of any form. Throws a `Refusal` if there are none. */
export function readText(text: string): Given {
  if (text.length > LONGEST) throw new Refusal(`That is ${amount(text.length)} of text; up to ${amount(LONGEST)} are read. Take out the part that matters, or make a capture of it: text2pcap -T 2775,2775 dump.txt small.pcap`);
  const trimmed = text.replace(/^\uFEFF/, "").trimEnd();
  if (trimmed.trim() === "") throw new Refusal(`There is nothing to read yet. Paste ${FORMS}.`);
  const form = structured(trimmed);
  // What has the look of an array but holds no PDU may be a part of something else.
  const given = form?.sound ? form.given : (plainHex(trimmed) ?? base64(trimmed) ?? fromLog(trimmed) ?? form?.given);
  if (given) return given;
  throw new Refusal(why(trimmed));
}

/** Forms that say by their look where octets are. */
function structured(text: string): { given: Given; sound: boolean } | undefined {
  const given = fromDump(text) ?? fromEscapes(text) ?? fromArrays(text);
  if (!given) return undefined;
  let sound = false;
  for (const piece of given.pieces) {
    if (piece.direction === 1 || (given.directed && piece !== given.pieces[0])) continue;
    const found = locate(piece.octets);
    if (found?.skipped) given.notes.push(found.skipped);
    if (found) piece.octets = found.octets;
    sound ||= found !== undefined;
  }
  return { given, sound };
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
  const sample = text.slice(0, 10_000);
  const hex = sample.match(/[0-9a-f]{2}/gi)?.length ?? 0;
  if (sample.length >= 24 && hex * 3 > sample.length) {
    const wrong = /[^0-9a-fx\s:;,.\-_|'"`(){}[\]<>%]/i.exec(text);
    return `This is nearly hex, but “${wrong?.[0] ?? "?"}” at character ${(wrong?.index ?? 0) + 1} is no hex digit. Take it out, or paste ${FORMS}.`;
  }
  const words = sample.match(/\p{L}{2,}/gu)?.length ?? 0;
  return `${words > 20 ? "This reads like prose" : "This is text"}, and no PDU was found in it. Paste ${FORMS}.`;
}
