// smpp-edge, so many sessions in one process, each with ten messages on their way.

import { connect } from "smpp-edge";
import { messages } from "./messages.mjs";

export async function open(port, size) {
  const sessions = [];
  for (let i = 0; i < size; i++) sessions.push(await connect(`smpp://bench:secret@127.0.0.1:${port}`, { window: 10 }));
  return {
    async run(count) {
      let next = 0;
      const caller = async (smpp) => {
        while (next < count) await smpp.sendSms(messages[next++ % messages.length]);
      };
      await Promise.all(sessions.flatMap((smpp) => Array.from({ length: 10 }, () => caller(smpp))));
    },
  };
}
