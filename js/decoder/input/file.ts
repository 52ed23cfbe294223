// What a file is, by its first octets.

import { readCapture } from "../capture/capture.ts";
import { amount, Refusal, single, type Given } from "./given.ts";
import { locate } from "./locate.ts";
import { readText } from "./text.ts";

/** More than this is not read. */
export const LARGEST_FILE = 64_000_000;

const KINDS: [name: string, ...magic: number[]][] = [
  ["a PNG picture", 0x89, 0x50, 0x4e, 0x47],
  ["a JPEG picture", 0xff, 0xd8, 0xff],
  ["a GIF picture", 0x47, 0x49, 0x46, 0x38],
  ["a PDF document", 0x25, 0x50, 0x44, 0x46],
  ["a ZIP archive (or an Office document)", 0x50, 0x4b, 0x03, 0x04],
  ["a program", 0x7f, 0x45, 0x4c, 0x46],
  ["a program", 0x4d, 0x5a],
  ["a WebAssembly module", 0x00, 0x61, 0x73, 0x6d],
  ["a Zstandard archive", 0x28, 0xb5, 0x2f, 0xfd],
  ["a 7z archive", 0x37, 0x7a, 0xbc, 0xaf],
  ["an SQLite database", 0x53, 0x51, 0x4c, 0x69, 0x74, 0x65],
];

const INSTEAD = "Open a .pcap or .pcapng capture, or a text file with hex or base64 in it.";

export function refuseSize(size: number): Refusal {
  return new Refusal(`This file has ${amount(size)}; up to ${amount(LARGEST_FILE)} are read. Cut out what matters first: tshark -r large.pcap -Y smpp -w small.pcapng`);
}

/**
 * The octets of a file. Yields its progress, from 0 to 1, each time it stops.
 *
 * @param ports read TCP streams of these ports only; none: those that look like SMPP
 */
export function* readFile(octets: Uint8Array, ports: number[]): Generator<number, Given> {
  if (octets.length === 0) throw new Refusal(`This file is empty. ${INSTEAD}`);
  if (octets.length > LARGEST_FILE) throw refuseSize(octets.length);
  const capture = yield* readCapture(octets, ports);
  if (capture) return capture;
  const kind = KINDS.find(([, ...magic]) => magic.every((octet, i) => octets[i] === octet));
  if (kind) throw new Refusal(`This is ${kind[0]}, and has no PDUs to show. ${INSTEAD}`);
  const text = asText(octets);
  if (text !== undefined) return readText(text, LARGEST_FILE);
  const found = locate(octets);
  if (found) return single("octets", found.octets, found.skipped ? [found.skipped] : []);
  throw new Refusal(`This file is neither a capture nor text, and no PDU was found in it. ${INSTEAD}`);
}

/** UTF-8, or UTF-16 with its mark; undefined if it is neither, or has what no text has. */
function asText(octets: Uint8Array): string | undefined {
  const wide = octets[0] === 0xff && octets[1] === 0xfe ? "utf-16le" : octets[0] === 0xfe && octets[1] === 0xff ? "utf-16be" : undefined;
  try {
    const text = new TextDecoder(wide ?? "utf-8", { fatal: true }).decode(octets);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
