// Numbers without offsets: octets or words in any radix, with whatever stands between them.

import { single, type Given } from "./given.ts";
import { fromHex, hexDigits } from "./hex.ts";
import { fit, locate } from "./locate.ts";

export interface Numbers {
  given: Given;
  fit: number;
}

interface Reading {
  octets: Uint8Array;
  note?: string;
}

/** The octets of a text that is nothing but numbers; undefined if it is something else. */
export function fromNumbers(text: string): Numbers | undefined {
  const digits = hexDigits(text);
  const readings = digits === undefined ? decimals(text) : [...inHex(text, digits), ...decimals(text)];
  const best = readings.map((reading) => ({ reading, fit: fit(reading.octets) })).sort((a, b) => b.fit - a.fit)[0];
  if (!best) return undefined;
  const { octets, note } = best.reading;
  const found = locate(octets);
  const notes = [note, found?.skipped].filter((one) => one !== undefined);
  return { given: single("hex", found?.octets ?? octets, notes), fit: best.fit };
}

function inHex(text: string, digits: string): Reading[] {
  const tokens = text.match(/(?:0x)?[0-9a-f]+/gi)!.map((token) => token.replace(/^0x/i, ""));
  const readings: Reading[] = [];
  if (tokens.length > 1 && tokens.every(({ length }) => length <= 2) && tokens.some(({ length }) => length === 1)) {
    // A program that prints no leading zeros.
    readings.push({ octets: fromHex(tokens.map((token) => token.padStart(2, "0")).join("")) });
  } else if (digits.length >= 8) {
    const odd = digits.length % 2 === 1 ? { note: `There is an odd number of hex digits (${digits.length}): one is missing, or one too many. The last one was left out.` } : {};
    readings.push({ octets: fromHex(digits), ...odd });
  }
  for (const size of [2, 4, 8]) {
    if (tokens.length < 2 || tokens.some(({ length }, i) => length !== size * 2 && !(i === tokens.length - 1 && length < size * 2 && length % 2 === 0))) continue;
    readings.push({ octets: Uint8Array.from(tokens.flatMap((token) => [...fromHex(token)].reverse())), note: `Read as ${size * 8}-bit words, low octet first.` });
  }
  return readings;
}

const LIST = /^[\s,;[\](){}\d-]+$/;

function decimals(text: string): Reading[] {
  if (!LIST.test(text)) return [];
  const tokens = text.match(/-?\d+/g) ?? [];
  if (tokens.length < 16) return [];
  const readings: Reading[] = [];
  const add = (values: number[], note: string) => {
    if (values.every((value) => value >= -128 && value <= 255)) readings.push({ octets: Uint8Array.from(values), note });
  };
  // od and hexdump print octal with all three digits, and nothing else so.
  if (tokens.every((token) => /^[0-3][0-7]{2}$/.test(token))) add(tokens.map((token) => Number.parseInt(token, 8)), "Read as octets in octal.");
  else if (tokens.every((token) => /^[01]{8}$/.test(token))) add(tokens.map((token) => Number.parseInt(token, 2)), "Read as octets in binary.");
  else if (tokens.some((token) => token.length !== 2)) add(tokens.map(Number), "Read as octets in decimal.");
  return readings;
}
