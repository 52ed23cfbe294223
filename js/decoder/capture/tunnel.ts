// From an EtherType or an IP packet to the TCP segment inside, through tags and tunnels: VLAN, MPLS, PPP, IP in IP, GRE and
// ERSPAN, VXLAN, Geneve, GTP-U.

import { ipPacket, tcpSegment, type IpPacket, type Segment } from "./ip.ts";

/** A TCP segment, a part of an IP packet, or something else. */
export type Found = Segment | "fragment" | undefined;

/** Tunnels inside tunnels are opened up to here. */
const DEEPEST = 8;

const VLAN = new Set([0x8100, 0x88a8, 0x9100]);
const TRANSPARENT_ETHERNET = 0x6558;
const PPP_IN_GRE = 0x880b;
const ERSPAN = 0x88be;
const ERSPAN_3 = 0x22eb;

const VXLAN_PORTS = new Set([4789, 8472]);
const GENEVE_PORT = 6081;
const GTP_PORT = 2152;
const MPLS_PORT = 6635;

const u16 = (octets: Uint8Array, at: number) => (octets[at]! << 8) | octets[at + 1]!;

/** A frame of Ethernet. */
export function ethernet(octets: Uint8Array, depth = 0): Found {
  return octets.length < 14 ? undefined : network(u16(octets, 12), octets.subarray(14), depth);
}

/** What an EtherType announces. */
export function network(type: number, octets: Uint8Array, depth = 0): Found {
  if (depth > DEEPEST) return undefined;
  if (type === 0x0800 || type === 0x86dd) return ip(octets, depth);
  if (VLAN.has(type)) return octets.length < 4 ? undefined : network(u16(octets, 2), octets.subarray(4), depth);
  if (type === 0x8847 || type === 0x8848) return mpls(octets, depth);
  if (type === 0x8864) return ppp(octets.subarray(6), depth);
  return undefined;
}

/** RFC 3032: labels until the one that says it is the last; RFC 4385: a control word in front of Ethernet. */
function mpls(octets: Uint8Array, depth: number): Found {
  let at = 0;
  while (at + 4 <= octets.length && (octets[at + 2]! & 1) === 0) at += 4;
  const inner = octets.subarray(at + 4);
  const version = (inner[0] ?? 0) >> 4;
  if (version === 4 || version === 6) return ip(inner, depth);
  return version === 0 ? ethernet(inner.subarray(4), depth + 1) : ethernet(inner, depth + 1);
}

/** RFC 1661, with or without the address and control octets, the protocol in one octet or two. */
export function ppp(octets: Uint8Array, depth = 0): Found {
  const at = octets[0] === 0xff && octets[1] === 0x03 ? 2 : 0;
  const short = (octets[at]! & 1) === 1;
  const protocol = short ? octets[at]! : u16(octets, at);
  const inner = octets.subarray(at + (short ? 1 : 2));
  if (protocol === 0x21 || protocol === 0x57) return ip(inner, depth);
  return protocol === 0x281 ? mpls(inner, depth) : undefined;
}

/** An IP packet, and what it may wrap. */
export function ip(octets: Uint8Array, depth = 0): Found {
  if (depth > DEEPEST) return undefined;
  const packet = ipPacket(octets);
  if (typeof packet !== "object") return packet;
  switch (packet.protocol) {
    case 6:
      return tcpSegment(packet);
    case 4:
    case 41:
      return ip(packet.payload, depth + 1);
    case 17:
      return udp(packet, depth);
    case 47:
      return gre(packet.payload, depth);
    case 137:
      return mpls(packet.payload, depth);
    default:
      return undefined;
  }
}

function udp({ payload }: IpPacket, depth: number): Found {
  if (payload.length < 16) return undefined;
  const port = u16(payload, 2);
  const inner = payload.subarray(8);
  if (VXLAN_PORTS.has(port)) return ethernet(inner.subarray(8), depth + 1);
  if (port === GENEVE_PORT) return greType(u16(inner, 2), inner.subarray(8 + (inner[0]! & 0x3f) * 4), depth);
  if (port === MPLS_PORT) return mpls(inner, depth);
  return port === GTP_PORT || u16(payload, 0) === GTP_PORT ? gtp(inner, depth) : undefined;
}

/** RFC 2784 and 2890; RFC 2637 where the version is 1. */
function gre(octets: Uint8Array, depth: number): Found {
  if (octets.length < 4) return undefined;
  const flags = octets[0]!;
  const type = u16(octets, 2);
  const sequenced = (flags & 0x10) !== 0;
  const words = 1 + Number((flags & 0xc0) !== 0) + Number((flags & 0x20) !== 0) + Number(sequenced) + Number((octets[1]! & 0x80) !== 0);
  const inner = octets.subarray(words * 4);
  if (type === ERSPAN) return ethernet(sequenced ? inner.subarray(8) : inner, depth + 1);
  if (type === ERSPAN_3) return ethernet(inner.subarray((inner[11] ?? 0) & 1 ? 20 : 12), depth + 1);
  return greType(type, inner, depth);
}

function greType(type: number, octets: Uint8Array, depth: number): Found {
  if (type === TRANSPARENT_ETHERNET) return ethernet(octets, depth + 1);
  return type === PPP_IN_GRE ? ppp(octets, depth + 1) : network(type, octets, depth + 1);
}

/** 3GPP TS 29.281: the IP packet of a subscriber. */
function gtp(octets: Uint8Array, depth: number): Found {
  if (octets.length < 8 || octets[0]! >> 4 !== 3 || octets[1] !== 255) return undefined;
  if ((octets[0]! & 7) === 0) return ip(octets.subarray(8), depth + 1);
  let at = 12;
  // Extension headers: each ends with the type of the next.
  for (let next = octets[11]!; next !== 0 && at < octets.length; next = octets[at - 1]!) {
    if (octets[at] === 0) return undefined;
    at += octets[at]! * 4;
  }
  return ip(octets.subarray(at), depth + 1);
}
