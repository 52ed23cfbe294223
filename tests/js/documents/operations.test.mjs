// docs/operations.md and its rules name what the gateway has.

import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "./documents.mjs";

const rules = read("docs/alerts.yml");
const expressions = [...rules.matchAll(/^ +expr: (.*)$/gm)].map(([, expression]) => expression);
const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name);

test("the rules use metrics that /metrics has, with labels and states that there are", () => {
  const metrics = read("js/gateway/http/metrics.ts");
  const states = read("js/gateway/model/views.ts");
  assert.equal(expressions.length, alerts.length);
  for (const expression of expressions) {
    for (const [name] of expression.matchAll(/\bsmpp_\w+/g)) assert(metrics.includes(`name: "${name}"`), name);
    for (const [, state] of expression.matchAll(/status="(\w+)"/g)) assert(states.includes(`"${state}"`), state);
    for (const [, result] of expression.matchAll(/result="(\w+)"/g)) assert(metrics.includes(`result: "${result}"`), result);
    for (const [, labels] of expression.matchAll(/by \(([\w, ]+)\)/g)) {
      for (const label of labels.split(", ")) assert(["account", "link", "target"].includes(label), label);
    }
  }
});

test("the document has every alert, and no other", () => {
  const described = [...read("docs/operations.md").matchAll(/^\| `(Smpp\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(described, alerts);
});
