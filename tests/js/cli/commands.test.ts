import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { run } from "./program.ts";

const ENQUIRE_LINK = "00000010000000150000000000000001";

test("--help lists the commands, and each command has its own", async () => {
  const { code, out } = await run(["--help"]);
  assert.equal(code, 0);
  for (const name of ["simulator", "decode", "send", "bench", "tunnel", "completion"]) {
    assert.match(out, new RegExp(`^  ${name} `, "m"));
    for (const args of [[name, "--help"], ["help", name]]) {
      const help = await run(args);
      assert.equal(help.code, 0);
      assert.match(help.out, new RegExp(`^smpp-edge ${name} \\[flags\\]`));
      assert.match(help.out, /Exit codes: 0/);
    }
  }
});

test("--version is the package's", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  assert.deepEqual(await run(["--version"]), { code: 0, out: `${version}\n`, err: "" });
});

test("without a command, or with an unknown one, it is a mistake with exit code 2", async () => {
  assert.equal((await run([])).code, 2);
  assert.deepEqual(await run(["sned"]), { code: 2, out: "", err: "smpp-edge: there is no command sned; there are init, simulator, decode, send, check, bench, listen, tunnel, completion\n" });
});

for (const [name, args, input, code, output] of [
  ["an argument", [ENQUIRE_LINK], "", 0, /^enquire_link {2}sequence 1 {2}ESME_ROK/],
  ["arguments with colons", ["00:00:00:10", "00:00:00:15", "00:00:00:00", "00:00:00:01"], "", 0, /^enquire_link/],
  ["standard input", [], `0x${ENQUIRE_LINK}\n`, 0, /^enquire_link/],
  ["a PDU that is cut off", [ENQUIRE_LINK.slice(2)], "", 1, /./],
  ["what only --strict names", ["--strict", "00000011000000150000000000000001ff"], "", 1, /error at 16/],
] as const) {
  test(`decode explains ${name}`, async () => {
    const result = await run(["decode", ...args], { input });
    assert.equal(result.code, code, result.err);
    assert.match(result.out, output);
  });
}

for (const [name, args, message] of [
  ["nothing to be read", ["hello"], /no PDU was found in it\. Paste hex/],
  ["a file that isn't there", ["nothing.pcap"], /there is no file nothing\.pcap/],
  ["a file that isn't there, by its path", ["/nothing/here"], /there is no file \/nothing\/here/],
  ["a folder", ["/"], /\/ is a folder/],
  ["a port that is none", ["--ports", "70000", "00"], /--ports: 70000/],
  ["two forms at once", ["--json", "--csv", "00"], /--json and --csv/],
  ["an unknown flag", ["--hex"], /--hex/],
] as const) {
  test(`decode ${name}: exit code 2 and no stack`, async () => {
    const { code, err } = await run(["decode", ...args]);
    assert.equal(code, 2);
    assert.match(err, message);
    assert.doesNotMatch(err, /\n\s+at /);
  });
}

test("what the system refuses is a line without a stack: exit code 1", async () => {
  const { code, err } = await run(["init", `${import.meta.filename}/below`]);
  assert.equal(code, 1);
  assert.match(err, /^init: ENOTDIR: .*commands\.test\.ts\/below'\n$/);
});

test("an output that can't be written is named", { skip: process.platform !== "linux" }, async () => {
  const { code, err } = await run(["decode", ENQUIRE_LINK], { shell: "exec >/dev/full;" });
  assert.equal(code, 1);
  assert.match(err, /^smpp-edge: standard output: ENOSPC: .*\n$/);
});
