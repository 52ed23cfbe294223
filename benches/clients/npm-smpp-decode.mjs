// npm `smpp`, decoding PDU by PDU: it has no other way.

import smpp from "smpp";
import { pdus } from "./stream.mjs";

export async function open() {
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        const pdu = new smpp.PDU(pdus[i % pdus.length]);
        if (pdu.command === undefined) throw new Error("a PDU was refused");
      }
    },
  };
}
