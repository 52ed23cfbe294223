// Codings whose tables the platform's TextDecoder has. It only reads: the way back is made of what it reads, when it is first asked for.

import { EngineError } from "./types.ts";

type Range = readonly [first: number, last: number];
const ASCII: Range = [0x00, 0x7f];
const KANA: Range = [0xa1, 0xdf];
const TRAIL: Range = [0xa1, 0xfe];

/** The octets that characters are written with. Shift-JIS leaves out the rows ED and EE, whose characters stand elsewhere too. */
const FORMS: Record<string, readonly (readonly Range[])[]> = {
  shift_jis: [[ASCII], [KANA], ...([[0x81, 0x9f], [0xe0, 0xec], [0xef, 0xfc]] as const).map((lead) => [lead, [0x40, 0xfc]] as const)],
  "euc-jp": [[ASCII], [[0x8e, 0x8e], KANA], [TRAIL, TRAIL], [[0x8f, 0x8f], TRAIL, TRAIL]],
  "euc-kr": [[ASCII], [TRAIL, TRAIL]],
};

const tables = new Map<string, Map<string, readonly number[]>>();

/** The octets of each character; of two ways to write one, the first. */
function table(encoding: string): Map<string, readonly number[]> {
  const made = tables.get(encoding);
  if (made) return made;
  const decoder = new TextDecoder(encoding);
  const octetsOf = new Map<string, readonly number[]>();
  const add = (octets: readonly number[], [range, ...rest]: readonly Range[]): void => {
    if (range === undefined) {
      const char = decoder.decode(Uint8Array.from(octets));
      if (char.length === 1 && char !== "\ufffd" && !octetsOf.has(char)) octetsOf.set(char, octets);
      return;
    }
    for (let octet = range[0]; octet <= range[1]; octet++) add([...octets, octet], rest);
  };
  for (const ranges of FORMS[encoding]!) add([], ranges);
  tables.set(encoding, octetsOf);
  return octetsOf;
}

export function isOfPlatform(encoding: string): boolean {
  return Object.hasOwn(FORMS, encoding);
}

/** The octets of a text. For a character that the coding lacks `substitute` stands, or a question mark and it is listed. */
export function encodeByPlatform(text: string, encoding: string, { substitute = "", transliterate = false }: { substitute?: string; transliterate?: boolean } = {}): {
  octets: Uint8Array;
  unencodable: { index: number; char: string }[];
} {
  if (transliterate) throw new EngineError("invalid-field", `transliterate: not with ${encoding}`, "transliterate");
  const octetsOf = table(encoding);
  const octets: number[] = [];
  const unencodable: { index: number; char: string }[] = [];
  let index = 0;
  for (const char of text) {
    const found = octetsOf.get(char) ?? octetsOf.get(substitute);
    if (found === undefined) unencodable.push({ index, char });
    octets.push(...(found ?? [0x3f]));
    index += char.length;
  }
  return { octets: Uint8Array.from(octets), unencodable };
}
