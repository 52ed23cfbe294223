// Node and Bun read the module from beside the package's files. In a bundle it may not be there: then `init()` brings it.

import { readFileSync } from "node:fs";
import * as bindgen from "#bindgen";
import { compile } from "./compile.ts";
import type { Exports } from "./exports.ts";
import { inlined } from "./inlined.ts";

let engine: Exports | undefined;

function start(octets: Uint8Array): void {
  const { memory } = bindgen.initSync({ module: compile(octets) });
  engine = { ...bindgen, memory };
}

try {
  // As seen from the built file, dist/<runtime>/….js.
  start(readFileSync(new URL("../smpp.wasm", import.meta.url)));
} catch (error) {
  if (typeof WebAssembly === "undefined") throw error;
  // A bundle.
}

const deferred = new Proxy({} as Exports, {
  get(_, name) {
    if (engine === undefined) throw new Error("smpp-edge is bundled without its smpp.wasm: `await init()` first, or import smpp-edge/inline");
    return engine[name as keyof Exports];
  },
});

/** The engine: ready for use, but in a bundle after `init()`. */
export const wasm: Exports = engine ?? deferred;

/** Resolves when the engine can be used. */
export async function init(): Promise<void> {
  if (engine === undefined) start(await inlined());
}
