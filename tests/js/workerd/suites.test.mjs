// The traffic of Node, Deno and Bun in a Durable Object too: client, test and SMSC are in workerd, with TCP between them.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { root, startGateway, temporary } from "../gateway/support.mjs";
import { startRelay } from "./suites/relay.mjs";

const here = join(root, "tests", "js", "workerd", "suites");

/** Modules of Node that workerd lacks, in part or whole. */
const own = new Map([["node:test", "node-test.mjs"], ["node:net", "node-net.mjs"], ["node:tls", "node-net.mjs"], ["node:module", "node-module.mjs"]]);
const modules = {
  name: "modules",
  setup({ onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) => (own.has(path) && !importer.startsWith(here) ? { path: join(here, own.get(path)) } : { path, external: true }));
    onResolve({ filter: /^smpp-edge$/ }, () => ({ path: join(root, "dist", "workerd", "index.js"), external: true }));
  },
};

async function startSuites(t) {
  const directory = temporary(t);
  const main = join(directory, "suites.mjs");
  await build({
    entryPoints: [join(here, "worker.mjs")], outfile: main, bundle: true, format: "esm", platform: "node", target: "es2022", external: ["cloudflare:*"], plugins: [modules], logLevel: "error",
    // npm `smpp` requires "buffer" and the like.
    banner: { js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf("file:///");' },
  });
  const config = join(directory, "wrangler.json");
  writeFileSync(config, JSON.stringify({
    name: "suites",
    main,
    compatibility_date: "2026-10-01",
    compatibility_flags: ["nodejs_compat"],
    durable_objects: { bindings: [{ name: "OBJECT", class_name: "Suites" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Suites"] }],
  }));
  return startGateway(t, { config });
}

const ended = [];
after(async () => {
  for (const end of ended.reverse()) await end();
});
const t = { after: (end) => ended.push(end) };
const [worker, relay] = await Promise.all([startSuites(t), startRelay(t)]);
const { body: names } = await worker.get("/");
assert(names.length > 40);
for (const name of names) {
  test(name, async () => {
    const response = await fetch(worker.url, { method: "POST", body: JSON.stringify({ name, relay }), signal: AbortSignal.timeout(180_000) });
    const { error } = await response.json();
    if (error !== undefined) throw new Error(error);
  });
}
