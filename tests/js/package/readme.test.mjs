// A project outside this one that has the packed package installed: the examples of README and docs/ type-check there, and run on each
// runtime.

import assert from "node:assert/strict";
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { at, bun, deno, execute, node24 } from "../../../scripts/lib.mjs";
import { startGateway, until } from "../gateway/support.mjs";
import { makeProject } from "./project.ts";

let project, remove, simulator;
before(async () => {
  ({ project, remove } = await makeProject());
  cpSync(at("examples"), join(project, "examples"), { recursive: true, filter: (path) => !path.includes(".wrangler") });
  // For the example of node-smpp.
  symlinkSync(at("node_modules", "smpp"), join(project, "node_modules", "smpp"));
  simulator = await createSimulator({ port: 0, delay: 20 });
});
after(async () => {
  remove?.();
  await simulator?.close();
});

describe("the examples type-check", () => {
  const check = async (name, options, ...names) => {
    writeFileSync(join(project, `${name}.json`), JSON.stringify({ compilerOptions: { target: "es2024", strict: true, noImplicitAny: false, noEmit: true, allowJs: true, checkJs: true, ...options }, files: names.map((file) => join("examples", file)) }));
    const { code, output } = await execute(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "--project", join(project, `${name}.json`)], { cwd: project, timeout: 120_000 });
    assert.equal(code, 0, output);
  };
  test("in Node", () =>
    check("node", { module: "nodenext", lib: ["es2024", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"], types: ["node"] }, ...["node", "many", "errors", "reports", "texts", "tls", "tunnel", "browser", "test", "vendor-tlv", "migrate/after", "migrate/request"].map((file) => `${file}.mjs`)));
  test("in a Worker", () => check("worker", { module: "esnext", moduleResolution: "bundler", lib: ["esnext"], types: ["@cloudflare/workers-types"], skipLibCheck: true }, "worker/worker.ts"));
});

const npmNode = process.env.npm_node_execpath ?? process.execPath;
describe("the examples run", () => {
  for (const [name, command, args] of [
    ["Node", node24(), []],
    ["the Node of npm", npmNode, []],
    ["Deno", deno(), ["run", "--allow-net", "--allow-env", "--node-modules-dir=manual", "--no-lock"]],
    ["Bun", bun(), []],
  ]) {
    for (const [file, pattern] of [
      ["node.mjs", /^accepted as \S+\ndelivered at \S+\n$/],
      ["many.mjs", /^1000 accepted, 0 failed\n$/],
      ["reports.mjs", /: delivered\n/],
      ["texts.mjs", /gsm7-turkish/],
      ["browser.mjs", /enquire_link number 1/],
      ["migrate/after.mjs", /delivered/],
    ]) {
      test(`examples/${file} on ${name}`, { skip: !command && `there is no ${name} for this platform on npm` }, async () => {
        const { code, output } = await execute(command, [...args, join(project, "examples", file)], { cwd: project, timeout: 60_000, env: { ...process.env, SMPP_URL: simulator.url, DENO_NO_UPDATE_CHECK: "1" } });
        assert.equal(code, 0, output);
        assert.match(output, pattern);
      });
    }
  }

  test("examples/worker in workerd", async (t) => {
    const worker = await startGateway(t, { config: join(project, "examples", "worker", "wrangler.toml"), vars: { SMPP_URL: simulator.url } });
    const { status, body } = await worker.call("GET", "/?to=%2B1234567890");
    assert.equal(status, 202);
    await until("the report", () => worker.output().includes(`message ${body.id} is delivered`));
  });
});
