// The client's exchanges on the Node that npm runs on, where that is another than the one of these tests: on a machine with
// Node 20, the oldest that is supported. That one can't read TypeScript, so they are built for it first.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { at, execute } from "../../../scripts/lib.mjs";

const node = process.env.npm_node_execpath ?? process.execPath;
const { output: version } = await execute(node, ["--version"]);

test(`the suite passes on ${version.trim()}`, { skip: version.trim() === process.version && "the other suites run on it" }, async (t) => {
  mkdirSync(at("target"), { recursive: true });
  // Within the package, so that it finds itself by its name.
  const directory = mkdtempSync(at("target", "oldest-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const outfile = join(directory, "exchange.test.mjs");
  await build({ entryPoints: [at("tests/js/client/exchange.test.ts")], bundle: true, packages: "external", platform: "node", format: "esm", target: "node20", outfile, logLevel: "silent" });
  const { code, output } = await execute(node, ["--test", "--test-reporter=tap", outfile], { timeout: 120_000, env: { ...process.env, NODE_TEST_CONTEXT: undefined } });
  assert.equal(code, 0, output);
  const passed = Number(/^# pass (\d+)$/m.exec(output)?.[1]);
  t.diagnostic(`${passed} exchanges passed on ${version.trim()}`);
  assert(passed > 50, `${passed} tests ran`);
});
