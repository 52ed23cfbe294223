// Octets that were printed packet by packet: PDUs as they are, or packets with their headers, whose TCP streams are put together.

import { Connections } from "../capture/connections.ts";
import { guessLink, segmentOf } from "../capture/link.ts";
import type { Given, Piece } from "./given.ts";
import { fit } from "./locate.ts";
import { directionOf, keepTimes, timeOf } from "./moment.ts";

/** Octets that were printed in one, and the words in front of them. */
export interface Block {
  octets: Uint8Array;
  heading: string;
  /** Set where the form itself has directions; 1: from the server. */
  direction?: 0 | 1;
  /** Which stream, where the form has several. */
  stream?: number;
  /** What is in front of it is no part of the same stream, or octets are missing. */
  gap?: boolean;
}

/** Wireshark's name of where octets come from: `Frame (70 bytes):`, `Reassembled TCP (110 bytes):`. */
const SOURCE = /(?:^|\n|\/\*)\s*([A-Z][\w ]*?) \((\d+) bytes?\)[^\n]*$/;

/** How many octets the words in front of a block say that it has. */
export function announced(heading: string): number | undefined {
  const found = SOURCE.exec(heading)?.[2];
  return found === undefined ? undefined : Number(found);
}

/** Takes blocks for packets of IP, if that is what they are, and else for PDUs. */
export function fromBlocks(form: string, given: Block[], notes: string[] = []): Given {
  // What was put together or decrypted for a packet is printed behind it.
  const decrypted = given.some(({ heading }) => /Decrypted TLS/.test(SOURCE.exec(heading)?.[1] ?? ""));
  const blocks = given.filter(({ heading }) => {
    const source = SOURCE.exec(heading)?.[1];
    return source === undefined || /^(?:Frame|Packet)$/.test(source) !== decrypted;
  });
  return asPackets(form, blocks, notes) ?? asPdus(form, blocks, notes);
}

/** Whether blocks are packets of IP; they are not if they begin with a PDU. */
export function linkOf(blocks: Block[]): number | undefined {
  const sample = blocks.slice(0, 50);
  if (sample.some(({ octets }) => fit(octets) >= 3)) return undefined;
  const links = sample.map(({ octets }) => guessLink(octets));
  const link = links.find((found) => found !== undefined);
  return link !== undefined && links.filter((found) => found === link).length * 2 > sample.length ? link : undefined;
}

function asPackets(form: string, blocks: Block[], notes: string[]): Given | undefined {
  const link = linkOf(blocks);
  if (link === undefined) return undefined;
  const timed = blocks.map(({ heading }) => ({ time: timeOf(heading) }));
  keepTimes(timed);
  const connections = new Connections();
  blocks.forEach(({ octets }, i) => connections.take(segmentOf(link, octets), timed[i]!.time));
  return connections.given(`${form} of packets`, [], notes);
}

function asPdus(form: string, blocks: Block[], notes: string[]): Given {
  const directed = blocks.some(({ direction }) => direction !== undefined);
  const pieces = blocks.map(({ octets, heading, direction, stream = 0, gap = false }, i): Piece => ({
    octets,
    time: timeOf(heading),
    stream,
    direction: direction ?? directionOf(heading),
    gap: directed ? gap : i > 0,
  }));
  keepTimes(pieces);
  return { form, pieces, streams: [], directed: directed || pieces.some(({ direction }) => direction === 1), notes };
}
