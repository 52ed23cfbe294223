// docs/operations.md and its rules name what the gateway has.

import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "./documents.mjs";

const rules = read("docs/alerts.yml");
const expressions = [...rules.matchAll(/^ +expr: (.*)$/gm)].map(([, expression]) => expression);
const board = JSON.parse(read("docs/grafana.json"));
const queries = board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name);

/** Fails unless /metrics has what the expression names, with those labels and states. */
function holds(expression) {
  const metrics = read("js/gateway/http/metrics.ts") + read("js/gateway/application/metrics.ts");
  const states = read("js/gateway/model/views.ts");
  for (const [name] of expression.matchAll(/\bsmpp_\w+/g)) assert(metrics.includes(`name: "${name}"`), name);
  for (const [, state] of expression.matchAll(/status="(\w+)"/g)) assert(states.includes(`"${state}"`), state);
  for (const [, result] of expression.matchAll(/result="(\w+)"/g)) assert(metrics.includes(`result: "${result}"`), result);
  for (const [, labels] of expression.matchAll(/by \(([\w, ]+)\)/g)) {
    for (const label of labels.split(", ")) assert(["account", "link", "status", "target", "result", "application", "type"].includes(label), label);
  }
}

test("the rules use metrics that /metrics has, with labels and states that there are", () => {
  assert.equal(expressions.length, alerts.length);
  expressions.forEach(holds);
});

test("the dashboard uses metrics that /metrics has, and shows each metric that an alert watches", () => {
  queries.forEach(holds);
  const shown = queries.join(" ");
  for (const expression of expressions) for (const [name] of expression.matchAll(/\bsmpp_\w+/g)) assert(shown.includes(name), name);
});

test("the dashboard's panels have a title and a description each, and cover one another nowhere", () => {
  const cells = new Set();
  for (const { title, description, gridPos: { x, y, w, h } } of board.panels) {
    assert(title && description);
    assert(x + w <= 24, title);
    for (let i = x; i < x + w; i++) for (let j = y; j < y + h; j++) {
      assert(!cells.has(`${i}/${j}`), title);
      cells.add(`${i}/${j}`);
    }
  }
});

test("the document has every alert, and no other", () => {
  const described = [...read("docs/operations.md").matchAll(/^\| `(Smpp\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(described, alerts);
});
