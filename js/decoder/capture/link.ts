// From a packet's first octet to the TCP segment in it, for the link types that captures of SMPP have.

import { isIpPacket, type Segment } from "./ip.ts";
import { ethernet, ip, network, ppp, type Found } from "./tunnel.ts";

const u16 = (octets: Uint8Array, at: number) => (octets.length < at + 2 ? 0 : (octets[at]! << 8) | octets[at + 1]!);

/** What reads the packets of a link: https://www.tcpdump.org/linktypes.html. */
const READERS = new Map<number, (octets: Uint8Array) => Found>([
  [0, (octets) => ip(octets.subarray(4))], // BSD loopback: a family in the byte order of the machine
  [108, (octets) => ip(octets.subarray(4))],
  [1, (octets) => ethernet(octets)],
  [9, (octets) => ppp(octets)],
  [50, (octets) => ppp(octets)],
  [51, (octets) => ppp(octets.subarray(6))],
  [12, (octets) => ip(octets)],
  [14, (octets) => ip(octets)],
  [101, (octets) => ip(octets)],
  [228, (octets) => ip(octets)],
  [229, (octets) => ip(octets)],
  [104, (octets) => network(u16(octets, 2), octets.subarray(4))], // Cisco's HDLC
  [109, (octets) => ip(octets.subarray(12))], // OpenBSD's IPsec
  [113, (octets) => network(u16(octets, 14), octets.subarray(16))], // Linux "any"
  [276, (octets) => network(u16(octets, 0), octets.subarray(20))],
  [117, (octets) => ip(octets.subarray(((octets[0] ?? 0) + 3) & ~3))], // OpenBSD's packet filter
  [239, nflog],
]);

export const LINK_TYPES = new Set(READERS.keys());

/** The TCP segment of a packet; `"fragment"` for a part of an IP packet; undefined if it has another protocol. */
export function segmentOf(linkType: number, octets: Uint8Array): Found {
  return READERS.get(linkType)?.(octets);
}

/** Linux's log of netfilter: TLVs, of which one is the packet. */
function nflog(octets: Uint8Array): Found {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  for (let at = 4; at + 4 <= octets.length; ) {
    const length = view.getUint16(at, true);
    if (length < 4) return undefined;
    if ((view.getUint16(at + 2, true) & 0x7fff) === 9) return ip(octets.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return undefined;
}

/** Links of packets that are printed without saying so, with the octets in front of IP. */
const PRINTED: [linkType: number, front: number][] = [[1, 14], [101, 0], [113, 16], [276, 20], [0, 4], [9, 4], [9, 2]];

/** The link type that packets of IP begin with; undefined if they are something else. */
export function guessLink(octets: Uint8Array): number | undefined {
  const found = PRINTED.find(([linkType, front]) => isIpPacket(octets.subarray(front)) && (front === 0 || segmentOf(linkType, octets) !== undefined));
  if (found) return found[0];
  // Behind tags and tunnels the header of IP is somewhere else.
  return [1, 113, 276].find((linkType) => typeof segmentOf(linkType, octets) === "object");
}

/** What TCP carries in a packet of an unknown link type. */
export function tcpPayload(octets: Uint8Array): Uint8Array | undefined {
  for (const linkType of [1, 113, 276, 0, 101]) {
    const segment: Segment | "fragment" | undefined = segmentOf(linkType, octets);
    if (typeof segment === "object" && segment.payload.length > 0) return segment.payload;
  }
  return undefined;
}
