// examples/workers-rs, a Worker in Rust, in workerd: it sends, takes the report, and says what it was refused with.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { buildBindgen } from "../../../scripts/build.mjs";
import { at, must, targetDir } from "../../../scripts/lib.mjs";
import { startGateway, temporary } from "../gateway/support.mjs";

const project = at("examples", "workers-rs");
const directory = join(targetDir, "workers-rs");
/** As the example, but compiled in a third of the time. */
const QUICK = { CARGO_PROFILE_RELEASE_OPT_LEVEL: "1", CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16" };

before(async () => {
  const bindgen = await buildBindgen("wasm-bindgen");
  const args = ["build", "--release", "--locked", "--target", "wasm32-unknown-unknown", "--manifest-path", join(project, "Cargo.toml"), "--target-dir", directory];
  await must("cargo", args, { env: { ...process.env, ...QUICK } });
  const worker = join(directory, "worker");
  mkdirSync(worker, { recursive: true });
  await must(bindgen, ["--target", "web", "--out-dir", join(worker, "build"), join(directory, "wasm32-unknown-unknown", "release", "smpp_edge_worker.wasm")]);
  cpSync(join(project, "worker.mjs"), join(worker, "worker.mjs"));
});

/** The Worker, with `simulator` for its SMSC. */
function start(t, simulator, variables = {}) {
  const config = join(temporary(t), "wrangler.json");
  writeFileSync(config, JSON.stringify({
    name: "worker-in-rust",
    main: join(directory, "worker", "worker.mjs"),
    compatibility_date: "2026-10-01",
    vars: { SMPP_HOST: "127.0.0.1", SMPP_PORT: String(simulator.port), SMPP_ID: "smppclient1", SMPP_PASSWORD: "password", ...variables },
  }));
  return startGateway(t, { config });
}

test("it sends an SMS and answers with its report, one request after the other", async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 20 });
  t.after(() => simulator.close());
  const worker = await start(t, simulator);
  assert.equal((await worker.call("GET", "/")).status, 400);
  for (const text of ["Hello World", "Привет ".repeat(30)]) {
    const { status, body } = await worker.call("GET", `/?to=%2B1234567890&text=${encodeURIComponent(text)}`);
    const message = simulator.messages().find((found) => body.startsWith(`${found.id}: `));
    assert.deepEqual([status, body.split(": ")[1], message?.to.addr], [200, "delivered", "1234567890"], body);
  }
  assert.equal(simulator.messages()[0].text, "Hello World");
});

test("it says what it was refused with", async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 20 });
  t.after(() => simulator.close());
  const worker = await start(t, simulator, { SMPP_PASSWORD: "wrong" });
  const wrong = await worker.call("GET", "/?to=%2B1234567890&text=a");
  assert.equal(wrong.status, 502);
  assert.match(wrong.body, /ESME_RINVPASWD/);
  const other = await start(t, simulator);
  const damaged = await other.call("GET", "/?to=1.2E%2B10&text=a");
  assert.equal(damaged.status, 502);
  assert.match(damaged.body, /spreadsheet/);
});
