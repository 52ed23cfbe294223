// What a pasted text is.

import { fromBase64 } from "./base64.ts";
import { fromDump } from "./dump.ts";
import { amount, Refusal, single, type Given } from "./given.ts";
import { hexDigits } from "./hex.ts";
import { fromBuffers, fromCarets, fromEscapes, fromLists } from "./literals.ts";
import { fit, locate } from "./locate.ts";
import { fromLog } from "./log.ts";
import { refuseLossy } from "./lossy.ts";
import { fromNumbers } from "./numbers.ts";
import { fromTshark } from "./tshark.ts";

const FORMS = "hex, base64, a hex dump, a C array, log lines with hex in them, or a .pcap or .pcapng file";

/** More characters than this are not read where they are pasted: no one does so on purpose, and captures are files. */
const LONGEST = 4_000_000;

/** Octets in a text, and how surely they are SMPP, as `fit` says. */
interface Candidate {
  given: Given;
  fit: number;
}

/** The octets in a text of any form. Throws a `Refusal` if there are none. */
export function readText(text: string, longest = LONGEST): Given {
  if (text.length > longest) throw new Refusal(`That is ${amount(text.length)} of text; up to ${amount(longest)} are read. Take out the part that matters, or make a capture of it: text2pcap -T 2775,2775 dump.txt small.pcap`);
  const clean = cleaned(text);
  if (clean.trim() === "") throw new Refusal(`There is nothing to read yet. Paste ${FORMS}.`);
  const packets = fromTshark(clean);
  if (packets) return packets;
  const best = candidates(clean);
  if (!best || best.fit === 0) refuseLossy(clean);
  if (best?.given.form !== "hex dump" && /^[ \t]*[\da-f][\da-f \t-]*\n\*\n[ \t]*[\da-f]/im.test(clean)) {
    throw new Refusal("An asterisk stands for lines that were left out here, and without offsets nobody can tell how many. Print them all: od -v");
  }
  if (best) return located(best.given);
  throw new Refusal(why(clean));
}

/** Without what terminals, mail programs and word processors put into text. */
function cleaned(text: string): string {
  const plain = text
    .replace(/^\uFEFF/, "")
    // oxlint-disable-next-line no-control-regex -- escape sequences of terminals
    .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
    .replace(/\u200B|\u200C|\u200D|\u2060/g, "")
    .replace(/[\u00A0\u2007\u202F]/g, " ")
    .replace(/[│┊┆┃]/g, "|")
    .replace(/[\u2010-\u2014]/g, "-")
    .replace(/[“”„]/g, '"')
    .trimEnd();
  const lines = plain.split("\n");
  // A quotation in a mail.
  return lines.every((line) => /^>|^\s*$/.test(line)) ? lines.map((line) => line.replace(/^> ?/, "")).join("\n") : plain;
}

/** The reading that is most surely SMPP; of several the one whose form says most. */
function candidates(text: string): Candidate | undefined {
  const readers: ((text: string) => Candidate | undefined)[] = [fromDump, fromEscapes, fromBuffers, fromLists, fromNumbers, base64, fromCarets, octetsInText, log];
  let best: Candidate | undefined;
  for (const read of readers) {
    const found = read(text);
    if (found && (!best || found.fit > best.fit)) best = found;
    if (best?.fit === 4) break;
  }
  return best;
}

/** Leaves out what is in front of the first PDU of each piece. */
function located(given: Given): Given {
  if (given.streams.length > 0) return given;
  for (const piece of given.pieces) {
    if (given.directed && piece !== given.pieces[0]) continue;
    const found = locate(piece.octets);
    if (found?.skipped) given.notes.push(found.skipped);
    if (found) piece.octets = found.octets;
  }
  return given;
}

function base64(text: string): Candidate | undefined {
  const octets = fromBase64(text);
  const found = octets && locate(octets);
  return found && { given: single("base64", octets), fit: fit(octets) };
}

/** Octets that were pasted as characters, each the character of its number. */
function octetsInText(text: string): Candidate | undefined {
  if (!text.includes("\0")) return undefined;
  const codes = Array.from(text, (char) => char.codePointAt(0)!);
  if (codes.some((code) => code > 255)) return undefined;
  const octets = Uint8Array.from(codes);
  const found = locate(octets);
  return found && { given: single("octets as characters", octets), fit: fit(octets) };
}

function log(text: string): Candidate | undefined {
  const given = fromLog(text);
  return given && { given, fit: Math.max(...given.pieces.map(({ octets }) => fit(octets))) };
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
  return `${words > 20 ? "This reads like prose" : "This is text"}, and no PDU was found in it. Paste ${FORMS}. Wireshark's “Printable Text” leaves octets out.`;
}
