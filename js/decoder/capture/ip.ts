// IPv4 (RFC 791), IPv6 (RFC 8200) and the header of TCP (RFC 9293).

import { hexPair } from "../input/hex.ts";

/** What an IP packet carries. */
export interface IpPacket {
  /** `"10.0.0.1"`, `"[::1]"`. */
  source: string;
  destination: string;
  protocol: number;
  payload: Uint8Array;
  /** Octets of the payload before the capture cut it. */
  length: number;
}

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

const IPV6_OPTIONS = new Set([0, 43, 60, 135]);
const IPV6_FRAGMENT = 44;
const IPV6_AUTHENTICATION = 51;

/** The IP packet that the octets are; `"fragment"` for a part of one. */
export function ipPacket(octets: Uint8Array): IpPacket | "fragment" | undefined {
  const version = (octets[0] ?? 0) >> 4;
  return version === 4 ? ipv4(octets) : version === 6 ? ipv6(octets) : undefined;
}

/** Whether the octets begin with an IP header whose checksum or length is right: hardly anything else does. */
export function isIpPacket(octets: Uint8Array): boolean {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  if (octets.length >= 20 && octets[0]! >> 4 === 4) {
    const header = (octets[0]! & 15) * 4;
    if (header < 20 || header > octets.length) return false;
    let sum = 0;
    for (let at = 0; at < header; at += 2) sum += view.getUint16(at);
    sum = (sum & 0xffff) + (sum >> 16);
    return sum === 0xffff || view.getUint16(2) === octets.length;
  }
  return octets.length >= 40 && octets[0]! >> 4 === 6 && 40 + view.getUint16(4) <= octets.length + 0xffff && (octets[6] === 6 || 40 + view.getUint16(4) === octets.length);
}

function ipv4(octets: Uint8Array): IpPacket | "fragment" | undefined {
  const header = (octets[0]! & 15) * 4;
  if (header < 20 || octets.length < header) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, header);
  if ((view.getUint16(6) & 0x3fff) !== 0) return "fragment";
  // 0 when the network card was to cut the packet up.
  const total = view.getUint16(2) || octets.length;
  return { source: ipv4Address(octets, 12), destination: ipv4Address(octets, 16), protocol: octets[9]!, payload: octets.subarray(header, Math.max(total, header)), length: total - header };
}

function ipv6(octets: Uint8Array): IpPacket | "fragment" | undefined {
  if (octets.length < 40) return undefined;
  const total = 40 + ((octets[4]! << 8) | octets[5]!) || octets.length;
  let protocol = octets[6]!;
  let at = 40;
  while (at + 8 <= octets.length) {
    const length = octets[at + 1]!;
    if (protocol === IPV6_FRAGMENT) {
      if (((octets[at + 2]! << 8) | octets[at + 3]!) & 0xfff9) return "fragment";
      protocol = octets[at]!;
      at += 8;
      continue;
    }
    if (!IPV6_OPTIONS.has(protocol) && protocol !== IPV6_AUTHENTICATION) break;
    const step = protocol === IPV6_AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
    protocol = octets[at]!;
    at += step;
  }
  return { source: ipv6Address(octets, 8), destination: ipv6Address(octets, 24), protocol, payload: octets.subarray(at, Math.max(total, at)), length: total - at };
}

/** The TCP segment that an IP packet carries. */
export function tcpSegment({ payload: octets, length, source, destination }: IpPacket): Segment | undefined {
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
