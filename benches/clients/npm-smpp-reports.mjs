// npm `smpp`, the whole way of a message: submit_sm with a callback that notes the id in a Map, and each receipt, by its TLVs, looked up there
// and acknowledged. As many messages as the window wait for their answers.

import smpp from "smpp";
import { messages } from "./messages.mjs";

const DELIVERED = 2;

export async function open(port, window) {
  const session = smpp.connect({ host: "127.0.0.1", port });
  const tags = new Map();
  let got = 0;
  let wanted = 0;
  let done;
  session.on("error", (error) => {
    throw error;
  });
  session.on("deliver_sm", (pdu) => {
    const id = pdu.receipted_message_id;
    const tag = tags.get(id);
    if (tag === undefined || pdu.message_state !== DELIVERED) throw new Error(`${pdu.message_state} of ${id}`);
    tags.delete(id);
    session.send(pdu.response());
    if (++got === wanted) done();
  });
  await new Promise((resolve) => session.bind_transceiver({ system_id: "reports", password: "secret" }, resolve));
  return {
    run: (count) =>
      new Promise((resolve, reject) => {
        let next = 0;
        wanted = got + count;
        done = resolve;
        const send = () => {
          if (next === count) return;
          const { from, to, text } = messages[next++ % messages.length];
          session.submit_sm({ source_addr_ton: 5, source_addr: from, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: to.slice(1), registered_delivery: 1, short_message: text }, ({ command_status, message_id }) => {
            if (command_status !== 0) return reject(new Error(`status ${command_status}`));
            tags.set(message_id, to);
            send();
          });
        };
        for (let i = 0; i < window; i++) send();
      }),
  };
}
