// What the two doors to the engine cost in JavaScript, without sockets: CPU time of a message with its receipt by the package of wasm-pack,
// beside the npm package's engine.

import { join } from "node:path";
import { buildPackage } from "../scripts/wasm-pack.mjs";
import { compare } from "./support/compare.mjs";
import { budgets, ratio } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { report } from "./support/report.mjs";

optionsOf(import.meta.filename);

process.env.SMPP_PACKAGE = join(await buildPackage("nodejs", { optimised: true }), "smpp_edge_wasm.js");
const names = { "boundary-wasm-pack": "`SmppSession` of wasm-pack", "boundary-npm": "the npm package's engine" };
const counts = { 100: 20_000 };

const results = await compare({ clients: Object.keys(names), counts });
report({ title: "Across the boundary: a message and its receipt", what: "message", names, windows: [100], window: "Window:", results, npm: "boundary-npm" });

budgets([["A message and its receipt by wasm-pack, CPU, of the npm engine's", ratio(results["boundary-wasm-pack"][100].cpu, results["boundary-npm"][100].cpu), 3]]);
