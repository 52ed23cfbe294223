// smpp-edge, sending by `sendSms` with delivery reports asked for; reports after each run what memory the process has.

import { connect, weigh } from "../support/memory.mjs";
import { messages } from "./messages.mjs";

export async function open(port, window) {
  const smpp = await connect(`smpp://bench:secret@127.0.0.1:${port}`, { window });
  return {
    async run(count) {
      let next = 0;
      const caller = async () => {
        while (next < count) await smpp.sendSms({ ...messages[next++ % messages.length], report: "always" });
      };
      await Promise.all(Array.from({ length: window }, caller));
      return weigh();
    },
  };
}
