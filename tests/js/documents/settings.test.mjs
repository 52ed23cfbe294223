// What the API reference says of each setting: its doc comment is there, and has the default, the range and the unit that the code has.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { read } from "./documents.mjs";

/** The interfaces that users fill, by their files. */
const SETTINGS = {
  "js/client/types.ts": ["TlsOptions", "Endpoint", "ConnectOptions", "SmsMessage", "MessageRef", "CancelOptions", "Replacement", "RequestOptions", "BulkOptions", "WinterTcSocket"],
  "js/client/sent.ts": ["DeliveredOptions"],
  "js/engine/segments.ts": ["CountOptions"],
  "js/engine/explained.ts": ["DecodeOptions"],
  "js/server/sessions.ts": ["ServerOptions"],
  "js/server/listen.ts": ["ListenOptions"],
  "js/server/receipt.ts": ["Receipt"],
  "js/server/session.ts": ["Delivery"],
  "js/simulator/index.ts": ["SimulatorOptions"],
  "js/simulator/simulation.ts": ["SimulationOptions"],
  "js/gateway/model/config.ts": ["GatewayEnv"],
  "wasm-pack/src/types.ts": ["SessionConfig"],
};

/** The members of an interface, each with its type and its doc comment in one line. */
function members(path, name) {
  const [, body] = new RegExp(`^ *export interface ${name}\\b[^\\n]*\\{\\n(.*?)^ *\\}$`, "ms").exec(read(path)) ?? assert.fail(`${path} has no ${name}`);
  return [...body.matchAll(/(?:^ {2}\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n)?^ {2}(?:readonly )?(\w+)(\??)(?:: (.*)|\(.*);$/gm)].map(([, doc = "", member, optional, type = "function"]) => ({
    member, type, optional: optional !== "", doc: doc.replace(/\s*\n \s*\* ?/g, " ").trim(),
  }));
}

/** The settings of sessions that a server has too. */
function sessionSettings() {
  const [, keys] = /const sessionKeys = \[(.*?)\]/s.exec(read("js/server/sessions.ts"));
  const names = [...keys.matchAll(/"(\w+)"/g)].map(([, name]) => name);
  return members("js/engine/types.ts", "EngineConfig").filter(({ member }) => names.includes(member));
}

const all = Object.entries(SETTINGS).flatMap(([path, names]) => names.map((name) => ({ name, settings: members(path, name) })));
all.push({ name: "SessionOptions", settings: sessionSettings() });

describe("each setting has a doc comment, and one that is a number, a choice or a flag has its default there", () => {
  for (const { name, settings } of all) {
    test(name, () => {
      assert(settings.length > 0);
      assert.deepEqual(settings.filter(({ doc }) => doc === "").map(({ member }) => member), []);
      const plain = settings.filter(({ optional, type }) => optional && /\b(number|boolean)\b|^"/.test(type) && !/=>/.test(type));
      assert.deepEqual(plain.filter(({ member, doc }) => member !== "networkError" && !/\bDefault\b|if absent/.test(doc)).map(({ member, doc }) => `${member}: ${doc}`), []);
    });
  }
});

const number = (text) => Number(text.replaceAll("_", "")).toLocaleString("en");

/** What the checks of a file hold each setting to, in the words of a doc comment. */
function ranges(path, name) {
  const [, body] = new RegExp(`^const CHECKS: [^\\n]*${name}[^\\n]* = \\{\\n(.*?)^\\};`, "ms").exec(read(path));
  const words = [...body.matchAll(/^ {2}(\w+): (?:integer\((\w+), (\w+)\)|(octet|milliseconds|perSecond)),$/gm)].map(([, setting, least, most, check]) => {
    if (check === "octet") return [setting, /0 to 255/];
    if (check === "milliseconds") return [setting, /Milliseconds .*\b0: /];
    if (check === "perSecond") return [setting, /a second.*above 0/];
    if (most === "LONGEST") return [setting, new RegExp(`${number(least)} or more`)];
    const bound = /^\d/.test(most) ? String(Number(most.replaceAll("_", ""))) : new RegExp(`const ${most} = ([\\d_]+)`).exec(read(path))[1];
    return [setting, new RegExp(`${number(least)} to ${number(bound)}(?![\\d,]*\\d)`)];
  });
  assert(words.length > 5);
  return words;
}

describe("the range is that of the check", () => {
  for (const [path, checks, name] of [["js/client/options.ts", "ConnectOptions", "ConnectOptions"], ["js/client/message.ts", "SmsMore", "SmsMessage"]]) {
    const { settings } = all.find((each) => each.name === name);
    for (const [setting, words] of ranges(path, checks)) {
      test(`${name}.${setting}`, () => assert.match(settings.find(({ member }) => member === setting).doc, words));
    }
  }

  test("GatewayEnv", () => {
    const config = read("js/gateway/model/config.ts");
    const { settings } = all.find(({ name }) => name === "GatewayEnv");
    const checks = [...config.matchAll(/number\(env, "(\w+)", ([\d_]+), ([\d_]+), ([\d_]+)\)/g)];
    assert(checks.length >= 3);
    for (const [, setting, standard, least, most] of checks) {
      const words = `${number(least)} to ${number(most)}`;
      const { doc } = settings.find(({ member }) => member === setting);
      const [row] = new RegExp(`^\\| \`${setting}\` \\|.*$`, "m").exec(read("docs/gateway.md"));
      for (const text of [doc, row]) assert(text.includes(words) && text.toLowerCase().includes(`default ${number(standard)}`), `${words}, default ${number(standard)}: ${text}`);
    }
  });
});

describe("the default is that of docs/options.md", () => {
  for (const [heading, name] of [["## connect(", "ConnectOptions"], ["## sendSms(", "SmsMessage"]]) {
    const section = read("docs/options.md").split(/^(?=#{2,3} )/m).find((part) => part.startsWith(heading));
    const { settings } = all.find((each) => each.name === name);
    const rows = [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].filter(([, , cell]) => /^(\d|true|false|`["{]|empty|none|no limit|now)/.test(cell));
    assert(rows.length > 10);
    for (const [, setting, cell] of rows) {
      const { doc, type } = settings.find(({ member }) => member === setting);
      if (cell === "none" && !/number|string/.test(type)) continue;
      test(`${name}.${setting}`, () => assert(doc.includes(`Default ${cell}`) || doc.includes(`Default: ${cell}`), `${cell}: ${doc}`));
    }
  }
});
