// What a crate that depends on smpp-edge gets: on WebAssembly only what it uses, and beside an allocator of its own; on WASI no JavaScript
// crate.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { at, execute, root, targetDir } from "../../../scripts/lib.mjs";

const directory = mkdtempSync(join(tmpdir(), "smpp-edge-dependent-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const source = `
use std::alloc::{GlobalAlloc, Layout, System};

struct Own;

unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        unsafe { System.dealloc(address, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Own = Own;

/// The most octets that the header announces.
#[unsafe(no_mangle)]
pub extern "C" fn command_length(word: u32) -> u32 {
    let mut header = [0; 16];
    header[..4].copy_from_slice(&word.to_be_bytes());
    smpp_edge::pdu::Header::decode(&header).command_length
}
`;

test("a module that depends on the crate has an allocator and exports of its own, and nothing it does not use", async () => {
  mkdirSync(join(directory, "src"));
  const dependency = JSON.stringify(root);
  writeFileSync(
    join(directory, "Cargo.toml"),
    `[package]\nname = "dependent"\nversion = "0.0.0"\nedition = "2024"\n[lib]\ncrate-type = ["cdylib"]\n[dependencies]\nsmpp-edge = { path = ${dependency} }\n[workspace]\n[profile.release]\nstrip = true\n`,
  );
  writeFileSync(join(directory, "src", "lib.rs"), source);
  copyFileSync(at("Cargo.lock"), join(directory, "Cargo.lock"));
  const output = join(targetDir, "dependent");
  const { code, output: log } = await execute("cargo", ["build", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", output], { cwd: directory });
  assert.equal(code, 0, log);
  const bytes = readFileSync(join(output, "wasm32-unknown-unknown", "release", "dependent.wasm"));
  const module = new WebAssembly.Module(bytes);
  const exports = WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.deepEqual(exports.filter((name) => !["memory", "__data_end", "__heap_base"].includes(name)), ["command_length"]);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert(bytes.length < 30_000, `${bytes.length} bytes`);
  const { exports: { command_length } } = new WebAssembly.Instance(module);
  assert.equal(command_length(33), 33);
});

/** The crates that `cargo tree` lists; what it says about locks it waits for is left out. */
const crates = (output) => output.split("\n").flatMap((line) => /^(\S+) v\d/.exec(line)?.[1] ?? []);

for (const target of ["wasm32-wasip1", "wasm32-wasip1-threads", "wasm32-wasip2", "x86_64-unknown-linux-gnu"]) {
  test(`no JavaScript crate on ${target}, whatever the features`, async () => {
    const { code, output } = await execute("cargo", ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--target", target, "--features", "wasm,wasm-pack"], { cwd: at(".") });
    assert.equal(code, 0, output);
    assert.deepEqual(crates(output), ["smpp-edge", "bytes", "unicode-normalization", "tinyvec"]);
  });
}

test("no feature is on by default", async () => {
  const { output } = await execute("cargo", ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--target", "wasm32-unknown-unknown"], { cwd: at(".") });
  assert.deepEqual(crates(output), ["smpp-edge", "bytes"]);
});
