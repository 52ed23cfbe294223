// npm start: builds, then runs the SMSC simulator and the gateway under `wrangler dev` until Ctrl-C.
// With SMPP_URL set, the gateway connects to that SMSC and no simulator is started. `npm start -- --help` lists the flags.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { at, exists, Failure, node24, onInterrupt, run, start, stop, windows } from "./lib.mjs";

const HELP = `npm start [-- flags]

Builds, then runs an SMSC simulator and the gateway on this machine until Ctrl-C.
With SMPP_URL=smpp://system_id:password@host:2775 in the environment the gateway
connects to that SMSC, and no simulator is started.

  --port N         of the gateway; default 8787
  --smpp-port N    of the simulator; default 2775
  --state FOLDER   where messages are stored; default .wrangler/state
  --help
`;

const host = "127.0.0.1";
/** How long the link may take to come up after the gateway's first answer. */
const LINK_PATIENCE = 30_000;
const parts = [];
const settings = mkdtempSync(join(tmpdir(), "smpp-edge-"));
process.on("exit", () => rmSync(settings, { recursive: true, force: true }));

async function main() {
  const { help, port, "smpp-port": smppPort, state } = flags();
  if (help) return void process.stdout.write(HELP);
  const smsc = process.env.SMPP_URL;

  await build();
  await mustBeFree(port, "--port");
  onInterrupt(shutDown);
  if (!smsc) {
    await mustBeFree(smppPort, "--smpp-port");
    launch("simulator", [at("dist/node/smpp-edge.js"), "simulator", "--host", host, "--port", smppPort]);
  }
  launch("gateway", gatewayCommand(port, state, smsc ?? `smpp://smppclient1:password@${host}:${smppPort}`), gatewayEnvironment);
  console.log("Waiting for the gateway …");
  const health = await ready(`http://${host}:${port}/healthz`);

  const body = JSON.stringify({ from: "12345", to: "+1234567890", text: "Hello World", report: "always" });
  const quoted = windows ? `"${body.replaceAll('"', '\\"')}"` : `'${body}'`;
  console.log(`
Console:              http://${host}:${port}/
Decoder:              http://${host}:${port}/decoder/
SMSC:                 ${smsc ? "yours, from SMPP_URL" : `the simulator on ${host}:${smppPort}`}
${health.ok ? "" : `\nThe gateway is up but not healthy: ${health.body}\nThe lines above show why, and so does http://${host}:${port}/v1/links\n`}
Send a message:
  curl ${windows ? "" : "-s "}http://${host}:${port}/v1/messages -H "content-type: application/json" -d ${quoted}
and look at http://${host}:${port}/v1/messages/<id> a moment later. Ctrl-C stops everything.
`);
}

function flags() {
  const text = (value) => ({ type: "string", default: value });
  try {
    return parseArgs({ options: { port: text("8787"), "smpp-port": text("2775"), state: text(".wrangler/state"), help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    throw new Failure(`${error.message}\n\n${HELP}`);
  }
}

function gatewayCommand(port, state, smppUrl) {
  // In a file, because everyone on the machine can see a program's arguments, and the address holds a password.
  const file = join(settings, "env");
  const files = exists(".dev.vars") ? [at(".dev.vars"), file] : [file];
  writeFileSync(file, `SMPP_URL=${JSON.stringify(smppUrl)}\n`, { mode: 0o600 });
  return [
    at("node_modules/wrangler/bin/wrangler.js"),
    "dev",
    "--local",
    "--show-interactive-dev-session=false",
    "--test-scheduled", // else it warns that it runs no crons by itself; the links' alarms do without
    `--ip=${host}`,
    `--port=${port}`,
    "--inspector-port=0",
    `--persist-to=${at(state)}`,
    ...files.map((path) => `--env-file=${path}`),
  ];
}

// Nothing is sent or fetched, and what wrangler writes stays in the project.
const gatewayEnvironment = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true", // and with it the search for updates
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  WRANGLER_LOG_PATH: at(".wrangler/logs"),
  WRANGLER_REGISTRY_PATH: at(".wrangler/registry"),
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  FORCE_COLOR: "0",
};

/** Starts one of the parts; when it ends by itself, everything ends. Its output comes with its name before each line. */
function launch(name, args, environment = {}) {
  const child = start(node24(), args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
  for (const stream of [child.stdout, child.stderr]) {
    let line = "";
    stream.setEncoding("utf8");
    stream.on("data", (piece) => {
      const lines = (line + piece).split("\n");
      line = lines.pop();
      for (const text of lines) if (text.trim()) console.log(`${name} | ${text.trimEnd()}`);
    });
  }
  child.on("exit", (code, signal) => {
    if (stopping) return;
    console.error(`\nThe ${name} ended by itself (${signal ?? `exit code ${code}`}); stopping.`);
    shutDown(1);
  });
  parts.push(child);
}

let stopping = false;

/** Ends the gateway before the SMSC that it talks to, then this program with `code`. A second Ctrl-C waits for nothing. */
async function shutDown(code) {
  if (stopping) process.exit(code);
  stopping = true;
  for (const child of parts.toReversed()) await stop(child);
  process.exit(code);
}

// npm passes only Ctrl-C on: when it is ended in another way, so is this.
const parent = process.ppid;
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && shutDown(143), 500).unref();

async function mustBeFree(port, option) {
  const server = createServer();
  await new Promise((fulfil, reject) => {
    server.on("error", ({ code, message }) => {
      reject(new Failure(code === "EADDRINUSE" ? `Port ${port} on ${host} is in use, perhaps by another \`npm start\`. Stop that, or choose another: npm start -- ${option} <port>` : message));
    });
    server.listen(Number(port), host, () => server.close(fulfil));
  });
}

/** Waits until the gateway answers, and then until its link is up, within `LINK_PATIENCE`. The gateway logs each request, so polling slows down. */
async function ready(url) {
  let answer;
  let until = Date.now() + 120_000;
  for (let pause = 200; Date.now() < until; await delay(pause)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (!answer) until = Date.now() + LINK_PATIENCE;
      answer = { ok: response.ok, body: await response.text() };
      if (answer.ok) return answer;
      pause = Math.min(pause * 1.5, 3_000);
    } catch {
      // Not listening yet.
    }
  }
  if (!answer) throw new Failure(`The gateway did not answer at ${url} within two minutes.`);
  return answer;
}

await run(main);
