// Sizes: the module, and what a deployment of the gateway uploads.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { at, must, node24 } from "../scripts/lib.mjs";
import { budgets, digits, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";

optionsOf(import.meta.filename);

const wasm = readFileSync(at("dist", "smpp.wasm"));
const module = { plain: wasm.length / 1024, gzip: gzipSync(wasm, { level: 9 }).length / 1024 };
const gateway = upload(await must(node24(), [at("node_modules", "wrangler", "bin", "wrangler.js"), "deploy", "--dry-run"], { env: { ...process.env, WRANGLER_SEND_METRICS: "false" } }));

table("Sizes in KiB", ["", "plain", "gzip"], [
  ["`smpp.wasm`", digits(module.plain), digits(module.gzip)],
  ["the gateway's upload, as wrangler reports it", digits(gateway.plain), digits(gateway.gzip)],
]);
budgets([
  ["`smpp.wasm`, gzip", module.gzip, 104, " KiB"],
  ["the gateway's upload, gzip", gateway.gzip, 180, " KiB"],
]);

function upload(output) {
  const [, plain, gzip] = /Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/.exec(output) ?? [];
  if (gzip === undefined) throw new Error(`wrangler reported no size:\n${output}`);
  return { plain: Number(plain), gzip: Number(gzip) };
}
