// The package of wasm-pack without sockets: so many messages at a time, each with its receipt. $SMPP_PACKAGE is its module.

import { createRequire } from "node:module";
import { smsc } from "./boundary-smsc.mjs";
import { messages } from "./messages.mjs";

const { SmppSession } = createRequire(import.meta.url)(process.env.SMPP_PACKAGE);

const smses = messages.map((message) => ({ ...message, report: "always" }));

export async function open(_, window) {
  const answer = smsc();
  const session = new SmppSession({ systemId: "esme", password: "secret", window });
  const seen = { accepted: 0, reported: 0 };
  const exchange = () => {
    const octets = session.transmit();
    if (octets.length > 0) session.receive(answer(Buffer.from(octets.buffer, octets.byteOffset, octets.length)));
    for (const event of session.poll()) {
      if (event.type === "sent" && event.status === "accepted") seen.accepted++;
      if (event.type !== "report") continue;
      if (event.report.status === "delivered") seen.reported++;
      session.respond(event.request);
    }
  };
  session.bind();
  while (session.state !== "bound") exchange();
  return {
    async run(count) {
      seen.accepted = 0;
      seen.reported = 0;
      for (let sent = 0; sent < count; ) {
        for (let i = 0; i < window && sent < count; i++) session.sendSms(smses[sent++ % smses.length]);
        while (seen.reported < sent) exchange();
      }
      if (seen.accepted !== count) throw new Error(`${seen.accepted} of ${count} accepted`);
    },
  };
}
