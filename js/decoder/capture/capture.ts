// A capture file as SMPP streams.

import { Refusal, type Given } from "../input/given.ts";
import { looksLikeHeader } from "../input/locate.ts";
import type { Segment } from "./ip.ts";
import { LINK_TYPES, segmentOf } from "./link.ts";
import { CutOff, type Packet } from "./packet.ts";
import { isPcap, pcapPackets } from "./pcap.ts";
import { isPcapng, pcapngPackets } from "./pcapng.ts";
import { Direction } from "./tcp.ts";

/** The port that IANA gave SMPP. */
const SMPP_PORT = 2775;
const PACKETS_A_TURN = 512;

/** A connection, as seen from the side that opened it. */
class Connection {
  readonly client: string;
  readonly server: string;
  readonly ports: [client: number, server: number];
  readonly directions: [Direction, Direction];

  constructor(segment: Segment) {
    const swapped = segment.syn ? segment.ack : segment.fromPort === SMPP_PORT || (segment.toPort !== SMPP_PORT && segment.fromPort < segment.toPort);
    const { from, to, fromPort, toPort } = segment;
    [this.client, this.server, this.ports] = swapped ? [to, from, [toPort, fromPort]] : [from, to, [fromPort, toPort]];
    this.directions = [new Direction(0), new Direction(1)];
  }

  directionOf(segment: Segment): Direction {
    return this.directions[segment.from === this.client ? 0 : 1];
  }

  startsWith(test: (octets: Uint8Array) => boolean): boolean {
    return this.directions.some(({ pieces }) => pieces.length > 0 && test(pieces[0]!.octets));
  }
}

const isTls = (octets: Uint8Array) => (octets[0] === 0x16 || octets[0] === 0x17) && octets[1] === 3;

/** The streams of a capture; undefined if the file is none. Tells how far it has come. */
export function* readCapture(file: Uint8Array, ports: number[]): Generator<number, Given | undefined> {
  const form = isPcap(file) ? "pcap capture" : isPcapng(file) ? "pcapng capture" : undefined;
  if (form === undefined) return undefined;
  const found = yield* connectionsOf(form === "pcap capture" ? pcapPackets(file) : pcapngPackets(file), file);
  const { connections, notes } = found;

  const wanted = connections.filter((one) => isWanted(one, ports));
  if (wanted.length === 0) throw new Refusal(whyNone(found, ports));
  const encrypted = connections.filter((one) => one.startsWith(isTls)).length;
  const others = connections.length - wanted.length - encrypted;
  if (encrypted > 0) notes.push(`${count(encrypted, "connection is", "connections are")} encrypted with TLS and can't be read.`);
  if (others > 0) notes.push(`${count(others, "other TCP connection was", "other TCP connections were")} left out.`);
  const gaps = wanted.reduce((sum, one) => sum + one.directions[0].gaps + one.directions[1].gaps, 0);
  if (gaps > 0) notes.push(`Packets are missing in the capture: ${count(gaps, "gap", "gaps")} in the streams.`);
  return {
    form,
    pieces: wanted.flatMap(({ directions }, stream) => directions.flatMap(({ pieces }) => pieces.map((piece) => ({ ...piece, stream })))),
    streams: wanted.map(({ client, server }) => `${client} → ${server}`),
    directed: true,
    notes,
  };
}

interface Found {
  connections: Connection[];
  packets: number;
  notes: string[];
}

function* connectionsOf(packets: Iterable<Packet | CutOff>, file: Uint8Array): Generator<number, Found> {
  const open = new Map<string, Connection>();
  const connections: Connection[] = [];
  const notes: string[] = [];
  const unknown = new Set<number>();
  let [total, fragments, cut, done] = [0, 0, 0, 0];
  for (const packet of packets) {
    if (packet instanceof CutOff) {
      notes.push(packet.note);
      break;
    }
    done += packet.octets.length + 16;
    if (++total % PACKETS_A_TURN === 0) yield Math.min(1, done / file.length);
    if (!LINK_TYPES.has(packet.linkType)) unknown.add(packet.linkType);
    const segment = segmentOf(packet.linkType, packet.octets);
    if (segment === "fragment") fragments++;
    if (typeof segment !== "object") continue;
    if (segment.missing > 0) cut++;
    const key = segment.from < segment.to ? `${segment.from} ${segment.to}` : `${segment.to} ${segment.from}`;
    let connection = open.get(key);
    if (!connection || connection.directionOf(segment).isAnother(segment)) {
      connection = new Connection(segment);
      connections.push(connection);
      open.set(key, connection);
    }
    connection.directionOf(segment).take(segment, packet.time);
  }
  for (const { directions } of connections) directions.forEach((direction) => direction.finish());
  if (fragments > 0) notes.push(`${count(fragments, "IP fragment was", "IP fragments were")} left out: fragments are not joined.`);
  if (cut > 0) notes.push(`${count(cut, "packet was", "packets were")} captured in part (snapshot length): capture with -s 0.`);
  if (unknown.size > 0) notes.push(`Packets of link type ${[...unknown].join(", ")} were left out: only Ethernet, Linux cooked, loopback and raw IP are read.`);
  return { connections: connections.filter(({ directions }) => directions.some(({ pieces }) => pieces.length > 0)), packets: total, notes };
}

function isWanted(connection: Connection, ports: number[]): boolean {
  if (ports.length > 0) return connection.ports.some((port) => ports.includes(port));
  if (connection.startsWith(isTls)) return false;
  return connection.ports.includes(SMPP_PORT) || connection.startsWith(looksLikeHeader);
}

function whyNone({ connections, packets, notes }: Found, ports: number[]): string {
  const tail = notes.length > 0 ? ` ${notes.join(" ")}` : "";
  if (packets === 0) return `This capture has no packets.${tail}`;
  if (connections.length === 0) return `This capture has ${count(packets, "packet", "packets")}, but no TCP connection with data.${tail}`;
  const seen = [...new Set(connections.map(({ ports }) => ports[1]))].slice(0, 8).join(", ");
  if (ports.length > 0) return `No TCP connection of this capture has port ${ports.join(" or ")}. There are: ${seen}.${tail}`;
  const encrypted = connections.every((one) => one.startsWith(isTls));
  return encrypted
    ? `All TCP connections of this capture are encrypted with TLS (ports ${seen}): there is no way to read them here. Decrypt them first, or capture behind the TLS end point.${tail}`
    : `No TCP connection of this capture looks like SMPP (ports ${seen}). If one is, name its port under “Ports”.${tail}`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
