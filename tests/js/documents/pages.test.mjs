// What the documents show and list, against what it is: the examples, the files they link to and name, the types, the settings.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, test } from "node:test";
import { at, files } from "../../../scripts/lib.mjs";
import { blocks, documents, marked, pages, read } from "./documents.mjs";

const examples = files("examples").filter((path) => /\.(mjs|js|ts|py|php)$/.test(path) && !/\.wrangler|node_modules/.test(path)).map((path) => ({ name: relative(at("examples"), path), content: readFileSync(path, "utf8") }));

/** The words in code marks in the first cells of the tables under a heading. */
function firstCells(page, heading) {
  const section = page.split(/^(?=#{2,3} )/m).find((part) => part.startsWith(heading)) ?? assert.fail(`there is no ${heading}`);
  const cells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`"?(\w+[\w-]*)"?`/g)].map(([, word]) => word));
}

/** The paths in code marks in the first cells of a page's tables. */
function firstPaths(page) {
  return [...page.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path));
}

/** The members of an interface in the client's types. */
function members(name) {
  const [, body] = new RegExp(`export interface ${name} \\{\\n(.*?)^\\}`, "ms").exec(read("js/client/types.ts")) ?? assert.fail(`there is no ${name}`);
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member);
}

describe("every script that a page shows is a file in examples/, to the letter", () => {
  for (const page of pages) {
    test(page, () => {
      for (const code of blocks(page, "js", "ts")) assert(examples.some(({ content }) => content === code), `no example is\n${code}`);
    });
  }
});

test("every example is shown by a page", () => {
  const text = pages.map(read).join("\n");
  assert.deepEqual(examples.filter(({ content }) => !text.includes(`\n${content}\`\`\``)).map(({ name }) => name), []);
});

test("every program in Rust that a page shows is a test or an example, to the letter", () => {
  const tests = files("tests", "tokio/examples").filter((path) => path.endsWith(".rs")).map((path) => readFileSync(path, "utf8"));
  for (const code of documents.flatMap((page) => blocks(page, "rust"))) assert(tests.includes(code), `no test is\n${code}`);
});

test("the bindings that docs/gateway.md shows are those of examples/worker", () => {
  const settings = (toml) => toml.split("\n").map((line) => line.replace(/ *#.*/, "").trim()).filter((line) => line !== "" && !/^(service|compatibility_date) =/.test(line));
  const given = settings(read("examples/worker/wrangler.toml"));
  for (const toml of blocks("docs/gateway.md", "toml")) assert.deepEqual(settings(toml).filter((line) => !given.includes(line)), []);
});

describe("every file that is named in code marks is there", () => {
  const roots = /^(src|js|tests|benches|docs|examples|fuzz|scripts|tools|dist)\//;
  for (const document of documents) {
    test(document, () => {
      for (const path of marked(document).filter((words) => roots.test(words) && !/[*…<{ ]/.test(words))) {
        // Some name the files of a project that their reader makes.
        const project = { "docs/tutorial.md": "examples/sign-in", "docs/vite.md": "examples/vite", "docs/applications.md": "js/cli/init/templates/gateway" }[document] ?? dirname(document);
        assert(existsSync(at(path)) || existsSync(at(project, path)), `${path} is not there`);
      }
    });
  }
});

test("what ARCHITECTURE.md says to be in a file is there", () => {
  const told = [...read("ARCHITECTURE.md").matchAll(/`#?(\w+)`\s+\(`([\w/.-]+\.(?:rs|ts))`\)/g)];
  assert(told.length > 20);
  for (const [, name, path] of told) assert.match(read(path), new RegExp(`\\b${name}\\b`), path);
});

describe("every link leads somewhere", () => {
  const anchors = (page) => [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-"));
  for (const page of documents) {
    test(page, () => {
      for (const [, path, anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)) {
        const target = path === "" ? page : join(dirname(page), path);
        assert(existsSync(at(target)), `${path} is not there`);
        if (anchor !== "") assert(anchors(target).includes(anchor), `${target} has no #${anchor}`);
      }
    });
  }
});

describe("the tables are complete", () => {
  test("examples/README.md, the examples", () => assert.deepEqual(firstPaths(read("examples/README.md")).sort(), examples.map(({ name }) => name.replaceAll("\\", "/")).sort()));

  test("CONTRIBUTING.md, the dependencies", () => {
    const [, section] = /^## Dependencies\n(.*?)^## /ms.exec(read("CONTRIBUTING.md"));
    const told = new Set([...section.matchAll(/`([@\w/-]+)`/g)].map(([, name]) => name));
    const crates = ["Cargo.toml", "benches/native/Cargo.toml", "benches/responder/Cargo.toml", "fuzz/Cargo.toml", "tools/bindgen/Cargo.toml", "tools/public-api/Cargo.toml", "tokio/Cargo.toml"].flatMap((path) =>
      read(path).split(/^(?=\[)/m).filter((table) => /^\[.*dependencies\]/.test(table)).flatMap((table) => [...table.matchAll(/^([\w-]+) = /gm)].map(([, name]) => name)));
    const packages = ["package.json", "tools/packaging/package.json", "tools/servers/package.json", "site/package.json", "examples/vite/package.json"].flatMap((path) => Object.keys(JSON.parse(read(path)).devDependencies));
    assert.deepEqual([...crates, ...packages].filter((name) => name !== "smpp-edge" && !told.has(name)), []);
  });

  for (const [heading, name] of [["## connect(", "ConnectOptions"], ["### tls", "TlsOptions"], ["## sendSms(", "SmsMessage"]]) {
    test(`docs/options.md, ${name}`, () => assert.deepEqual(firstCells(read("docs/options.md"), heading).sort(), members(name).sort()));
  }

  test("docs/wasm-pack.md, the settings and their defaults", () => {
    const [, body] = /export interface SessionConfig \{\n(.*?)^\}/ms.exec(read("wasm-pack/src/types.ts"));
    const declared = [...body.matchAll(/Default:? ([^\n]*?)\.? \*\/\n {2}(\w+)\?:/g)].map(([, value, name]) => [name, value]);
    const [, section] = /^## Settings\n(.*?)^## /ms.exec(read("docs/wasm-pack.md"));
    const rows = [...section.matchAll(/^\| (`[^|]*`) \| ([^|]*) \|/gm)];
    const shown = rows.flatMap(([, names, value]) => [...names.matchAll(/\w+/g)].map(([name]) => [name, value]));
    assert.deepEqual(shown.map(([name]) => name).sort(), [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name).sort());
    const sorted = (pairs) => pairs.map(([name, value]) => `${name}: ${value.replaceAll("`", "")}`).sort();
    assert.deepEqual(sorted(shown), sorted(declared));
    // Those that the module reads, with the defaults of the engine.
    const reader = read("wasm-pack/src/config.rs").split("Reads a `SessionConfig`")[1];
    assert.deepEqual([...reader.matchAll(/^ {12}"(\w+)" =>/gm)].map(([, name]) => name).sort(), shown.map(([name]) => name).sort());
    const [, engine] = /pub fn esme\((.*?)\n {4}\}/s.exec(read("src/session/config.rs"));
    const literal = (text) => ({ None: "no limit", "Duration::ZERO": "0", "Vec::new()": "empty" })[text] ?? text.replace(/^Duration::from_secs\((\d+)\)$/, "$1_000").replace("_", ",");
    const fields = Object.fromEntries([...engine.matchAll(/^ {12}(\w+): (true|false|None|[\d_]+|Vec::new\(\)|Duration::[^,]+),$/gm)].map(([, field, value]) => [field, literal(value)]));
    let compared = 0;
    for (const [, name, field] of reader.matchAll(/"(\w+)" => config\.(\w+) =/g)) {
      if (fields[field] === undefined) continue;
      compared++;
      assert.equal(Object.fromEntries(shown)[name], fields[field], name);
    }
    assert(compared > 20, `${compared} compared`);
  });

  test("docs/errors.md, the codes and the classes", () => {
    const errors = read("js/client/errors.ts");
    const [, union] = /export type LocalCode =\n(.*?);/s.exec(errors);
    assert.deepEqual(firstCells(read("docs/errors.md"), "## Codes").filter((word) => word !== "code").sort(), [...union.matchAll(/"([\w-]+)"/g)].map(([, code]) => code).sort());
    assert.deepEqual(firstCells(read("docs/errors.md"), "## Classes").sort(), [...errors.matchAll(/^export class (\w+)/gm)].map(([, name]) => name).sort());
  });

  test("docs/gateway.md, the settings", () => {
    const config = read("js/gateway/model/config.ts");
    const [, env] = /export interface GatewayEnv \{\n(.*?)^\}/ms.exec(config);
    const names = [...env.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name).filter((name) => name !== "SMPP_LINK");
    assert.deepEqual(firstCells(read("docs/gateway.md"), "## Settings").sort(), names.sort());
    const [, options] = /^const options = \{\n(.*?)^\};/ms.exec(config);
    const [, row] = /^\| `SMPP_OPTIONS` \|(.*)\|$/m.exec(read("docs/gateway.md"));
    assert.deepEqual([...row.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort(), [...options.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name).sort());
  });

  test("docs/texts.md, encodings and languages", async () => {
    const { countSegments } = await import("smpp-edge");
    const page = read("docs/texts.md");
    for (const encoding of firstCells(page, "## Encodings").filter((word) => word !== "encoding")) assert.doesNotThrow(() => countSegments("x", { encoding, defaultAlphabet: encoding === "utf8" ? encoding : "gsm7" }), encoding);
    for (const [language] of /Languages: ([^.]*)/.exec(page)[1].matchAll(/\w+/g)) assert.doesNotThrow(() => countSegments("x", { encoding: "gsm7", language }), language);
    assert.throws(() => countSegments("x", { encoding: "gsm7", language: "klingon" }));
  });
});
