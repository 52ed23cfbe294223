// The codec beside the other Rust crates, and beside a floor: a read that finds every field and makes nothing of it.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { at, files, must } from "../scripts/lib.mjs";
import { budgets, digits, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";

optionsOf(import.meta.filename);

const ROUNDS = 3;
const CRATES = ["smpp-edge", "smpp-codec", "smpp-core", "rusmpp"];
const FLOORS = { decode: "bare read", encode: "bare write", "stream of 2,000 PDUs": "bare read" };
const PDUS = ["submit_sm of 160 octets", "submit_sm_resp", "receipt with three TLVs", "enquire_link"];
const STREAM = "stream of 2,000 PDUs";

// Of all samples of all rounds, each a process of its own, the fastest: what else runs on the machine only adds to it.
const fastest = new Map();
for (let round = 0; round < ROUNDS; round++) {
  const home = mkdtempSync(join(tmpdir(), "smpp-edge-criterion-"));
  try {
    const options = ["--noplot", "--warm-up-time", "0.2", "--measurement-time", "0.6", "--sample-size", "30"];
    await must("cargo", ["bench", "--locked", "--manifest-path", at("benches", "native", "Cargo.toml"), "--bench", "codec", "--", ...options], { env: { ...process.env, CRITERION_HOME: home } });
    for (const path of files(home).filter((path) => path.endsWith(join("new", "sample.json")))) {
      const { full_id } = JSON.parse(readFileSync(join(dirname(path), "benchmark.json"), "utf8"));
      const { iters, times } = JSON.parse(readFileSync(path, "utf8"));
      const id = full_id.replace(/, (borrowed|owned)$/, "");
      fastest.set(id, Math.min(fastest.get(id) ?? Infinity, ...times.map((time, sample) => time / iters[sample])));
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const shown = (value) => (value === undefined ? "" : digits(value));
const row = (group, pdu, times = 1) => [...CRATES, FLOORS[group]].map((name) => fastest.get([group, pdu, name].filter(Boolean).join("/"))).map((value) => value && value / times);
table("Nanoseconds a PDU, the fastest sample", ["", ...CRATES, "floor"], [
  ...["decode", "encode"].flatMap((group) => PDUS.map((pdu) => [`${group} ${pdu}`, ...row(group, pdu).map(shown)])),
  [STREAM, ...row(STREAM, undefined, 2000).map(shown)],
]);

const [stream, ...others] = row(STREAM);
const floor = others.pop();
const of = ([ours, , , , bare]) => ours / bare;
budgets([
  ["The stream, of the fastest other crate's", stream / Math.min(...others), 1 / 4],
  ["The stream, of the floor's", stream / floor, 2],
  ["A receipt decoded, of the floor's", of(row("decode", PDUS[2])), 1.5],
  ["A submit_sm encoded, of the floor's", of(row("encode", PDUS[0])), 1],
]);
