// smpp-edge, sending `size` octets in one submit_sm; ten on their way.

import { connect } from "smpp-edge";

export async function open(port, size) {
  const smpp = await connect(`smpp://bench:secret@127.0.0.1:${port}`, { window: 10 });
  const message_payload = Uint8Array.from({ length: size }, (_, i) => i & 0xff);
  return {
    async run(count) {
      let next = 0;
      const caller = async () => {
        while (next++ < count) await smpp.request({ command: "submit_sm", destination_addr: "491701234567", data_coding: 4, tlvs: { message_payload } });
      };
      await Promise.all(Array.from({ length: 10 }, caller));
    },
  };
}
