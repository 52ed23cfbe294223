// smpp-edge, receipts in: each is parsed, handed to `onReport` and acknowledged.

import { connect } from "smpp-edge";

export async function open(port, window) {
  const url = (count) => `smpp://${encodeURIComponent(`${count}/${window}`)}:secret@127.0.0.1:${port}`;
  return {
    async run(count) {
      let got = 0;
      let done;
      const all = new Promise((resolve) => (done = resolve));
      const onReport = async (report) => {
        if (report.status !== "delivered") throw new Error(report.status);
        if (++got === count) done();
      };
      const smpp = await connect(url(count), { bind: "receiver", onReport });
      await all;
      await smpp.close();
    },
  };
}
