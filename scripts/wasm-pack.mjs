// wasm-pack for the tests, from crates.io: compiled once, into target/tools. It finds the `wasm-bindgen` of tools/bindgen on its path, so that
// it downloads nothing.

import { delimiter, dirname, join } from "node:path";
import { buildBindgen } from "./build.mjs";
import { at, execute, exists, must, step, targetDir, windows } from "./lib.mjs";

const VERSION = "0.15.1";

const tools = join(targetDir, "tools");
const program = join(tools, "bin", windows ? "wasm-pack.exe" : "wasm-pack");

async function install() {
  if (exists(program)) {
    const { output } = await execute(program, ["--version"]);
    if (output.trim() === `wasm-pack ${VERSION}`) return;
  }
  // Unoptimised and without debug information, it compiles in half the time.
  const env = { ...process.env, CARGO_PROFILE_DEV_DEBUG: "0" };
  await step("Compiling wasm-pack", () => must("cargo", ["install", "--debug", "--locked", "--root", tools, "--target-dir", join(targetDir, "tools-build"), "--version", VERSION, "wasm-pack"], { env }));
}

/** Settings of Cargo that compile a release build in a third of the time; a session then takes twice as long. */
const QUICK = { CARGO_PROFILE_RELEASE_LTO: "off", CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16", CARGO_PROFILE_RELEASE_OPT_LEVEL: "1" };

/** Runs `wasm-pack build wasm-pack --target <target>` and returns the directory of the package. One process at a time. */
export async function buildPackage(target, { optimised = false } = {}) {
  await install();
  const bindgen = await buildBindgen("wasm-bindgen");
  const directory = join(targetDir, "wasm-pack", optimised ? `${target}-optimised` : target);
  const env = { ...process.env, ...(optimised ? {} : QUICK), PATH: [dirname(bindgen), process.env.PATH].join(delimiter), CARGO_TARGET_DIR: targetDir };
  await must(program, ["build", "wasm-pack", "--mode", "no-install", "--target", target, "--out-dir", directory], { cwd: at("."), env });
  return directory;
}
