// Where PDUs begin in octets that may have something else in front.

import { tcpPayload } from "../capture/link.ts";

const LARGEST = 65_536;

/** Whether a PDU header of a command that the specification could know stands at `at`, with a length that makes sense. */
export function looksLikeHeader(octets: Uint8Array, at = 0): boolean {
  if (octets.length - at < 16) return false;
  const view = new DataView(octets.buffer, octets.byteOffset + at, 16);
  const length = view.getUint32(0);
  const command = view.getUint32(4) & 0x7fffffff;
  const known = command < 0x22 || (command >= 0x100 && command < 0x120);
  return length >= 16 && length <= LARGEST && known;
}

/** Commands of SMPP 3.4 and 5.0, without the bit of responses. */
function isDefined(command: number): boolean {
  return command <= 0x09 || command === 0x0b || command === 0x15 || command === 0x21 || command === 0x102 || command === 0x103 || (command >= 0x111 && command <= 0x113);
}

/**
 * How surely octets are SMPP, so that two readings of one text can be compared. 4: PDUs from the first octet to the last; 3: a
 * PDU of a defined command at the first; 2: of one that could be defined; 1: a PDU further behind; 0: none.
 */
export function fit(octets: Uint8Array): number {
  if (!looksLikeHeader(octets)) return locate(octets) ? 1 : 0;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let at = 0;
  while (looksLikeHeader(octets, at) && isDefined(view.getUint32(at + 4) & 0x7fffffff)) at += view.getUint32(at);
  if (at === octets.length) return 4;
  return at > 0 ? 3 : 2;
}

/** A header of a defined command that another header or the end follows: rarely anything else than SMPP. */
function looksLikePdu(octets: Uint8Array, at = 0): boolean {
  if (!looksLikeHeader(octets, at)) return false;
  const view = new DataView(octets.buffer, octets.byteOffset + at, 8);
  if (!isDefined(view.getUint32(4) & 0x7fffffff)) return false;
  const end = at + view.getUint32(0);
  return end === octets.length || looksLikeHeader(octets, end);
}

/** The next place from `from` on where a PDU seems to begin; -1 if there is none. */
export function nextHeader(octets: Uint8Array, from: number): number {
  // Lengths below 64 K begin with two zeros: most places are passed over quickly.
  for (let at = octets.indexOf(0, from); at >= 0 && at <= octets.length - 16; at = octets.indexOf(0, at + 1)) {
    if (octets[at + 1]! <= 1 && looksLikeHeader(octets, at)) return at;
  }
  return -1;
}

/** The PDUs in octets that were copied with what was around them. */
export function locate(octets: Uint8Array): { octets: Uint8Array; skipped?: string } | undefined {
  if (looksLikeHeader(octets)) return { octets };
  const payload = tcpPayload(octets);
  if (payload && looksLikeHeader(payload)) {
    return { octets: payload, skipped: `The headers of the packet (${octets.length - payload.length} octets in front) were left out.` };
  }
  for (let at = nextHeader(octets, 1); at >= 0; at = nextHeader(octets, at + 1)) {
    if (looksLikePdu(octets, at)) return { octets: octets.subarray(at), skipped: `The first ${at === 1 ? "octet was" : `${at} octets were`} left out: no PDU begins there.` };
  }
  return undefined;
}
