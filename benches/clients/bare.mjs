// The floor: node:net and PDUs encoded beforehand. Of each answer only the length is read.

import { connect } from "node:net";
import { encodePdu } from "smpp-edge";
import { messages } from "./messages.mjs";

const HEADER = 16;

const pdus = messages.map(({ from, to, text }) => {
  const addresses = { source_addr_ton: 5, source_addr: from, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: to.slice(1) };
  return encodePdu({ command: "submit_sm", ...addresses, short_message: new TextEncoder().encode(text) });
});

/** `write(socket, pdus, sequence)` sends some PDUs, numbered from `sequence` on. */
export function bare(write) {
  return async function open(port, window) {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    let heard;
    frames(socket, (input, starts) => heard(starts.length));
    socket.write(encodePdu({ command: "bind_transceiver", sequence: 1, system_id: "bench", password: "secret", interface_version: 0x34 }));
    await new Promise((resolve) => (heard = resolve));
    let sequence = 2;
    return {
      run: (count) =>
        new Promise((resolve) => {
          let next = 0;
          let answered = 0;
          const send = (wanted) => {
            const some = [];
            while (some.length < wanted && next < count) some.push(pdus[next++ % pdus.length]);
            if (some.length > 0) write(socket, some, sequence);
            sequence += some.length;
          };
          heard = (answers) => {
            answered += answers;
            if (answered === count) resolve();
            else send(answers);
          };
          send(window);
        }),
    };
  };
}

/** Puts a PDU into `out` at `offset`, with its sequence number. */
export function put(pdu, out, offset, sequence) {
  out.set(pdu, offset);
  out.writeUInt32BE(sequence & 0x7fffffff, offset + 12);
}

/** Calls `take` with what a read brought and where in it whole PDUs start. */
export function frames(socket, take) {
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    const input = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const starts = [];
    let at = 0;
    while (input.length - at >= HEADER) {
      const length = input.readUInt32BE(at);
      if (input.length - at < length) break;
      starts.push(at);
      at += length;
    }
    rest = input.subarray(at);
    if (starts.length > 0) take(input, starts);
  });
}
