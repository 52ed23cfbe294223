// The package behind the usual bundlers, none of them told anything about it, and what they make, run.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build as esbuild } from "esbuild";
import { createSimulator } from "smpp-edge/server";
import { freePort } from "../free-port.ts";
import { at, bun, execute, node24 } from "../../../scripts/lib.mjs";
import { until } from "../gateway/support.mjs";
import { makeProject } from "./project.ts";
import { installTools, load, program } from "./tools.mjs";

/** The Node that npm runs on, which may be older than that of these tests. */
const npmNode = process.env.npm_node_execpath ?? process.execPath;

let project, tarball, remove, simulator;
/** What the simulator sent and received, a line a PDU. */
const log = [];
before(async () => {
  await installTools();
  ({ project, tarball, remove } = await makeProject());
  copyFileSync(at("examples", "node.mjs"), join(project, "send.mjs"));
  writeFileSync(join(project, "decode.mjs"), 'import { decodePdus, init } from "smpp-edge/decoder";\ninit().then(() => console.log(decodePdus("00000010000000150000000000000001").pdus[0].command));\n');
  simulator = await createSimulator({ port: 0, delay: 20, log: (line) => log.push(line) });
});
after(async () => {
  remove?.();
  await simulator?.close();
});

/** Runs a bundle that sends and waits for the report, far from where it was built. */
async function sends(file, node = node24()) {
  const { code, output } = await execute(node, [file], { cwd: "/", timeout: 60_000, env: { ...process.env, SMPP_URL: simulator.url } });
  assert.match(output, /^accepted as \S+\ndelivered at \S+\n$/);
  assert.equal(code, 0);
}

async function decodes(file, node = node24()) {
  assert.deepEqual(await execute(node, [file], { cwd: "/", timeout: 60_000 }), { code: 0, signal: null, output: "enquire_link\n" });
}

const source = (name) => join(project, `${name}.mjs`);
const place = (name) => {
  const directory = join(project, "out", name);
  mkdirSync(directory, { recursive: true });
  return directory;
};

describe("esbuild", () => {
  const bundle = async (entry, options) => {
    const outfile = join(place(`esbuild-${options.platform}-${options.format}`), `${entry}.${options.format === "esm" ? "mjs" : "cjs"}`);
    await esbuild({ entryPoints: [source(entry)], bundle: true, outfile, logLevel: "silent", ...options });
    return outfile;
  };
  test("for Node: an ES module that sends", async () => sends(await bundle("send", { platform: "node", format: "esm" })));
  for (const format of ["esm", "cjs"]) test(`for Node: ${format} that decodes`, async () => decodes(await bundle("decode", { platform: "node", format })));
  for (const format of ["esm", "iife"]) test(`for browsers: ${format} that decodes`, async () => decodes(await bundle("decode", { platform: "browser", format })));
});

describe("Vite", () => {
  const vite = async (name, options) => {
    const { build } = await load("vite");
    await build({ root: project, configFile: false, logLevel: "error", ...options, build: { outDir: place(name), emptyOutDir: true, minify: true, ...options.build } });
    return place(name);
  };
  test("for a server: a bundle that sends", async () => sends(join(await vite("vite-server", { build: { ssr: source("send"), target: "es2022" }, ssr: { noExternal: true } }), "send.js")));
  test("for browsers: the module is brought along", async () => {
    const directory = await vite("vite-browser", { build: { lib: { entry: source("decode"), formats: ["es"], fileName: "decode" } } });
    await decodes(join(directory, "decode.js"));
  });
});

describe("webpack", () => {
  const webpack = async (name, options) => {
    const { default: pack } = await load("webpack");
    const stats = await new Promise((resolve, reject) => pack({ mode: "production", context: project, output: { path: place(name), filename: "main.mjs", module: true, chunkFormat: "module" }, experiments: { outputModule: true }, ...options }, (error, result) => (error ? reject(error) : resolve(result))));
    assert.deepEqual(stats.toJson().errors, []);
    assert.deepEqual(stats.toJson().warnings.filter(({ message }) => !/size limit|performance/.test(message)), []);
    return join(place(name), "main.mjs");
  };
  test("for Node: a bundle that sends", async () => sends(await webpack("webpack-node", { entry: source("send"), target: "node20" })));
  test("for Node: a bundle that decodes", async () => decodes(await webpack("webpack-node-decode", { entry: source("decode"), target: "node20" })));
});

describe("rollup", () => {
  const rollup = async (name, options = {}, code = readFileSync(source("send"), "utf8")) => {
    const { rollup: bundle } = await load("rollup");
    const { default: nodeResolve } = await load("@rollup/plugin-node-resolve");
    const entry = join(project, `${name}.mjs`);
    writeFileSync(entry, code);
    const warnings = [];
    const built = await bundle({ input: entry, plugins: [nodeResolve(options)], onwarn: (warning) => warnings.push(warning.message) });
    const file = join(place("rollup"), `${name}.mjs`);
    await built.write({ file, format: "es", inlineDynamicImports: true });
    await built.close();
    assert.deepEqual(warnings.filter((message) => !/inlineDynamicImports/.test(message)), []);
    return file;
  };
  test("by its default resolution: a bundle that sends on Node", async () => {
    const file = await rollup("default");
    assert.doesNotMatch(readFileSync(file, "utf8"), /from ['"]node:/);
    await sends(file);
    await sends(file, npmNode);
  });
  test("by its default resolution, on a Node that hands out no built-in modules: what to set", async () => {
    const file = await rollup("too-old");
    const { code, output } = await execute(node24(), ["--import", "data:text/javascript,delete process.getBuiltinModule", file], { cwd: "/", timeout: 60_000, env: { ...process.env, SMPP_URL: simulator.url } });
    assert.notEqual(code, 0);
    assert.match(output, /built without the sockets of Node, and Node \d+\.\d+\.\d+ can't add them at run time: .*nodeResolve\({ exportConditions: \["node"\] }\)/);
  });
  test('as that error says, by the condition "node": a bundle that sends', async () => {
    const file = await rollup("node", { exportConditions: ["node"], preferBuiltins: true });
    assert.match(readFileSync(file, "utf8"), /from ['"]node:net/);
  });
});

test("smpp-edge/inline sends on Node as it is", async () => {
  const file = join(project, "inline.mjs");
  writeFileSync(file, readFileSync(source("send"), "utf8").replace('"smpp-edge"', '"smpp-edge/inline"'));
  assert.match(readFileSync(file, "utf8"), /smpp-edge\/inline/);
  await sends(file);
  await sends(file, npmNode);
});

describe("Nitro, which Nuxt is built on: examples/servers/nuxt", () => {
  for (const [name, noExternals] of [["with the package beside the server", false], ["all in the server's files", true]]) {
    test(`a server that sends, refuses, and unbinds at SIGTERM, ${name}`, async (t) => {
      const rootDir = join(project, "nitro");
      cpSync(at("examples", "servers", "nuxt"), rootDir, { recursive: true });
      writeFileSync(join(rootDir, "nitro.config.mjs"), `export default { compatibilityDate: "2026-01-01", srcDir: "server", noExternals: ${noExternals} };`);
      const { code, output } = await execute(node24(), [program("nitropack", "dist", "cli", "index.mjs"), "build", rootDir, "--preset", "node-server"], { cwd: project, timeout: 120_000 });
      assert.equal(code, 0, output);
      const port = String(await freePort());
      const child = spawn(node24(), [join(rootDir, ".output", "server", "index.mjs")], { cwd: "/", stdio: "ignore", env: { ...process.env, HOST: "127.0.0.1", PORT: port, SMPP_URL: simulator.url } });
      t.after(() => child.kill("SIGKILL"));
      const post = (body) => fetch(`http://127.0.0.1:${port}/messages`, { method: "POST", headers: { "content-type": "application/json", connection: "close" }, body: JSON.stringify(body) });
      const text = `Hello from Nitro, ${name}`;
      const sent = await until("the server", () => post({ to: "+1234567890", text }).catch(() => undefined));
      assert.equal(sent.status, 201, await sent.text());
      assert.equal(simulator.messages().filter((message) => message.text === text).length, 1);
      const refused = await post({ to: "nobody", text });
      assert.equal(refused.status, 422);
      assert.match((await refused.json()).message, /"nobody" is not a phone number/);
      const [ended, before] = [once(child, "exit"), log.length];
      child.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
      assert.match(log.slice(before).join("\n"), /<- unbind /);
    });
  }
});

test("bun build: a bundle that sends", { skip: !bun() && "there is no Bun for this platform on npm" }, async () => {
  const outfile = join(place("bun"), "send.mjs");
  const { code, output } = await execute(bun(), ["build", "--target=bun", `--outfile=${outfile}`, source("send")], { cwd: project, timeout: 60_000 });
  assert.equal(code, 0, output);
  await sends(outfile, bun());
});

test("publint finds nothing", async () => {
  const { code, output } = await execute(process.execPath, [program("publint", "src", "cli.js"), tarball, "--strict"], { timeout: 60_000 });
  assert.equal(code, 0, output);
  assert.match(output, /All good!/);
});

// .attw.json: entries that are not for Node have ES modules alone.
test("@arethetypeswrong/cli finds nothing", async () => {
  const { code, output } = await execute(process.execPath, [program("@arethetypeswrong", "cli", "dist", "index.js"), tarball, "--no-color", "--no-emoji"], { cwd: at("."), timeout: 60_000 });
  assert.equal(code, 0, output);
  const rows = output.split("\n").filter((line) => line.startsWith('│ "smpp-edge'));
  assert.equal(rows.length, Object.keys(JSON.parse(readFileSync(at("package.json"), "utf8")).exports).length);
  for (const row of rows) assert.match(row, /^│ "\S+" +│ OK( \(JSON\))? +│ OK \((CJS|ESM|JSON)\) +│ OK \((ESM|JSON)\) +│ OK( \(JSON\))? +│$/);
});
