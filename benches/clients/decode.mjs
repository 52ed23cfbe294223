// smpp-edge, decoding so many PDUs a call.

import { decodePdus } from "smpp-edge";
import { pdus } from "./stream.mjs";

export async function open(port, size) {
  const pieces = [];
  for (let i = 0; i < pdus.length; i += size) pieces.push(Buffer.concat(pdus.slice(i, i + size)));
  return {
    async run(count) {
      let next = 0;
      for (let decoded = 0; decoded < count; ) {
        const { pdus } = decodePdus(pieces[next++ % pieces.length]);
        if (!pdus.every(({ valid }) => valid)) throw new Error("a PDU was refused");
        decoded += pdus.length;
      }
    },
  };
}
