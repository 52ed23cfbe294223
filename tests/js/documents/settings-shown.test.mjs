// The settings of the gateway that documents show in TOML and JSON, read by the gateway.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { before, test } from "node:test";
import { init } from "../../../js/engine/init.ts";
import { limitsOf } from "../../../js/gateway/limits/setting.ts";
import { applicationsOf } from "../../../js/gateway/model/applications.ts";
import { settingsOf } from "../../../js/gateway/model/config.ts";
import { at } from "../../../scripts/lib.mjs";
import { blocks, read } from "./documents.mjs";

before(init);

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const accounts = { SMPP_ACCOUNTS: Object.fromEntries(["direct", "cheap", "spare"].map((name) => [name, { url: `smpp://${name}:password@smsc.example` }])) };

/** The variables of a block of TOML: tables under `vars`, of strings, lists and inline tables, a value a line. */
function variables(toml) {
  const vars = {};
  let table;
  for (const line of toml.split("\n").map((each) => each.replace(/\s+#.*/, "")).filter(Boolean)) {
    const [, open, name] = /^(\[\[?)vars\.(\w+)\]/.exec(line) ?? [];
    if (open === "[") table = vars[name] = {};
    else if (open === "[[") (vars[name] ??= []).push((table = {}));
    else {
      const [, key, value] = /^(\w+) = (.*)$/.exec(line);
      table[key] = JSON.parse(value.replace(/([{,] *)"?(\w+|\*)"? = /g, '$1"$2": '));
    }
  }
  return vars;
}

test("docs/routes.md, SMPP_ROUTES and SMPP_INBOUND_ROUTES", () => {
  const [outbound, inbound] = blocks("docs/routes.md", "toml").map(variables);
  const settings = settingsOf({ ...accounts, ...outbound, ...inbound, SMPP_QUEUE: {}, SMPP_WEBHOOK_URL: "https://example.com/hook", SMPP_WEBHOOK_SECRET: SECRET });
  assert.deepEqual([settings.routesFault, settings.inboundFault], [undefined, undefined]);
  assert.deepEqual([settings.routes.map(({ name }) => name), settings.inboundRoutes.map(({ name }) => name)], [["premium", "codes", "uk", "rest"], ["votes", "archive", "rest"]]);
});

test("docs/routes.md, the rules in JSON", () => {
  const inline = /As a secret it is the same in JSON: `(.*)`/.exec(read("docs/routes.md"))[1];
  const [, tried] = blocks("docs/routes.md", "json").map((block) => JSON.parse(block));
  for (const SMPP_ROUTES of [inline, JSON.stringify(tried.routes)]) assert.equal(settingsOf({ ...accounts, SMPP_ROUTES }).routesFault, undefined);
});

test("docs/opt-outs.md, SMPP_OPT_OUT", () => {
  const [toml] = blocks("docs/opt-outs.md", "toml");
  assert.notEqual(settingsOf({ ...accounts, ...variables(toml) }).optOut, undefined);
});

test("docs/limits.md, SMPP_LIMITS", () => {
  const [toml] = blocks("docs/limits.md", "toml");
  const { monitor, countries, spend } = limitsOf(variables(toml));
  assert.deepEqual([monitor, [...countries], { ...spend }], [true, ["GB", "IE"], { shop: 20_000, "*": 5_000 }]);
});

test("docs/applications.md, SMPP_APPLICATIONS with a password by examples/applications/hash-password.mjs, and its bindings", () => {
  const hash = execFileSync(process.execPath, [at("examples", "applications", "hash-password.mjs"), "password"], { encoding: "utf8" }).trim();
  const [json] = blocks("docs/applications.md", "json");
  const applications = applicationsOf({ ...accounts, SMPP_APPLICATION: {}, SMPP_APPLICATIONS: json.replace("pbkdf2$100000$…$…", () => hash) });
  assert.deepEqual([...applications].length, 1);
  const [bindings] = blocks("docs/applications.md", "jsonc");
  const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
  const given = lines(read("examples/applications/wrangler.jsonc"));
  assert.deepEqual(lines(bindings).filter((line) => !given.includes(line)), []);
});
