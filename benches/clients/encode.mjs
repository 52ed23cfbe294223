// smpp-edge, submit_sm by `encodePdu`, of the fields that matter or of all that `decodePdus` gives.

import { decodePdus, encodePdu } from "smpp-edge";
import { fields, WHOLE } from "./fields.mjs";

const given = fields.map((some) => ({ command: "submit_sm", ...some }));

/** The same as `decodePdus` reads it. */
function whole(pdu) {
  const [{ command, sequence, fields }] = decodePdus(encodePdu(pdu)).pdus;
  return { command, sequence, ...Object.fromEntries(fields.map(({ name, value }) => [name, value])) };
}

export async function open(port, what) {
  const pdus = what === WHOLE ? given.map(whole) : given;
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        if (encodePdu(pdus[i % pdus.length]).length < 60) throw new Error("a PDU is too short");
      }
    },
  };
}
