// A bare socket with one write a PDU.

import { bare, put } from "./bare.mjs";

export const open = bare((socket, pdus, sequence) => {
  for (const pdu of pdus) {
    const out = Buffer.allocUnsafe(pdu.length);
    put(pdu, out, 0, sequence++);
    socket.write(out);
  }
});
