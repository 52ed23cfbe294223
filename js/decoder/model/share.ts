// Links that carry PDUs behind the #, which browsers don't send to a server. Passwords are masked.

import type { DecodedPdu } from "../../engine/explained.ts";
import { fromBase64, toBase64Url } from "../input/base64.ts";
import { decodeEntry, type Entry } from "./entry.ts";

/** What links may have: some programs cut off longer ones. */
export const LONGEST_LINK = 8_000;
const KEY = "pdu=";

/** A PDU whose password is stars, as long as it was. */
export function masked(pdu: DecodedPdu): Uint8Array {
  const octets = pdu.bytes.slice();
  if (!/^(bind_(transmitter|receiver|transceiver)|outbind)$/.test(pdu.command)) return octets;
  const password = pdu.fields.find(({ name }) => name === "password");
  if (password) return octets.fill(0x2a, password.offset, password.offset + Math.max(0, password.length - 1));
  // It can't be told where the password is: all behind the fields that can be read is masked.
  const last = pdu.fields.at(-1);
  return octets.fill(0x2a, Math.min(octets.length, last ? last.offset + last.length : 16));
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

/** The octets in a fragment; undefined if it has none. */
export function fromFragment(fragment: string): Uint8Array<ArrayBuffer> | undefined {
  const text = fragment.replace(/^#/, "");
  return text.startsWith(KEY) ? fromBase64(text.slice(KEY.length)) : undefined;
}
