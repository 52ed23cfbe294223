// The whole way of a message: sent with a report asked for, its receipt back, matched with it and handed on, with and without `delivered()`;
// and what memory that leaves, after 100,000 messages or, with `--million`, 1,000,000.

import { compare } from "./support/compare.mjs";
import { budgets, digits, ratio, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { startResponder, startSubject } from "./support/processes.mjs";
import { report } from "./support/report.mjs";

const total = optionsOf(import.meta.filename).million ? 1_000_000 : 100_000;

const NPM = "npm-smpp-reports";
const names = {
  reports: "`sendSms`, `onReport`",
  "reports-delivered": "… and `delivered()` awaited",
  [NPM]: "npm `smpp`, a Map of ids",
};
const counts = { 100: 30_000, 1_000: 30_000 };
const windows = Object.keys(counts).map(Number);

const results = await compare({ clients: Object.keys(names), counts });
report({ title: "Messages with their reports", what: "message", names, windows, results, npm: NPM });

/** Octets after a collection, of JavaScript's heap and of what is outside of it, when all messages have had their reports. */
async function weigh(client) {
  const responder = await startResponder();
  const subject = await startSubject(client, responder.port);
  for (let sent = 0; sent < total; sent += 50_000) await subject.run({ count: 50_000, window: 100 });
  const { heapUsed, external } = await subject.run({ weigh: true });
  subject.end();
  responder.end();
  return { heapUsed, external, all: heapUsed + external };
}

const memory = {};
for (const client of Object.keys(names)) memory[client] = await weigh(client);
const mebibytes = (octets) => digits(octets / 2 ** 20);
table(`Memory in MiB after ${total.toLocaleString("en")} messages with their reports, window 100`, ["", "JavaScript heap", "external, wasm included", "both"],
  Object.entries(names).map(([client, name]) => [name, ...["heapUsed", "external", "all"].map((what) => mebibytes(memory[client][what]))]));

budgets([
  ...Object.keys(names).filter((client) => client !== NPM).flatMap((client) => windows.map((window) => [
    `A message with its report (${names[client]}), window ${window.toLocaleString("en")}, CPU, of npm \`smpp\`'s`, ratio(results[client][window].cpu, results[NPM][window].cpu), 1 / 10,
  ])),
  [`Memory after ${total.toLocaleString("en")} messages with their reports, of npm \`smpp\`'s`, memory.reports.all / memory[NPM].all, 1],
]);
