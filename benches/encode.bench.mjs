// A submit_sm from names and values: CPU time of `encodePdu` and of npm `smpp`'s `new PDU(…).toBuffer()`.

import { GIVEN, WHOLE } from "./clients/fields.mjs";
import { compare } from "./support/compare.mjs";
import { budgets, digits, ratio, spread, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";

optionsOf(import.meta.filename);

const names = { encode: "`encodePdu`", "npm-smpp-encode": "npm `smpp`, `new PDU(…).toBuffer()`" };
const kinds = { [GIVEN]: "8 fields, the others left out", [WHOLE]: "all fields, as the decoder gives them" };

const results = await compare({ clients: Object.keys(names), counts: { [GIVEN]: 20_000, [WHOLE]: 20_000 } });
const ofNpm = (kind) => ratio(results.encode[kind].cpu, results["npm-smpp-encode"][kind].cpu);
table("Encoding a submit_sm: CPU µs, median (lowest–highest)", ["", ...Object.values(kinds)], [
  ...Object.entries(names).map(([client, name]) => [name, ...Object.keys(kinds).map((kind) => spread(results[client][kind].cpu))]),
  ["of npm `smpp`'s", ...Object.keys(kinds).map((kind) => digits(ofNpm(kind)))],
]);
budgets(Object.entries(kinds).map(([kind, name]) => [`\`encodePdu\` of a submit_sm, ${name}: CPU, of npm \`smpp\`'s`, ofNpm(kind), 1 / 4]));
