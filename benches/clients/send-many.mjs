// smpp-edge, all messages in one call of `sendMany`.

import { connect } from "smpp-edge";
import { messages } from "./messages.mjs";

export async function open(port, window) {
  const smpp = await connect(`smpp://bench:secret@127.0.0.1:${port}`, { window });
  return {
    async run(count) {
      let reported = 0;
      const { accepted } = await smpp.sendMany(some(count), { onResult: () => void reported++ });
      if (accepted !== count || reported !== count) throw new Error(`${accepted} of ${count} accepted, ${reported} reported`);
    },
  };
}

function* some(count) {
  for (let i = 0; i < count; i++) yield messages[i % messages.length];
}
