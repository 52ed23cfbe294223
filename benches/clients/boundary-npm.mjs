// The npm package's engine without sockets: so many messages at a time, each with its receipt.

import { init } from "#wasm";
import { Link } from "../../js/engine/link.ts";
import { smsc } from "./boundary-smsc.mjs";
import { messages } from "./messages.mjs";

await init();

const ESME_ROK = 0;
const smses = messages.map(({ from, to, text }) => ({
  from: { ton: 5, npi: 0, addr: from },
  to: { ton: 1, npi: 1, addr: to.slice(1) },
  text,
  encoding: "auto",
  registeredDelivery: 1,
}));

export async function open(_, window) {
  const answer = smsc();
  let written = [];
  let handler;
  const seen = { bound: false, accepted: 0, reported: 0 };
  const ignore = () => {};
  const sink = {
    state: ignore, request: ignore, bindRequest: ignore, message: ignore, log: ignore, closed: ignore,
    bound() {
      seen.bound = true;
    },
    settled(_ticket, _index, _outcome, status) {
      if (status === ESME_ROK) seen.accepted++;
    },
    report(report, request) {
      if (report.status === "delivered") seen.reported++;
      link.respond(request, ESME_ROK);
    },
  };
  const transport = {
    write(octets) {
      written.push(Buffer.from(octets));
      return true;
    },
    close: ignore,
    destroy: ignore,
  };
  const link = new Link({ role: "esme", systemId: "esme", password: "secret", window }, sink, async (given) => {
    handler = given;
    return transport;
  });
  const exchange = async () => {
    await Promise.resolve();
    const octets = Buffer.concat(written);
    written = [];
    if (octets.length > 0) handler.data(answer(octets));
  };
  link.start();
  while (!seen.bound) await exchange();
  return {
    async run(count) {
      seen.accepted = 0;
      seen.reported = 0;
      for (let sent = 0; sent < count; ) {
        for (let i = 0; i < window && sent < count; i++) link.sendSms(i, smses[sent++ % smses.length]);
        while (seen.reported < sent) await exchange();
      }
      if (seen.accepted !== count) throw new Error(`${seen.accepted} of ${count} accepted`);
    },
  };
}
