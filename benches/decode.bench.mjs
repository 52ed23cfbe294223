// Octets to JavaScript objects: CPU time a PDU of a mixed stream, by how many PDUs are decoded in one call.

import { compare } from "./support/compare.mjs";
import { budgets, ratio } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { report } from "./support/report.mjs";

optionsOf(import.meta.filename);

const names = { decode: "`decodePdus`", "npm-smpp-decode": "npm `smpp`, `new PDU(buffer)`" };
const counts = { 1: 20_000, 10: 20_000, 100: 20_000, 2_000: 20_000 };
const windows = Object.keys(counts).map(Number);

const results = await compare({ clients: Object.keys(names), counts });
report({ title: "Decoding to objects", what: "PDU", names, windows, window: "PDUs a call:", results, npm: "npm-smpp-decode" });

budgets([100, 2_000].map((size) => [`Decoding ${size.toLocaleString("en")} PDUs to objects, CPU, of npm \`smpp\`'s`, ratio(results.decode[size].cpu, results["npm-smpp-decode"][size].cpu), 1 / 3]));
