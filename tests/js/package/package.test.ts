// The package as users get it: packed, installed in a project outside this one, then typed, bundled and run there.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { after, describe, test } from "node:test";
import { build } from "esbuild";
import { makeProject, root, run } from "./project.ts";

const { project, installed, remove } = await makeProject();
after(remove);

describe("the packed package", () => {
  const manifest = () => JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

  test("has every file that its exports name", () => {
    const missing: string[] = [];
    const visit = (value: unknown): void => {
      if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
      else if (typeof value === "string" && !existsSync(join(installed, value))) missing.push(value);
    };
    visit(manifest().exports);
    assert.deepEqual(missing, []);
  });

  test("depends on nothing at run time", () => {
    const { dependencies, optionalDependencies, peerDependencies } = manifest();
    assert.deepEqual([dependencies, optionalDependencies, peerDependencies], [undefined, undefined, undefined]);
  });

  test("holds the licences, README and changelog beside what was built, and nothing else", () => {
    assert.deepEqual(readdirSync(installed).sort(), ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "dist", "package.json"]);
    const expected = [
      /^smpp\.wasm(\.d\.ts)?$/,
      /^openapi\.json$/,
      /^wasm-base64(\.js|\.d\.ts)$/,
      /^(workerd|deno|bun|node|browser|inline)\/(index|decoder|shared-\w{8})\.js(\.map)?$/,
      /^(workerd|deno|bun|node)\/(server|testing)\.js(\.map)?$/,
      /^cjs\/(package\.json|index\.js|decoder\.js|server\.js|testing\.js|all\.js(\.map)?)$/,
      /^cjs\/(types\/.*|bindgen\/(boundary|smpp_edge))\.d\.ts$/,
      /^workerd\/(applications|gateway|limits|routing|statistics|worker)\.js(\.map)?$/,
      /^pages\/(index\.html|openapi\.json|console\/(console\.js|style\.css|icon\.svg))$/,
      /^pages\/decoder\/(index\.html|page\.css|icon\.svg|sw\.js|smpp\.wasm|_headers|js\/page\.js)$/,
      /^templates\/common\/(dev\.mjs|tsconfig\.json|_gitignore)$/,
      /^templates\/(gateway|worker)\/(package\.json|wrangler\.jsonc|README\.md|\.dev\.vars\.example|src\/index\.ts|test\/(gateway|worker)\.test\.mjs)$/,
      /^node\/smpp-edge\.js(\.map)?$/,
      /^types\/.*\.d\.ts$/,
      /^bindgen\/(boundary|smpp_edge)\.d\.ts$/,
    ];
    const files = readdirSync(join(installed, "dist"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => relative(join(installed, "dist"), join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
    assert.deepEqual(files.filter((name) => !expected.some((pattern) => pattern.test(name))), []);
  });

  test("has a source map for every script but those of the pages", () => {
    for (const name of readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" })) {
      if (name.endsWith(".js") && name !== "wasm-base64.js" && !name.startsWith("pages") && !/^cjs.(?!all)/.test(name)) assert(existsSync(join(installed, "dist", `${name}.map`)), name);
    }
  });

  test("has its command, that npx runs", async () => {
    const { stdout } = await run("npx", ["--no", "smpp-edge", "decode", "00000010000000150000000000000001"], { cwd: project });
    assert.match(stdout, /^enquire_link/);
  });

  test("names no directory of the machine that it was built on", () => {
    for (const name of readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" })) {
      if (!/\.(js|map|wasm|ts)$/.test(name)) continue;
      const content = readFileSync(join(installed, "dist", name), "latin1");
      assert(!content.includes(root), `${name} names ${root}`);
      // The standard library in the module may name the directory that it was itself built in.
      if (!name.endsWith(".wasm")) assert(!content.includes(homedir()), `${name} names ${homedir()}`);
    }
  });
});

describe("types", () => {
  // Node's types and the web's for everything but the Worker's entry, which has workerd's.
  const everywhere = `
    import { connect, SmppError, type SmppClient } from "smpp-edge";
    import { decodePdus, encodePdu, init } from "smpp-edge/decoder";
    import * as server from "smpp-edge/server";
    import module from "smpp-edge/smpp.wasm";
    const smpp: Promise<SmppClient> = connect("smpp://id:password@localhost");
    const command: string = decodePdus("00000010000000150000000000000001").pdus[0]!.command;
    const octets: Uint8Array = encodePdu({ command: "enquire_link" });
    const loaded: Promise<void> = init();
    const compiled: WebAssembly.Module = module;
    export { smpp, command, octets, loaded, compiled, server, SmppError };
  `;
  const worker = `
    export { SmppGateway, SmppLink } from "smpp-edge/worker";
    import type { SmppGateway } from "smpp-edge/worker";
    import { connect } from "smpp-edge";
    export const stateOf = async (sms: Service<SmppGateway>, id: string): Promise<string> => (await sms.message(id)).history.at(-1)!.status;
    export const states = async (sms: Service<SmppGateway>): Promise<string[]> => (await sms.messages()).items.map(({ status }) => status);
    export const send = (sms: Service<SmppGateway>) => sms.sendSms({ to: "+1234567890", text: "x", tag: "t", account: "main", callbackUrl: "https://example.com/", store: "none" });
    // @ts-expect-error The gateway refuses it.
    export const refused = (sms: Service<SmppGateway>) => sms.sendSms({ to: "+1234567890", text: "x", dataCoding: 4 });
    export { accept } from "smpp-edge/server";
    export default { fetch: async (): Promise<Response> => new Response((await connect("smpp://id:password@localhost")).stats().state) };
  `;
  const cases: { name: string; source: string; options: { module: string; moduleResolution: string; lib: string[]; types?: string[]; skipLibCheck?: boolean } }[] = [
    { name: "Node, node16 resolution", source: everywhere, options: { module: "nodenext", moduleResolution: "nodenext", lib: ["es2024", "dom"], types: ["node"] } },
    { name: "a bundler's resolution", source: everywhere, options: { module: "esnext", moduleResolution: "bundler", lib: ["es2024", "dom"], types: ["node"] } },
    { name: "Node, where no types are named", source: everywhere, options: { module: "nodenext", moduleResolution: "nodenext", lib: ["es2024", "dom"] } },
    { name: "a Worker", source: worker, options: { module: "esnext", moduleResolution: "bundler", lib: ["esnext"], types: ["@cloudflare/workers-types"], skipLibCheck: true } },
  ];
  for (const { name, source, options } of cases) {
    test(`are exact for ${name}`, async () => {
      const file = `${options.moduleResolution}-${(options.types?.[0] ?? "none").replace(/\W/g, "")}`;
      writeFileSync(join(project, `${file}.ts`), source);
      writeFileSync(join(project, `${file}.json`), JSON.stringify({ compilerOptions: { ...options, strict: true, noEmit: true, target: "es2022" }, files: [`${file}.ts`] }));
      await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--project", join(project, `${file}.json`)], { cwd: project }).catch((error) => assert.fail(error.stdout));
    });
  }
});

describe("bundles", () => {
  const source = 'import { decodePdus } from "smpp-edge/decoder"; import * as all from "smpp-edge"; console.log(decodePdus, all);';
  for (const [platform, conditions, external] of [
    ["browser", ["browser"], []],
    ["neutral", ["workerd", "worker", "browser"], ["cloudflare:*", "*.wasm"]],
    ["neutral", ["edge-light"], []],
  ] as const) {
    test(`need no module of Node's under the condition ${conditions[0]}`, async () => {
      const { metafile } = await build({ stdin: { contents: source, resolveDir: project }, bundle: true, write: false, metafile: true, format: "esm", platform, conditions: [...conditions], external: [...external], logLevel: "silent" });
      const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
      assert.deepEqual(imported.filter((path) => path.startsWith("node:")), []);
    });
  }

  // Vitest 5 resolves its global set-up so, and runs it in Node.
  test("the simulator runs on Node under the conditions of Cloudflare's Vitest plugin", async () => {
    const conditions = ["development", "workerd", "worker", "module", "browser"].map((name) => `--conditions=${name}`);
    const script = 'import { createSimulator } from "smpp-edge/server"; const { port, close } = await createSimulator({ port: 0 }); console.log(port > 0); await close();';
    const { stdout } = await run(process.execPath, [...conditions, "--input-type=module", "--eval", script], { cwd: project });
    assert.equal(stdout.trim(), "true");
  });

  test("a Worker that accepts sessions has no module of Node's in its bundle", async () => {
    const source = 'import { accept } from "smpp-edge/server"; export default { connect: (socket) => accept(socket, {}) };';
    const { metafile } = await build({ stdin: { contents: source, resolveDir: project }, bundle: true, write: false, metafile: true, format: "esm", platform: "neutral", conditions: ["workerd", "worker", "browser"], external: ["*.wasm"], absWorkingDir: project, logLevel: "silent" });
    const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    assert.deepEqual(imported.map((path) => path.replace(/^.*\//, "")), ["smpp.wasm"]);
  });

  test("one instance of the engine serves all entries", async () => {
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", 'import { init } from "smpp-edge"; import * as decoder from "smpp-edge/decoder"; console.log(init === decoder.init)'], { cwd: project });
    assert.equal(stdout.trim(), "true");
  });
});

describe("runs", () => {
  const script = 'import { decodePdus } from "smpp-edge/decoder"; import "smpp-edge"; import "smpp-edge/server"; console.log(decodePdus("00000010000000150000000000000001").pdus[0].command);';

  test("on Node, imported", async () => {
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: project });
    assert.equal(stdout.trim(), "enquire_link");
  });

  test("on Node, required", async () => {
    const { stdout } = await run(process.execPath, ["--input-type=commonjs", "--eval", 'console.log(require("smpp-edge/decoder").decodePdus("00000010000000150000000000000001").pdus[0].command)'], { cwd: project });
    assert.equal(stdout.trim(), "enquire_link");
  });

  test("bundled by the inlined form, wherever the bundle is put", async () => {
    const outfile = join(project, "elsewhere", "bundle.mjs");
    await build({ stdin: { contents: 'import { decodePdus } from "smpp-edge/inline"; console.log(decodePdus("00000010000000150000000000000001").pdus[0].command);', resolveDir: project }, bundle: true, outfile, format: "esm", platform: "neutral", logLevel: "silent" });
    const { stdout } = await run(process.execPath, [outfile]);
    assert.equal(stdout.trim(), "enquire_link");
  });
});
