// smpp-edge, receipts in that come `size` octets a read, from a socket that is none: what the kernel takes is left out.

import { connect, encodePdu } from "smpp-edge";

const text = new TextEncoder().encode("id:00000001 sub:001 dlvrd:001 submit date:2601021504 done date:2601021505 stat:DELIVRD err:000 text:Your code is 123456 ");
const back = { source_addr_ton: 1, source_addr_npi: 1, source_addr: "491701234567", destination_addr: "12345" };

/** The answer to the bind, and receipts. */
function octets(count) {
  const receipts = Array.from({ length: count }, (_, i) =>
    encodePdu({ command: "deliver_sm", sequence: i + 1, ...back, esm_class: 4, short_message: text, tlvs: { receipted_message_id: "00000001", message_state: 2 } }),
  );
  return Buffer.concat([encodePdu({ command: "bind_receiver_resp", sequence: 1, system_id: "reads" }), ...receipts]);
}

/** A socket that has `input` to read once something was written; then it ends. */
function socket(input, size) {
  let at = 0;
  let written;
  const first = new Promise((resolve) => (written = resolve));
  const readable = new ReadableStream({
    async pull(controller) {
      await first;
      if (at >= input.length) return controller.close();
      controller.enqueue(new Uint8Array(input.subarray(at, (at += size))));
    },
  });
  return { readable, writable: new WritableStream({ write: written }), close() {} };
}

export async function open(port, size) {
  const inputs = new Map();
  return {
    async run(count) {
      if (!inputs.has(count)) inputs.set(count, octets(count));
      let got = 0;
      let done;
      const all = new Promise((resolve) => (done = resolve));
      const onReport = async () => {
        if (++got === count) done();
      };
      await connect("smpp://bench:secret@127.0.0.1", { bind: "receiver", socket: () => socket(inputs.get(count), size), onReport, reconnect: false });
      await all;
    },
  };
}
