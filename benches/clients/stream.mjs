// A stream of 2,000 PDUs as they come on a busy link, each in its own octets.

import { encodePdu } from "smpp-edge";
import { messages } from "./messages.mjs";

const octets = (text) => new TextEncoder().encode(text);
const ucs2 = (text) => Uint8Array.from([...text].flatMap((char) => [char.charCodeAt(0) >> 8, char.charCodeAt(0) & 0xff]));

function receipt(id) {
  return octets(`id:${id} sub:001 dlvrd:001 submit date:2601021504 done date:2601021505 stat:DELIVRD err:000 text:Your code is 123456 `);
}

/** A message's way: submitted, answered, reported, answered; now and then other things. */
function around({ from, to, text }, i) {
  const addresses = { source_addr_ton: 5, source_addr: from, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: to.slice(1) };
  const back = { source_addr_ton: 1, source_addr_npi: 1, source_addr: to.slice(1), destination_addr: "12345" };
  const id = String(i).padStart(8, "0");
  const sequence = i + 1;
  switch (i % 10) {
    case 0:
    case 1:
      return { command: "submit_sm", sequence, ...addresses, registered_delivery: 1, short_message: octets(text) };
    case 2:
    case 3:
      return { command: "submit_sm_resp", sequence, message_id: id };
    case 4:
    case 5:
      return { command: "deliver_sm", sequence, ...back, esm_class: 4, short_message: receipt(id), tlvs: { receipted_message_id: id, message_state: 2 } };
    case 6:
      return { command: "deliver_sm_resp", sequence };
    case 7:
      return { command: "deliver_sm", sequence, ...back, data_coding: 8, short_message: ucs2("Καλημέρα, τι κάνεις;") };
    case 8:
      return { command: "data_sm", sequence, ...addresses, registered_delivery: 1, tlvs: { message_payload: octets(text), user_message_reference: 7 } };
    default:
      return { command: i % 20 === 9 ? "enquire_link" : "enquire_link_resp", sequence };
  }
}

export const pdus = Array.from({ length: 2_000 }, (_, i) => Buffer.from(encodePdu(around(messages[i % messages.length], i))));
