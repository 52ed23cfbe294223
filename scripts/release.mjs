// npm run release: tries everything that a release of crate and package takes, and publishes nothing. `-- --publish` then publishes both and
// tags the commit. What is looked at by tools that are not installed is left out while trying, and stops the publishing.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { at, cargoHome, execute, exists, Failure, must, run, step, targetDir, windows } from "./lib.mjs";
import { checkSupplyChain } from "./supply-chain.mjs";

const tried = join(targetDir, "publish");
const publish = process.argv.includes("--publish");

async function main() {
  const version = checkVersions();
  if (publish) await checkTree(version);
  await build();
  // The advisories are those of the day of publishing.
  if (await hasTool("deny")) await checkSupplyChain(publish ? [] : ["licenses", "bans", "sources"]);
  if (await hasTool("semver-checks")) await checkApi(version);
  forgetTriedCrates();
  await step("Trying the crates", () => must("cargo", ["publish", "--workspace", "--dry-run", "--locked", "--target-dir", tried, ...(publish ? [] : ["--allow-dirty"])]));
  const listing = await step("Trying the package", () => npm("pack", "--dry-run", "--json"));
  const [{ files, unpackedSize }] = JSON.parse(listing.slice(listing.indexOf("[")));
  console.log(`smpp-edge ${version}: ${files.length} files, ${Math.round(unpackedSize / 1024)} KiB in the package.`);
  if (!publish) return console.log("Nothing was published. `npm run release -- --publish` does.");
  await step("Publishing the crates", () => must("cargo", ["publish", "--workspace", "--locked"]));
  await step("Publishing the package", () => npm("publish", "--access", "public"));
  await must("git", ["tag", "--annotate", `v${version}`, "--message", `smpp-edge ${version}`]);
  console.log(`Published. \`git push origin v${version}\` makes it known.`);
}

/** Cargo keeps what it unpacked and compiled of a crate that it tried, and takes it for that of the next try of the same version. */
function forgetTriedCrates() {
  rmSync(tried, { recursive: true, force: true });
  const sources = join(cargoHome, "registry", "src");
  const local = exists(sources) ? readdirSync(sources).filter((name) => name.startsWith("-")) : [];
  for (const name of local) {
    for (const crate of readdirSync(join(sources, name)).filter((crate) => crate.startsWith("smpp-edge"))) rmSync(join(sources, name, crate), { recursive: true });
  }
}

/** The version, which is the same everywhere. */
export function checkVersions() {
  const read = (path, pattern) => pattern.exec(readFileSync(at(path), "utf8"))?.[1];
  const versions = {
    "Cargo.toml": read("Cargo.toml", /^version = "(.+)"/m),
    "tokio/Cargo.toml": read("tokio/Cargo.toml", /^version = "(.+)"/m),
    "wasm-pack/Cargo.toml": read("wasm-pack/Cargo.toml", /^version = "(.+)"/m),
    "smpp-edge of tokio/Cargo.toml": read("tokio/Cargo.toml", /^smpp-edge = .*version = "(.+?)"/m),
    "Cargo.lock": read("Cargo.lock", /^name = "smpp-edge"\r?\nversion = "(.+)"/m),
    "package.json": read("package.json", /^ {2}"version": "(.+)"/m),
    "package-lock.json": read("package-lock.json", /^ {2}"version": "(.+)"/m),
  };
  if (new Set(Object.values(versions)).size !== 1) {
    throw new Failure(`The versions differ:\n${Object.entries(versions).map(([path, version]) => `  ${path}: ${version}`).join("\n")}`);
  }
  return versions["package.json"];
}

/** Whether `cargo <name>` is there. Nothing is published without it. */
async function hasTool(name) {
  const { code } = await execute("cargo", [name, "--version"]);
  if (code === 0) return true;
  const words = `cargo-${name} is missing: \`cargo install cargo-${name} --locked\``;
  if (publish) throw new Failure(`${words}.`);
  console.log(`Left out: ${words}.`);
  return false;
}

/** A version that says "compatible" has what the last one had: the Rust API, against the commit that was tagged. */
async function checkApi(version) {
  const tags = (await must("git", ["tag", "--list", "v*", "--sort=-version:refname"])).split("\n").filter((tag) => tag !== "" && tag !== `v${version}`);
  if (tags.length === 0) return console.log("Nothing was released before, so there is no API to keep to.");
  await step(`Comparing the Rust API with that of ${tags[0]}`, () => must("cargo", ["semver-checks", "--baseline-rev", tags[0]]));
}

/** What is published is committed, and described in the changelog. */
async function checkTree(version) {
  if ((await must("git", ["status", "--porcelain"])).trim() !== "") throw new Failure("There are changes that are not committed.");
  if (!readFileSync(at("CHANGELOG.md"), "utf8").includes(`\n## [${version}] - `)) throw new Failure(`CHANGELOG.md has no heading "## [${version}] - <date>".`);
}

function npm(...args) {
  return must("npm", [...args, "--ignore-scripts", "--loglevel=error"], { shell: windows });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run(main);
}
