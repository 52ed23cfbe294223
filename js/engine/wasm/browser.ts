// Browsers fetch the module, which takes a moment: nothing works before `init()` has resolved.

import * as bindgen from "#bindgen";
import { compile } from "./compile.ts";
import type { Exports } from "./exports.ts";
import { inlined } from "./inlined.ts";

const notReady = new Proxy({} as Exports, {
  get() {
    throw new Error("smpp-edge is not loaded yet: `await init()` first");
  },
});

/** The engine, once `init()` has resolved; until then each use throws. */
export let wasm: Exports = notReady;

/** Resolves when the engine can be used. Rejects when the module can't be fetched, and may then be called again. */
export async function init(): Promise<void> {
  if (wasm !== notReady) return;
  let memory: WebAssembly.Memory;
  try {
    // As seen from the built file, dist/browser/….js; most bundlers know this form and bring the file along.
    ({ memory } = await bindgen.default({ module_or_path: new URL("../smpp.wasm", import.meta.url) }));
  } catch {
    ({ memory } = bindgen.initSync({ module: compile(await inlined()) }));
  }
  wasm = { ...bindgen, memory };
}
