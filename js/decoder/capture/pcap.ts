// .pcap files: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html

import { CutOff, type Packet } from "./packet.ts";

const LARGEST_PACKET = 0x40000;

/** Fractions of a second in a millisecond, and how long a packet's header is, by the file's first number. */
const MAGIC = new Map([
  [0xa1b2c3d4, { perMs: 1e3, header: 16 }],
  [0xa1b23c4d, { perMs: 1e6, header: 16 }],
  [0xa1b2cd34, { perMs: 1e3, header: 24 }], // a variant of old Linux systems
]);

/** Whether the file is one. */
export function isPcap(octets: Uint8Array): boolean {
  return octets.length >= 24 && orderOf(octets) !== undefined;
}

function orderOf(octets: Uint8Array): boolean | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, 4);
  return [true, false].find((little) => MAGIC.has(view.getUint32(0, little)));
}

export function* pcapPackets(octets: Uint8Array): Generator<Packet | CutOff> {
  const little = orderOf(octets);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const { perMs, header } = MAGIC.get(view.getUint32(0, little))!;
  const linkType = view.getUint32(20, little) & 0xffff;
  let at = 24;
  for (let count = 1; at < octets.length; count++) {
    const length = at + header <= octets.length ? view.getUint32(at + 8, little) : Number.POSITIVE_INFINITY;
    if (length > LARGEST_PACKET || at + header + length > octets.length) {
      yield new CutOff(`The capture is cut off in packet ${count}.`);
      return;
    }
    const time = view.getUint32(at, little) * 1e3 + view.getUint32(at + 4, little) / perMs;
    yield { time, linkType, octets: octets.subarray(at + header, at + header + length) };
    at += header + length;
  }
}
