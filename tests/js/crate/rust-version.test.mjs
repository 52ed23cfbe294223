// The minimum version of Rust: one number everywhere, and no dependency of the crates asks for a newer one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { at, must } from "../../../scripts/lib.mjs";

const read = (path) => readFileSync(at(path), "utf8");
const [, minimum] = /^rust-version = "(.+)"/m.exec(read("Cargo.toml"));

/** "1.88" and "1.88.0" as a number that can be compared. */
const order = (version) => {
  const [major, minor, patch = 0] = version.split(".").map(Number);
  return (major * 1_000 + minor) * 1_000 + patch;
};

test("every crate and every document says the same version", () => {
  for (const path of ["tokio/Cargo.toml", "wasm-pack/Cargo.toml"]) assert.equal(/^rust-version = "(.+)"/m.exec(read(path))?.[1], minimum, path);
  for (const [path, pattern] of Object.entries({ "CONTRIBUTING.md": /Rust \(([\d.]+) or newer\)/, "docs/rust.md": /minimum Rust version is (\d+\.\d+)/ })) {
    assert.equal(pattern.exec(read(path))?.[1], minimum, path);
  }
  assert.deepEqual(new Set([...read("CONTRIBUTING.md").matchAll(/cargo \+([\d.]+) check/g)].map(([, version]) => version)), new Set([minimum]));
});

test("no dependency asks for a newer one", async () => {
  const { packages, resolve, workspace_members } = JSON.parse(await must("cargo", ["metadata", "--locked", "--format-version", "1", "--features", "smpp-edge/serde,smpp-edge-tokio/tracing"], { cwd: at(".") }));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  // Without those of tests.
  const used = new Set(workspace_members);
  for (const id of used) {
    for (const { pkg, dep_kinds } of nodes.get(id).deps) if (dep_kinds.some(({ kind }) => kind !== "dev")) used.add(pkg);
  }
  const theirs = packages.filter(({ id }) => used.has(id));
  assert(theirs.length > 30, `${theirs.length} crates`);
  assert.deepEqual(theirs.filter(({ rust_version }) => rust_version !== null && order(rust_version) > order(minimum)).map(({ name, rust_version }) => `${name}: ${rust_version}`), []);
});
