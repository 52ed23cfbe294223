// An SMSC without a socket: what it answers to octets that a client wrote. Each submit_sm gets its response and, behind it, its receipt.

import { encodePdu } from "smpp-edge";

const BIND_TRANSCEIVER = 0x00000009;
const SUBMIT_SM = 0x00000004;
const ID = "00000001";

const bound = Buffer.from(encodePdu({ command: "bind_transceiver_resp", sequence: 1, system_id: "smsc" }));
const accepted = Buffer.from(encodePdu({ command: "submit_sm_resp", sequence: 1, message_id: ID }));
const receipt = Buffer.from(encodePdu({
  command: "deliver_sm", sequence: 1, source_addr_ton: 1, source_addr_npi: 1, source_addr: "4917012345678", destination_addr: "12345", esm_class: 4,
  short_message: new TextEncoder().encode(`id:${ID} sub:001 dlvrd:001 submit date:2601021504 done date:2601021505 stat:DELIVRD err:000 text:Your code is 123456 `),
  tlvs: { receipted_message_id: ID, message_state: 2 },
}));

export function smsc() {
  let sequence = 0;
  const reply = (pdu, number) => {
    const copy = Buffer.from(pdu);
    copy.writeUInt32BE(number, 12);
    return copy;
  };
  return (octets) => {
    const replies = [];
    for (let at = 0; at < octets.length; at += octets.readUInt32BE(at)) {
      const command = octets.readUInt32BE(at + 4);
      const number = octets.readUInt32BE(at + 12);
      if (command === BIND_TRANSCEIVER) replies.push(reply(bound, number));
      if (command === SUBMIT_SM) replies.push(reply(accepted, number), reply(receipt, ++sequence));
    }
    return Buffer.concat(replies);
  };
}
