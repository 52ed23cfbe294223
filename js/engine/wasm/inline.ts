// The module as text inside the JavaScript: for Deno without permission to read files, and wherever
// nothing is known of the runtime or the bundler leaves `.wasm` files behind.

import * as bindgen from "#bindgen";
import base64 from "../../../dist/wasm-base64.js";
import { compile } from "./compile.ts";
import type { Exports } from "./exports.ts";

const { memory } = bindgen.initSync({ module: compile(Uint8Array.from(atob(base64), (octet) => octet.charCodeAt(0))) });

/** The engine, ready for use. */
export const wasm: Exports = { ...bindgen, memory };

/** Resolves when the engine can be used: here it can be from the start. */
export async function init(): Promise<void> {}
