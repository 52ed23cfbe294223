// npm `smpp`, submit_sm by `new PDU("submit_sm", fields).toBuffer()`, of the fields that matter or of all that its decoder gives.

import smpp from "smpp";
import { fields, WHOLE } from "./fields.mjs";

const given = fields.map(({ sequence: sequence_number, short_message, ...others }) => ({ sequence_number, ...others, short_message: Buffer.from(short_message) }));

/** The same as `new PDU(buffer)` reads it. */
function whole(some) {
  const { command, command_length, command_id, short_message, ...others } = new smpp.PDU(new smpp.PDU("submit_sm", some).toBuffer());
  return { ...others, short_message: some.short_message };
}

export async function open(port, what) {
  const pdus = what === WHOLE ? given.map(whole) : given;
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        if (new smpp.PDU("submit_sm", pdus[i % pdus.length]).toBuffer().length < 60) throw new Error("a PDU is too short");
      }
    },
  };
}
