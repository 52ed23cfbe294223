// npm run instructions: counts the instructions that the native hot paths take (callgrind, which counts the same each time), and holds them
// against benches/instructions.json. `--save` writes what it counted there instead.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { at, execute, Failure, must, run, step, targetDir } from "./lib.mjs";

const figures = at("benches", "instructions.json");
/** How much a path may grow before it is a failure. */
const TOLERANCE = 0.05;

/** Why this machine's counts can't be held against the committed ones, or undefined. */
export async function unable() {
  if (process.platform !== "linux") return "callgrind counts on Linux only";
  if ((await execute("valgrind", ["--version"])).code !== 0) return "there is no valgrind (Debian's package of that name)";
  const { machine } = JSON.parse(readFileSync(figures, "utf8"));
  const here = await machineNow();
  return machine === here ? undefined : `the figures are for ${machine}, here is ${here}`;
}

/** Throws a `Failure` that names each path that takes more instructions than it did. */
export async function checkInstructions() {
  const { paths } = JSON.parse(readFileSync(figures, "utf8"));
  const counted = await count();
  const grown = Object.keys(counted).filter((path) => !(counted[path] <= paths[path] * (1 + TOLERANCE)));
  if (grown.length > 0) {
    throw new Failure(`${grown.map((path) => `${path}: ${counted[path]} instructions, ${paths[path] ?? "no figure"} before`).join("\n")}\n\nIf that is what it takes, \`npm run instructions -- --save\`.`);
  }
  return { counted, paths };
}

/** Instructions of one run of each path: what 300 runs take more than 100, so that starting and ending don't count. */
async function count() {
  const dir = join(targetDir, "hot-path");
  await must("cargo", ["build", "--profile", "bench", "--locked", "--bin", "hot-path", "--manifest-path", at("benches", "native", "Cargo.toml"), "--target-dir", dir]);
  const program = join(dir, "release", "hot-path");
  const names = (await must(program, [])).trim().split("\n");
  const counted = {};
  for (const name of names) {
    const [few, many] = await Promise.all([100, 300].map((times) => instructions(program, name, times)));
    counted[name] = Math.round((many - few) / 200);
  }
  return counted;
}

async function instructions(program, name, times) {
  const output = await must("valgrind", ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, name, String(times)]);
  return Number(/Collected : (\d+)/.exec(output)[1]);
}

async function machineNow() {
  return `${(await must("rustc", ["--version"])).trim()}, ${process.arch}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await run(async () => {
    if (process.argv.includes("--save")) {
      const [machine, paths] = [await machineNow(), await step("Counting instructions", count)];
      writeFileSync(figures, `${JSON.stringify({ machine, paths }, null, 2)}\n`);
      return;
    }
    const why = await unable();
    if (why) throw new Failure(`Nothing to hold the counts against: ${why}.`);
    const { counted, paths } = await step("Counting instructions", checkInstructions);
    for (const [name, now] of Object.entries(counted)) console.log(`${String(now).padStart(8)}  ${((100 * now) / paths[name] - 100).toFixed(1).padStart(6)} %  ${name}`);
  });
}
