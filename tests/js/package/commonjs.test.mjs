// The packed package in a CommonJS project: required, under Jest's defaults, and typed by each way in which TypeScript resolves modules.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { at, execute, node24 } from "../../../scripts/lib.mjs";
import { makeProject } from "./project.ts";
import { installTools, program } from "./tools.mjs";

/** The Node that npm runs on, which may be older than that of these tests. */
const npmNode = process.env.npm_node_execpath ?? process.execPath;

let project, remove;
before(async () => {
  await installTools();
  ({ project, remove } = await makeProject());
  writeFileSync(join(project, "package.json"), '{ "private": true }');
  cpSync(at("examples", "jest"), project, { recursive: true });
});
after(() => remove?.());

async function runs(code, node = node24(), ...flags) {
  const { code: status, output } = await execute(node, [...flags, "--input-type=commonjs", "--eval", code], { cwd: project, timeout: 60_000 });
  assert.equal(status, 0, output);
  return output.trim();
}

describe("required", () => {
  const sends = `
    const { connect, SmppError } = require("smpp-edge");
    const { createSimulator } = require("smpp-edge/server");
    (async () => {
      const smsc = await createSimulator({ port: 0, delay: 0 });
      const smpp = await connect(smsc.url);
      const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World", report: "always" });
      console.log((await sent.delivered()).status);
      await smpp.sendSms({ to: "nobody", text: "x" }).catch((error) => console.log(error instanceof SmppError));
      await smpp.close();
      await smsc.close();
    })();`;
  const instances = `
    const required = [require("smpp-edge").init, require("smpp-edge/decoder").init];
    import("smpp-edge").then(({ init }) => console.log(required.map((each) => each === init).join()));`;

  test("it is the same instance as imported", async () => assert.equal(await runs(instances), "true,true"));
  test("it sends", async () => assert.equal(await runs(sends), "delivered\ntrue"));
  test("it sends on the Node of npm", async () => assert.equal(await runs(sends, npmNode), "delivered\ntrue"));
  test("it sends where Node can't require ES modules", async () => {
    assert.match(await runs('console.log(require.resolve("smpp-edge"))', node24(), "--no-experimental-require-module"), /[/\\]cjs[/\\]index\.js$/);
    assert.equal(await runs(sends, node24(), "--no-experimental-require-module"), "delivered\ntrue");
    assert.equal(await runs('console.log(require("smpp-edge").init === require("smpp-edge/decoder").init)', node24(), "--no-experimental-require-module"), "true");
  });
});

describe("Jest, with no configuration", () => {
  const jest = (node, ...flags) => execute(node, [program("jest", "bin", "jest.js"), "--colors=false", ...flags], { cwd: project, timeout: 120_000 });
  const jsdom = `--env=${program("jest-environment-jsdom")}`;
  /** examples/jest with one more test, which shows the environment that it is in. */
  function inEnvironment(name, type, line = "") {
    const code = readFileSync(at("examples", "jest", "orders.test.js"), "utf8");
    writeFileSync(join(project, `${name}.test.js`), `${line}\n${code}\ntest("environment", () => expect(typeof document).toBe("${type}"));\n`);
    return name;
  }
  function passes({ code, output }, count) {
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`^Tests: +${count} passed, ${count} total$`, "m"));
    assert.doesNotMatch(output, /did not exit|open handle/);
  }
  for (const [name, node] of [["Node", node24()], ["the Node of npm", npmNode]]) {
    test(`examples/jest passes on ${name}`, async () => passes(await jest(node, "orders"), 1));
    test(`examples/jest passes on ${name} in jest-environment-jsdom`, async () => passes(await jest(node, jsdom, inEnvironment("page", "object")), 2));
  }
  test("a file that names its environment has it in a project with jsdom", async () => {
    const [line] = /\/\*\* @jest-environment \w+ \*\//.exec(readFileSync(at("docs", "quick-start.md"), "utf8"));
    passes(await jest(node24(), jsdom, inEnvironment("named", "undefined", line)), 2);
  });
});

describe("TypeScript checks, the declarations of the package too", () => {
  const source = `
    import { connect, SmppError, type SmppClient } from "smpp-edge";
    import { decodePdus } from "smpp-edge/decoder";
    import { createSimulator } from "smpp-edge/server";
    import * as inline from "smpp-edge/inline";
    export async function main(): Promise<void> {
      const smsc = await createSimulator({ port: 0 });
      const smpp: SmppClient = await connect(smsc.url);
      await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World" }).catch((error: unknown) => {
        if (error instanceof SmppError) console.log(error.outcome, decodePdus("00").rest, inline.countSegments("x").segments);
      });
      // @ts-expect-error The declarations are found: it is no any.
      await smpp.sendSms({ recipient: 1 });
    }
  `;
  for (const [module, moduleResolution] of [["commonjs", "node10"], ["node16", "node16"], ["nodenext", "nodenext"], ["preserve", "bundler"]]) {
    test(`module ${module}, moduleResolution ${moduleResolution}`, async () => {
      writeFileSync(join(project, `${module}.ts`), moduleResolution === "node16" ? source.replace(/^.*inline.*\n/m, "").replace(', inline.countSegments("x").segments', "") : source);
      writeFileSync(join(project, `${module}.json`), JSON.stringify({ compilerOptions: { module, moduleResolution, target: "es2022", strict: true, skipLibCheck: false, noEmit: true, types: ["node"] }, files: [`${module}.ts`] }));
      const { code, output } = await execute(process.execPath, [program("typescript", "bin", "tsc"), "--project", `${module}.json`], { cwd: project, timeout: 120_000 });
      assert.equal(code, 0, output);
    });
  }

  test("what they compile to CommonJS sends", async () => {
    const outDir = join(project, "compiled");
    mkdirSync(outDir);
    symlinkSync(join(project, "node_modules"), join(outDir, "node_modules"));
    writeFileSync(join(project, "emit.ts"), `${source.replace(/^ *\/\/ @ts-expect-error.*\n.*\n/m, "")}\nvoid main().then(() => { console.log("done"); process.exit(); });`);
    const { code, output } = await execute(process.execPath, [program("typescript", "bin", "tsc"), "emit.ts", "--module", "commonjs", "--moduleResolution", "node10", "--target", "es2022", "--types", "node", "--outDir", outDir], { cwd: project, timeout: 120_000 });
    assert.equal(code, 0, output);
    assert.deepEqual(await execute(npmNode, [join(outDir, "emit.js")], { cwd: project, timeout: 60_000 }), { code: 0, signal: null, output: "done\n" });
  });
});

test("where there is no WebAssembly, one sentence says so", async () => {
  for (const [entry, load] of [["smpp-edge", "import"], ["smpp-edge/inline", "import"], ["smpp-edge", "require"]]) {
    const { code, output } = await execute(node24(), ["--jitless", "--eval", load === "import" ? `import("${entry}")` : `require("${entry}")`], { cwd: project, timeout: 60_000 });
    assert.notEqual(code, 0);
    assert.match(output, /^\w*Error: smpp-edge needs WebAssembly, which this runtime does not have/m, `${load} ${entry}`);
  }
});
