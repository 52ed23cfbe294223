// Who may import whom, as ARCHITECTURE.md draws it: no module reaches past its neighbour.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, test } from "node:test";
import { at, files, root } from "../../../scripts/lib.mjs";

/** A layer, and those whose names it may speak. Files directly in a folder are a layer of their own. */
const rust = {
  pdu: ["words"],
  text: ["pdu", "words"],
  receipt: ["pdu", "text", "words"],
  session: ["pdu", "text", "receipt", "words"],
  messenger: ["pdu", "text", "receipt", "session"],
  wasm: ["pdu", "text", "receipt", "session", "words"],
};
const javascript = {
  "js/engine": [],
  "js/client": ["js/engine"],
  "js/server": ["js/engine", "js/client"],
  "js/simulator": ["js/engine", "js/client", "js/server"],
  "js/cli": ["js/engine", "js/client", "js/server", "js/simulator", "js/decoder/input", "js/decoder/model"],
  "js/decoder": ["js/engine"],
  "js/decoder/input": ["js/decoder/capture"],
  "js/decoder/capture": ["js/decoder/input"],
  "js/decoder/model": ["js/engine", "js/decoder/input"],
  "js/decoder/view": ["js/engine", "js/decoder/input", "js/decoder/model"],
  "js/decoder/page": ["js/engine", "js/decoder/view"],
  "js/gateway/model": ["js/client"],
  "js/gateway/link": ["js/engine", "js/client", "js/gateway/model"],
  "js/gateway/operations": ["js/engine", "js/client", "js/gateway/model", "js/gateway/link"],
  "js/gateway/application": ["js/engine", "js/client", "js/server", "js/gateway/model", "js/gateway/link", "js/gateway/operations"],
  "js/gateway/http": ["js/client", "js/gateway/model", "js/gateway/link", "js/gateway/operations"],
  "js/gateway/routing": ["js/gateway/model"],
  "js/gateway/statistics": ["js/gateway/model", "js/gateway/link", "js/gateway/operations", "js/gateway/http"],
  "js/gateway/limits": ["js/engine", "js/gateway/model", "js/gateway/link", "js/gateway/operations", "js/gateway/http"],
  "js/gateway": ["js/server", "js/gateway/model", "js/gateway/link", "js/gateway/operations", "js/gateway/application", "js/gateway/limits", "js/gateway/statistics", "js/gateway/routing", "js/gateway/http"],
  "js/gateway/console": ["js/gateway/model", "js/decoder/view"],
};

/** What goes the other way, with its reason. */
const exceptions = [
  // The entry of `smpp-edge/server`, which has the simulator too.
  "js/server/index.ts ../simulator/index.ts",
  "js/server/workerd.ts ../simulator/faults.ts",
  // Types: the classes behind bindings.
  "js/gateway/model/config.ts ../link/link.ts",
  "js/gateway/model/config.ts ../application/application.ts",
];

const slashes = (path) => path.split(sep).join("/");

/** The longest layer that the path lies in. */
function layerOf(path) {
  const layers = Object.keys(javascript).filter((layer) => path.startsWith(`${layer}/`));
  return layers.sort((a, b) => b.length - a.length)[0];
}

describe("src", () => {
  for (const [layer, below] of Object.entries(rust)) {
    test(layer, () => {
      for (const path of files(`src/${layer}`)) {
        for (const [, name] of readFileSync(path, "utf8").matchAll(/\bcrate::([a-z]\w*)/g)) {
          assert([layer, ...below].includes(name), `${relative(root, path)} speaks of ${name}`);
        }
      }
    });
  }
});

describe("js", () => {
  for (const [layer, below] of Object.entries(javascript)) {
    test(layer, () => {
      for (const file of files(layer).filter((path) => path.endsWith(".ts"))) {
        const path = slashes(relative(root, file));
        if (layerOf(path) !== layer) continue;
        for (const [, target] of readFileSync(file, "utf8").matchAll(/(?:from|import\(?) ?"(\.[^"]+)"/g)) {
          const other = layerOf(slashes(relative(root, join(dirname(at(path)), target))));
          if (other === undefined || other === layer || exceptions.includes(`${path} ${target}`)) continue;
          assert(below.includes(other), `${path} imports ${target}`);
        }
      }
    });
  }

  test("every exception is one", () => {
    for (const exception of exceptions) {
      const [path, target] = exception.split(" ");
      assert(readFileSync(at(path), "utf8").includes(`"${target}"`), exception);
    }
  });
});
