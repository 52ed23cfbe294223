// The recipes for servers, with the packed package in the frameworks that they are for, until SIGTERM ends them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { freePort } from "../free-port.ts";
import { at, execute, fingerprint, must, node24, once as onceInstalled, windows } from "../../../scripts/lib.mjs";
import { until } from "../gateway/support.mjs";
import { makeProject } from "./project.ts";

const tools = at("tools", "servers");
const program = (...path) => join(tools, "node_modules", ...path);

/** Why the frameworks are not there. */
const skip = await onceInstalled("servers", fingerprint(["tools/servers/package-lock.json"]), ["tools/servers/node_modules/.package-lock.json"], () =>
  must("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: tools, shell: windows }),
).then(() => false, (error) => {
  if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(error.message)) throw error;
  return "the frameworks can't be installed: npm's registry is not reached";
});

let project, remove, simulator;
before(async () => {
  if (skip) return;
  const packed = await makeProject();
  // Beside the frameworks' node_modules, since Next's bundler follows no links out of its root.
  project = mkdtempSync(join(tools, "project-"));
  remove = () => [packed.remove(), rmSync(project, { recursive: true, force: true })];
  cpSync(packed.installed, join(project, "node_modules", "smpp-edge"), { recursive: true });
  cpSync(at("examples", "servers"), join(project, "servers"), { recursive: true, filter: (path) => !/node_modules|\.next/.test(path) });
  simulator = await createSimulator({ port: 0, delay: 20 });
});
after(async () => {
  remove?.();
  await simulator?.close();
});

/** Starts a server, and has it send, refuse, hear an inbound message if `hears`, and stop at SIGTERM with what is queued sent. */
async function serves(t, args, { cwd = project, hears = true } = {}) {
  const port = String(await freePort());
  let output = "";
  const child = spawn(node24(), args, { cwd, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NODE_ENV: "production", NODE_TEST_CONTEXT: undefined, PORT: port, SMPP_URL: simulator.url, NEXT_TELEMETRY_DISABLED: "1" } });
  t.after(() => child.kill("SIGKILL"));
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const post = async (body) => {
    const response = await fetch(`http://127.0.0.1:${port}/messages`, { method: "POST", headers: { "content-type": "application/json", connection: "close" }, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };
  const text = `Hello from ${t.name}`;
  const { status, body } = await until("the server", () => {
    if (child.exitCode !== null) throw new Error(output);
    return post({ to: "+1234567890", text }).catch(() => undefined);
  });
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal(simulator.messages().filter((message) => message.text === text).length, 1);
  assert.equal((await post({ to: "nobody at all", text })).status, 422);
  if (hears) {
    await simulator.deliver({ from: "+1234567890", to: "12345", text: "Yes" });
    await until("the inbound message", () => output.includes("1234567890 writes: Yes"));
  }
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const [code, signal] = await ended;
  return { code, signal, output };
}

test("examples/servers/express.mjs", { skip }, async (t) => {
  assert.deepEqual(await serves(t, ["servers/express.mjs"]), { code: 0, signal: null, output: "1234567890 writes: Yes\n" });
});

test("examples/servers/nest", { skip }, async (t) => {
  const out = join(project, "nest-out");
  mkdirSync(out);
  writeFileSync(join(out, "package.json"), '{ "type": "commonjs" }');
  writeFileSync(join(project, "servers", "nest", "package.json"), '{ "type": "commonjs" }');
  const options = ["--strict", "--target", "es2023", "--experimentalDecorators", "--emitDecoratorMetadata", "--types", "node", "--outDir", out];
  for (const [module, moduleResolution] of [["commonjs", "node10"], ["nodenext", "nodenext"]]) {
    const { code, output } = await execute(process.execPath, [program("typescript", "bin", "tsc"), "servers/nest/main.ts", ...options, "--module", module, "--moduleResolution", moduleResolution], { cwd: project, timeout: 120_000 });
    assert.equal(code, 0, output);
  }
  const { output, signal } = await serves(t, [join(out, "main.js")]);
  assert.equal(signal, "SIGTERM"); // Nest kills itself once its hooks have run
  assert.doesNotMatch(output, /error/i);
});

test("examples/servers/next", { skip }, async (t) => {
  const cwd = join(project, "servers", "next");
  writeFileSync(join(cwd, "package.json"), '{ "private": true }');
  writeFileSync(join(cwd, "app", "layout.tsx"), "export default function Layout({ children }: { children: React.ReactNode }) { return <html><body>{children}</body></html>; }\n");
  const next = program("next", "dist", "bin", "next");
  const { code, output } = await execute(node24(), [next, "build"], { cwd, timeout: 240_000, env: { ...process.env, NODE_ENV: "production", NODE_TEST_CONTEXT: undefined, NEXT_TELEMETRY_DISABLED: "1" } });
  assert.equal(code, 0, output);
  await serves(t, [next, "start"], { cwd, hears: false });
});

describe("examples/servers/lambda.mjs", { skip }, () => {
  const invoke = async (message, url) => {
    const code = `import("./servers/lambda.mjs").then(({ handler }) => handler({ body: ${JSON.stringify(JSON.stringify(message))} })).then((answer) => console.log(JSON.stringify(answer)));`;
    const { output } = await execute(node24(), ["--eval", code], { cwd: project, timeout: 60_000, env: { ...process.env, SMPP_URL: url } });
    return JSON.parse(output);
  };
  test("sends", async () => assert.equal((await invoke({ to: "+1234567890", text: "Hello" }, simulator.url)).statusCode, 201));
  test("returns what the SMSC refuses", async () => {
    const { statusCode, body } = await invoke({ to: "+12349990006", text: "Hello" }, simulator.url);
    assert.deepEqual([statusCode, JSON.parse(body).outcome], [502, "rejected"]);
  });
  test("returns that the SMSC is away", async () => {
    const { statusCode, body } = await invoke({ to: "+1234567890", text: "Hello" }, `smpp://id:password@127.0.0.1:${String(await freePort())}`);
    assert.deepEqual([statusCode, JSON.parse(body).outcome], [502, "not-sent"]);
  });
});
