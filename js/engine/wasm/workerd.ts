// workerd compiles WebAssembly only ahead of time: the module is imported, and starting it takes no waiting.

import * as bindgen from "#bindgen";
import module from "../../../dist/smpp.wasm";
import type { Exports } from "./exports.ts";

bindgen.initSync({ module });

/** The engine, ready for use. */
export const wasm: Exports = bindgen;

/** Resolves when the engine can be used: here it can be from the start. */
export async function init(): Promise<void> {}
