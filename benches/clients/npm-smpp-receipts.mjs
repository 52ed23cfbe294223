// npm `smpp`, receipts in: each is handed to a listener as it is, not parsed, and acknowledged.

import smpp from "smpp";

/** `prepare(socket)` is called before the bind. */
export function receiver(prepare) {
  return async function open(port, window) {
    return {
      run: (count) =>
        new Promise((resolve, reject) => {
          const session = smpp.connect({ host: "127.0.0.1", port });
          let got = 0;
          prepare(session.socket);
          session.on("error", reject);
          session.on("deliver_sm", (pdu) => {
            session.send(pdu.response());
            if (++got === count) session.unbind(() => session.close(resolve));
          });
          session.bind_receiver({ system_id: `${count}/${window}`, password: "secret" });
        }),
    };
  };
}

export const open = receiver(() => {});
