// Octets as programs write them: arrays of numbers, and strings with escapes.

import { single, type Given, type Piece } from "./given.ts";

const FEWEST = 4;
const ESCAPE = /\\(?:x([0-9a-f]{2})|u00([0-9a-f]{2})|([0-3]?[0-7]{1,2})|([abfnrtv"'\\e?]))|([^\\])/giy;
const NAMED: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27 };

/** Arrays such as `{ 0x00, 0x10 }` or `[0, 16]`, each a piece; Wireshark's `peer1_…` come from the other side. */
export function fromArrays(text: string): Given | undefined {
  const source = text.replace(/\/\*[^]*?\*\//g, " ").replace(/\/\/.*$/gm, "");
  const pieces: Piece[] = [];
  let directed = false;
  for (const match of source.matchAll(/[[{(]([\s,0-9a-fxu]+)[\]})]/gi)) {
    const octets = numbers(match[1]!);
    if (!octets) continue;
    const peer = /\bpeer([01])_\w*\W*$/.exec(source.slice(Math.max(0, match.index - 60), match.index))?.[1];
    directed ||= peer !== undefined;
    pieces.push({ octets, stream: 0, direction: peer === "1" ? 1 : 0, gap: pieces.length > 0 && peer === undefined });
  }
  if (pieces.length > 0) return { form: "array", pieces, streams: [], directed, notes: [] };
  // The inside of an array, without its brackets.
  const bare = /^[\s,;0-9a-fxu]+$/i.test(source) && source.includes(",") ? numbers(source.replaceAll(";", "")) : undefined;
  return bare && single("array", bare);
}

function numbers(list: string): Uint8Array | undefined {
  const items = list.split(/[\s,]+/).filter((item) => item !== "");
  const values = items.map((item) => (/^(0x[0-9a-f]{1,2}|\d{1,3})u?$/i.test(item) ? Number(item.replace(/u$/i, "")) : Number.NaN));
  const hexadecimal = items.filter((item) => /^0x/i.test(item)).length;
  // Either all in hex or all in decimal; a list of 00 and 10 is hex without prefixes, and another's to read.
  if (values.length < FEWEST || (hexadecimal > 0 && hexadecimal < items.length) || items.some((item) => /^0\d/.test(item))) return undefined;
  return values.every((value) => value <= 255) ? Uint8Array.from(values) : undefined;
}

/** A string with escapes: `"\x00\x10A"`, also several in a row, also without quotes. */
export function fromEscapes(text: string): Given | undefined {
  if ((text.match(/\\(?:x[0-9a-f]{2}|u00[0-9a-f]{2}|[0-7])/gi) ?? []).length < FEWEST) return undefined;
  const literals = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g)].map(([, double, simple]) => double ?? simple ?? "");
  const body = literals.some((literal) => literal.includes("\\")) ? literals.filter((literal) => literal !== "").join("") : text.trim();
  const octets: number[] = [];
  ESCAPE.lastIndex = 0;
  for (let match = ESCAPE.exec(body); match; match = ESCAPE.exec(body)) {
    const [, x, u, octal, name, char] = match;
    if (x ?? u) octets.push(Number.parseInt((x ?? u)!, 16));
    else if (octal !== undefined) octets.push(Number.parseInt(octal, 8));
    else if (name !== undefined) octets.push(NAMED[name] ?? name.charCodeAt(0));
    else octets.push(char!.charCodeAt(0) & 0xff);
  }
  return single("escaped string", Uint8Array.from(octets));
}
