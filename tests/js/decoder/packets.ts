// Captures made for a test: TCP connections as pcap or pcapng, in either byte order, on any link.

export interface Sent {
  /** 0: from the client, 1: from the server. */
  direction: 0 | 1;
  sequence: number;
  octets: Uint8Array;
  /** Milliseconds since 1970. */
  time?: number;
  flags?: number;
  ports?: [client: number, server: number];
}

const ACK = 0x10;
export const SYN = 0x02;

const bytes = (...parts: (number | Uint8Array | number[])[]) => Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part])));
const u16 = (value: number) => [value >> 8, value & 255];
const u32 = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];

function tcp({ direction, sequence, octets, flags = ACK, ports = [40_000, 2775] }: Sent): Uint8Array {
  return bytes(u16(ports[direction]!), u16(ports[1 - direction]!), u32(sequence), u32(0), 0x50, flags, u16(65_535), u16(0), u16(0), octets);
}

const CLIENT = [192, 0, 2, 1];
const SERVER = [192, 0, 2, 2];

/** @param fragment flags and offset, as in the header */
export function ipv4(sent: Sent, fragment = 0): Uint8Array {
  const body = tcp(sent);
  const [from, to] = sent.direction === 0 ? [CLIENT, SERVER] : [SERVER, CLIENT];
  return bytes(0x45, 0, u16(20 + body.length), u16(1), u16(fragment), 64, 6, u16(0), from, to, body);
}

/** With a header of hop-by-hop options in between. */
export function ipv6(sent: Sent): Uint8Array {
  const body = tcp(sent);
  const address = (last: number) => [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
  return bytes(0x60, 0, 0, 0, u16(8 + body.length), 0, 64, address(1 + sent.direction), address(2 - sent.direction), 6, 0, 1, 4, 0, 0, 0, 0, body);
}

const MACS = new Array<number>(12).fill(2);

/** An IPv4 packet of another protocol than TCP. */
function wrapped(protocol: number, body: Uint8Array): Uint8Array {
  return bytes(0x45, 0, u16(20 + body.length), u16(1), u16(0), 64, protocol, u16(0), [198, 51, 100, 1], [198, 51, 100, 2], body);
}

const udp = (port: number, body: Uint8Array) => wrapped(17, bytes(u16(50_000), u16(port), u16(8 + body.length), u16(0), body));
const ethernet = (type: number, body: Uint8Array) => bytes(MACS, u16(type), body);

/** A segment inside of a tunnel, as a packet of Ethernet or of another link. */
export const TUNNELS: { name: string; linkType?: number; packet: (sent: Sent) => Uint8Array }[] = [
  { name: "VXLAN", packet: (sent) => ethernet(0x0800, udp(4789, bytes(8, 0, 0, 0, 0, 0, 7, 0, ethernet(0x0800, ipv4(sent))))) },
  { name: "VXLAN of Linux's old port, with a VLAN tag inside", packet: (sent) => ethernet(0x0800, udp(8472, bytes(8, 0, 0, 0, 0, 0, 7, 0, ethernet(0x8100, bytes(0, 5, 0x08, 0, ipv4(sent)))))) },
  { name: "Geneve with options", packet: (sent) => ethernet(0x0800, udp(6081, bytes(2, 0, 0x65, 0x58, 0, 0, 7, 0, new Uint8Array(8), ethernet(0x0800, ipv4(sent))))) },
  { name: "GRE", packet: (sent) => ethernet(0x0800, wrapped(47, bytes(0, 0, 0x08, 0, ipv4(sent)))) },
  { name: "GRE with checksum, key and sequence number", packet: (sent) => ethernet(0x0800, wrapped(47, bytes(0xb0, 0, 0x86, 0xdd, new Uint8Array(12), ipv6(sent)))) },
  { name: "GRE with Ethernet", packet: (sent) => ethernet(0x0800, wrapped(47, bytes(0x20, 0, 0x65, 0x58, 0, 0, 0, 1, ethernet(0x0800, ipv4(sent))))) },
  { name: "ERSPAN", packet: (sent) => ethernet(0x0800, wrapped(47, bytes(0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, new Uint8Array(8), ethernet(0x0800, ipv4(sent))))) },
  { name: "ERSPAN 3 with a sub-header", packet: (sent) => ethernet(0x0800, wrapped(47, bytes(0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, new Uint8Array(11), 1, new Uint8Array(8), ethernet(0x0800, ipv4(sent))))) },
  { name: "PPP in GRE", packet: (sent) => ethernet(0x0800, wrapped(47, bytes(0x30, 0x81, 0x88, 0x0b, new Uint8Array(12), 0xff, 3, 0, 0x21, ipv4(sent)))) },
  { name: "MPLS with two labels", packet: (sent) => ethernet(0x8847, bytes(0, 1, 0, 64, 0, 1, 1, 64, ipv4(sent))) },
  { name: "MPLS with Ethernet behind a control word", packet: (sent) => ethernet(0x8847, bytes(0, 1, 1, 64, 0, 0, 0, 0, ethernet(0x0800, ipv4(sent)))) },
  { name: "MPLS over UDP", packet: (sent) => ethernet(0x0800, udp(6635, bytes(0, 1, 1, 64, ipv4(sent)))) },
  { name: "IP in IP", packet: (sent) => ethernet(0x0800, wrapped(4, ipv4(sent))) },
  { name: "IPv6 in IPv4", packet: (sent) => ethernet(0x0800, wrapped(41, ipv6(sent))) },
  { name: "GTP-U", packet: (sent) => ethernet(0x0800, udp(2152, bytes(0x30, 255, 0, 0, 0, 0, 0, 1, ipv4(sent)))) },
  { name: "GTP-U with an extension header", packet: (sent) => ethernet(0x0800, udp(2152, bytes(0x34, 255, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0, ipv4(sent)))) },
  { name: "PPPoE", packet: (sent) => ethernet(0x8864, bytes(0x11, 0, 0, 1, 0, 0, 0, 0x21, ipv4(sent))) },
  { name: "PPP", linkType: 9, packet: (sent) => bytes(0xff, 3, 0, 0x21, ipv4(sent)) },
  { name: "PPP with a short protocol", linkType: 9, packet: (sent) => bytes(0x21, ipv4(sent)) },
  { name: "PPP with IPv6", linkType: 50, packet: (sent) => bytes(0xff, 3, 0, 0x57, ipv6(sent)) },
  { name: "PPPoE as a link", linkType: 51, packet: (sent) => bytes(0x11, 0, 0, 1, 0, 0, 0, 0x21, ipv4(sent)) },
  { name: "HDLC of Cisco", linkType: 104, packet: (sent) => bytes(0x0f, 0, 0x08, 0, ipv4(sent)) },
  { name: "OpenBSD's IPsec", linkType: 109, packet: (sent) => bytes(new Uint8Array(12), ipv4(sent)) },
  { name: "OpenBSD's packet filter", linkType: 117, packet: (sent) => bytes(61, new Uint8Array(63), ipv4(sent)) },
  { name: "netfilter's log", linkType: 239, packet: (sent) => bytes(2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 0, 3, 4 + ipv4(sent).length, 0, 9, 0, ipv4(sent)) },
];

/** What stands before IP on each link, by its number and a name. */
export const LINKS: { name: string; linkType: number; ip: (sent: Sent) => Uint8Array; header: number[] }[] = [
  { name: "Ethernet", linkType: 1, ip: ipv4, header: [...new Array<number>(12).fill(2), 0x08, 0x00] },
  { name: "Ethernet with IPv6", linkType: 1, ip: ipv6, header: [...new Array<number>(12).fill(2), 0x86, 0xdd] },
  { name: "Ethernet with two VLAN tags", linkType: 1, ip: ipv4, header: [...new Array<number>(12).fill(2), 0x88, 0xa8, 0, 5, 0x81, 0x00, 0, 7, 0x08, 0x00] },
  { name: "Linux cooked", linkType: 113, ip: ipv4, header: [0, 0, 0, 1, 0, 6, ...new Array<number>(8).fill(2), 0x08, 0x00] },
  { name: "Linux cooked 2", linkType: 276, ip: ipv6, header: [0x86, 0xdd, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, ...new Array<number>(8).fill(2)] },
  { name: "BSD loopback", linkType: 0, ip: ipv4, header: [2, 0, 0, 0] },
  { name: "raw IP", linkType: 101, ip: ipv6, header: [] },
];

export function onEthernet(sent: Sent): Uint8Array {
  return bytes(LINKS[0]!.header, ipv4(sent));
}

interface Packet {
  time: number;
  octets: Uint8Array;
}

export function pcap(packets: Packet[], { little = true, nanoseconds = false, linkType = 1 } = {}): Uint8Array {
  const file = new Uint8Array(24 + packets.reduce((sum, { octets }) => sum + 16 + octets.length, 0));
  const view = new DataView(file.buffer);
  [nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0, 0, 0, 65_535, linkType].forEach((value, i) => view.setUint32(i * 4, value, little));
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  let at = 24;
  for (const { time, octets } of packets) {
    const fraction = Math.round((time % 1_000) * (nanoseconds ? 1e6 : 1e3));
    [Math.floor(time / 1_000), fraction, octets.length, octets.length].forEach((value, i) => view.setUint32(at + i * 4, value, little));
    file.set(octets, at + 16);
    at += 16 + octets.length;
  }
  return file;
}

/** @param resolution the exponent of if_tsresol; undefined leaves it out */
export function pcapng(packets: Packet[], { little = true, resolution = undefined as number | undefined, linkType = 1 } = {}): Uint8Array {
  const block = (type: number, body: Uint8Array) => {
    const length = 12 + Math.ceil(body.length / 4) * 4;
    const octets = new Uint8Array(length);
    const view = new DataView(octets.buffer);
    view.setUint32(0, type, little);
    view.setUint32(4, length, little);
    octets.set(body, 8);
    view.setUint32(length - 4, length, little);
    return octets;
  };
  const words = (values: [size: 2 | 4 | 1, value: number][]) => {
    const octets = new Uint8Array(values.reduce((sum, [size]) => sum + size, 0));
    const view = new DataView(octets.buffer);
    let at = 0;
    for (const [size, value] of values) {
      if (size === 4) view.setUint32(at, value, little);
      else if (size === 2) view.setUint16(at, value, little);
      else view.setUint8(at, value);
      at += size;
    }
    return octets;
  };
  const options: [2 | 4 | 1, number][] = resolution === undefined ? [] : [[2, 9], [2, 1], [1, resolution], [1, 0], [2, 0], [4, 0], [4, 0]].slice(0, 7) as [2 | 4 | 1, number][];
  const perMs = 10 ** (resolution ?? 6) / 1_000;
  const blocks = [
    block(0x0a0d0d0a, words([[4, 0x1a2b3c4d], [2, 1], [2, 0], [4, 0xffffffff], [4, 0xffffffff]])),
    block(1, words([[2, linkType], [2, 0], [4, 0], ...options])),
    ...packets.map(({ time, octets }) => {
      const units = Math.round(time * perMs);
      return block(6, bytes(words([[4, 0], [4, Math.floor(units / 2 ** 32)], [4, units % 2 ** 32], [4, octets.length], [4, octets.length]]), octets));
    }),
  ];
  return bytes(...blocks);
}

/** A connection of which each side says these things in turns, a packet each. */
export function conversation(turns: { direction: 0 | 1; octets: Uint8Array; time: number }[], ports?: [number, number]): Packet[] {
  const next: [number, number] = [1_000, 5_000];
  return turns.map(({ direction, octets, time }) => {
    const sent: Sent = { direction, sequence: next[direction], octets, ...(ports ? { ports } : {}) };
    next[direction] += octets.length;
    return { time, octets: onEthernet(sent) };
  });
}
