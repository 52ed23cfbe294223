// Receipts in: CPU time of a deliver_sm and its answer, each handed to a handler and acknowledged, by how many the SMSC sends ahead.

import { compare } from "./support/compare.mjs";
import { budgets, ratio } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { report } from "./support/report.mjs";

optionsOf(import.meta.filename);

const names = {
  receipts: "`onReport`",
  "npm-smpp-receipts": "npm `smpp`",
  "npm-smpp-receipts-no-delay": "npm `smpp`, Nagle's delay off",
  "bare-receipts": "bare socket, one write a read",
};
const counts = { 1: 4_000, 10: 20_000, 100: 30_000, 1_000: 30_000 };
const windows = Object.keys(counts).map(Number);

const results = await compare({ clients: Object.keys(names), counts });
report({ title: "Receipts in", what: "receipt", names, windows, results, npm: "npm-smpp-receipts", floor: "bare-receipts" });

budgets([100, 1_000].map((window) => [
  `A receipt in, window ${window.toLocaleString("en")}, CPU, of npm \`smpp\`'s`,
  ratio(results.receipts[window].cpu, results["npm-smpp-receipts"][window].cpu),
  1 / 8,
]));
