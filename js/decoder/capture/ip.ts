// IPv4 (RFC 791), IPv6 (RFC 8200) and the header of TCP (RFC 9293).

import { hexPair } from "../input/hex.ts";

export interface Segment {
  /** `"10.0.0.1:2775"`, `"[::1]:2775"`. */
  from: string;
  to: string;
  fromPort: number;
  toPort: number;
  sequence: number;
  syn: boolean;
  ack: boolean;
  /** Ends this direction: FIN or RST. */
  end: boolean;
  payload: Uint8Array;
  /** Octets of the payload that the capture left out. */
  missing: number;
}

const TCP = 6;
const IPV6_OPTIONS = new Set([0, 43, 60, 135]);
const IPV6_FRAGMENT = 44;
const IPV6_AUTHENTICATION = 51;

/** The TCP segment in an IP packet; `"fragment"` for a part of one. */
export function ipSegment(octets: Uint8Array): Segment | "fragment" | undefined {
  const version = (octets[0] ?? 0) >> 4;
  return version === 4 ? ipv4(octets) : version === 6 ? ipv6(octets) : undefined;
}

function ipv4(octets: Uint8Array): Segment | "fragment" | undefined {
  const header = (octets[0]! & 15) * 4;
  if (header < 20 || octets.length < header || octets[9] !== TCP) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, header);
  if ((view.getUint16(6) & 0x3fff) !== 0) return "fragment";
  // 0 when the network card was to cut the packet up.
  const total = view.getUint16(2) || octets.length;
  return tcp(octets.subarray(header, Math.max(total, header)), total - header, ipv4Address(octets, 12), ipv4Address(octets, 16));
}

function ipv6(octets: Uint8Array): Segment | "fragment" | undefined {
  if (octets.length < 40) return undefined;
  const total = 40 + ((octets[4]! << 8) | octets[5]!) || octets.length;
  let next = octets[6]!;
  let at = 40;
  while (at + 8 <= octets.length && next !== TCP) {
    const length = octets[at + 1]!;
    if (next === IPV6_FRAGMENT) {
      if (((octets[at + 2]! << 8) | octets[at + 3]!) & 0xfff9) return "fragment";
      next = octets[at]!;
      at += 8;
      continue;
    }
    if (!IPV6_OPTIONS.has(next) && next !== IPV6_AUTHENTICATION) return undefined;
    const step = next === IPV6_AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
    next = octets[at]!;
    at += step;
  }
  if (next !== TCP) return undefined;
  return tcp(octets.subarray(at, Math.max(total, at)), total - at, ipv6Address(octets, 8), ipv6Address(octets, 24));
}

/** @param length what the segment had before the capture cut it */
function tcp(octets: Uint8Array, length: number, source: string, destination: string): Segment | undefined {
  if (octets.length < 20) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, 20);
  const header = (octets[12]! >> 4) * 4;
  if (header < 20) return undefined;
  const flags = octets[13]!;
  const fromPort = view.getUint16(0);
  const toPort = view.getUint16(2);
  return {
    from: `${source}:${fromPort}`,
    to: `${destination}:${toPort}`,
    fromPort,
    toPort,
    sequence: view.getUint32(4),
    syn: (flags & 2) !== 0,
    ack: (flags & 16) !== 0,
    end: (flags & 5) !== 0,
    payload: octets.subarray(header),
    missing: Math.max(0, length - Math.max(octets.length, header)),
  };
}

function ipv4Address(octets: Uint8Array, at: number): string {
  return octets.subarray(at, at + 4).join(".");
}

/** As RFC 5952 writes it, in brackets. */
function ipv6Address(octets: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => (hexPair(octets[at + 2 * i]!) + hexPair(octets[at + 2 * i + 1]!)).replace(/^0{1,3}/, ""));
  const zeros = groups.join(":").match(/\b0(?::0)+\b/g) ?? [];
  const longest = zeros.reduce((a, b) => (b.length > a.length ? b : a), "");
  const text = longest === "" ? groups.join(":") : groups.join(":").replace(longest, "::").replace(/:{3,}/, "::");
  return `[${text}]`;
}
