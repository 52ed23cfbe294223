// How long the module takes to start in workerd: a Worker that has it and plans a text, beside the same Worker without it, each in a new
// workerd up to its first answer.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../scripts/lib.mjs";
import { budgets, median, spread, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { bundle, startWorkerd } from "./support/workerd.mjs";

optionsOf(import.meta.filename);

// A process's start differs by more than the module adds to it.
const ROUNDS = 101;

const workers = {
  "without the module": 'export default { fetch: () => new Response("1") };',
  "with the module, not started": 'import module from "./smpp.wasm"; export default { fetch: () => new Response(module ? "1" : "0") };',
  "with the library, not called": 'import { countSegments } from "smpp-edge"; export default { fetch: () => new Response(countSegments ? "1" : "0") };',
  "with a text planned": 'import { countSegments } from "smpp-edge"; export default { fetch: () => new Response(String(countSegments("Hello World").segments)) };',
};

const sources = mkdtempSync(at("node_modules", ".start-bench-"));
process.on("exit", () => rmSync(sources, { recursive: true, force: true }));
const bundles = {};
for (const [name, source] of Object.entries(workers)) {
  const entry = join(sources, `${Object.keys(bundles).length}.mjs`);
  writeFileSync(entry, source);
  bundles[name] = await bundle(entry);
}

const results = Object.fromEntries(Object.keys(workers).map((name) => [name, { cpu: [], wall: [] }]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, directory] of Object.entries(bundles)) {
    const began = performance.now();
    const worker = await startWorkerd(directory);
    const answer = await (await fetch(worker.url)).text();
    results[name].wall.push(performance.now() - began);
    results[name].cpu.push(worker.cpu() / 1_000);
    worker.end();
    if (answer !== "1") throw new Error(`${name}: ${answer}`);
  }
}

const [[, without], ...having] = Object.entries(results);
const more = (result, what) => result[what].map((value, round) => value - without[what][round]);
table("Start of a Worker in workerd, in ms, median (lowest–highest)", ["", "CPU", "until the first answer"], [
  ...Object.entries(results).map(([name, { cpu, wall }]) => [name, spread(cpu), spread(wall)]),
  ...having.map(([name, result]) => [`${name}: what that adds`, spread(more(result, "cpu")), spread(more(result, "wall"))]),
]);
budgets([["CPU time that the module adds to a start", median(more(having.at(-1)[1], "cpu")), 5, " ms"]]);
