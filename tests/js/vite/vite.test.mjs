// examples/vite with the packed package: the Worker of examples/worker under Vite, and its unit tests inside workerd.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { at, execute, fingerprint, must, node24, once, start, stop, windows } from "../../../scripts/lib.mjs";
import { until } from "../gateway/support.mjs";
import { makeProject } from "../package/project.ts";

const folder = at("examples", "vite");
const modules = join(folder, "node_modules");
const scratch = mkdtempSync(join(tmpdir(), "smpp-edge-vite-"));
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));

before(async () => {
  const { tarball, installed, remove } = await makeProject();
  after(remove);
  await once("vite", fingerprint(["examples/vite/package.json", "examples/vite/package-lock.json"]), ["examples/vite/node_modules/.package-lock.json"], () =>
    must("npm", ["install", "--no-save", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", tarball], { cwd: folder, shell: windows }),
  );
  // What was there may be of an earlier build, and so may be what Vite and Vitest keep.
  for (const path of [join(modules, "smpp-edge"), join(modules, ".vite"), join(modules, ".vite-temp"), join(folder, ".wrangler")]) rmSync(path, { recursive: true, force: true });
  cpSync(installed, join(modules, "smpp-edge"), { recursive: true });
});

const environment = {
  ...process.env, NODE_TEST_CONTEXT: undefined, NO_COLOR: "1", FORCE_COLOR: undefined, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(scratch, "logs"),
  WRANGLER_REGISTRY_PATH: join(scratch, "registry"), CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

test("the Worker is that of examples/worker, to the letter", () => {
  assert.equal(readFileSync(join(folder, "src", "index.ts"), "utf8"), readFileSync(at("examples", "worker", "worker.ts"), "utf8"));
});

test("it type-checks, and so do its tests", async () => {
  const { code, output } = await execute(node24(), [join(modules, "typescript", "bin", "tsc"), "--project", folder], { cwd: folder, timeout: 120_000 });
  assert.equal(code, 0, output);
});

test("vite: the Worker sends, and its handlers are called", async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 50 });
  t.after(() => simulator.close());
  const vite = start(node24(), [join(modules, "vite", "bin", "vite.js"), "--host", "127.0.0.1", "--port", "0"], {
    cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...environment, SMPP_URL: simulator.url, CLOUDFLARE_INCLUDE_PROCESS_ENV: "true" },
  });
  t.after(() => stop(vite));
  let output = "";
  for (const stream of [vite.stdout, vite.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const shown = (what, pattern, patience) => until(what, () => {
    if (vite.exitCode !== null) throw new Error(`vite ended: ${output}`);
    return pattern.exec(output);
  }, patience).catch((error) => assert.fail(`${error.message}\n${output}`));

  const [, address] = await shown("the address", /Local: +(http:\S+)/, 120_000);
  const response = await fetch(new URL("/?to=%2B1234567890", address));
  assert.equal(response.status, 202);
  const { id } = await response.json();
  await shown("the report", new RegExp(`message ${id} is delivered`));
  assert.deepEqual(simulator.messages().map(({ to, text }) => [to.addr, text]), [["1234567890", "Hello World"]]);

  const refused = await (await fetch(new URL("/?to=%2B12349990006", address))).json();
  await shown("the end", new RegExp(`message ${refused.id} is failed`));
  await simulator.deliver({ from: "+4915112345", to: "12345", text: "Grüße" });
  await shown("the message", /4915112345 writes: Grüße/);
});

test("vitest run: the tests pass inside workerd", async () => {
  const { code, output } = await execute(node24(), [join(modules, "vitest", "vitest.mjs"), "run"], { cwd: folder, timeout: 180_000, env: environment });
  assert.equal(code, 0, output);
  assert.match(output, /^ +Tests +4 passed \(4\)$/m);
});
