// The page's modules straight from the source: their wasm is found relative to where the build puts them.

import { build } from "esbuild";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..", "..", "..");

/** What internals.ts exports. */
export async function internals(): Promise<typeof import("./internals.ts")> {
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-"));
  try {
    const outfile = join(directory, "internals.mjs");
    const define = { "import.meta.url": JSON.stringify(pathToFileURL(join(root, "dist", "node", "x.js")).href) };
    await build({ absWorkingDir: root, entryPoints: ["tests/js/decoder/internals.ts"], outfile, bundle: true, format: "esm", target: "es2022", platform: "node", conditions: ["node"], define, logLevel: "warning" });
    return (await import(pathToFileURL(outfile).href)) as typeof import("./internals.ts");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
