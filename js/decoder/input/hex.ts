// Hexadecimal digits in any spelling: 00000010, 00 00, 00:00, 0x00, 00-00, %00, with commas, quotes or brackets around.

const BETWEEN = /0x|[\s:;,.\-_|'"`(){}[\]<>%]/gi;

/** The digits of a text that is nothing but hex; undefined if it is something else. */
export function hexDigits(text: string): string | undefined {
  const digits = text.replace(BETWEEN, "");
  return digits.length > 0 && !/[^0-9a-f]/i.test(digits) ? digits : undefined;
}

/** Two digits an octet; a last odd one is left out. */
export function fromHex(digits: string): Uint8Array {
  const octets = new Uint8Array(digits.length >> 1);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(digits.substr(i * 2, 2), 16);
  return octets;
}

const PAIRS = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** Two digits for an octet. */
export function hexPair(octet: number): string {
  return PAIRS[octet]!;
}

export function toHex(octets: Uint8Array, between = ""): string {
  return Array.from(octets, hexPair).join(between);
}
