// What a crate that depends on smpp-edge gets: on WebAssembly only what it uses, beside an allocator of its own, and without std if it has none;
// on WASI no JavaScript crate.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { at, execute, root, targetDir } from "../../../scripts/lib.mjs";

const directory = mkdtempSync(join(tmpdir(), "smpp-edge-dependent-"));
after(() => rmSync(directory, { recursive: true, force: true }));

/** A crate with an allocator of its own that reads a PDU's header. */
const READER = `
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

/** A crate without std: an embedded program brings its allocator and says what a panic does. */
const EMBEDDED = `
#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};
use smpp_edge::messenger::{Messenger, MessengerOptions, OutgoingSms};
use smpp_edge::receipt;
use smpp_edge::session::{Config, Instant};

const ROOM: usize = 1 << 20;
static mut MEMORY: [u128; ROOM / 16] = [0; ROOM / 16];
static USED: AtomicUsize = AtomicUsize::new(0);

struct Own;

unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let end = USED.fetch_add(layout.size().next_multiple_of(16), Ordering::Relaxed) + layout.size();
        if end > ROOM { core::ptr::null_mut() } else { unsafe { (&raw mut MEMORY).cast::<u8>().add(end - layout.size()) } }
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Own = Own;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// The octets of a bind request.
#[unsafe(no_mangle)]
pub extern "C" fn bind() -> usize {
    let now = Instant::from_millis(0);
    let mut messenger = Messenger::new(Config::esme(b"esme", b"secret", 7), MessengerOptions::default(), now);
    messenger.send_sms(now, &OutgoingSms::text("+1234567890", "Hello World")).unwrap();
    messenger.bind(now);
    messenger.poll_transmit().len()
}

/// Whether a receipt says that its message is delivered.
#[unsafe(no_mangle)]
pub extern "C" fn delivered() -> bool {
    receipt::parse(b"id:1 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:").is_some_and(|receipt| receipt.id == Some(b"1"))
}
`;

/** Compiles a crate of this source that depends on ours, for WebAssembly. Returns its bytes. */
async function compile(name, source, dependency) {
  const project = join(directory, name);
  mkdirSync(join(project, "src"), { recursive: true });
  writeFileSync(
    join(project, "Cargo.toml"),
    `[package]\nname = "${name}"\nversion = "0.0.0"\nedition = "2024"\n[lib]\ncrate-type = ["cdylib"]\n[dependencies]\nsmpp-edge = { path = ${JSON.stringify(root)}${dependency} }\n[workspace]\n[profile.release]\nopt-level = 1\nstrip = true\npanic = "abort"\n`,
  );
  writeFileSync(join(project, "src", "lib.rs"), source);
  copyFileSync(at("Cargo.lock"), join(project, "Cargo.lock"));
  const output = join(targetDir, "dependent");
  const { code, output: log } = await execute("cargo", ["build", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", output], { cwd: project });
  assert.equal(code, 0, log);
  return readFileSync(join(output, "wasm32-unknown-unknown", "release", `${name}.wasm`));
}

const exportsOf = (module) => WebAssembly.Module.exports(module).map(({ name }) => name).filter((name) => !["memory", "__data_end", "__heap_base"].includes(name));

test("a module that depends on the crate has an allocator and exports of its own, and nothing it does not use", async () => {
  const bytes = await compile("reader", READER, "");
  const module = new WebAssembly.Module(bytes);
  assert.deepEqual(exportsOf(module), ["command_length"]);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert(bytes.length < 30_000, `${bytes.length} bytes`);
  const { exports: { command_length } } = new WebAssembly.Instance(module);
  assert.equal(command_length(33), 33);
});

test("a program without std, with an allocator and a panic handler of its own, has sessions, texts and receipts", async () => {
  const module = new WebAssembly.Module(await compile("embedded", EMBEDDED, ", default-features = false"));
  assert.deepEqual(exportsOf(module).sort(), ["bind", "delivered"]);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  const { exports: { bind, delivered } } = new WebAssembly.Instance(module);
  assert.equal(bind(), 16 + "esme".length + "secret".length + 7);
  assert.equal(delivered(), 1);
});

/** The crates that `cargo tree` lists; what it says about locks it waits for is left out. */
const crates = (output) => output.split("\n").flatMap((line) => /^(\S+) v\d/.exec(line)?.[1] ?? []);

for (const target of ["wasm32-wasip1", "wasm32-wasip1-threads", "wasm32-wasip2", "x86_64-unknown-linux-gnu"]) {
  test(`no JavaScript crate on ${target}, whatever the features`, async () => {
    const { code, output } = await execute("cargo", ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--target", target, "--features", "wasm"], { cwd: at(".") });
    assert.equal(code, 0, output);
    assert.deepEqual(crates(output), ["smpp-edge", "bytes", "unicode-normalization", "tinyvec"]);
  });
}

test("by default the tables of Unicode's normal forms come along, and without features bytes alone", async () => {
  const tree = async (...flags) => {
    const { output } = await execute("cargo", ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--target", "wasm32-unknown-unknown", ...flags], { cwd: at(".") });
    return crates(output);
  };
  assert.deepEqual(await tree(), ["smpp-edge", "bytes", "unicode-normalization", "tinyvec"]);
  assert.deepEqual(await tree("--no-default-features"), ["smpp-edge", "bytes"]);
  assert((await tree("--features", "serde")).includes("serde"));
});
