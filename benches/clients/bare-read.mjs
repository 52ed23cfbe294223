// A bare socket with one write a read: all that the answers of one read make room for goes out together.

import { bare, put } from "./bare.mjs";

export const open = bare((socket, pdus, sequence) => {
  const out = Buffer.allocUnsafe(pdus.reduce((sum, pdu) => sum + pdu.length, 0));
  let offset = 0;
  for (const pdu of pdus) {
    put(pdu, out, offset, sequence++);
    offset += pdu.length;
  }
  socket.write(out);
});
