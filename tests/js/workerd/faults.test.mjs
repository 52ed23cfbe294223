// The client in a Durable Object under faults.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { faultTests } from "../client/faults.suite.ts";
import { startGateway as startWorker, root, temporary } from "../gateway/support.mjs";

let worker;
const ended = [];

before(async () => {
  const t = { after: (end) => ended.push(end) };
  const config = join(temporary(t), "wrangler.json");
  writeFileSync(config, JSON.stringify({
    name: "faults",
    main: join(root, "tests", "js", "workerd", "worker.ts"),
    compatibility_date: "2026-10-01",
    durable_objects: { bindings: [{ name: "OBJECT", class_name: "ClientObject" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["ClientObject"] }],
  }));
  worker = await startWorker(t, { config });
});
after(async () => {
  for (const end of ended.reverse()) await end();
});

faultTests("workerd", async (exercise) => {
  const { status, body } = await worker.post("/object/exercise", exercise);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.error, undefined, JSON.stringify(body));
  return body;
});
