// One line of a hex dump: octets in columns, and beside them the characters that they are.

/** How the octets of a line are written. */
export interface Unit {
  /** For notes: `"16-bit words, low octet first"`. */
  name: string;
  /** Octets of a token; undefined if it isn't one. */
  read: (token: string) => number[] | undefined;
}

const HEX = /^[0-9a-f]+$/i;

/** Tokens of whole octets in hex, in the order of the stream. */
const PLAIN: Unit = {
  name: "",
  read(given) {
    const token = given.replace(/^0x|^\\x|,$/i, "");
    return token.length % 2 === 0 && token.length <= 64 && HEX.test(token) ? pairs(token) : undefined;
  },
};

/** Words of `size` octets in hex with the low octet first: the last may be shorter. */
function swappedHex(size: number): Unit {
  return {
    name: `${size * 8}-bit words, low octet first`,
    read: (token) => (token.length <= size * 2 && token.length % 2 === 0 && HEX.test(token) ? pairs(token).reverse() : undefined),
  };
}

/** Words of `size` octets in another radix, of which each has at most `digits` digits. */
function number(size: number, radix: number, digits: number, little: boolean, signed = false): Unit {
  const pattern = signed ? /^-?\d+$/ : radix === 8 ? /^[0-7]+$/ : radix === 2 ? /^[01]+$/ : /^\d+$/;
  const most = 1n << BigInt(size * 8);
  return {
    name: `${size > 1 ? `${size * 8}-bit words` : "octets"} in ${{ 2: "binary", 8: "octal", 10: "decimal" }[radix]}${size === 1 ? "" : little ? ", low octet first" : ", high octet first"}`,
    read(token) {
      if (!pattern.test(token)) return undefined;
      // Octal and binary are printed with all their digits.
      if (radix === 10 ? token.length > digits + Number(signed) : token.length !== digits) return undefined;
      const written = BigInt(`${{ 2: "0b", 8: "0o", 10: "" }[radix]}${token.replace("-", "")}`);
      const value = token.startsWith("-") ? most - written : written;
      if (value < 0n || value >= most || (signed && !token.startsWith("-") && value >= most / 2n)) return undefined;
      const octets = Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
      return little ? octets : octets.reverse();
    },
  };
}

/** From the likeliest to the rarest. */
export const UNITS: Unit[] = [
  PLAIN,
  swappedHex(2),
  swappedHex(4),
  swappedHex(8),
  number(1, 8, 3, true),
  number(1, 10, 3, true),
  number(1, 10, 3, true, true),
  number(1, 2, 8, true),
  ...[true, false].flatMap((little) => [
    number(2, 8, 6, little),
    number(2, 10, 5, little),
    number(2, 10, 5, little, true),
    number(4, 8, 11, little),
    number(4, 10, 10, little),
    number(4, 10, 10, little, true),
    number(8, 8, 22, little),
    number(8, 10, 20, little),
    number(8, 10, 19, little, true),
  ]),
];

export const NAMED: Record<string, number> = { "0": 0, "\\": 0x5c, a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27 };

/**
 * The cells of od -c and hexdump -c: four columns each, a character, an escape or three octal digits. Blanks at the end are left out,
 * which are spaces or nothing.
 */
export function characterCells(given: string): Uint8Array | undefined {
  const octets: number[] = [];
  const rest = given.trimEnd();
  for (let at = 0; at < rest.length; at += 4) {
    const cell = rest.slice(at, at + 4);
    const text = cell.trim();
    if (text === "") octets.push(0x20);
    else if (/^[0-3][0-7]{2}$/.test(text) && cell[0] === " ") octets.push(Number.parseInt(text, 8));
    else if (text.length === 2 && text[0] === "\\" && NAMED[text[1]!] !== undefined) octets.push(NAMED[text[1]!]!);
    else if (text.length === 1 && cell.indexOf(text) === 3 && text >= "!" && text <= "~") octets.push(text.charCodeAt(0));
    else return undefined;
  }
  return Uint8Array.from(octets);
}

function pairs(digits: string): number[] {
  const octets: number[] = [];
  for (let at = 0; at < digits.length; at += 2) octets.push(Number.parseInt(digits.slice(at, at + 2), 16));
  return octets;
}

export interface Columns {
  octets: number[];
  /** Whether the characters beside the octets are those octets; undefined if there are none. */
  agree: boolean | undefined;
}

/** A token, what parts it from the next, and the bar or dash that some programs put in the middle. */
const TOKEN = /[ \t]*(?:[-|][ \t]+|(?<=\S)-)?([^\s|]+?)(?=$|[\s|]|-[0-9a-f]{2}\b)/iy;

/**
 * Reads the part of a line that is behind its offset.
 *
 * @param length how many octets the line has, where the next line's offset says so
 * @param most octets that a line has at most
 * @param characters whether other lines have characters beside their octets
 * @returns undefined if the line isn't of this form
 */
export function readColumns(rest: string, unit: Unit, length: number | undefined, most: number, characters?: boolean): Columns | undefined {
  const octets: number[] = [];
  /** Where each token ends, and how many octets there are up to it. */
  const ends: { at: number; count: number; gap: number }[] = [{ at: 0, count: 0, gap: 0 }];
  TOKEN.lastIndex = 0;
  while (octets.length < (length ?? most)) {
    const before = TOKEN.lastIndex;
    const match = TOKEN.exec(rest);
    const read = match ? unit.read(match[1]!) : undefined;
    if (!match || !read) break;
    const left = (length ?? most) - octets.length;
    // A last word that is longer than what is left is filled up with zeros.
    if (read.length > left && (length === undefined || read.slice(left).some((octet) => octet !== 0))) break;
    read.length = Math.min(read.length, left);
    octets.push(...read);
    ends.push({ at: TOKEN.lastIndex, count: octets.length, gap: TOKEN.lastIndex - match[1]!.length - before });
  }
  const tailOf = (at: number) => rest.slice(at);
  if (length !== undefined) {
    if (octets.length !== length) return undefined;
    const tail = tailOf(ends.at(-1)!.at);
    return tail !== "" && !/^[\s|]/.test(tail) ? undefined : { octets, agree: agreement(tail, octets) };
  }
  // The last line: characters may look like octets, so the reading counts in which both agree.
  const tried = characters === false ? [] : ends.slice(1).reverse();
  for (const { at, count } of tried) {
    if (agreement(tailOf(at), octets.slice(0, count)) === true) return { octets: octets.slice(0, count), agree: true };
  }
  const whole = ends.at(-1)!;
  if (whole.count === 0) return undefined;
  if (tailOf(whole.at).trim().replaceAll("|", "") === "") return { octets, agree: undefined };
  // They don't agree: columns end at a bar, or where two spaces are that aren't the gap after eight octets.
  const cut = ends.findIndex(({ gap, count }, i) => i > 1 && (gap > 2 || (gap === 2 && ends[i - 1]!.count !== 8 && count !== 8)));
  const { count } = cut > 0 ? ends[cut - 1]! : whole;
  return { octets: octets.slice(0, count), agree: false };
}

/** Whether the characters behind the octets of a line are those octets; undefined if there are none. */
function agreement(tail: string, octets: number[]): boolean | undefined {
  const wrapped = /^\s*[|>](.*?)[|<]?\s*$/.exec(tail);
  if (tail.trim().replaceAll("|", "") === "" && !(tail.length > 1 && octets.every((octet) => octet === 0x20))) return undefined;
  if (wrapped && spells(wrapped[1]!, octets, "0")) return true;
  const spaces = tail.length - tail.trimStart().length;
  for (let start = spaces; start > 0 && start >= spaces - octets.length; start--) {
    const chars = tail.slice(start);
    if (spells(chars, octets)) return true;
  }
  return false;
}

/** Whether each character is its octet, or stands for one that can't be shown: no letter or digit, but `nul` for NUL. */
function spells(given: string, octets: number[], nul = ""): boolean {
  // Some have a space or a bar in the middle; spaces at the end get lost when text is copied.
  const middle = given.length > octets.length && (given[8] === " " || given[8] === "|") ? given.slice(0, 8) + given.slice(9) : given;
  const chars = middle.length > octets.length ? middle.replace(/\s+$/, "") : middle;
  if (chars.length > octets.length) return false;
  return octets.every((octet, i) => {
    const char = chars[i];
    if (char === undefined) return octet === 0x20;
    if (octet === 0x20) return char === " " || char === "." || char === "_";
    return octet > 0x20 && octet < 0x7f ? char === String.fromCharCode(octet) : (octet === 0 && char === nul) || !/[!-\-/0-9A-Za-z]/.test(char);
  });
}
