// smpp-edge, sessions that are opened and stay; reports after each run what memory they have.

import { connect, weigh } from "../support/memory.mjs";

export async function open(port) {
  const sessions = [];
  return {
    /** Opens so many more. */
    async run(count) {
      for (let i = 0; i < count; i++) sessions.push(await connect(`smpp://bench:secret@127.0.0.1:${port}`));
      return weigh();
    },
  };
}
