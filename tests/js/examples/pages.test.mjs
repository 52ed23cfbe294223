// README and docs/ against what they speak of: the examples, the files they link to, the types they list, the command's help.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, test } from "node:test";
import { at, files } from "../../../scripts/lib.mjs";

const read = (path) => readFileSync(at(path), "utf8");
const pages = ["README.md", ...readdirSync(at("docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
const examples = files("examples").filter((path) => /\.(mjs|ts)$/.test(path) && !path.includes(".wrangler")).map((path) => ({ name: relative(at("examples"), path), content: readFileSync(path, "utf8") }));

/** The words in code marks in the first cells of the tables under a heading. */
function firstCells(page, heading) {
  const section = page.split(/^(?=#{2,3} )/m).find((part) => part.startsWith(heading)) ?? assert.fail(`there is no ${heading}`);
  const cells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`"?(\w+[\w-]*)"?`/g)].map(([, word]) => word));
}

/** The members of an interface in the client's types. */
function members(name) {
  const [, body] = new RegExp(`export interface ${name} \\{\\n(.*?)^\\}`, "ms").exec(read("js/client/types.ts")) ?? assert.fail(`there is no ${name}`);
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member);
}

describe("every script that a page shows is a file in examples/, to the letter", () => {
  for (const page of pages) {
    test(page, () => {
      for (const [, code] of read(page).matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)) {
        assert(examples.some(({ content }) => content === code), `no example is\n${code}`);
      }
    });
  }
});

test("every example is shown by a page", () => {
  const text = pages.map(read).join("\n");
  assert.deepEqual(examples.filter(({ content }) => !text.includes(`\n${content}\`\`\``)).map(({ name }) => name), []);
});

describe("every link leads somewhere", () => {
  const anchors = (page) => [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-"));
  for (const page of pages) {
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
  for (const [heading, name] of [["## connect(", "ConnectOptions"], ["### tls", "TlsOptions"], ["## sendSms(", "SmsMessage"]]) {
    test(`docs/options.md, ${name}`, () => assert.deepEqual(firstCells(read("docs/options.md"), heading).sort(), members(name).sort()));
  }

  test("docs/errors.md, the codes and the classes", () => {
    const errors = read("js/client/errors.ts");
    const [, union] = /export type LocalCode =\n(.*?);/s.exec(errors);
    assert.deepEqual(firstCells(read("docs/errors.md"), "## Codes").filter((word) => word !== "code").sort(), [...union.matchAll(/"([\w-]+)"/g)].map(([, code]) => code).sort());
    assert.deepEqual(firstCells(read("docs/errors.md"), "## Classes").sort(), [...errors.matchAll(/^export class (\w+)/gm)].map(([, name]) => name).sort());
  });

  test("docs/texts.md, encodings and languages", async () => {
    const { countSegments } = await import("smpp-edge");
    const page = read("docs/texts.md");
    for (const encoding of firstCells(page, "## Encodings").filter((word) => word !== "encoding")) assert.doesNotThrow(() => countSegments("x", { encoding, defaultAlphabet: encoding === "utf8" ? encoding : "gsm7" }), encoding);
    for (const [language] of /Languages: ([^.]*)/.exec(page)[1].matchAll(/\w+/g)) assert.doesNotThrow(() => countSegments("x", { encoding: "gsm7", language }), language);
    assert.throws(() => countSegments("x", { encoding: "gsm7", language: "klingon" }));
  });
});
