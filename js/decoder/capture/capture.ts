// A capture file as SMPP streams.

import type { Given } from "../input/given.ts";
import { Connections } from "./connections.ts";
import { LINK_TYPES, segmentOf } from "./link.ts";
import { CutOff } from "./packet.ts";
import { isPcap, pcapPackets } from "./pcap.ts";
import { isPcapng, pcapngPackets } from "./pcapng.ts";

const PACKETS_A_TURN = 512;

/** The streams of a capture; undefined if the file is none. Yields how far it has come. */
export function* readCapture(file: Uint8Array, ports: number[]): Generator<number, Given | undefined> {
  const form = isPcap(file) ? "pcap capture" : isPcapng(file) ? "pcapng capture" : undefined;
  if (form === undefined) return undefined;
  const connections = new Connections();
  const notes: string[] = [];
  const unknown = new Set<number>();
  let [total, done] = [0, 0];
  for (const packet of form === "pcap capture" ? pcapPackets(file) : pcapngPackets(file)) {
    if (packet instanceof CutOff) {
      notes.push(packet.note);
      break;
    }
    done += packet.octets.length + 16;
    if (++total % PACKETS_A_TURN === 0) yield Math.min(1, done / file.length);
    if (!LINK_TYPES.has(packet.linkType)) unknown.add(packet.linkType);
    connections.take(segmentOf(packet.linkType, packet.octets), packet.time);
  }
  if (unknown.size > 0) notes.push(`Packets of link type ${[...unknown].join(", ")} were left out: only Ethernet, Linux cooked, loopback, PPP and raw IP are read.`);
  return connections.given(form, ports, notes);
}
