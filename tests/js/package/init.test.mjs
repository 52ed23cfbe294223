// `npx smpp-edge init` of the packed package: the projects that it makes type-check, and send a message that is delivered.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "smpp-edge";
import { at, execute, node24, start, stop } from "../../../scripts/lib.mjs";
import { until } from "../gateway/support.mjs";
import { makeProject } from "./project.ts";

let project, installed, remove;
before(async () => ({ project, installed, remove } = await makeProject()));
after(() => remove?.());

const init = (...args) => execute(process.execPath, [join(installed, "dist", "node", "smpp-edge.js"), "init", ...args], { cwd: project, timeout: 60_000 });

/** Puts into a project what `npm install` would: the packed package, and what this repository has of the rest. */
function install(folder) {
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  symlinkSync(installed, join(modules, "smpp-edge"));
  for (const name of ["wrangler", "@cloudflare", "typescript"]) symlinkSync(at("node_modules", name), join(modules, name));
}

for (const template of ["gateway", "worker"]) {
  describe(`--template ${template}`, () => {
    const name = `my-${template}`;
    let folder;
    before(async () => {
      const { code, output } = await init("--template", template, name);
      assert.equal(code, 0, output);
      assert.match(output, /npm run dev/);
      const [major, minor] = process.versions.node.split(".").map(Number);
      assert.equal(/The project needs Node\.js 22\.12 or newer/.test(output), major < 22 || (major === 22 && minor < 12), output);
      folder = join(project, name);
      install(folder);
    });

    test("has the folder's name and this version in place of every placeholder", () => {
      const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      assert.deepEqual([manifest.name, manifest.dependencies], [name, { "smpp-edge": `^${version}` }]);
      for (const file of ["package.json", "wrangler.jsonc", "README.md"]) assert.doesNotMatch(readFileSync(join(folder, file), "utf8"), /\{\{/);
    });

    test("keeps its secrets out of git, for this user alone", () => {
      assert.match(readFileSync(join(folder, ".gitignore"), "utf8"), /^\.dev\.vars$/m);
      assert.equal(statSync(join(folder, ".dev.vars")).mode & 0o077, 0);
      const token = /^TOKEN="(.*)"$/m.exec(readFileSync(join(folder, ".dev.vars"), "utf8"))?.[1];
      assert.equal(token === undefined ? "none" : token.length, template === "worker" ? 32 : "none");
    });

    test("type-checks, the declarations of the package too", async () => {
      const { code, output } = await execute(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "--project", folder], { cwd: folder, timeout: 120_000 });
      assert.equal(code, 0, output);
    });

    test("names the port of its simulator when it is in use", async (t) => {
      const taken = createServer();
      t.after(() => taken.close());
      await new Promise((fulfil) => taken.on("error", fulfil).listen(2775, "127.0.0.1", fulfil)); // or another program has it
      const { code, output } = await execute(process.execPath, ["dev.mjs"], { cwd: folder, timeout: 60_000 });
      assert.match(output, /^Port 2775 on 127\.0\.0\.1 is in use.*\n$/);
      assert.equal(code, 1);
    });

    test("passes its own test: a message is delivered", async () => {
      const { code, output } = await execute(node24(), ["--test", `test/${template}.test.mjs`], {
        cwd: folder, timeout: 180_000,
        env: { ...process.env, NODE_TEST_CONTEXT: undefined, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(folder, "logs"), WRANGLER_REGISTRY_PATH: join(folder, "registry"), CLOUDFLARE_CF_FETCH_ENABLED: "false" },
      });
      assert.equal(code, 0, output);
      assert.match(output, /^ℹ pass 1$/m);
    });
  });
}

describe("nothing is made", () => {
  const refused = async (status, pattern, ...args) => {
    const { code, output } = await init(...args);
    assert.match(output, pattern);
    assert.equal(code, status, output);
  };

  test("in a folder that has something in it", async () => {
    mkdirSync(join(project, "full"));
    writeFileSync(join(project, "full", "notes.txt"), "mine");
    await refused(1, /is not empty: nothing was changed/, "full");
    assert.equal(readFileSync(join(project, "full", "notes.txt"), "utf8"), "mine");
    assert.equal(existsSync(join(project, "full", "package.json")), false);
  });
  test("where a file is", async () => {
    writeFileSync(join(project, "file"), "mine");
    await refused(1, /is a file/, "file");
  });
  test("of a template that there is not", () => refused(2, /there are gateway and worker/, "--template", "nest", "x"));
  test("by a name that Cloudflare refuses", () => refused(2, /1 to 63 of a to z/, "--name", "My_Worker", "x"));
  test("in two folders", () => refused(2, /one folder is expected/, "x", "y"));
});

test("dev.mjs prints a line that sends an inbound message", { skip: process.platform === "win32" && "there is no sh" }, async (t) => {
  const folder = join(project, "dev");
  mkdirSync(join(folder, "node_modules", "wrangler", "bin"), { recursive: true });
  symlinkSync(installed, join(folder, "node_modules", "smpp-edge"));
  writeFileSync(join(folder, "node_modules", "wrangler", "package.json"), "{}");
  writeFileSync(join(folder, "node_modules", "wrangler", "bin", "wrangler.js"), "setInterval(() => {}, 1_000);");
  writeFileSync(join(folder, "dev.mjs"), readFileSync(at("js", "cli", "init", "templates", "common", "dev.mjs"), "utf8").replace("port: 2775", "port: 0"));
  const dev = start(process.execPath, ["dev.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => stop(dev));
  let output = "";
  dev.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  const [, url, line] = await until("the line", () => /^SMSC simulator on (\S+)\nAn inbound message: (curl .*)\n/.exec(output));
  const heard = [];
  const smpp = await connect(url, { onMessage: ({ text }) => void heard.push(text) });
  t.after(() => smpp.close());
  const { code, output: said } = await execute("sh", ["-c", `${line} --fail --silent`]);
  assert.equal(code, 0, said);
  assert.deepEqual(heard, ["Hi"]);
});

test("a folder whose name is none for a Worker gives one that is", async () => {
  const { code, output } = await init("SMS Gateway_2");
  assert.equal(code, 0);
  assert.match(output, /^ {2}cd 'SMS Gateway_2'$/m);
  assert.equal(JSON.parse(readFileSync(join(project, "SMS Gateway_2", "package.json"), "utf8")).name, "sms-gateway-2");
});

test("a link to an empty folder is that folder, and folders above are made", async () => {
  mkdirSync(join(project, "real"));
  symlinkSync(join(project, "real"), join(project, "link"));
  assert.equal((await init("link")).code, 0);
  assert.equal(JSON.parse(readFileSync(join(project, "real", "package.json"), "utf8")).name, "link");
  assert.equal((await init("above/and/below")).code, 0);
  assert.ok(existsSync(join(project, "above", "and", "below", ".dev.vars")));
});

test("where the system makes no folder it says so, and ends", { skip: process.platform !== "linux" }, async () => {
  const { code, output } = await init("/proc/smpp-edge");
  assert.equal(code, 1, output);
  assert.match(output, /^init: ENOENT: .*\n?$/);
});
