// npm run supply-chain: holds every crate that the project or one of its programs depends on against deny.toml.
// `npm run supply-chain -- licenses bans sources` leaves out the advisories, whose database is fetched.

import { fileURLToPath } from "node:url";
import { at, execute, Failure, must, run, step } from "./lib.mjs";

const manifests = ["Cargo.toml", "benches/native/Cargo.toml", "benches/drivers/Cargo.toml", "benches/responder/Cargo.toml", "fuzz/Cargo.toml", "tools/bindgen/Cargo.toml", "tools/public-api/Cargo.toml"];

/** Throws a `Failure` that shows what `cargo deny` found. */
export async function checkSupplyChain(checks = []) {
  const { code } = await execute("cargo", ["deny", "--version"]);
  if (code !== 0) throw new Failure("cargo-deny is missing: `cargo install cargo-deny --locked`.");
  for (const manifest of manifests) {
    await step(`Checking what ${manifest} depends on`, () => must("cargo", ["deny", "--locked", "--log-level", "error", "--manifest-path", at(manifest), "--config", at("deny.toml"), "check", ...checks]));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run(() => checkSupplyChain(process.argv.slice(2)));
}
