// The one place that looks into the module's memory. Views are made anew when the memory has grown.

import { wasm } from "#wasm";

let memory: WebAssembly.Memory | undefined;

/** The module's memory as octets, 16-bit and 32-bit little-endian words, and doubles. */
export let u8 = new Uint8Array(0);
export let u16 = new Uint16Array(0);
export let u32 = new Uint32Array(0);
export let f64 = new Float64Array(0);

/** To be called after each call into the module and before each use of a view. */
export function refresh(): void {
  memory ??= wasm.moduleMemory() as WebAssembly.Memory;
  if (u8.buffer !== memory.buffer) {
    u8 = new Uint8Array(memory.buffer);
    u16 = new Uint16Array(memory.buffer);
    u32 = new Uint32Array(memory.buffer);
    f64 = new Float64Array(memory.buffer);
  }
}

/** Room for `length` octets in the module, at an address that is a multiple of 8; valid until the next call. */
export function scratch(length: number): number {
  const address = wasm.scratch(length);
  refresh();
  return address;
}

/** Copies octets into the module, to the same place. Making room may replace `u8`, so that comes first. */
export function place(octets: Uint8Array): void {
  const address = scratch(octets.length);
  u8.set(octets, address);
}
