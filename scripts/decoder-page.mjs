// The decoder page: its files put together from js/decoder/page and minified, with as much of the module as they use.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { at, Failure, files, fingerprint, must, root } from "./lib.mjs";

const source = (name) => at("js", "decoder", "page", name);

/**
 * Writes the page into a directory, which is emptied first.
 *
 * @param features the flags that wasm-opt needs to read dist/smpp.wasm
 */
export async function writePage(directory, features) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const html = readFileSync(source("index.html"), "utf8");
  writeFileSync(join(directory, "index.html"), html.replace(/\n\s+/g, "\n"));
  copyFileSync(source("icon.svg"), join(directory, "icon.svg"));
  await bundle({ entryPoints: { "js/page": source("main.ts"), page: source("page.css") }, outdir: directory, format: "esm", plugins: [wasmOfThePage] });
  await writeModule(join(directory, "smpp.wasm"), readFileSync(join(directory, "js", "page.js"), "utf8"), features);
  // The worker is made last: it names all files, and a hash of what is in them.
  const names = files(directory).map((path) => relative(directory, path).split(sep).join("/"));
  const define = { FILES: JSON.stringify(["./", ...names]), VERSION: JSON.stringify(fingerprint([directory]).slice(0, 12)) };
  await bundle({ entryPoints: { sw: source("sw.ts") }, outdir: directory, format: "iife", define });
  writeFileSync(join(directory, "_headers"), headers(html));
}

/** The page has a loader of its own. */
const wasmOfThePage = {
  name: "wasm-of-the-page",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^#wasm$/ }, () => ({ path: source("wasm.ts") }));
    // What keeps the class of sessions in the bundle though nobody uses it.
    onLoad({ filter: /bindgen[\\/]smpp_edge\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/^if \(Symbol\.dispose\).*$/gm, "").replaceAll("new FinalizationRegistry", "/* @__PURE__ */ new FinalizationRegistry"),
    }));
  },
};

/** dist/smpp.wasm without what only serves exports that the script does not name: the sessions, which are a third of it. */
async function writeModule(path, script, features) {
  const module = at("dist", "smpp.wasm");
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(module))).map(({ name }) => name);
  const used = exported.filter((name) => new RegExp(`\\b${name}\\b`).test(script));
  const graph = [{ name: "script", root: true, reaches: used }, ...used.map((name) => ({ name, export: name }))];
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-"));
  try {
    const graphFile = join(directory, "graph.json");
    const smaller = join(directory, "smpp.wasm");
    writeFileSync(graphFile, JSON.stringify(graph));
    const binaryen = (program, ...args) => must(process.execPath, [at("node_modules", "binaryen", "bin", program), ...args, ...features]);
    await binaryen("wasm-metadce", module, "--graph-file", graphFile, "--output", smaller);
    await binaryen("wasm-opt", smaller, "--output", path, "-O3");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function bundle(options) {
  const esbuild = await import("esbuild");
  const result = await esbuild
    .build({ absWorkingDir: root, bundle: true, minify: true, target: "es2022", conditions: ["browser"], platform: "browser", legalComments: "none", logLevel: "silent", ...options })
    .catch((error) => error);
  if (result.errors?.length > 0) throw new Failure(`The decoder page can't be built:\n${(await esbuild.formatMessages(result.errors, { kind: "error" })).join("")}`);
  if (result instanceof Error) throw result;
}

/** For hosts that read headers from a file: the page's own policy, and what only a header can say. */
function headers(html) {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
  if (!policy) throw new Failure("js/decoder/page/index.html has no Content-Security-Policy");
  return `/*
  Content-Security-Policy: ${policy}; frame-ancestors 'none'
  Cross-Origin-Opener-Policy: same-origin
  Referrer-Policy: no-referrer
  X-Content-Type-Options: nosniff
`;
}
