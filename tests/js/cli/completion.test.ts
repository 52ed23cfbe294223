// `smpp-edge completion`: what the scripts offer is what the commands take.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { run } from "./program.ts";

const COMMANDS = ["init", "simulator", "decode", "send", "check", "bench", "listen", "tunnel", "completion"];
const SHELLS = ["bash", "zsh", "fish"];

const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;
const needs = (shell: string) => ({ skip: !has(shell) && `there is no ${shell}` });

const script = new Map(await Promise.all(SHELLS.map(async (shell) => [shell, (await run(["completion", shell])).out] as const)));

const flagsIn = (text: string): string[] => [...new Set(text.match(/--[a-z][a-z-]*/g))].sort();

/** What the command's --help names, without the flags of others that its prose speaks of. */
async function flagsOf(command: string): Promise<string[]> {
  return flagsIn((await run([command, "--help"])).out);
}

/** What bash offers for the last of the words. */
function bash(...words: string[]): string[] {
  const line = 'eval "$1"; shift; COMP_WORDS=(smpp-edge "$@"); COMP_CWORD=$#; _smpp_edge; printf "%s\\n" "${COMPREPLY[@]}"';
  const { stdout, stderr } = spawnSync("bash", ["-c", line, "bash", script.get("bash") as string, ...words], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((word) => word !== "");
}

/** What fish offers at the end of the line, without the descriptions. */
function fish(line: string): string[] {
  const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", 'echo $argv[1] | source; complete -C "$argv[2]"', script.get("fish") as string, line], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.split("\n").map((row) => row.split("\t")[0] as string).filter((word) => word !== "");
}

test("bash: commands, by what is typed of them", needs("bash"), () => {
  assert.deepEqual(bash(""), [...COMMANDS, "help", "--help", "--version"]);
  assert.deepEqual(bash("be"), ["bench"]);
  assert.deepEqual(bash("--v"), ["--version"]);
  assert.deepEqual(bash("help", "c"), ["check", "completion"]);
});

for (const command of COMMANDS) {
  test(`${command}: every shell has the flags of its --help`, async () => {
    const wanted = await flagsOf(command);
    if (has("bash")) assert.deepEqual(bash(command, "--").sort(), wanted);
    const [, inZsh = ""] = new RegExp(`^    ${command}\\)\\n(.*?)^      ;;`, "ms").exec(script.get("zsh") as string) ?? [];
    assert.deepEqual(flagsIn(inZsh), wanted);
    const inFish = (script.get("fish") as string).split("\n").filter((line) => line.includes(`'__smpp_edge_is ${command}'`));
    assert.deepEqual(inFish.flatMap((line) => / -l (\S+)/.exec(line)?.[1] ?? []).map((name) => `--${name}`).sort(), wanted);
  });
}

test("bash: values of a flag, in both spellings; files for others", needs("bash"), () => {
  assert.deepEqual(bash("check", "--bind", "trans"), ["transceiver", "transmitter"]);
  assert.deepEqual(bash("listen", "--bind", ""), ["receiver", "transceiver"]);
  assert.deepEqual(bash("send", "--report", "=", ""), ["always", "failure", "success", "none"]);
  assert.deepEqual(bash("send", "--report", "="), ["always", "failure", "success", "none"]);
  assert.deepEqual(bash("simulator", "--receipt-format", "t"), ["text", "tlv"]);
  assert.deepEqual(bash("completion", ""), SHELLS);
  // None: bash takes files then.
  assert.deepEqual(bash("check", "--ca", ""), []);
  assert.deepEqual(bash("check", "--ca", "--"), []);
  assert.deepEqual(bash("decode", ""), []);
  assert.match(script.get("bash") as string, /^complete -o default -F _smpp_edge smpp-edge$/m);
});

test("bash: a flag without a value is followed by more flags", needs("bash"), () => {
  assert.deepEqual(bash("bench", "--json", "--messages"), ["--messages"]);
  assert.deepEqual(bash("bench", "--messages", "5", "--re"), ["--reports"]);
});

test("bash: nothing is made of a command that there is not", needs("bash"), () => {
  assert.deepEqual(bash("sned", "--"), []);
});

test("zsh reads its script", needs("zsh"), () => {
  const { status, stderr } = spawnSync("zsh", ["-n"], { input: script.get("zsh"), encoding: "utf8" });
  assert.deepEqual([status, stderr], [0, ""]);
});

test("zsh's script has commands with what they do, values and files", () => {
  const zsh = script.get("zsh") as string;
  for (const command of COMMANDS) assert.match(zsh, new RegExp(`^      '${command}:.`, "m"));
  assert.match(zsh, /^      'init:makes a project\\: a gateway/m);
  assert.match(zsh, /^      specs\+=\('--bind=:bind:\(transceiver transmitter receiver\)'\)$/m);
  assert.match(zsh, /^      specs\+=\('\*--map=:map:_files'\)$/m);
  assert.match(zsh, /^      specs\+=\('--json'\)$/m);
});

test("fish: commands, flags and values", needs("fish"), () => {
  assert.deepEqual(fish("smpp-edge be"), ["bench"]);
  assert.deepEqual(fish("smpp-edge bench --messages"), ["--messages"]);
  assert.deepEqual(fish("smpp-edge check --bind trans"), ["transceiver", "transmitter"]);
  assert.deepEqual(fish("smpp-edge completion ").sort(), SHELLS.toSorted());
  assert.deepEqual(fish("smpp-edge help be"), ["bench"]);
  assert.deepEqual(fish("smpp-edge sned --"), []);
});

test("fish's script has commands with what they do, values and files", () => {
  const text = script.get("fish") as string;
  for (const command of COMMANDS) assert.match(text, new RegExp(`^complete -c smpp-edge -n __smpp_edge_is_first -a ${command} -d '.+'$`, "m"));
  assert.match(text, / -l bind -x -a 'transceiver transmitter receiver'$/m);
  assert.match(text, / -l ca -r -F$/m);
});

for (const args of [[], ["tcsh"], ["bash", "zsh"], ["--shell", "bash"], ["toString"]]) {
  test(`completion ${args.join(" ")}: exit code 2`, async () => {
    const { code, out, err } = await run(["completion", ...args]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /^completion: .*(bash, zsh, fish|--shell).*\nsmpp-edge completion --help lists the flags\n$/);
  });
}
