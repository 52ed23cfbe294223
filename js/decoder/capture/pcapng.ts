// .pcapng files: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html

import { CutOff, type Packet } from "./packet.ts";

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const PACKET = 6;

interface Interface {
  linkType: number;
  snapLength: number;
  /** Units of time in a millisecond. */
  perMs: number;
  /** Milliseconds to be added. */
  offset: number;
}

export function isPcapng(octets: Uint8Array): boolean {
  return octets.length >= 28 && new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0) === SECTION;
}

export function* pcapngPackets(octets: Uint8Array): Generator<Packet | CutOff> {
  const file = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let little = true;
  let interfaces: Interface[] = [];
  let at = 0;
  for (let count = 1; at < octets.length; count++) {
    const cutOff = new CutOff(`The capture is cut off in block ${count}.`);
    if (at + 12 > octets.length) return yield cutOff;
    let type = file.getUint32(at, little);
    if (file.getUint32(at) === SECTION) {
      type = SECTION;
      little = file.getUint32(at + 8, true) === 0x1a2b3c4d;
      interfaces = [];
    }
    const length = file.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || at + length > octets.length) return yield cutOff;
    const body = new DataView(octets.buffer, octets.byteOffset + at + 8, length - 12);
    if (type === INTERFACE && body.byteLength >= 8) interfaces.push(readInterface(body, little));
    else if (type === PACKET || type === OLD_PACKET || type === SIMPLE_PACKET) {
      const packet = readPacket(type, body, little, interfaces);
      if (!packet) return yield cutOff;
      yield packet;
    }
    at += length;
  }
}

function readInterface(body: DataView, little: boolean): Interface {
  const result = { linkType: body.getUint16(0, little), snapLength: body.getUint32(4, little), perMs: 1e3, offset: 0 };
  for (let at = 8; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, little);
    const length = body.getUint16(at + 2, little);
    if (code === 0 || at + 4 + length > body.byteLength) break;
    if (code === 9 && length === 1) {
      const resolution = body.getUint8(at + 4);
      result.perMs = (resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution) / 1e3;
    }
    if (code === 14 && length === 8) result.offset = Number(body.getBigInt64(at + 4, little)) * 1e3;
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return result;
}

function readPacket(type: number, body: DataView, little: boolean, interfaces: Interface[]): Packet | undefined {
  const simple = type === SIMPLE_PACKET;
  const start = simple ? 4 : 20;
  if (body.byteLength < start) return undefined;
  const number = simple ? 0 : type === PACKET ? body.getUint32(0, little) : body.getUint16(0, little);
  const from = interfaces[number];
  if (!from) return undefined;
  const whole = body.getUint32(simple ? 0 : 12, little);
  const length = simple ? Math.min(whole, from.snapLength || whole) : whole;
  if (start + length > body.byteLength) return undefined;
  const units = simple ? undefined : body.getUint32(4, little) * 2 ** 32 + body.getUint32(8, little);
  const time = units === undefined ? undefined : units / from.perMs + from.offset;
  return { time, linkType: from.linkType, octets: new Uint8Array(body.buffer, body.byteOffset + start, length) };
}
