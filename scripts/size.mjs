// npm run size: how large dist/smpp.wasm is, by section, by module and by function. `npm run size -- 100` names 100 functions.
// Sizes of code are those before compression; functions have names only in the file that the build keeps beside its own.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, withNames } from "./build.mjs";
import { at, Failure, run } from "./lib.mjs";

/** The most bytes that the module may have, compressed. */
const LARGEST = 104 * 1024;

const SECTIONS = ["custom", "types", "imports", "functions", "tables", "memories", "globals", "exports", "start", "elements", "code", "data", "data count", "tags"];

/** Goes over the octets of a module. */
class Reader {
  #octets;
  at = 0;

  constructor(octets) {
    this.#octets = octets;
  }

  octet() {
    return this.#octets[this.at++];
  }

  /** An unsigned LEB128. */
  number() {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const octet = this.octet();
      value += (octet & 127) * shift;
      if (octet < 128) return value;
    }
  }

  take(length) {
    return this.#octets.subarray(this.at, (this.at += length));
  }

  text() {
    return new TextDecoder().decode(this.take(this.number()));
  }
}

/** The sections of a module in their order: `{ id, octets }`. */
function* sections(wasm) {
  const reader = new Reader(wasm);
  reader.at = 8;
  while (reader.at < wasm.length) yield { id: reader.octet(), octets: reader.take(reader.number()) };
}

/** The functions of a module with names: `{ name, size }`. */
function functions(wasm) {
  let imported = 0;
  const sizes = [];
  const names = new Map();
  for (const { id, octets } of sections(wasm)) {
    const reader = new Reader(octets);
    if (id === 2) imported = importedFunctions(reader);
    if (id === 10) {
      for (let left = reader.number(); left > 0; left--) sizes.push(reader.take(reader.number()).length);
    }
    if (id === 0 && reader.text() === "name") readNames(reader, octets.length, names);
  }
  return sizes.map((size, index) => ({ name: (names.get(imported + index) ?? "?").replace(/::h[0-9a-f]{16}\b/, ""), size }));
}

function importedFunctions(reader) {
  let found = 0;
  for (let left = reader.number(); left > 0; left--) {
    reader.text();
    reader.text();
    const kind = reader.octet();
    if (kind === 0) found++;
    if (kind === 1 || kind === 3) reader.octet(); // the type of a table or global
    if (kind === 1 || kind === 2) {
      if (reader.octet() & 1) reader.number(); // limits: a maximum
    }
    reader.number(); // type, minimum or mutability
  }
  return found;
}

function readNames(reader, end, names) {
  while (reader.at < end) {
    const kind = reader.octet();
    const next = reader.number() + reader.at;
    if (kind === 1) {
      for (let left = reader.number(); left > 0; left--) names.set(reader.number(), reader.text());
    }
    reader.at = next;
  }
}

/** `pdu::explain` of `smpp_edge::pdu::explain::meaning::of`; other crates by their name. */
function moduleOf(name) {
  const [, ours] = /smpp_edge::([a-z_]+(?:::[a-z_]+(?=::))?)/.exec(name) ?? [];
  const [, theirs] = /\b(core|alloc|std|rlsf|wasm_bindgen)\b/.exec(name) ?? [];
  return ours ?? theirs ?? "exports and others";
}

/** How large the module is: `{ plain, gzip }` in octets. */
function moduleSize() {
  const wasm = readFileSync(at("dist", "smpp.wasm"));
  return { plain: wasm.length, gzip: gzipSync(wasm, { level: 9 }).length };
}

/** Fails when the module has become larger than `LARGEST`. */
export function checkSize() {
  const { gzip } = moduleSize();
  if (gzip > LARGEST) throw new Failure(`dist/smpp.wasm has ${gzip} octets compressed, more than ${LARGEST}: see what grew with \`npm run size\`.`);
}

function show(title, rows) {
  console.log(`\n${title}`);
  for (const [name, octets] of rows) console.log(`${String(octets).padStart(8)}  ${name}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run(async () => {
    await build();
    const count = Number(process.argv[2] ?? 30);
    const all = functions(readFileSync(withNames)).sort((a, b) => b.size - a.size);
    const modules = new Map();
    for (const { name, size } of all) modules.set(moduleOf(name), (modules.get(moduleOf(name)) ?? 0) + size);
    show("Module", Object.entries(moduleSize()));
    show("Sections", [...sections(readFileSync(at("dist", "smpp.wasm")))].map(({ id, octets }) => [SECTIONS[id] ?? id, octets.length]));
    show("Code by module", [...modules].sort((a, b) => b[1] - a[1]));
    show("Largest functions", all.slice(0, count).map(({ name, size }) => [name, size]));
  });
}
