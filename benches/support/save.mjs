// What `npm run bench -- --save` leaves: benches/figures.json, and drawn from it the picture and the tables of benches/README.md.

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { at, bun, deno, exists, must, node24 } from "../../scripts/lib.mjs";
import { draw } from "./draw.mjs";
import { markdown } from "./figures.mjs";

const file = at("benches", "figures.json");
const readme = at("benches", "README.md");
const [BEGIN, END] = ["<!-- figures: npm run bench -- --save -->", "<!-- end of the figures -->"];

/** `tables[bench]` are the tables of a benchmark that was run; those of others stay as they were. */
export async function save(tables) {
  const before = exists(file) ? JSON.parse(readFileSync(file, "utf8")) : { benches: {} };
  const figures = { machine: machine(), versions: { ...before.versions, ...(await versions()) }, benches: { ...before.benches, ...tables } };
  writeFileSync(file, `${JSON.stringify(figures, null, 1)}\n`);
  writeFileSync(at("benches", "figures.svg"), draw(figures));
  const text = readFileSync(readme, "utf8");
  const [head, tail] = [text.slice(0, text.indexOf(BEGIN) + BEGIN.length), text.slice(text.indexOf(END))];
  writeFileSync(readme, `${head}\n${written(figures)}\n${tail}`);
}

function written({ machine, versions, benches }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  const all = Object.values(benches).flat();
  const budgets = all.filter(({ title }) => title === "Budgets");
  return [
    `\n${machine}; ${named}.\n`,
    "![CPU time a message, by window and by runtime](figures.svg)\n",
    `### Budgets\n\n${markdown(budgets[0].head, budgets.flatMap(({ rows }) => rows))}\n`,
    ...all.filter(({ title }) => title !== "Budgets").map(({ title, head, rows }) => `### ${title}\n\n${markdown(head, rows)}\n`),
  ].join("\n");
}

function machine() {
  const processors = cpus();
  return `${processors.length} cores (${processors[0].model.trim()}), ${process.platform} ${release().split("-")[0]}`;
}

async function versions() {
  const packaged = (name) => JSON.parse(readFileSync(at("node_modules", name, "package.json"), "utf8")).version;
  const versionOf = async (command) => /\d+\.\d+\.\d+/.exec(await must(command, ["--version"]))[0];
  // What is not installed was not measured: its version stays that of its figures.
  const runtimes = { Node: node24(), Deno: deno(), Bun: bun() };
  const installed = Object.entries(runtimes).filter(([, command]) => command !== undefined);
  const versionsOf = await Promise.all(installed.map(async ([name, command]) => [name, await versionOf(command)]));
  return { ...Object.fromEntries(versionsOf), workerd: packaged("workerd"), "npm `smpp`": packaged("smpp"), rustc: await versionOf("rustc") };
}
