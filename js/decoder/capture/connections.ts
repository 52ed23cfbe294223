// TCP connections put together from segments, in whatever form they came.

import { count, Refusal, type Given } from "../input/given.ts";
import { looksLikeHeader } from "../input/locate.ts";
import type { Segment } from "./ip.ts";
import { Direction } from "./tcp.ts";

/** The port that IANA gave SMPP. */
const SMPP_PORT = 2775;

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

  get hasData(): boolean {
    return this.directions.some(({ pieces }) => pieces.length > 0);
  }
}

const isTls = (octets: Uint8Array) => (octets[0] === 0x16 || octets[0] === 0x17) && octets[1] === 3;

export class Connections {
  readonly #open = new Map<string, Connection>();
  readonly #all: Connection[] = [];
  #packets = 0;
  #fragments = 0;
  #cut = 0;

  /** Counts a packet, and takes the segment that was found in it. */
  take(segment: Segment | "fragment" | undefined, time: number | undefined): void {
    this.#packets++;
    if (segment === "fragment") this.#fragments++;
    if (typeof segment !== "object") return;
    if (segment.missing > 0) this.#cut++;
    const key = segment.from < segment.to ? `${segment.from} ${segment.to}` : `${segment.to} ${segment.from}`;
    let connection = this.#open.get(key);
    if (!connection || connection.directionOf(segment).isAnother(segment)) {
      connection = new Connection(segment);
      this.#all.push(connection);
      this.#open.set(key, connection);
    }
    connection.directionOf(segment).take(segment, time, this.#packets);
  }

  /**
   * The streams of SMPP. Throws a `Refusal` if there is none.
   *
   * @param ports streams of these ports only; none: those that look like SMPP
   */
  given(form: string, ports: number[], notes: string[]): Given {
    for (const { directions } of this.#all) directions.forEach((direction) => direction.finish());
    if (this.#fragments > 0) notes.push(`${count(this.#fragments, "IP fragment was", "IP fragments were")} left out: fragments are not joined.`);
    if (this.#cut > 0) notes.push(`${count(this.#cut, "packet was", "packets were")} captured in part (snapshot length): capture with -s 0.`);
    const connections = this.#all.filter(({ hasData }) => hasData);
    const wanted = connections.filter((one) => isWanted(one, ports));
    if (wanted.length === 0) throw new Refusal(this.#whyNone(connections, ports, notes));
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

  #whyNone(connections: Connection[], ports: number[], notes: string[]): string {
    const tail = notes.length > 0 ? ` ${notes.join(" ")}` : "";
    if (this.#packets === 0) return `This capture has no packets.${tail}`;
    if (connections.length === 0) return `This capture has ${count(this.#packets, "packet", "packets")}, but no TCP connection with data.${tail}`;
    const seen = [...new Set(connections.map(({ ports }) => ports[1]))].slice(0, 8).join(", ");
    if (ports.length > 0) return `No TCP connection of this capture has port ${ports.join(" or ")}. There are: ${seen}.${tail}`;
    const encrypted = connections.every((one) => one.startsWith(isTls));
    return encrypted
      ? `All TCP connections of this capture are encrypted with TLS (ports ${seen}): there is no way to read them here. Decrypt them first, or capture behind the TLS end point.${tail}`
      : `No TCP connection of this capture looks like SMPP (ports ${seen}). If one is, name its port under “Ports”.${tail}`;
  }
}

function isWanted(connection: Connection, ports: number[]): boolean {
  if (ports.length > 0) return connection.ports.some((port) => ports.includes(port));
  if (connection.startsWith(isTls)) return false;
  return connection.ports.includes(SMPP_PORT) || connection.startsWith(looksLikeHeader);
}
