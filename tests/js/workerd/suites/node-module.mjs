// `node:module` in workerd: the tests require npm `smpp`, and need its PDUs only.

import { PDU } from "smpp/lib/pdu.js";

export function createRequire() {
  return () => ({ PDU });
}
