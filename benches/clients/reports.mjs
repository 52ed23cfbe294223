// smpp-edge, the whole way of a message: as many callers as the window, each awaiting `sendSms` with a report asked for before it sends its
// next; every report is matched with its message and handed to `onReport`, which acknowledges it.

import { connect } from "smpp-edge";
import { messages } from "./messages.mjs";

/** `after(sent)` is awaited before the next message is sent. */
export function reporting(after) {
  return async function open(port, window) {
    let got = 0;
    let wanted = 0;
    let done;
    const onReport = async (report) => {
      if (report.status !== "delivered" || report.tag === undefined) throw new Error(`${report.status} of ${report.tag}`);
      if (++got === wanted) done();
    };
    const smpp = await connect(`smpp://reports:secret@127.0.0.1:${port}`, { window, onReport });
    return {
      async run(count) {
        wanted = got + count;
        const all = new Promise((resolve) => (done = resolve));
        let next = 0;
        const caller = async () => {
          while (next < count) {
            const { from, to, text } = messages[next++ % messages.length];
            const sent = await smpp.sendSms({ from, to, text, report: "always", tag: to });
            if (after !== undefined) await after(sent);
          }
        };
        await Promise.all(Array.from({ length: window }, caller));
        await all;
      },
    };
  };
}

export const open = reporting();
