// Octets as programs write them: lists of numbers of C, Java, Go, Erlang and others, and strings with escapes.

import { NAMED } from "./columns.ts";
import { concat, type Given } from "./given.ts";
import { fit } from "./locate.ts";
import { directionOf } from "./moment.ts";
import { fromBlocks, linkOf, type Block } from "./packets.ts";

export interface Literals {
  given: Given;
  fit: number;
}

const FEWEST = 4;
/** Lists end in this where a program printed only their beginning. */
const CUT = /(?:\.{3}|…)\s*(?:\d+ more (?:items|bytes))?/;
const CUT_NOTE = "A program cut the octets off where it printed “…”: the rest is missing.";

/** How the numbers of a list without a prefix are meant. */
type Base = "c" | "decimal" | "hex";

function result(form: string, blocks: Block[], notes: string[]): Literals {
  const best = linkOf(blocks) !== undefined ? 4 : Math.max(...blocks.map(({ octets }) => fit(octets)));
  return { given: fromBlocks(form, blocks, notes), fit: best };
}

/** Lists such as `{ 0x00, 16, 'A' }`, `[0, 16]`, `<<0,16,"A">>`, each a block; Wireshark's `peer1_…` come from the other side. */
export function fromLists(text: string): Literals | undefined {
  const source = text.replace(/\/\*.*\*\/[ \t]*$/gm, keepHeading).replace(/\/\*[^]*?\*\//g, keepHeading).replace(/(^|[^:])\/\/.*$/gm, "$1");
  const readings = (["c", "hex", "decimal"] as Base[]).map((base) => listsIn(source, base)).filter((one) => one !== undefined);
  return readings.sort((a, b) => b.fit - a.fit)[0];
}

/** Leaves of a comment what Wireshark says in it of a packet. */
function keepHeading(comment: string): string {
  return /^\/\*\s*[A-Z][\w ]* \(\d+ bytes?\)\s*\*\//.exec(comment)?.[0].replace("/*", "⟦").replace("*/", "⟧") ?? " ";
}

/** What Node prints of a Buffer: `<Buffer 00 10 … 20 more bytes>`. */
const BUFFER = /<(?:Slow)?Buffer((?: [0-9a-f]{2})+)( \.\.\. \d+ more bytes?)?>/gi;

/** Buffers as Node prints them, each a block. */
export function fromBuffers(text: string): Literals | undefined {
  const blocks: Block[] = [];
  let cut = false;
  let end = 0;
  for (const match of text.matchAll(BUFFER)) {
    const octets = Uint8Array.from(match[1]!.trim().split(" "), (pair) => Number.parseInt(pair, 16));
    cut ||= match[2] !== undefined;
    const before = text.slice(end, match.index);
    if (octets.length >= FEWEST) blocks.push({ octets, heading: before.slice(before.lastIndexOf("\n") + 1) });
    end = match.index + match[0].length;
  }
  return blocks.length > 0 ? result("Buffer of Node", blocks, cut ? [CUT_NOTE] : []) : undefined;
}

/** A list in brackets: no bracket is inside, but those of casts and strings. */
const BRACKETS = /<<((?:"(?:[^"\\]|\\.)*"|[^<>])*)>>|([[{(])((?:\(\s*(?:unsigned )?(?:byte|char|sbyte|u?int8_t|u8|i8)\s*\)|'(?:[^'\\]|\\.)+'|"(?:[^"\\]|\\.)*"|[^[\]{}()])*)[\]})]/gi;

function listsIn(source: string, base: Base): Literals | undefined {
  const blocks: Block[] = [];
  const notes = new Set<string>();
  let end = 0;
  for (const match of source.matchAll(BRACKETS)) {
    const binary = match[1] !== undefined;
    const items = itemsOf(match[1] ?? match[3]!, binary ? "decimal" : base, binary);
    if (!items) continue;
    if (items.cut) notes.add(CUT_NOTE);
    const between = source.slice(end, match.index);
    const peer = /\bpeer([01])_\w*\W*$/.exec(between)?.[1];
    const comment = /⟦([^⟧]*)⟧[^⟦]*$/.exec(between)?.[1]?.trim();
    const before = between.slice(between.lastIndexOf("\n", between.length - 1) + 1);
    blocks.push({ octets: items.octets, heading: comment ?? (peer === undefined ? before : ""), ...(peer === undefined ? {} : { direction: peer === "1" ? 1 : 0 }) });
    end = match.index + match[0].length;
  }
  if (blocks.length > 0) return result("array", blocks, [...notes]);
  // The inside of a list, without its brackets.
  const bare = source.includes(",") ? itemsOf(source.trim().replace(/[,;]+$/, ""), base, false) : undefined;
  return bare && result("array", [{ octets: bare.octets, heading: "" }], bare.cut ? [CUT_NOTE] : []);
}

/** A number, a character, or a string with what says how wide it is in Erlang and Elixir. */
const ITEM = /\s*(?:\(\s*(?:unsigned )?(?:byte|char|sbyte|u?int8_t|u8|i8)\s*\)\s*)?(?:'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)*)"|(-?(?:0x[0-9a-f]+|0b[01]+|0o[0-7]+|16#[0-9a-f]+|\d[0-9a-f]*h|&h[0-9a-f]+|[0-9a-f]+))(?:u8|i8|u)?)(?::(\d+))?(?:\/[\w-]+)?\s*(?:,|\s|$)/iy;

function itemsOf(list: string, base: Base, binary: boolean): { octets: Uint8Array; cut: boolean } | undefined {
  const cut = CUT.exec(list);
  const body = (cut ? list.slice(0, cut.index) : list).trim().replace(/,$/, "");
  const octets: number[] = [];
  let count = 0;
  ITEM.lastIndex = 0;
  while (ITEM.lastIndex < body.length) {
    const match = ITEM.exec(body);
    if (!match) return undefined;
    const [, char, string, number, width] = match;
    count++;
    const text = char ?? string;
    if (text !== undefined) {
      const read = escapesIn(text, false).octets;
      if (char !== undefined && read.length !== 1) return undefined;
      octets.push(...read);
      continue;
    }
    const value = valueOf(number!, base);
    const size = binary && width !== undefined ? Number(width) / 8 : 1;
    if (value === undefined || !Number.isInteger(size) || size < 1 || size > 8 || value >= 256 ** size || value < -128) return undefined;
    for (let i = size - 1; i >= 0; i--) octets.push(Math.floor(value / 256 ** i) & 255);
  }
  return octets.length >= FEWEST && (count > 1 || binary) ? { octets: Uint8Array.from(octets), cut: cut !== null } : undefined;
}

function valueOf(number: string, base: Base): number | undefined {
  const [, sign = "", digits = ""] = /^(-?)(.*)$/.exec(number)!;
  const prefixed = /^(?:0x|16#|&h)([0-9a-f]+)$/i.exec(digits)?.[1] ?? /^(\d[0-9a-f]*)h$/i.exec(digits)?.[1];
  let value: number;
  if (prefixed !== undefined) value = Number.parseInt(prefixed, 16);
  else if (/^0[bo]/i.test(digits)) value = Number(digits);
  else if (base === "hex") value = /^[0-9a-f]{1,2}$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
  else if (!/^\d+$/.test(digits)) value = Number.NaN;
  else value = base === "c" && /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isNaN(value) ? undefined : sign === "" ? value : -value;
}

const ESCAPE = /\\(?:x([0-9a-f]{1,2})|u(?:00([0-9a-f]{2})|\{([0-9a-f]{1,2})\})|([0-3]?[0-7]{1,2}(?![0-9])|[0-9]{1,3})|([abfnrtvzes"'\\?#$])|(\r?\n[ \t]*))|([^\\])/giy;

interface Escaped {
  octets: number[];
  /** Something in it is no escape that is known. */
  wrong: boolean;
}

/** @param decimal whether digits behind a backslash are decimal, as in Lua, and not octal */
function escapesIn(text: string, decimal: boolean): Escaped {
  const octets: number[] = [];
  const utf8 = new TextEncoder();
  ESCAPE.lastIndex = 0;
  while (ESCAPE.lastIndex < text.length) {
    const match = ESCAPE.exec(text);
    if (!match) return { octets, wrong: true };
    const [, x, u, braced, number, name, folded, char] = match;
    const hex = x ?? u ?? braced;
    if (hex !== undefined) octets.push(Number.parseInt(hex, 16));
    else if (number !== undefined) {
      const octal = !decimal && /^[0-3]?[0-7]{1,2}$/.test(number);
      const value = Number.parseInt(number, octal ? 8 : 10);
      if (value > 255) return { octets, wrong: true };
      octets.push(value);
    } else if (name !== undefined) octets.push(name === "s" ? 0x20 : (NAMED[name] ?? name.charCodeAt(0)));
    else if (folded === undefined) octets.push(...(char!.charCodeAt(0) < 0x80 ? [char!.charCodeAt(0)] : char!.charCodeAt(0) < 0x100 ? [char!.charCodeAt(0)] : utf8.encode(char)));
  }
  return { octets, wrong: false };
}

const ANY_ESCAPE = /\\(?:x[0-9a-f]{2}|u00[0-9a-f]{2}|u\{[0-9a-f]{1,2}\}|[0-7])/gi;
const LITERAL = /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'/g;
/** What may stand between two literals that are one: nothing, or what joins them. */
const JOINED = /^[\s\\+.&]*(?:[bBuU@L])?$/;

/** Strings with escapes: `"\x00\x10A"`, also several in a row, also without quotes. */
export function fromEscapes(text: string): Literals | undefined {
  if ((text.match(ANY_ESCAPE) ?? []).length < FEWEST) return undefined;
  const readings = [false, true].map((decimal) => stringsIn(text, decimal)).filter((one) => one !== undefined);
  return readings.sort((a, b) => b.fit - a.fit)[0];
}

function stringsIn(text: string, decimal: boolean): Literals | undefined {
  const literals = [...text.matchAll(LITERAL)];
  const blocks: Block[] = [];
  let parts: Uint8Array[] = [];
  let heading = "";
  let end = 0;
  const finish = () => {
    if (parts.length > 0) blocks.push({ octets: concat(parts), heading });
    parts = [];
  };
  for (const match of literals) {
    const body = match[1] ?? match[2]!;
    const before = text.slice(end, match.index);
    if (parts.length > 0 && !JOINED.test(before)) finish();
    end = match.index + match[0].length;
    // A literal in front of which nothing was read has to have an escape, or it is another string.
    if (body === "" || (parts.length === 0 && !body.includes("\\"))) continue;
    const { octets, wrong } = escapesIn(body, decimal);
    if (wrong) return undefined;
    if (parts.length === 0) heading = before.slice(before.lastIndexOf("\n") + 1);
    parts.push(Uint8Array.from(octets));
  }
  finish();
  const long = blocks.filter(({ octets }) => octets.length >= FEWEST);
  if (long.length > 0) return result("escaped string", long, CUT.test(text.slice(end)) ? [CUT_NOTE] : []);
  const blocksOfLines = unquoted(text, decimal);
  return blocksOfLines.length > 0 ? result("escaped string", blocksOfLines, []) : undefined;
}

/** Escapes without quotes around them: from the first of each line on, and on through the lines that have nothing else. */
function unquoted(text: string, decimal: boolean): Block[] {
  const blocks: Block[] = [];
  for (const line of text.split(/\r?\n/)) {
    const start = line.search(/\\(?:x[0-9a-f]{2}|u00|u\{|[0-7])/i);
    if (start < 0) continue;
    const { octets, wrong } = escapesIn(line.slice(start).trimEnd(), decimal);
    if (wrong) continue;
    const heading = line.slice(0, start);
    const last = blocks.at(-1);
    if (last && heading.trim() === "") last.octets = concat([last.octets, Uint8Array.from(octets)]);
    else blocks.push({ octets: Uint8Array.from(octets), heading: directionOf(heading) === 0 && heading.trim() === "" ? "" : heading });
  }
  return blocks;
}

/** Control characters as terminals and pagers show them: `^@^@^@^P`, `M-^@`. */
export function fromCarets(text: string): Literals | undefined {
  if ((text.match(/\^[@A-Z[\]\\^_?]/g) ?? []).length < FEWEST * 2) return undefined;
  const octets: number[] = [];
  const pattern = /(M-)?(?:\^([@A-Z[\]\\^_?])|([^]))/gy;
  const body = text.trim().replace(/\$?\r?\n/g, "\n");
  for (const [, meta, control, char] of body.matchAll(pattern)) {
    const value = control === undefined ? char!.charCodeAt(0) : control === "?" ? 0x7f : control.charCodeAt(0) - 0x40;
    octets.push((value & 255) | (meta ? 0x80 : 0));
  }
  return result("text with control characters as ^@", [{ octets: Uint8Array.from(octets), heading: "" }], []);
}
