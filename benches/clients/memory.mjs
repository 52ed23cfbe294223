// smpp-edge, sending by `sendSms` with delivery reports asked for; tells after each run what memory the process has.

import { messages } from "./messages.mjs";

/** The module's memory is not shown to users; it is caught as the module starts. */
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, imports);
    memory = this.exports.memory;
  }
};
const { connect } = await import("smpp-edge");

export async function open(port, window) {
  const smpp = await connect(`smpp://bench:secret@127.0.0.1:${port}`, { window });
  return {
    async run(count) {
      let next = 0;
      const caller = async () => {
        while (next < count) await smpp.sendSms({ ...messages[next++ % messages.length], report: "always" });
      };
      await Promise.all(Array.from({ length: window }, caller));
      globalThis.gc();
      const { rss, heapUsed } = process.memoryUsage();
      return { rss, heapUsed, wasm: memory.buffer.byteLength };
    },
  };
}
