// Links that carry PDUs behind the #, which browsers don't send to a server. Passwords are masked.

import type { DecodedPdu } from "../../engine/explained.ts";
import { fromBase64, toBase64Url } from "../input/base64.ts";
import { fromHex } from "../input/hex.ts";
import { decodeEntry, type Entry } from "./entry.ts";

/** What links may have: some programs cut off longer ones. */
export const LONGEST_LINK = 8_000;
const KEY = "pdu=";
const STAR = 0x2a;

/** A PDU whose password is stars, as long as it was. */
export function masked(pdu: DecodedPdu): Uint8Array {
  const octets = pdu.bytes.slice();
  if (!/^(bind_(transmitter|receiver|transceiver)|outbind)$/.test(pdu.command)) return octets;
  const password = pdu.fields.find(({ name }) => name === "password");
  if (password) {
    for (let at = password.offset; at < password.offset + password.length; at++) if (octets[at] !== 0) octets[at] = STAR;
    return octets;
  }
  // Nothing says where the password is: all behind the fields that can be read is masked.
  const last = pdu.fields.at(-1);
  return octets.fill(STAR, Math.min(octets.length, last ? last.offset + last.length : 16));
}

/** The fragment for PDUs; undefined if they are too long for a link, or too little to be one. */
export function toFragment(entries: Pick<Entry, "octets" | "broken">[]): string | undefined {
  const parts = entries.map((entry) => decodeEntry(entry)).filter((pdu) => pdu !== undefined).map(masked);
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const fragment = `#${KEY}${toBase64Url(whole)}`;
  return whole.length > 0 && fragment.length <= LONGEST_LINK ? fragment : undefined;
}

/** What other pages may link to: PDUs in hex. */
const PLAIN = /^#((?:[0-9a-f]{2}){16,})$/i;

/** Whether a fragment is to carry PDUs. */
export function hasFragment(fragment: string): boolean {
  return fragment.startsWith(`#${KEY}`) || PLAIN.test(fragment);
}

/** The octets in a fragment; undefined if it has none. */
export function fromFragment(fragment: string): Uint8Array | undefined {
  const hex = PLAIN.exec(fragment)?.[1];
  if (hex !== undefined) return fromHex(hex);
  return hasFragment(fragment) ? fromBase64(fragment.slice(KEY.length + 1)) : undefined;
}
