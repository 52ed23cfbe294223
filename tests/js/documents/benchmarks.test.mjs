// The command line of the benchmarks: what one does not know is refused before anything is built or measured.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { nameOf, OPTIONS, optionsOf, readCommand } from "../../../benches/support/options.mjs";
import { at, execute, files, node24 } from "../../../scripts/lib.mjs";

const paths = files("benches").filter((path) => path.endsWith(".bench.mjs"));
const all = paths.map(nameOf);

for (const path of paths) {
  const name = nameOf(path);
  test(`${name} refuses an option that it does not have`, async () => {
    assert.throws(() => readCommand([name, "--mesages", "5000"], all), /Unknown option '--mesages'/);
    assert.throws(() => optionsOf(path, ["--mesages=5000"]), new RegExp(`'--mesages'.* The benchmark ${name} has `));
    assert.throws(() => optionsOf(path, ["5000"]), /5000/);
    // Also when it is run without scripts/bench.mjs.
    assert.match(readFileSync(at(path), "utf8"), /^[^\n]*optionsOf\(import\.meta\.filename\)/m);
  });
}

test("an option of one benchmark is none of another", () => {
  assert.throws(() => readCommand(["memory", "send", "--million"], all), /'--million'.* The benchmark send has no options/);
  assert.throws(() => readCommand(["--million"], all), /'--million'/);
  assert.throws(() => readCommand(["memory", "--messages", "5"], all), /'--messages'.* The benchmark memory has --million/);
});

test("numbers are whole and above 0, and a value is where one is expected", () => {
  for (const number of ["many", "0", "1.5", "-1", "1e3", ""]) {
    assert.throws(() => readCommand(["gateway", `--messages=${number}`], all), new RegExp(`--messages: .* not "${number}"`), number);
  }
  assert.throws(() => readCommand(["gateway", "--messages"], all), /--messages/);
  assert.throws(() => readCommand(["memory", "--million=yes"], all), /--million/);
});

describe("what is known", () => {
  test("goes to the benchmarks as it was given, and what is left out has its default", () => {
    const { wanted, passed, options } = readCommand(["gateway", "--messages", "5000", "--save", "--beside=../other"], all);
    assert.deepEqual([wanted, passed, options], [["gateway"], ["--messages=5000", "--beside=../other"], { save: true }]);
    assert.deepEqual(optionsOf("gateway", passed), { beside: "../other", kept: 100_000, messages: 5_000, old: 1_000_000, receipts: 13_000, waiting: 100_000 });
    assert.deepEqual(optionsOf("memory", readCommand(["memory", "--million"], all).passed), { million: true });
    assert.deepEqual(optionsOf("memory", []), { million: false });
  });

  test("without names all benchmarks run, in their order", () => {
    assert.deepEqual(readCommand([], all), { options: { save: false }, wanted: all, passed: [] });
    assert.deepEqual(readCommand(["send", "decode"], ["decode", "memory", "send"]).wanted, ["decode", "send"]);
    assert.throws(() => readCommand(["sent"], all), /No benchmark sent\. There are: /);
  });

  test("every benchmark that has options exists", () => {
    assert.deepEqual(Object.keys(OPTIONS).filter((name) => !all.includes(name)), []);
  });
});

test("npm run bench says what was wrong, and nothing else", async () => {
  const { code, output } = await execute(node24(), [at("scripts/bench.mjs"), "memory", "--milion"]);
  assert.equal(code, 1);
  assert.equal(output.trim(), "Unknown option '--milion'. There are: --save, --beside, --kept, --messages, --old, --receipts, --waiting, --million.");
});
