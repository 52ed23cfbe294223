// Node and Bun read the module from beside the package's files.

import { readFileSync } from "node:fs";
import * as bindgen from "#bindgen";
import type { Exports } from "./exports.ts";

// As seen from the built file, dist/<runtime>/….js.
bindgen.initSync({ module: readFileSync(new URL("../smpp.wasm", import.meta.url)) });

/** The engine, ready for use. */
export const wasm: Exports = bindgen;

/** Resolves when the engine can be used: here it can be from the start. */
export async function init(): Promise<void> {}
