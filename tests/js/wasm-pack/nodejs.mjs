// The package that `wasm-pack build wasm-pack --target nodejs` makes.

import { createRequire } from "node:module";
import { join } from "node:path";
import { buildPackage } from "../../../scripts/wasm-pack.mjs";

export const directory = await buildPackage("nodejs");
export const edge = createRequire(import.meta.url)(join(directory, "smpp_edge_wasm.js"));
