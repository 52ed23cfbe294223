// A project outside this one that has the packed package installed, as its users have it.

import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export const root = join(import.meta.dirname, "..", "..", "..");
export const run = promisify(execFile);

/** Packs and installs. `tarball` is what was packed, `installed` where it lies in the project. */
export async function makeProject(): Promise<{ project: string; tarball: string; installed: string; remove: () => void }> {
  const project = mkdtempSync(join(tmpdir(), "smpp-edge-package-"));
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", project], { cwd: root });
  const tarball = join(project, readdirSync(project).find((name) => name.endsWith(".tgz")) as string);
  writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }');
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: project });
  // What a user of these runtimes has installed for their types.
  for (const name of ["@types", "@cloudflare", "undici-types"]) symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  return { project, tarball, installed: join(project, "node_modules", "smpp-edge"), remove: () => rmSync(project, { recursive: true, force: true }) };
}
