// Every command that a document shows: the cheap ones are run, the others are held against what they call.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { freePort } from "../free-port.ts";
import { nameOf, readCommand } from "../../../benches/support/options.mjs";
import { at, execute, files, node24 } from "../../../scripts/lib.mjs";
import { program, run } from "../cli/program.ts";
import { selfSigned } from "../client/certificate.ts";
import { temporary, until } from "../gateway/support.mjs";
import { blocks, commands, documents, read } from "./documents.mjs";

const { scripts } = JSON.parse(read("package.json"));
const benchmarks = files("benches").filter((path) => path.endsWith(".bench.mjs")).map(nameOf);
const has = (text, word) => assert(text.includes(word), `there is no ${word}`);

/** A file of tests in Rust, or a directory of them, that has a function or module of that name. */
function hasRustTest(directory, name) {
  const sources = files(directory).filter((path) => path.endsWith(".rs")).map((path) => readFileSync(path, "utf8")).join("\n");
  assert.match(sources, new RegExp(`\\b(fn|mod) ${name.replace(/::$/, "")}\\b`));
}

async function suites() {
  const { output } = await execute(process.execPath, [at("scripts/test.mjs"), "no-such-suite"]);
  return output.match(/[\w-]+/g);
}

/** What each kind of command is checked by. What stands here without a check is a program of others. */
const kinds = [
  [/^npm test(?: -- (.*))?$/, async (names = "") => {
    const known = await suites();
    for (const name of names.split(" ").filter((word) => word !== "" && word !== "…")) assert(known.includes(name), `there is no suite ${name}`);
  }],
  [/^npm start$/, () => has(Object.keys(scripts), "start")],
  [/^npm run bench(?: -- (.*))?$/, (words = "") => void readCommand(words.split(" ").filter(Boolean), benchmarks)],
  // In a project that `init` has made.
  [/^npm run dev$/, () => ["gateway", "worker"].forEach((template) => has(Object.keys(JSON.parse(read(`js/cli/init/templates/${template}/package.json`)).scripts), "dev"))],
  [/^npm run ([\w-]+)(?: -- (.*))?$/, (name, flags = "") => {
    has(Object.keys(scripts), name);
    const source = read(scripts[name].replace(/^node /, ""));
    for (const flag of flags.match(/--[\w-]+/g) ?? []) has(source, flag);
  }],
  [/^npx smpp-edge(?: ([a-z]+))?( .*)?$/, async (name, rest = "") => {
    const { code, out } = await run([...(name === undefined ? [] : [name]), "--help"]);
    assert.equal(code, 0);
    for (const flag of rest.match(/--[\w-]+/g) ?? []) has(out, flag);
  }],
  [/^node --test (?:--test-name-pattern=\S+ )?((?:tests|examples)\/\S+)$/, (path) => assert(existsSync(at(path)), path)],
  [/^node (tests\/\S+)(?: --write)?$/, (path) => assert(existsSync(at(path)), path)],
  [/^cargo test (?:--release )?--test (\w+)(?: ([\w:]+))?$/, (file, name) => {
    const directory = existsSync(at(`tests/${file}`)) ? `tests/${file}` : `tests/${file}.rs`;
    assert(existsSync(at(directory)), directory);
    if (name !== undefined) hasRustTest(directory, name);
  }],
  [/^cargo test --features (\w+) --test (\w+)$/, (feature, file) => {
    has(read("Cargo.toml"), `\n${feature} = [`);
    assert(existsSync(at(`tests/${file}.rs`)), file);
  }],
  [/^cargo test -p smpp-edge-tokio (\w+)$/, (name) => hasRustTest("tokio/tests", `\\w*${name}\\w*`)],
  [/^cargo mutants -f '?(src\/\S+?)'? -- --lib((?: --test \w+)+)$/, (path, tests) => {
    const place = path.replace(/\*\*$/, "");
    assert(existsSync(at(place)), place);
    for (const name of tests.split(" --test ").slice(1)) assert([`tests/${name}.rs`, `tests/${name}`].some((file) => existsSync(at(file))), name);
  }],
  [/^cargo test --doc$/, () => has(read("src/lib.rs"), "//! ```\n")],
  [/^cargo test --lib (\w+)::$/, (name) => hasRustTest("src/lib.rs", name)],
  [/^cargo test ([a-z_]+)$/, (name) => hasRustTest("benches/native/tests", `\\w*${name}\\w*`)],
  [/^cd benches\/native && cargo test$/, () => {}],
  [/^cargo bench --bench (\w+)$/, (name) => has(read("benches/native/Cargo.toml"), `name = "${name}"`)],
  [/^cargo \+nightly fuzz run -O -a -s none (\w+) fuzz\/corpus\/(\w+) fuzz\/seeds\/(\w+) -- (?:-\w+=\d+ ?)+$/, (target, corpus, seeds) => {
    has(read("fuzz/Cargo.toml"), `name = "${target}"`);
    assert.equal(corpus, target);
    assert(existsSync(at(`fuzz/seeds/${seeds}`)));
  }],
  [/^npx wrangler secret put (\w+)$/, (name) => has(read("js/gateway/model/config.ts") + read("examples/sign-in/src/env.ts"), `${name}${name === "CODE_KEY" ? "" : "?"}:`)],
  // Run by tests/js/package/tutorial.test.mjs.
  [/^node -e .*CODE_KEY=/, () => {}],
  [/^npx wrangler dev$/, () => has(read("examples/workers-rs/wrangler.toml"), 'main = "worker.mjs"')],
  [/^curl 'http:\/\/127\.0\.0\.1:8787\/\?(\w+)=[^&]+&(\w+)=\w+'$/, (...names) => names.forEach((name) => has(read("examples/workers-rs/src/lib.rs"), `parameter("${name}")`))],
  [/^npm install --save-dev (.+)$/, (names) => names.split(" ").forEach((name) => has(Object.keys(JSON.parse(read("examples/vite/package.json")).devDependencies), name))],
  [/^npx (?:vite|vitest run)$/, () => {}],
  // Cloudflare's, of a wrangler newer than the one that is installed here.
  [/^npx wrangler (?:cert upload (?:certificate-authority|mtls-certificate)|vpc service create) /, () => {}],
  [/^npx wrangler deploy(?: --dry-run)?$/, () => {}],
  [/^npx wrangler deploy --config (\S+)$/, (path) => assert(existsSync(at(path)), path)],
  [/^curl .*?(\/healthz|\/deliver)$/, (path) => has(read("js/gateway/http/routes.ts") + read("js/simulator/control.ts"), path)],
  [/^(?:deno run --allow-net --allow-env|bun|node) (\w+\.mjs)$/, (name) => assert(existsSync(at("examples", name)), name)],
  [/^node (hash-password\.mjs) '(\w+)'$/, async (name, password) => {
    const { output } = await execute(process.execPath, [at("examples/applications", name), password]);
    assert.match(output, /^pbkdf2\$100000\$\S+\$\S+\n$/);
  }],
  // Run by tests/js/examples/http-api.test.mjs.
  [/^curl (?:-X (?:DELETE|POST) )?"?\$GATEWAY(\/v1\/[a-z-]+(?:\/[a-z-]+)?)/, (path) => has(read("js/gateway/openapi.json"), `"${path}"`)],
  [/^export (?:GATEWAY|KEY|LATER)=\S+$/, () => {}],
  [/^export (SMPP_URL|SMPP_PASSWORD|SMPP_TUNNEL_TOKEN)=\S+$/, (name) => has(read("js/cli/connection/flags.ts") + read("js/cli/connection/password.ts") + read("js/cli/tunnel/tunnel.ts"), name)],
  [/^(npm install(?: --global)?|deno add npm:|bun add )\s?smpp-edge$/, () => {}],
  [/^npm install$/, () => {}],
  // tests/js/crate/rust-version.test.mjs compares the versions.
  [/^rustup toolchain install [\d.]+ --profile minimal --target wasm32-unknown-unknown$/, () => {}],
  [/^cargo \+[\d.]+ check --locked(?: -p [\w-]+)+(?: --features (\S+)| --target wasm32-unknown-unknown)$/, (features = "") => {
    for (const [, crate, feature] of features.matchAll(/([\w-]+)\/(\w+)/g)) has(read(crate === "smpp-edge" ? "Cargo.toml" : "tokio/Cargo.toml"), `\n${feature} = [`);
  }],
  [/^(cargo doc --open|cargo publish --dry-run|npm pack|cargo install (?:cargo-[\w-]+(?: --locked)?|wasm-pack|wasm-bindgen-cli(?: --version \S+)?)|rustup toolchain install nightly|git clone|git push origin v\S+)$/, () => {}],
];

describe("every command is one that there is", () => {
  for (const document of documents) {
    for (const command of commands(document)) {
      test(`${document}: ${command}`, async () => {
        const plain = command.replace(/^([A-Z_]+=\S+ )+/, "");
        const [pattern, check] = kinds.find(([kind]) => kind.test(plain)) ?? assert.fail("no check is known for it: see `kinds` in this file");
        await check(...pattern.exec(plain).slice(1));
      });
    }
  }
});

test("CONTRIBUTING.md lists every fuzz target", () => {
  const targets = [...read("fuzz/Cargo.toml").matchAll(/^name = "(\w+)"$/gm)].map(([, name]) => name);
  const [, table] = /^\| Target \|.*?\n\| ---.*?\n(.*?)\n\n/ms.exec(read("CONTRIBUTING.md"));
  assert.deepEqual([...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name).sort(), targets.sort());
});

test("benches/README.md lists every benchmark", () => {
  const [, table] = /^\| File \|.*?\n\| ---.*?\n(.*?)\n\n/ms.exec(read("benches/README.md"));
  assert.deepEqual([...table.matchAll(/^\| `([\w.-]+)`/gm)].map(([, name]) => nameOf(name)).sort(), benchmarks.toSorted());
});

test("CONTRIBUTING.md: one file of tests, and one test, run by themselves", async () => {
  for (const command of commands("CONTRIBUTING.md").filter((line) => line.startsWith("node --test"))) {
    const args = command.replaceAll('"', "").split(" ").slice(1);
    const { code, output } = await execute(node24(), ["--test-reporter=tap", ...args], { cwd: at("."), env: { ...process.env, NODE_TEST_CONTEXT: undefined } });
    assert.equal(code, 0, output);
    assert.match(output, /^# pass [1-9]/m);
  }
});

describe("docs/commands.md", () => {
  const [simulator, decode, send] = ["simulator", "decode", "send"].map((name) => blocks("docs/commands.md", "sh").find((block) => block.includes(`npx smpp-edge ${name} `)));
  /** The lines that the tests below run. Those of `init` are run by tests/js/package/init.test.mjs, `tunnel` by tests/js/cli/tunnel.test.ts. */
  const ran = new Set();
  const shown = blocks("docs/commands.md", "sh").join("").split("\n").filter((line) => line.startsWith("npx") && !/ (init|tunnel) /.test(line));
  /** Runs a line, or what `changed` makes of it. */
  const shell = (line, cwd, env = {}, changed = (text) => text) => {
    for (const each of line.split("\n")) ran.add(each.trim());
    return execute("sh", ["-c", `smpp_edge() { "${process.execPath}" "${program}" "$@"; }\n${changed(line).replace("npx smpp-edge", "smpp_edge")}`], { cwd, env: { ...process.env, ...env }, timeout: 60_000 });
  };
  const posix = { skip: process.platform === "win32" && "there is no sh" };

  test("simulator, and the message that curl has it deliver", posix, async (t) => {
    const [port, controlPort] = [String(await freePort()), String(await freePort())];
    const [start, curl] = simulator.trim().split("\n");
    ran.add(start);
    const child = spawn(process.execPath, [program, ...start.replace("8775", controlPort).split(" ").slice(2), "--port", port]);
    t.after(() => child.kill());
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
    await until("the simulator", () => output.includes(`:${controlPort}`));
    const { connect } = await import("smpp-edge");
    const heard = [];
    const smpp = await connect(`smpp://smppclient1:password@127.0.0.1:${port}`, { onMessage: ({ text }) => void heard.push(text) });
    t.after(() => smpp.close());
    const { code, output: said } = await shell(`${curl.replace("8775", controlPort)} --fail --silent`);
    assert.equal(code, 0, said);
    assert.deepEqual(heard, ["Hi"]);
  });

  test("decode", posix, async () => {
    const [hex, name] = decode.trim().split("\n");
    const { code, output } = await shell(hex);
    assert.equal(code, 0);
    assert.match(output, /^enquire_link/);
    assert.match((await shell(name)).output, /0x0000000B/i);
  });

  test("decode, files", posix, async (t) => {
    const directory = temporary(t);
    cpSync(at("tests/js/decoder/captures/session.pcapng"), join(directory, "capture.pcapng"));
    writeFileSync(join(directory, "smsc.log"), "12:00:01 << 00000010 00000015 00000000 00000001\n");
    const [plain, stats, json] = shown.filter((line) => / (capture\.pcapng|smsc\.log)\b/.test(line));
    assert.match((await shell(plain, directory)).output, /^PDU 1: bind_transceiver/m);
    assert.match((await shell(stats, directory)).output, /submit_sm/);
    assert.equal((await shell(json, directory)).code, 0);
    assert.equal(JSON.parse(readFileSync(join(directory, "pdus.json"), "utf8")).pdus[0].command, "enquire_link");
  });

  test("send, a message and the files that it shows", posix, async (t) => {
    const { createSimulator } = await import("smpp-edge/server");
    const simulator = await createSimulator({ port: 0, delay: 0, accounts: { system_id: "password" } });
    t.after(() => simulator.close());
    const directory = temporary(t);
    const [[csv], [json]] = [blocks("docs/commands.md", "csv"), blocks("docs/commands.md", "json")];
    writeFileSync(join(directory, "messages.csv"), csv);
    writeFileSync(join(directory, "messages.jsonl"), json);
    const lines = send.split("\n").filter((line) => line.startsWith("npx"));
    for (const line of [...lines, "npx smpp-edge send --from 12345 messages.jsonl"]) {
      const { code, output } = await shell(line, directory, { SMPP_URL: simulator.url.replace(":password", ""), SMPP_PASSWORD: "password" });
      assert.equal(code, 0, `${line}: ${output}`);
    }
    assert.deepEqual(simulator.messages().map(({ text }) => text), ["Hello World", "Your parcel, finally, is here", "Your parcel is here"]);
    assert.match(readFileSync(join(directory, "results.csv"), "utf8"), /^line,id,to,outcome,message_ids,error,report,report_error,done_at\r?\n2?.*order-17/);
  });

  test("send with the columns of a spreadsheet, and going on with its results", posix, async (t) => {
    const { createSimulator } = await import("smpp-edge/server");
    const simulator = await createSimulator({ port: 0, delay: 0, accounts: { system_id: "password" } });
    t.after(() => simulator.close());
    const directory = temporary(t);
    writeFileSync(join(directory, "guests.csv"), "First name;Mobile;City\r\nAnna;+49 171 0000001;Bonn\r\n;+491710000002;Bonn\r\nEve;+491710000003;Bonn\r\n");
    writeFileSync(join(directory, "stop.txt"), "+49 171 0000003\n");
    const lines = shown.filter((line) => line.endsWith(" guests.csv"));
    assert.equal(lines.length, 3);
    for (const line of lines) {
      const { code, output } = await shell(line, directory, { SMPP_URL: simulator.url.replace(":password", ""), SMPP_PASSWORD: "password" });
      assert.equal(code, 0, `${line}: ${output}`);
    }
    assert.deepEqual(simulator.messages().map(({ text }) => text), ["Hi Anna, your table is booked", "Hi there, your table is booked"]);
  });

  test("check", posix, async (t) => {
    const { createSimulator } = await import("smpp-edge/server");
    const simulator = await createSimulator({ port: 0, accounts: { system_id: "password" } });
    t.after(() => simulator.close());
    const line = shown.find((each) => each.includes(" check smpp://"));
    const { code, output } = await shell(line, undefined, { SMPP_PASSWORD: "password" }, (text) => text.replace("smsc.example:2775", new URL(simulator.url).host));
    assert.equal(code, 0, output);
    assert.match(output, /^bound/m);
  });

  test("check, with TLS and as JSON", posix, async (t) => {
    const { createSimulator } = await import("smpp-edge/server");
    const tls = selfSigned("localhost");
    const simulator = await createSimulator({ port: 0, accounts: { system_id: "password" }, tls });
    t.after(() => simulator.close());
    const authority = join(temporary(t), "ca.pem");
    writeFileSync(authority, tls.cert);
    const line = shown.find((each) => each.includes(" check --json"));
    const { code, output } = await shell(line, undefined, { SMPP_PASSWORD: "password", NODE_EXTRA_CA_CERTS: authority }, (text) => text.replace("smsc.example", `localhost:${simulator.port}`));
    assert.equal(code, 0, output);
    assert.equal(JSON.parse(output).bound, true);
  });

  test("bench", posix, async (t) => {
    const { createSimulator } = await import("smpp-edge/server");
    const simulator = await createSimulator({ port: 0, delay: 0, accounts: { system_id: "password" } });
    t.after(() => simulator.close());
    const [plain, reports, json] = shown.filter((line) => line.includes(" bench"));
    for (const [line, changed] of [[plain, `${plain} --messages 1000`], [reports, reports.replace("100000", "1000")]]) {
      const { code, output } = await shell(line, undefined, { SMPP_URL: undefined }, () => changed);
      assert.equal(code, 0, output);
      assert.match(output, /1,?000/);
    }
    const { code, output } = await shell(json, undefined, { SMPP_PASSWORD: "password" }, (text) => text.replace("smsc.example:2775", new URL(simulator.url).host));
    assert.equal(code, 0, output);
    assert.equal(JSON.parse(output).outcomes.accepted, 100);
  });

  test("listen", posix, async (t) => {
    const { createSimulator } = await import("smpp-edge/server");
    const simulator = await createSimulator({ port: 0, accounts: { system_id: "password" } });
    t.after(() => simulator.close());
    const env = { SMPP_PASSWORD: "password", SMPP_URL: simulator.url.replace(":password", "") };
    const [plain, json] = shown.filter((line) => line.includes(" listen "));
    for (const [line, changed] of [[plain, `${plain.replace("smsc.example:2775", new URL(simulator.url).host)} --count 1`], [json, json.replace(" | jq .text", " --count 1")]]) {
      const running = shell(line, undefined, env, () => changed);
      await simulator.deliver({ from: "+1234567890", to: "12345", text: "Grüße" });
      const { code, output } = await running;
      assert.equal(code, 0, output);
      assert.match(output, line === json ? /"text":"Grüße"/ : /Grüße/);
    }
  });

  test("--help", posix, async () => assert.match((await shell("npx smpp-edge --help")).output, /^smpp-edge <command>/));

  test("each of its lines was run", posix, () => assert.deepEqual(shown.filter((line) => !ran.has(line)), []));
});
