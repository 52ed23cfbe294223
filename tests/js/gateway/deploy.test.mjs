// What `wrangler deploy` would upload.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { root, temporary } from "./support.mjs";

const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin", "wrangler.js");

/** The most that is uploaded, in KiB of gzip as wrangler counts them. */
const BUDGET = 180;
const CONSOLE_BUDGET = 20_000;

test(`the deployment as it stands can be uploaded, in at most ${BUDGET} KiB of gzip`, async (t) => {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_SEND_ERROR_REPORTS: "false", NO_COLOR: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", temporary(t)], { cwd: root, env });
  assert.match(stdout, /env\.SMPP_LINK \(SmppLink\)/);
  const size = Number(/gzip: ([\d.]+) KiB/.exec(stdout)?.[1]);
  t.diagnostic(`${size} KiB`);
  assert.ok(size <= BUDGET, `${size} KiB`);
});

test(`the console is at most ${CONSOLE_BUDGET} octets of gzip`, (t) => {
  const pages = join(root, "dist", "pages");
  const size = sizeOf([join(pages, "index.html"), ...readdirSync(join(pages, "console")).map((name) => join(pages, "console", name))]);
  t.diagnostic(`${size} octets`);
  assert.ok(size <= CONSOLE_BUDGET, `${size} octets`);
});

function sizeOf(files) {
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
}
