// The client in a Durable Object under faults.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { faultTests } from "../client/faults.suite.ts";
import { startClientWorker } from "./client-worker.mjs";

let worker;
const ended = [];

before(async () => {
  const t = { after: (end) => ended.push(end) };
  worker = await startClientWorker(t);
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
