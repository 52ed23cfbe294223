// smpp-edge, a promise a message: as many callers as the window, each awaiting `sendSms` before it sends its next.

import { connect } from "smpp-edge";
import { messages } from "./messages.mjs";

export async function open(port, window) {
  const smpp = await connect(`smpp://bench:secret@127.0.0.1:${port}`, { window });
  return {
    async run(count) {
      let next = 0;
      const caller = async () => {
        while (next < count) await smpp.sendSms(messages[next++ % messages.length]);
      };
      await Promise.all(Array.from({ length: window }, caller));
    },
  };
}
