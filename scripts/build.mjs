// npm run build: checks the tools, installs what is missing, and makes dist/ from src/ (Rust) and js/ (TypeScript).
// What is up to date is left alone.

import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { at, cargoHome, checkNode, exists, execute, Failure, files, fingerprint, installPackages, must, once, root, run, step, targetDir, windows } from "./lib.mjs";
import { buildPages } from "./pages.mjs";

const target = "wasm32-unknown-unknown";

// The wasm features that rustc uses for this target and wasm-opt may use too; each is in every runtime the package is for.
const features = ["bulk-memory", "bulk-memory-opt", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];
const featureFlags = features.map((name) => `--enable-${name}`);

// A function with one caller stays a function: inlined it compresses worse. No address below 1024 is used: that is the far end of the
// stack, which begins at 0.
const optimisation = ["-O3", "--converge", "--one-caller-inline-max-function-size=0", "--low-memory-unused"];

// Flags for LLVM: most functions of the standard library ask to be inlined, which counts for little here, loops are not unrolled,
// nor are their addresses counted beside their counters, and no value is worked out on one branch for the sake of another.
const llvm = ["-inline-threshold=30", "-inlinehint-threshold=30", "-unroll-runtime=false", "-unroll-allow-partial=false", "-disable-lsr", "-enable-pre=false"];

// The entries of the package, and which of them each runtime's directory in dist/ has; `own` are those of that runtime alone. Those of Node also are
// CommonJS, in dist/cjs.
const entries = { index: "js/client/index.ts", decoder: "js/decoder/index.ts", worker: "js/gateway/index.ts", gateway: "js/gateway/worker.ts", applications: "js/gateway/applications.ts", limits: "js/gateway/limits.ts", statistics: "js/gateway/statistics.ts", routing: "js/gateway/routing.ts", server: "js/server/index.ts", testing: "js/simulator/testing.ts", "smpp-edge": "js/cli/bin.ts" };
const runtimes = {
  workerd: { entries: ["index", "decoder", "worker", "gateway", "applications", "limits", "statistics", "routing", "testing"], own: { server: "js/server/workerd.ts" }, platform: "neutral", conditions: ["workerd"], external: ["cloudflare:*"] },
  deno: { entries: ["index", "decoder", "server", "testing"], platform: "node", conditions: ["deno", "node"] },
  bun: { entries: ["index", "decoder", "server", "testing"], platform: "node", conditions: ["bun", "node"], external: ["bun"] },
  node: { entries: ["index", "decoder", "server", "testing", "smpp-edge"], platform: "node", conditions: ["node"] },
  browser: { entries: ["index", "decoder"], platform: "browser", conditions: ["browser"] },
  inline: { entries: ["index", "decoder"], platform: "neutral", conditions: ["edge-light"] },
};
const commonJs = ["index", "decoder", "server", "testing"];

/** dist/smpp.wasm, but with the functions' names: for scripts/size.mjs. */
export const withNames = join(targetDir, "smpp-with-names.wasm");

/** Brings dist/ up to date. Throws a `Failure` when it can't. */
export async function build() {
  checkNode();
  const rustc = await checkRust();
  await installPackages();
  await buildWasm(rustc);
  await buildJavaScript();
  await buildDecoderPage();
  await buildPages();
  await buildTypes();
}

/** The version of rustc, once it is certain that it can compile for `target`. */
export async function checkRust() {
  const tools = await Promise.all(["cargo", "rustc"].map((tool) => execute(tool, ["--version"])));
  if (tools.some(({ code }) => code !== 0)) {
    throw new Failure(`Rust is missing: cargo and rustc must be on the PATH. Install it from https://rustup.rs, open a new terminal, and run this again.\n${tools.map(({ output }) => output.trim()).join("\n")}`);
  }
  if (!(await hasTarget())) {
    const { code, output } = await step(`Adding the Rust target ${target}`, () => execute("rustup", ["target", "add", target]));
    if (code !== 0 || !(await hasTarget())) {
      throw new Failure(`${output.trim()}\n\nRust has no standard library for ${target}. With rustup: \`rustup target add ${target}\`. With your system's Rust, install its package for WebAssembly (Debian: libstd-rust-dev-wasm32).`);
    }
  }
  return tools[1].output.trim();
}

async function hasTarget() {
  const { code, output } = await execute("rustc", ["--print", "target-libdir", "--target", target]);
  if (code !== 0) return false;
  try {
    return readdirSync(output.trim()).some((name) => /^libstd-.*\.rlib$/.test(name));
  } catch {
    return false;
  }
}

async function buildWasm(rustc) {
  const inputs = ["src", "Cargo.toml", "Cargo.lock", "tools/bindgen/src", "tools/bindgen/Cargo.toml", "tools/bindgen/Cargo.lock"];
  const outputs = ["dist/smpp.wasm", "dist/smpp.wasm.d.ts", "dist/wasm-base64.js", "dist/wasm-base64.d.ts", ...["smpp_edge.js", "smpp_edge.d.ts", "boundary-source.ts", "boundary.js", "boundary.d.ts"].map((name) => `dist/bindgen/${name}`)];
  await once("wasm", fingerprint(inputs, rustc, ...features, ...optimisation, ...llvm, String(buildWasm), String(writeBoundary)), outputs, async () => {
    const bindgen = await buildBindgen();
    await step("Compiling Rust to WebAssembly", () =>
      must("cargo", ["rustc", "--lib", "--crate-type", "cdylib", "--profile", "wasm", "--locked", "--target", target, "--no-default-features", "--features", "wasm", ...rustFlags(), "--target-dir", targetDir]),
    );

    const raw = join(targetDir, "bindgen-out");
    rmSync(raw, { recursive: true, force: true });
    await must(bindgen, [join(targetDir, target, "wasm", "smpp_edge.wasm"), raw]);

    mkdirSync(at("dist", "bindgen"), { recursive: true });
    const optimise = (...args) => must(process.execPath, [at("node_modules", "binaryen", "bin", "wasm-opt"), ...args, ...featureFlags]);
    await step("Optimising the WebAssembly", async () => {
      await optimise(join(raw, "smpp_edge_bg.wasm"), ...optimisation, "--output", withNames, "--debuginfo");
      await optimise(withNames, "--output", at("dist", "smpp.wasm"), "--strip-debug", "--strip-producers", "--strip-target-features");
    });
    copyFileSync(join(raw, "smpp_edge.js"), at("dist", "bindgen", "smpp_edge.js"));
    await writeBoundary(readFileSync(join(raw, "smpp_edge.d.ts"), "utf8"));
    writeFileSync(at("dist", "smpp.wasm.d.ts"), "declare const module: WebAssembly.Module;\nexport default module;\n");
    writeFileSync(at("dist", "wasm-base64.js"), `export default ${JSON.stringify(readFileSync(at("dist", "smpp.wasm"), "base64"))};\n`);
    writeFileSync(at("dist", "wasm-base64.d.ts"), "declare const base64: string;\nexport default base64;\n");
  });
}

/**
 * Takes what src/wasm/layout.rs defines out of the declarations that wasm-bindgen has made: `#boundary`. Bundles have the TypeScript, whose
 * numbers esbuild puts where they are used; Node has the JavaScript.
 */
async function writeBoundary(declarations) {
  const [, before, boundary, behind] = /^(.*)\/\/ boundary\n(.*)\/\/ end of boundary\n(.*)$/s.exec(declarations);
  const { transform } = await import("esbuild");
  const write = (name, text) => writeFileSync(at("dist", "bindgen", name), text);
  write("smpp_edge.d.ts", before + behind);
  write("boundary-source.ts", boundary);
  write("boundary.js", (await transform(boundary, { loader: "ts", target: "es2022" })).code);
  write("boundary.d.ts", boundary.replaceAll("export const enum", "export declare enum").replace(/^export const (\w+) = (\[.*?\]) as const;$/gms, (_, name, list) => `export declare const ${name}: ${list.replaceAll("[", "readonly [")};`));
}

/** A program of tools/bindgen: wasm-bindgen at exactly the version of the crate. */
export async function buildBindgen(program = "bindgen") {
  const wanted = lockedVersion("Cargo.lock", "wasm-bindgen");
  const ours = lockedVersion("tools/bindgen/Cargo.lock", "wasm-bindgen-cli-support");
  if (wanted !== ours) {
    throw new Failure(`Cargo.lock has wasm-bindgen ${wanted}, but tools/bindgen/Cargo.lock has wasm-bindgen-cli-support ${ours}. Put "=${wanted}" into tools/bindgen/Cargo.toml and run \`cargo update\` in that directory.`);
  }
  const dir = join(targetDir, "bindgen");
  await step("Compiling wasm-bindgen", () => must("cargo", ["build", "--locked", "--manifest-path", at("tools", "bindgen", "Cargo.toml"), "--bin", program, "--target-dir", dir]));
  return join(dir, "debug", windows ? `${program}.exe` : program);
}

function lockedVersion(lock, name) {
  const version = new RegExp(`^name = "${name}"\\r?\\nversion = "([^"]+)"`, "m").exec(readFileSync(at(lock), "utf8"))?.[1];
  if (!version) throw new Failure(`${lock} has no ${name}`);
  return version;
}

/**
 * Flags for rustc. Less is inlined than in a native library, and no loop is unrolled: a sixth of the module. `npm run bench -- decode receipts`
 * shows whether their budgets hold.
 * This machine's directories are kept out of the panic messages, so that every machine builds the same octets.
 */
function rustFlags() {
  const registries = join(cargoHome, "registry", "src");
  const names = exists(registries) ? readdirSync(registries) : [];
  const paths = [...names.map((name) => [join(registries, name), "registry"]), [root, "smpp-edge"]].map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  return ["--config", `target.${target}.rustflags=${JSON.stringify([`-Cllvm-args=${llvm.join(" ")}`, ...paths])}`];
}

async function buildJavaScript() {
  await once("javascript", fingerprint(["js", "dist/bindgen", "dist/smpp.wasm", "package.json", "package-lock.json", "scripts/build.mjs"]), ["dist/node", "dist/cjs/all.js"], () =>
    step("Building JavaScript", async () => {
      const esbuild = await import("esbuild");
      for (const [runtime, options] of Object.entries(runtimes)) {
        rmSync(at("dist", runtime), { recursive: true, force: true });
        const present = options.entries.filter((name) => exists(entries[name]));
        if (present.length === 0) continue;
        await bundle(esbuild, `dist/${runtime}`, {
          entryPoints: { ...Object.fromEntries(present.map((name) => [name, entries[name]])), ...options.own },
          outdir: `dist/${runtime}`,
          chunkNames: "shared-[hash]",
          splitting: true, // one instance of the engine for all entries
          format: "esm",
          platform: options.platform,
          conditions: [...options.conditions, "smpp-edge-source"],
          external: options.external ?? [],
        });
      }
      await buildCommonJs(esbuild);
      // What `smpp-edge init` makes a project of.
      rmSync(at("dist", "templates"), { recursive: true, force: true });
      cpSync(at("js", "cli", "init", "templates"), at("dist", "templates"), { recursive: true });
    }),
  );
}

/**
 * dist/cjs: the entries for Node as CommonJS, for Jest and for each Node that can't require ES modules. esbuild splits only ES modules, so one
 * file has all entries, and thereby one instance of the engine.
 */
async function buildCommonJs(esbuild) {
  rmSync(at("dist", "cjs"), { recursive: true, force: true });
  await bundle(esbuild, "dist/cjs", {
    stdin: { contents: commonJs.map((name) => `export * as ${name} from "./${entries[name]}";`).join("\n"), resolveDir: root, sourcefile: "all.ts" },
    outfile: "dist/cjs/all.js",
    format: "cjs",
    platform: "node",
    conditions: [...runtimes.node.conditions, "smpp-edge-source"],
    define: { "import.meta.url": "__moduleUrl" },
    // The globals of jest-environment-jsdom lack the two of node:util.
    banner: { js: 'const __moduleUrl = require("node:url").pathToFileURL(__filename).href;\nconst { TextDecoder, TextEncoder } = require("node:util");' },
  });
  for (const name of commonJs) writeFileSync(at("dist", "cjs", `${name}.js`), `module.exports = require("./all.js").${name};\n`);
  writeFileSync(at("dist", "cjs", "package.json"), '{ "type": "commonjs" }\n');
}

async function bundle(esbuild, what, options) {
  const result = await esbuild
    .build({ absWorkingDir: root, bundle: true, target: "es2022", mainFields: ["module", "main"], plugins: [wasmBeside], sourcemap: true, legalComments: "inline", logLevel: "silent", ...options })
    .catch((error) => error);
  if (result.errors?.length > 0) {
    const messages = await esbuild.formatMessages(result.errors, { kind: "error", color: process.stderr.isTTY });
    throw new Failure(`${what} can't be built:\n${messages.join("")}`);
  }
  if (result instanceof Error) throw result;
}

/** Leaves the module out of the bundles: it lies beside the runtimes' directories, once for all of them. */
const wasmBeside = {
  name: "wasm-beside",
  setup({ onResolve }) {
    onResolve({ filter: /\/dist\/(smpp\.wasm|wasm-base64\.js)$/ }, ({ path }) => ({ path: path.replace(/^.*\/dist\//, "../"), external: true }));
  },
};

/** dist/decoder-page/: the decoder as a folder that any web server can serve. */
async function buildDecoderPage() {
  const inputs = ["js/decoder", "js/engine", "dist/bindgen", "dist/smpp.wasm", "package.json", "package-lock.json", "scripts/build.mjs", "scripts/decoder-page.mjs"];
  await once("decoder-page", fingerprint(inputs), ["dist/decoder-page/index.html"], () =>
    step("Building the decoder page", async () => {
      const { writePage } = await import("./decoder-page.mjs");
      await writePage(at("dist", "decoder-page"), featureFlags);
    }),
  );
}

async function buildTypes() {
  const projects = { "tsconfig.types.json": ["index", "decoder", "server", "testing"], "js/gateway/tsconfig.types.json": ["worker", "gateway", "applications", "limits", "statistics", "routing"] };
  const inputs = ["js", "dist/bindgen", "package.json", "package-lock.json", "tsconfig.json", "scripts/build.mjs", ...Object.keys(projects)];
  await once("types", fingerprint(inputs), ["dist/types", "dist/cjs/types"], () =>
    step("Writing type declarations", async () => {
      rmSync(at("dist", "types"), { recursive: true, force: true });
      for (const [project, names] of Object.entries(projects)) {
        if (!names.some((name) => exists(entries[name]))) continue;
        await must(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "--project", project]);
      }
      writeDeclarations();
    }),
  );
}

/**
 * Makes the declarations readable for each way in which TypeScript resolves modules: `#boundary` and `.ts` become paths to JavaScript, and
 * dist/cjs has a copy, since TypeScript takes a declaration for an ES module or CommonJS by the package.json above it.
 */
function writeDeclarations() {
  for (const path of files("dist/types")) {
    const bindgen = `${relative(dirname(path), at("dist", "bindgen")).replaceAll("\\", "/")}`;
    const text = readFileSync(path, "utf8")
      .replace(/(\bfrom |\bimport\()"#(boundary|bindgen)"/g, (_, before, name) => `${before}"${bindgen}/${name === "boundary" ? name : "smpp_edge"}.js"`)
      .replace(/(\bfrom |\bimport |\bimport\()"(\.[^"]*)\.ts"/g, '$1"$2.js"');
    writeFileSync(path, text);
  }
  for (const name of ["types", "bindgen"]) rmSync(at("dist", "cjs", name), { recursive: true, force: true });
  for (const name of ["client", "decoder", "engine", "server", "simulator"]) cpSync(at("dist", "types", name), at("dist", "cjs", "types", name), { recursive: true });
  for (const name of ["boundary.d.ts", "smpp_edge.d.ts"]) cpSync(at("dist", "bindgen", name), at("dist", "cjs", "bindgen", name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run(build);
}
