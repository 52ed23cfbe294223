// The documents of the repository, and what is found in them.

import { readdirSync, readFileSync } from "node:fs";
import { at } from "../../../scripts/lib.mjs";

export const read = (path) => readFileSync(at(path), "utf8");

/** README and docs/: what users read. */
export const pages = ["README.md", ...readdirSync(at("docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];

/** All that is written for people, but what the licences say. */
export const documents = [...pages, "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "benches/README.md", "examples/README.md"];

/** The blocks of code in these languages. */
export function blocks(page, ...languages) {
  return [...read(page).matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter(([, language]) => languages.includes(language)).map(([, , code]) => code);
}

/** The words in code marks outside of blocks. */
export function marked(page) {
  const prose = read(page).replace(/^```.*?^```$/gms, "").replace(/<!-- figures.*?<!-- end of the figures -->/s, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words);
}

/** The first words of a command, after settings of the environment. */
const COMMAND = /^(?:[A-Z_]+=\S+ )*(npm|npx|node|cargo|rustup|git|curl|export|deno|bun) \S/;

/** The commands that a document shows, in blocks or in code marks, without comments. */
export function commands(page) {
  const lines = blocks(page, "sh", "").join("").split("\n");
  const indented = [...read(page).matchAll(/^ {4}(?=\S)(.*)$/gm)].map(([, line]) => line);
  return [...new Set([...lines, ...indented, ...marked(page)].map((line) => line.replace(/ +#.*/, "").trim()).filter((line) => COMMAND.test(line)))];
}
