// Captures are often compressed with gzip.

import { LARGEST_FILE, refuseSize } from "../input/file.ts";

/** What is in a gzip file; other octets as they are. Never much more than is read. */
export async function unzip(octets: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (octets[0] !== 0x1f || octets[1] !== 0x8b) return octets;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = new Blob([octets]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > LARGEST_FILE) throw refuseSize(size);
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
