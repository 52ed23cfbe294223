// The programs of tools/packaging: bundlers, and checkers of packages. They are installed when a test asks for them.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { at, fingerprint, must, once, windows } from "../../../scripts/lib.mjs";

const directory = at("tools", "packaging");

/** Installs them, unless they are there as the lock file has them. */
export async function installTools() {
  await once("packaging", fingerprint(["tools/packaging/package-lock.json"]), ["tools/packaging/node_modules/.package-lock.json"], () =>
    must("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: directory, shell: windows }),
  );
}

/** A module of theirs. */
export const load = async (name) => import(pathToFileURL(createRequire(join(directory, "package.json")).resolve(name)).href);

/** The path of a file of theirs. */
export const program = (...path) => join(directory, "node_modules", ...path);
