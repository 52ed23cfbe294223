/** What the crate's `wasm` feature exports, as wasm-bindgen presents it. */
export type Exports = Omit<typeof import("#bindgen"), "default" | "initSync">;
