// npm run public-api: compares the public API of each crate, as rustdoc sees it, with tests/vectors/public-api, so that a change of it shows in the
// diff. `-- --write` writes the files anew.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { at, exists, Failure, must, run, step, targetDir, windows } from "./lib.mjs";

const crates = { "smpp-edge": "serde", "smpp-edge-tokio": "tracing" };
const directory = join(targetDir, "public-api");
// Apart, because what is compiled with and without RUSTC_BOOTSTRAP would replace each other.
const tools = join(targetDir, "tools-public-api");
const program = join(tools, "debug", windows ? "public-api-list.exe" : "public-api-list");
const file = (crate) => at("tests", "vectors", "public-api", `${crate}.txt`);

/** Methods that a derived or standard trait has anyway: the trait is in the list. */
const STANDARD = /^pub fn .*::(clone|fmt|eq|hash|cmp|partial_cmp|default|from|source|serialize|deserialize|deref|as_ref|into_iter|next|size_hint|drop)(<.*>)?\(|StructuralPartialEq/;

/** The minor version of rustc: another one may write what is the same API in another way. */
async function version() {
  return /^rustc (\d+\.\d+)/.exec(await must("rustc", ["--version"]))[1];
}

/** Why the suite of tests does not compare; `undefined` if it does. */
export async function unable() {
  if (!exists(program)) return "its tool is not compiled: `npm run public-api` does";
  const [recorded, here] = [/rustc (\d+\.\d+)/.exec(readFileSync(file("smpp-edge"), "utf8"))[1], await version()];
  return recorded === here ? undefined : `it is recorded by rustc ${recorded}, and this is ${here}`;
}

/** A line of the list without the paths of std and of the crate, which are as long as the rest. */
function short(line, crate) {
  return line.replace(/\b(?:core|alloc|std)(?:::[a-z_]\w*)+::(?=[A-Z])/g, "").replaceAll(`${crate.replaceAll("-", "_")}::`, "");
}

/** The derived traits of a type in one line, behind everything else. */
function arranged(lines) {
  const derived = new Map();
  const rest = lines.filter((line) => {
    const [, name, type] = /^impl (Clone|Copy|Debug|Default|Eq|Hash|Ord|PartialEq|PartialOrd) for ([\w:]+)$/.exec(line) ?? [];
    if (name !== undefined) derived.set(type, (derived.get(type) ?? new Set()).add(name));
    return name === undefined;
  });
  return [...rest, "", ...[...derived].map(([type, names]) => `${type}: ${[...names].sort().join(" ")}`).sort()];
}

async function list(crate) {
  // Rustdoc's JSON is for nightly toolchains, or for those that take themselves for one.
  const env = { ...process.env, RUSTC_BOOTSTRAP: "1", CARGO_PROFILE_DEV_DEBUG: "0" };
  await must("cargo", ["rustdoc", "--locked", "--lib", "--package", crate, "--features", crates[crate], "--target-dir", directory, "--", "-Z", "unstable-options", "--output-format", "json"], { cwd: at("."), env });
  const lines = (await must(program, [join(directory, "doc", `${crate.replaceAll("-", "_")}.json`)])).trimEnd().split("\n");
  return `# The public API of ${crate} with the feature ${crates[crate]}, by rustc ${await version()}. \`npm run public-api -- --write\` writes it.\n\n${arranged(lines.filter((line) => !STANDARD.test(line)).map((line) => short(line, crate))).join("\n")}\n`;
}

/** Compares, or writes. Throws a `Failure` that shows what differs. */
export async function checkPublicApi({ write = false } = {}) {
  for (const crate of Object.keys(crates)) {
    const now = await list(crate);
    if (write) {
      mkdirSync(dirname(file(crate)), { recursive: true });
      writeFileSync(file(crate), now);
      continue;
    }
    const recorded = readFileSync(file(crate), "utf8").replaceAll("\r\n", "\n");
    if (now === recorded) continue;
    const [before, after] = [recorded, now].map((text) => new Set(text.split("\n")));
    const changes = [...[...before].filter((line) => !after.has(line)).map((line) => `- ${line}`), ...[...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`)];
    throw new Failure(`The public API of ${crate} is not that of ${file(crate)}:\n${changes.join("\n")}\nIf this is meant, say so in CHANGELOG.md and run \`npm run public-api -- --write\`.`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run(async () => {
    await step("Compiling the tool", () => must("cargo", ["build", "--locked", "--manifest-path", at("tools", "public-api", "Cargo.toml"), "--target-dir", tools]));
    const write = process.argv.includes("--write");
    await step(write ? "Writing the public API" : "Comparing the public API", () => checkPublicApi({ write }));
  });
}
