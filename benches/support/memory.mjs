// The library, and what memory its process and its module have. To be imported before anything else imports the library: the module's
// memory is not shown to users, and is caught as the module starts.

let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, imports);
    memory = this.exports.memory;
  }
};
export const { connect } = await import("smpp-edge");

/** Octets after a collection: the process (RSS), JavaScript's heap, its buffers, the module. */
export function weigh() {
  globalThis.gc();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, heapUsed, arrayBuffers, wasm: memory.buffer.byteLength };
}
