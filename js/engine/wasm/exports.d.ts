/** What the crate's `wasm` feature exports, as wasm-bindgen presents it. */
export type Exports = typeof import("#bindgen");
