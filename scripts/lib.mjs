// What the scripts share: where things are, running programs, progress, and stamps of finished steps.
// Node 20 or newer, no dependencies: everything here works straight after `git clone`.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const windows = process.platform === "win32";

/** A failure that the user can act on: its message is shown without a stack. */
export class Failure extends Error {}

/** A path, absolute or relative to the root. */
export const at = (...parts) => resolve(root, ...parts);

export const exists = (...parts) => existsSync(at(...parts));

/** Runs `main`, showing a `Failure` as its message alone, and exits with 1 on any error. */
export async function run(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exit(1);
  }
}

/** The steps that run now, each as its line. */
const steps = new Set();

/**
 * Prints `label …` on the error stream, awaits `work`, and says how long it took, and what `outcome` makes of its result.
 * On a terminal the seconds count while it runs; elsewhere a line every half minute shows that it does.
 */
export async function step(label, work, outcome = () => "done") {
  const began = Date.now();
  const took = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  const live = process.stderr.isTTY;
  const redraw = () => process.stderr.write(`\r\x1b[K${[...steps].map((each) => each()).join("   ")}`);
  const progress = () => `${label} … ${took()}`;
  const timer = setInterval(() => (live ? redraw() : process.stderr.write(`${progress()}\n`)), live ? 200 : 30_000);
  steps.add(progress);
  if (!live) process.stderr.write(`${label} …\n`);
  const end = (result) => {
    clearInterval(timer);
    steps.delete(progress);
    process.stderr.write(`${live ? "\r\x1b[K" : ""}${label}: ${result} (${took()})\n`);
    if (live) redraw();
  };
  try {
    const result = await work();
    end(outcome(result));
    return result;
  } catch (error) {
    end("failed");
    throw error;
  }
}

/** The programs that run now. None outlives this script, however it ends. */
const running = new Set();
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
let interrupted = (code) => process.exit(code);

const onSignal = (signal) => interrupted(exitCodes[signal]);
process.on("exit", () => running.forEach(end));

/** What to do on Ctrl-C or SIGTERM while programs run, instead of ending them and exiting with `code` at once. */
export function onInterrupt(handler) {
  interrupted = handler;
}

/** Starts a program in a process group of its own, so that ending it ends all that it started. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, detached: !windows, windowsHide: true, ...options });
  if (running.size === 0) for (const signal of Object.keys(exitCodes)) process.on(signal, onSignal);
  running.add(child);
  child.on("exit", () => end(child)); // what it left behind
  child.on("error", () => end(child));
  return child;
}

/** Ends a program and all that it started, at once. */
export function end(child) {
  if (!running.delete(child)) return;
  if (running.size === 0) for (const signal of Object.keys(exitCodes)) process.off(signal, onSignal);
  signalGroup(child, "SIGKILL");
}

/** Asks a program to end, and ends it when it hasn't within `grace` milliseconds. Resolves when it and all that it started are gone. */
export async function stop(child, grace = 3_000) {
  if (running.has(child)) {
    const exited = new Promise((fulfil) => child.once("exit", fulfil));
    const timer = setTimeout(() => end(child), grace);
    signalGroup(child, "SIGTERM");
    await exited;
    clearTimeout(timer);
  }
  for (let tries = 0; tries < 60 && signalGroup(child, 0); tries++) await delay(50);
}

/** Whether there was a process to take the signal. */
function signalGroup(child, signal) {
  if (child.pid === undefined) return false;
  try {
    if (windows) return spawnSync("taskkill", ["/T", "/F", "/PID", String(child.pid)], { stdio: "ignore" }).status === 0;
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end, without a terminal on its input. Resolves to `{ code, signal, output }`,
 * `output` being what it wrote on both streams. A program that can't be started has code 127. One that takes longer
 * than `timeout` milliseconds is ended.
 */
export function execute(command, args, { timeout, ...options } = {}) {
  return new Promise((fulfil) => {
    const child = start(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    const timer = timeout && setTimeout(() => end(child), timeout);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (piece) => (output += piece));
    }
    const finish = (code, signal) => {
      clearTimeout(timer);
      fulfil({ code, signal, output });
    };
    child.on("error", (error) => {
      output += `${command}: ${error.message}`;
      finish(127, null);
    });
    child.on("close", finish);
  });
}

/** As `execute`, but anything else than exit code 0 is a `Failure` that shows what the program wrote. */
export async function must(command, args, options) {
  const result = await execute(command, args, options);
  if (result.code !== 0) {
    throw new Failure(`${result.output.trimEnd()}\n\n${[command, ...args].join(" ")} failed (${result.signal ?? `exit code ${result.code}`})`);
  }
  return result.output;
}

/** The paths of all files below the given ones (files or directories, relative to the root), sorted; what is missing is left out. */
export function files(...paths) {
  const found = [];
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (!statSync(path).isDirectory()) return void found.push(path);
    for (const name of readdirSync(path)) visit(join(path, name));
  };
  for (const path of paths) visit(at(path));
  return found.sort();
}

/** A hash over names and contents of files, and over any further strings that the outcome depends on. */
export function fingerprint(paths, ...more) {
  const hash = createHash("sha256");
  for (const path of files(...paths)) hash.update(`${relative(root, path)}\0`).update(readFileSync(path)).update("\0");
  for (const text of more) hash.update(`${text}\0`);
  return hash.digest("hex");
}

/** Runs `work` unless it was done before with the same fingerprint and its outputs are still there. Says whether it ran. */
export async function once(name, key, outputs, work) {
  const stamp = at("node_modules", ".cache", "smpp-edge", name);
  const done = existsSync(stamp) && readFileSync(stamp, "utf8") === key && outputs.every((path) => exists(path));
  if (done) return false;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
  return true;
}

/** Where cargo puts what it builds. */
export const targetDir = process.env.CARGO_TARGET_DIR ?? at("target");

export const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");

/** Stops with advice unless this Node can run the scripts. */
export function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) throw new Failure(`Node ${process.versions.node} is too old: 20 or newer is needed. Get it from https://nodejs.org or your system's packages.`);
}

/** Installs the npm packages that the lock file names, when they are missing or older than it. Install scripts are not needed. */
export async function installPackages() {
  const key = fingerprint(["package-lock.json", "tools/runtimes/package.json"]);
  await once("packages", key, ["node_modules/.package-lock.json"], () => {
    // `ci` clears what is there, which would take away a Node that runs from there: only for a first install.
    const command = exists("node_modules") ? ["install", "--no-save"] : ["ci"];
    return step("Installing npm packages", () =>
      must("npm", [...command, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { shell: windows }),
    );
  });
}

const platform = { linux: "linux", win32: "win", darwin: "darwin" }[process.platform];

/** A Node that wrangler and the tests run on (22 or newer): the one from npm for this platform, else the running one. */
export function node24() {
  const path = at("node_modules", `node-${platform}-${process.arch}`, "bin", windows ? "node.exe" : "node");
  if (existsSync(path)) return path;
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  throw new Failure(
    `Node ${process.versions.node} is too old for wrangler, and npm has no newer Node for ${process.platform} ${process.arch}. Install Node 22 or newer from https://nodejs.org and run this again.`,
  );
}

/** Deno's program from npm, or undefined where there is none for this platform. */
export const deno = () => firstOf("@deno", [`${process.platform}-${process.arch}-glibc`, `${process.platform}-${process.arch}`], windows ? "deno.exe" : "deno");

/** Bun's program from npm, or undefined where there is none for this platform. */
export const bun = () => firstOf("@oven", [`bun-${windows ? "windows" : process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`], join("bin", windows ? "bun.exe" : "bun"));

function firstOf(scope, names, program) {
  return names.map((name) => at("node_modules", scope, name, program)).find((path) => existsSync(path));
}
