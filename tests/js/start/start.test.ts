// `npm start` as its user meets it: one command, one curl, a delivered message, and nothing left after Ctrl-C.

import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../free-port.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const state = mkdtempSync(join(tmpdir(), "smpp-edge-start-"));
const posix = { skip: process.platform === "win32" && "processes are listed by ps" };
let script: ChildProcess | undefined;

afterEach(async () => {
  if (script?.exitCode === null && script.kill("SIGTERM")) await once(script, "exit");
  rmSync(state, { recursive: true, force: true });
});

test("a message is delivered, and Ctrl-C leaves no process behind", { ...posix, timeout: 240_000 }, async () => {
  const [port, smppPort] = [String(await freePort()), String(await freePort())];
  const output = start("--port", port, "--smpp-port", smppPort, "--state", state);
  await until(() => output().includes("Ctrl-C stops everything"), output);

  const curl = /^ {2}curl -s (\S+) -H "(.*?): (.*?)" -d '(.*)'$/m.exec(output());
  assert(curl, output());
  const [, url, header, value, body] = curl;
  const sent = await fetch(url!, { method: "POST", headers: { [header!]: value! }, body: body! });
  assert.equal(sent.status, 202);
  const { id } = (await sent.json()) as { id: string };

  let message: { status?: string; messageId?: string } = {};
  await until(async () => {
    message = (await (await fetch(`${url}/${id}`)).json()) as typeof message;
    return message.status === "delivered";
  }, () => JSON.stringify(message));
  assert(message.messageId);
  await until(async () => /^smpp_deliveries_waiting\{.*\} 0$/m.test(await (await fetch(new URL("/metrics", url))).text()), output);
  assert.doesNotMatch(output(), /ERROR|WARN|Uncaught|hung/i, "the log is clean");

  const started = descendants(script!.pid!);
  assert(started.length >= 3, "the simulator, wrangler and workerd run");
  const ended = new Promise((fulfil) => script!.once("exit", fulfil));
  script!.kill("SIGINT");
  assert.equal(await ended, 130);
  const left = processes().filter(({ pid, zombie }) => started.includes(pid) && !zombie);
  assert.deepEqual(left, []);
});

test("when the gateway dies, everything stops and the command says so", { ...posix, timeout: 240_000 }, async () => {
  const output = start("--port", String(await freePort()), "--smpp-port", String(await freePort()), "--state", state);
  await until(() => output().includes("Ctrl-C stops everything"), output);
  const started = descendants(script!.pid!);
  const gateway = processes().find(({ pid, command }) => started.includes(pid) && command.includes("wrangler.js"));
  const ended = new Promise((fulfil) => script!.once("exit", fulfil));
  process.kill(gateway!.pid, "SIGKILL");
  assert.equal(await ended, 1);
  assert.match(output(), /The gateway ended by itself \(SIGKILL\)/);
  assert.deepEqual(processes().filter(({ pid, zombie }) => started.includes(pid) && !zombie), []);
});

test("a port in use is named, with the way out", { timeout: 60_000 }, async () => {
  const taken = await listen();
  const { port } = taken.address() as AddressInfo;
  const output = start("--port", String(port));
  const code = await new Promise((fulfil) => script!.once("close", fulfil));
  taken.close();
  assert.equal(code, 1);
  assert.match(output(), new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use.*npm start -- --port <port>`));
});

test("--help lists the flags, and a flag that there is not is refused with that list", { timeout: 60_000 }, async () => {
  const run = async (flag: string) => {
    const output = start(flag);
    const code = await new Promise((fulfil) => script!.once("close", fulfil));
    return { code, output: output() };
  };
  const help = await run("--help");
  assert.match(help.output, /^npm start \[-- flags\]\n[^]*--port N[^]*--smpp-port N[^]*--state FOLDER/);
  assert.equal(help.code, 0);
  const refused = await run("--prot=1");
  assert.match(refused.output, /^\nUnknown option '--prot'[^]*--port N/);
  assert.equal(refused.code, 1);
});

/** Starts the command; gives what it has written so far. */
function start(...args: string[]): () => string {
  const { SMPP_URL: _, ...env } = process.env;
  let output = "";
  script = spawn(process.execPath, [join(root, "scripts/start.mjs"), ...args], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [script.stdout!, script.stderr!]) stream.setEncoding("utf8").on("data", (piece: string) => (output += piece));
  return () => output;
}

async function until(holds: () => boolean | Promise<boolean>, describe: () => string): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (await holds()) return;
    if (script!.exitCode !== null) break;
    await delay(200);
  }
  assert.fail(describe());
}

function processes(): { pid: number; parent: number; zombie: boolean; command: string }[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent, status, ...command] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), zombie: status!.startsWith("Z"), command: command.join(" ") };
  });
}

function descendants(pid: number): number[] {
  const all = processes();
  const below = (parent: number): number[] => all.filter((one) => one.parent === parent).flatMap((one) => [one.pid, ...below(one.pid)]);
  return below(pid);
}

function listen(): Promise<Server> {
  return new Promise((fulfil) => {
    const server = createServer().listen(0, "127.0.0.1", () => fulfil(server));
  });
}
