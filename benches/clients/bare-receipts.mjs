// The floor of receipts in: node:net; of each PDU only length and sequence number are read, and the answers to one read go out together.

import { connect } from "node:net";
import { encodePdu } from "smpp-edge";
import { frames } from "./bare.mjs";

const RESPONSE = Buffer.from("0000001180000005000000000000000000", "hex");

export async function open(port, window) {
  return {
    run: (count) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port, noDelay: true });
        let got = -1;
        socket.on("error", reject);
        socket.on("close", () => (got === count ? resolve() : reject(new Error(`${got} receipts came`))));
        frames(socket, (input, starts) => {
          // The first of all is the answer to the bind.
          const receipts = got < 0 ? starts.slice(1) : starts;
          got += starts.length;
          const out = Buffer.allocUnsafe(receipts.length * RESPONSE.length);
          receipts.forEach((start, i) => {
            const at = i * RESPONSE.length;
            RESPONSE.copy(out, at);
            input.copy(out, at + 12, start + 12, start + 16);
          });
          socket.write(out);
          if (got === count) socket.end();
        });
        socket.write(encodePdu({ command: "bind_receiver", sequence: 1, system_id: `${count}/${window}`, password: "secret", interface_version: 0x34 }));
      }),
  };
}
