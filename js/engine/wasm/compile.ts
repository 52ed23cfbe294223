/** Compiles the module at run time, or says that the runtime can't. */
export function compile(octets: Uint8Array): WebAssembly.Module {
  if (typeof WebAssembly === "undefined") {
    throw new Error("smpp-edge needs WebAssembly, which this runtime does not have: Node with --jitless, React Native's Hermes and browsers in lockdown mode have none");
  }
  return new WebAssembly.Module(octets as Uint8Array<ArrayBuffer>);
}
