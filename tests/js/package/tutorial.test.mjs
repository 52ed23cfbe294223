// docs/tutorial.md, walked with the packed package: the project that `init` makes, with the files of the page in it.

import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { after, before, test } from "node:test";
import { at, execute, files, node24 } from "../../../scripts/lib.mjs";
import { makeProject } from "./project.ts";

const example = at("examples", "sign-in");
const page = readFileSync(at("docs", "tutorial.md"), "utf8");
const shell = /^```sh\n(.*?)^```$/gms;

let project, installed, remove, folder;
before(async () => {
  ({ project, installed, remove } = await makeProject());
  const { code, output } = await execute(process.execPath, [join(installed, "dist", "node", "smpp-edge.js"), "init", "--template", "worker", "sign-in"], { cwd: project, timeout: 60_000 });
  assert.equal(code, 0, output);
  folder = join(project, "sign-in");
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(installed, join(folder, "node_modules", "smpp-edge"));
  for (const name of ["wrangler", "@cloudflare", "typescript"]) symlinkSync(at("node_modules", name), join(folder, "node_modules", name));
  for (const name of readdirSync(join(folder, "test"))) rmSync(join(folder, "test", name));
  cpSync(example, folder, { recursive: true, filter: (path) => !/\.wrangler|node_modules/.test(path) });
});
after(() => remove?.());

test("the page shows every file to the letter, under its name", () => {
  const shown = new Map([...page.matchAll(/^`([\w./-]+)`[^\n]*:\n\n```\w+\n(.*?)^```$/gms)].map(([, name, content]) => [name, content]));
  const names = files("examples/sign-in").map((path) => relative(example, path).split(sep).join("/")).filter((name) => !/\.wrangler|node_modules/.test(name));
  assert.deepEqual([...shown.keys()].sort(), names.sort());
  for (const name of names) assert.equal(shown.get(name), readFileSync(join(example, name), "utf8"), name);
});

test("its command makes the key of the codes", async () => {
  const [, block] = [...page.matchAll(shell)].map(([, block]) => block).map((block) => /^(node -e .*) >> \.dev\.vars$/m.exec(block)).find(Boolean);
  const { code, output } = await execute("sh", ["-c", block], { cwd: folder });
  assert.equal(code, 0, output);
  assert.match(output, /^CODE_KEY=\S{40,}\n$/);
  appendFileSync(join(folder, ".dev.vars"), output);
});

test("it type-checks", async () => {
  const { code, output } = await execute(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "--project", folder], { cwd: folder, timeout: 120_000 });
  assert.equal(code, 0, output);
});

test("its own tests pass in workerd", async () => {
  const { code, output } = await execute(node24(), ["--test", "test/codes.test.mjs"], {
    cwd: folder, timeout: 240_000,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(folder, "logs"), WRANGLER_REGISTRY_PATH: join(folder, "registry"), CLOUDFLARE_CF_FETCH_ENABLED: "false" },
  });
  assert.equal(code, 0, output);
  assert.match(output, /^ℹ pass 5$/m);
});
