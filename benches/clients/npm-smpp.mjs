// npm `smpp`: as many submit_sm with a callback as the window, each callback sending the next.

import smpp from "smpp";
import { messages } from "./messages.mjs";

export async function open(port, window) {
  const session = smpp.connect({ host: "127.0.0.1", port });
  session.on("error", (error) => {
    throw error;
  });
  await new Promise((resolve) => session.bind_transceiver({ system_id: "bench", password: "secret" }, resolve));
  return {
    run: (count) =>
      new Promise((resolve, reject) => {
        let next = 0;
        let answered = 0;
        const send = () => {
          if (next === count) return;
          const { from, to, text } = messages[next++ % messages.length];
          session.submit_sm({ source_addr_ton: 5, source_addr: from, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: to.slice(1), short_message: text }, answer);
        };
        const answer = ({ command_status }) => {
          if (command_status !== 0) reject(new Error(`status ${command_status}`));
          if (++answered === count) resolve();
          else send();
        };
        for (let i = 0; i < window; i++) send();
      }),
  };
}
