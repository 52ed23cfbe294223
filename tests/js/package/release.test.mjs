// What a release takes, as far as it needs no registry: `npm run release` tries the rest.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkVersions } from "../../../scripts/release.mjs";
import { execute, root } from "../../../scripts/lib.mjs";

test("crate and package have one version", () => {
  assert.match(checkVersions(), /^\d+\.\d+\.\d+$/);
});

test("the crate holds its sources, README, changelog and licences, and nothing else", async () => {
  const { code, output } = await execute("cargo", ["package", "--list", "--allow-dirty", "--offline"], { cwd: root });
  assert.equal(code, 0, output);
  const packed = output.trim().split(/\r?\n/);
  assert(packed.some((path) => /^src[/\\]README\.md$/.test(path)), output);
  const rest = packed.filter((path) => !/^src[/\\]|^\.cargo_vcs_info\.json$/.test(path));
  assert.deepEqual(rest.sort(), ["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig", "LICENSE-APACHE", "LICENSE-MIT"]);
});
