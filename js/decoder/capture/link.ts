// From a packet's first octet to its IP header, for the link types that captures of SMPP have.

import { ipSegment, type Segment } from "./ip.ts";

const VLAN = new Set([0x8100, 0x88a8, 0x9100]);
const PPPOE = 0x8864;

/** Octets before the IP header; undefined if the packet has none. */
function ipOffset(linkType: number, view: DataView): number | undefined {
  switch (linkType) {
    case 0: // BSD loopback: a family in the byte order of the machine
    case 108:
      return 4;
    case 1:
      return behindType(view, 12);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return 0;
    case 113: // Linux "any"
      return behindType(view, 14);
    case 276: {
      const inner = behindType(view, 0);
      return inner === undefined ? undefined : inner - 2 + 20;
    }
    default:
      return undefined;
  }
}

/** Goes over an EtherType and what may stand behind it before IP. */
function behindType(view: DataView, at: number): number | undefined {
  while (at + 2 <= view.byteLength) {
    const type = view.getUint16(at);
    if (type === 0x0800 || type === 0x86dd) return at + 2;
    if (type === PPPOE) return at + 10;
    if (!VLAN.has(type)) return undefined;
    at += 4;
  }
  return undefined;
}

export const LINK_TYPES = new Set([0, 1, 12, 14, 101, 108, 113, 228, 229, 276]);

/** The TCP segment of a packet; `"fragment"` for a part of an IP packet; undefined if it has another protocol. */
export function segmentOf(linkType: number, octets: Uint8Array): Segment | "fragment" | undefined {
  const at = ipOffset(linkType, new DataView(octets.buffer, octets.byteOffset, octets.length));
  return at === undefined ? undefined : ipSegment(octets.subarray(at));
}

/** What TCP carries in a packet of an unknown link type. */
export function tcpPayload(octets: Uint8Array): Uint8Array | undefined {
  for (const linkType of [1, 113, 276, 0, 101]) {
    const segment = segmentOf(linkType, octets);
    if (typeof segment === "object" && segment.payload.length > 0) return segment.payload;
  }
  return undefined;
}
