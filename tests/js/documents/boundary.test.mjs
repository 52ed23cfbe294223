// What crosses the boundary is defined once, in src/wasm/layout.rs: JavaScript has its names and numbers from what the build writes, and
// none of them a second time.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { at, files } from "../../../scripts/lib.mjs";

const boundary = readFileSync(at("dist/bindgen/boundary-source.ts"), "utf8");
const sources = files("js").filter((path) => path.endsWith(".ts")).map((path) => ({ path, source: readFileSync(at(path), "utf8") }));

/** Names in quotation marks, one after the other: the members of a list or of a type. */
function lists(source) {
  const found = source.matchAll(/"[^"\n]*"(?:\s*[,|]\s*"[^"\n]*")+/g);
  return Array.from(found, ([list]) => Array.from(list.matchAll(/"([^"\n]*)"/g), ([, name]) => name));
}

describe("names", () => {
  const generated = new Set(lists(boundary).filter((names) => names.length >= 3).map(String));

  test("the build writes them: alphabets, states, settings and more", () => {
    for (const names of [["gsm7", "gsm7-packed", "latin1", "ascii", "utf8"], ["transceiver", "transmitter", "receiver"], ["3.3", "3.4", "5.0"]]) {
      assert(generated.has(String(names)), names.join(", "));
    }
    assert(generated.size >= 12, `${generated.size} lists`);
  });

  for (const { path, source } of sources) {
    test(`${path} has none of these lists`, () => {
      const twice = lists(source).filter((names) => generated.has(String(names)));
      assert.deepEqual(twice, []);
    });
  }
});

describe("places and numbers", () => {
  for (const { path, source } of sources.filter(({ path }) => path.startsWith("js/engine/"))) {
    test(`${path} looks into the module's memory by names`, () => {
      // The second word of two, such as a length, is 1 from the first.
      const literal = source.matchAll(/\b(?:u32|f64|words)\[[^\]]*?\+ (?!1\])\d+\]/g);
      assert.deepEqual(Array.from(literal, ([place]) => place), []);
    });
  }
});
