// What is encoded: a thousand submit_sm of about 110 octets, as one writes them.

import { messages } from "./messages.mjs";

/** What stands for a window in `encode.bench.mjs`: the fields that matter, or all of them. */
export const [GIVEN, WHOLE] = [1, 2];

export const fields = messages.map(({ from, to, text }, i) => ({
  sequence: i + 1,
  source_addr_ton: 5,
  source_addr: from,
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: to.slice(1),
  registered_delivery: 1,
  short_message: new TextEncoder().encode(text),
}));
