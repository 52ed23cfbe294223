// The README's example is the file, and the file runs on each runtime.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { at, bun, deno, execute, node24 } from "../../../scripts/lib.mjs";

const example = at("examples", "node.mjs");

test("the README shows it as it is", () => {
  assert(readFileSync(at("README.md"), "utf8").includes(`\`\`\`js\n${readFileSync(example, "utf8")}\`\`\``));
});

for (const [name, command, args] of [
  ["Node", node24(), [example]],
  ["Deno", deno(), ["run", "--allow-all", "--no-lock", example]],
  ["Bun", bun(), [example]],
]) {
  test(`it runs on ${name}`, { skip: !command && `there is no ${name} for this platform on npm` }, async () => {
    const simulator = await createSimulator({ port: 0, delay: 10 });
    try {
      const { code, output } = await execute(command, args, { timeout: 60_000, env: { ...process.env, SMPP_URL: simulator.url, DENO_NO_UPDATE_CHECK: "1" } });
      assert.match(output, /^accepted as \S+\ndelivered at \d{4}-\d\d-\d\dT\S+\n$/);
      assert.equal(code, 0);
      assert.equal(simulator.messages().length, 1);
    } finally {
      await simulator.close();
    }
  });
}
