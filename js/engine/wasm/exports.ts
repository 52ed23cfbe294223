/** What the crate's `wasm` feature exports, as wasm-bindgen presents it, and the module's memory. */
export type Exports = Omit<typeof import("#bindgen"), "default" | "initSync" | "record_panics"> & { readonly memory: WebAssembly.Memory };
