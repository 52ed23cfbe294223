// The decoder page: its files put together from js/decoder/page, minified, with no names of other machines or hosts in them.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { at, Failure, files, fingerprint, root } from "./lib.mjs";

const source = (name) => at("js", "decoder", "page", name);

/** Writes the page into a directory, which is emptied first. */
export async function writePage(directory) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const html = readFileSync(source("index.html"), "utf8");
  writeFileSync(join(directory, "index.html"), html.replace(/\n\s+/g, "\n"));
  copyFileSync(source("icon.svg"), join(directory, "icon.svg"));
  copyFileSync(at("dist", "smpp.wasm"), join(directory, "smpp.wasm"));
  await bundle({ entryPoints: { "js/page": source("main.ts"), page: source("page.css") }, outdir: directory, format: "esm" });
  // The worker is made last: it names all files, and a hash of what is in them.
  const names = files(directory).map((path) => relative(directory, path).split(sep).join("/"));
  const define = { FILES: JSON.stringify(["./", ...names]), VERSION: JSON.stringify(fingerprint([directory]).slice(0, 12)) };
  await bundle({ entryPoints: { sw: source("sw.ts") }, outdir: directory, format: "iife", define });
  writeFileSync(join(directory, "_headers"), headers(html));
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
