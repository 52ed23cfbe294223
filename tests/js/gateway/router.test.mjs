// Which route a path leads to.

import assert from "node:assert/strict";
import test from "node:test";
import { findRoute, queryOf } from "../../../js/gateway/http/router.ts";

const routes = { "/v1/messages": { GET: 1 }, "/v1/messages/preview": { POST: 2 }, "/v1/messages/:id": { GET: 3 }, "/v1/links/:account/:n/pause": { POST: 4 } };

const cases = [
  ["/v1/messages", { GET: 1 }, {}],
  ["/v1/messages/preview", { POST: 2 }, {}],
  ["/v1/messages/01m82", { GET: 3 }, { id: "01m82" }],
  ["/v1/messages/a%20b%2Fc", { GET: 3 }, { id: "a b/c" }],
  ["/v1/links/main/0/pause", { POST: 4 }, { account: "main", n: "0" }],
  ["/v1/messages/"], ["/v1/messages/01m82/"], ["/v1/messages/%"], ["/v1/messages/%ff"], ["/v1//messages"], ["/V1/messages"], ["/v1/%6dessages"],
  ["v1/messages"], ["/x/v1/messages"], ["/v1/messages/:id/x"], ["/v1/links/main//pause"], ["/v1/links/main/0/resume"], [""], ["/"], ["/constructor"],
];

for (const [path, route, parameters] of cases) {
  test(`${JSON.stringify(path)} leads to ${route ? JSON.stringify(route) : "nothing"}`, () => {
    const found = findRoute(routes, path);
    assert.deepEqual(found && [found.route, found.parameters], route && [route, parameters]);
  });
}

test("a parameter of a query is a text, or a list if it is given several times", () => {
  assert.deepEqual(queryOf(new URLSearchParams("a=1&b=&c=2&c=3&__proto__=4")), Object.fromEntries([["a", "1"], ["b", ""], ["c", ["2", "3"]], ["__proto__", "4"]]));
});
