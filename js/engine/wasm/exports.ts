/** What the crate's `wasm` feature exports, as wasm-bindgen presents it, and the module's memory. */
export type Exports = Omit<typeof import("#bindgen"), "default" | "initSync" | "start"> & { readonly memory: WebAssembly.Memory };
