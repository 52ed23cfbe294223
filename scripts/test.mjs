// npm test: every suite, Rust first, those of JavaScript some at a time, then the sum as `N passed, N failed[, N skipped]`. `npm test -- rust node` runs only
// the suites and groups named. A directory tests/js/<name>/ with *.test.ts (or .mjs) files is a suite: `deno` and `bun`
// run on those runtimes, `chromium`, `page` and `site` on Node with a browser at hand (its path in $CHROMIUM), all others on Node, as do the
// files directly in tests/js/, the suite `unit`.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { findBrowser } from "./browser.mjs";
import { build, checkRust } from "./build.mjs";
import { at, bun, checkNode, deno, execute, exists, Failure, files, node24, run, step } from "./lib.mjs";
import { checkInstructions, unable } from "./instructions.mjs";
import { checkPublicApi, unable as unableToList } from "./public-api.mjs";
import { checkSize } from "./size.mjs";

// What is off by default.
const features = ["--features", "smpp-edge-tokio/tracing,smpp-edge/serde"];

// No suite takes this long, even one that compiles beside others; one that hangs is ended and counts as failed.
const timeout = 40 * 60_000;

// Most suites wait more than they compute. More at once than this would make each of them slow, and need much memory.
const LANES = Math.min(4, availableParallelism());
/** Files of a suite on Node at a time: a test waits for programs that it starts most of its time. */
const FILES = 3;
const LONG = ["gateway", "wasm-pack", "workers-rs", "page", "webhooks"];

const typescript = (project) => [process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "--project", project]];

// Each suite's `run` gives `{ passed, failed, skipped, output }`, or `{ unable: "why" }` when it can't run here.
const rust = [
  { name: "rustfmt", run: () => check("cargo", ["fmt", "--all", "--check"]) },
  { name: "clippy", run: () => check("cargo", ["clippy", "--locked", "--workspace", ...features, "--all-targets", "--", "-D", "warnings"]) },
  { name: "clippy-wasm", run: () => clippyWasm() },
  { name: "doc", run: () => check("cargo", ["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"], { RUSTDOCFLAGS: "-D warnings" }) },
  { name: "cargo", run: cargoTest },
  { name: "instructions", run: instructions },
  { name: "public-api", run: publicApi },
];
const javascript = [
  { name: "types", run: () => check(...typescript("tsconfig.json")) },
  { name: "types-worker", run: () => check(...typescript("js/gateway/tsconfig.json")) },
  { name: "lint", run: () => check(process.execPath, [at("node_modules", "oxlint", "bin", "oxlint"), "--deny-warnings"]) },
  { name: "size", run: () => attempt(checkSize) },
  ...jsSuites(),
];

async function main() {
  checkNode();
  const wanted = process.argv.slice(2);
  const selected = (group, suites) => suites.filter(({ name }) => wanted.length === 0 || wanted.includes(group) || wanted.includes(name));
  const chosen = { rust: selected("rust", rust), javascript: selected("js", javascript) };
  const names = [...rust, ...javascript].map(({ name }) => name);
  const unknown = wanted.filter((name) => !["rust", "js", "build", ...names].includes(name));
  if (unknown.length > 0) throw new Failure(`No suite ${unknown.join(", ")}. There are: rust (${rust.map(({ name }) => name).join(", ")}), js (${javascript.map(({ name }) => name).join(", ")}), build.`);

  const sum = { passed: 0, failed: 0, skipped: 0 };
  const count = ({ passed = 0, failed = 0, skipped = 0, unable, output }) => {
    if (failed > 0) console.log(`\n${output.trimEnd()}\n`);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped + (unable ? 1 : 0);
  };

  await checkRust();
  for (const suite of chosen.rust) count(await step(suite.name, suite.run, report));
  if (chosen.javascript.length > 0 || wanted.length === 0 || wanted.includes("build")) {
    const built = await attempt(build);
    process.stderr.write(`build: ${report(built)}\n`);
    count(built);
    await inLanes(chosen.javascript, async (suite) => count(await step(suite.name, built.failed ? () => ({ unable: "nothing was built" }) : suite.run, report)));
  }

  console.log(`\n${summary(sum)}`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

/** Runs the suites side by side, one for each core, the longest ones first so that none is left alone at the end. */
async function inLanes(suites, runSuite) {
  const place = ({ name }) => (LONG.includes(name) ? LONG.indexOf(name) : LONG.length);
  const waiting = suites.toSorted((a, b) => place(a) - place(b));
  const lane = async () => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) await runSuite(suite);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, suites.length) }, lane));
}

function report(result) {
  return result.unable ? `skipped, ${result.unable}` : summary(result);
}

function summary({ passed = 0, failed = 0, skipped = 0 }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** A step that has no tests to count: it passes or fails as one. */
async function attempt(work) {
  try {
    await work();
    return { passed: 1 };
  } catch (error) {
    return { failed: 1, output: error instanceof Failure ? error.message : error.stack };
  }
}

async function instructions() {
  const why = await unable();
  return why ? { unable: why } : attempt(checkInstructions);
}

async function publicApi() {
  const why = await unableToList();
  return why ? { unable: why } : attempt(checkPublicApi);
}

/** Each of the modules for JavaScript, and the crate without features. Together they would have two allocators. */
async function clippyWasm() {
  const sum = { passed: 0, failed: 0, output: "" };
  for (const part of [["--no-default-features", "--features", "wasm"], ["--package", "smpp-edge-wasm"], ["--no-default-features"]]) {
    const { passed = 0, failed = 0, output = "" } = await check("cargo", ["clippy", "--locked", "--target", "wasm32-unknown-unknown", ...part, "--", "-D", "warnings"]);
    sum.passed += passed;
    sum.failed += failed;
    sum.output += output;
  }
  return sum;
}

/** A program that passes or fails as one, by its exit code. */
async function check(command, args, env = {}) {
  const { code, output } = await execute(command, args, { timeout, env: { ...process.env, ...env } });
  return code === 0 ? { passed: 1 } : { failed: 1, output };
}

async function cargoTest() {
  const result = await execute("cargo", ["test", "--locked", "--workspace", ...features, "--no-fail-fast"], { timeout });
  return tally(result, total(result.output, /^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm));
}

function jsSuites() {
  const suites = new Map([".", "node", "workerd", "deno", "bun", "chromium"].map((name) => [name, []]));
  for (const path of files("tests/js").filter((path) => /\.test\.(ts|mjs)$/.test(path))) {
    const name = dirname(relative(at("tests/js"), path)).split(sep)[0];
    suites.set(name, [...(suites.get(name) ?? []), path]);
  }
  return [...suites].filter(([, tests]) => tests.length > 0).map(([name, tests]) => ({ name: name === "." ? "unit" : name, run: () => jsSuite(name, tests) }));
}

function jsSuite(name, tests) {
  if (name === "deno") return denoSuite(tests);
  if (name === "bun") return bunSuite(tests);
  if (["chromium", "page", "site"].includes(name)) return chromiumSuite(tests);
  return nodeSuite(tests);
}

/** The counts come from the TAP report in a file, where no test's own output can be mistaken for them. */
async function nodeSuite(tests, env = {}) {
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-"));
  const tapFile = join(directory, "report.tap");
  try {
    const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap", `--test-reporter-destination=${tapFile}`];
    const result = await execute(node24(), ["--disable-warning=ExperimentalWarning", "--test", `--test-concurrency=${FILES}`, `--test-timeout=${timeout - 30_000}`, ...reporters, ...tests], { timeout, env: { ...process.env, ...env } });
    const tap = exists(tapFile) ? readFileSync(tapFile, "utf8") : "";
    const number = (label) => Number(new RegExp(`^# ${label} (\\d+)$`, "m").exec(tap)?.[1] ?? 0);
    return tally(result, { passed: number("pass"), failed: number("fail") + number("cancelled"), skipped: number("skipped") + number("todo") });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function denoSuite(tests) {
  const program = deno();
  if (!program) return { unable: "there is no Deno for this platform on npm" };
  const result = await execute(program, ["test", "--allow-all", "--no-check", "--no-lock", ...tests], { timeout, env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" } });
  return tally(result, total(result.output, /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?/gm));
}

async function bunSuite(tests) {
  const program = bun();
  if (!program) return { unable: "there is no Bun for this platform on npm" };
  const result = await execute(program, ["test", ...tests], { timeout, env: { ...process.env, NO_COLOR: "1" } });
  const number = (label) => Number(new RegExp(`^ *(\\d+) ${label}$`, "m").exec(result.output)?.[1] ?? 0);
  return tally(result, { passed: number("pass"), failed: number("fail"), skipped: number("skip") + number("todo") });
}

async function chromiumSuite(tests) {
  const browser = await findBrowser();
  return browser ? nodeSuite(tests, { CHROMIUM: browser }) : { unable: "no Chromium was found and none could be installed" };
}

/** Adds up the three numbers that `pattern` captures, wherever it matches. */
function total(output, pattern) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, skipped = 0] of output.matchAll(pattern)) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
    sum.skipped += Number(skipped);
  }
  return sum;
}

/** A suite that ended badly, or that ran no test at all, has failed even when its counts don't say so. */
function tally({ code, signal, output }, counts) {
  const crashed = code !== 0 && counts.failed === 0;
  const empty = counts.passed + counts.failed + counts.skipped === 0;
  const ending = crashed || empty ? `\nended with ${signal ?? `exit code ${code}`} after ${summary(counts)}` : "";
  return { ...counts, failed: counts.failed + (crashed || empty ? 1 : 0), output: output + ending };
}

await run(main);
