// workerd by itself, without wrangler: one process that runs a Worker.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { at, start } from "../../scripts/lib.mjs";

const configOf = ({ services = "", worker = "" }) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker), (name = "internet", network = (allow = ["public", "private", "local"]))${services}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "smpp.wasm", wasm = embed "smpp.wasm")],
  compatibilityDate = "2026-10-01",
${worker});
`;

/**
 * Bundles a Worker for `startWorkerd`; returns the directory, which goes away with this process. `more` is further text of workerd's
 * configuration: of the `services`, and of the `worker` itself.
 */
export async function bundle(entry, more = {}) {
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-bench-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  await build({
    absWorkingDir: at(),
    entryPoints: [entry],
    outfile: join(directory, "worker.js"),
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["workerd"],
    external: ["cloudflare:*"],
    // npm `smpp` asks for Node's modules by `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("/worker.js");' },
    plugins: [{ name: "wasm", setup: (builder) => builder.onResolve({ filter: /\.wasm$/ }, () => ({ path: "smpp.wasm", external: true })) }],
  });
  writeFileSync(join(directory, "smpp.wasm"), readFileSync(at("dist", "smpp.wasm")));
  writeFileSync(join(directory, "config.capnp"), configOf(more));
  return directory;
}

/**
 * Starts workerd on a bundle; resolves when it listens. `cpu` is the CPU time that it has used so far, in microseconds, `rss` its memory in
 * octets, `waited` how many seconds it was ready to go on while other processes had the CPUs; `kill` ends it as a crash does.
 */
export async function startWorkerd(directory) {
  const child = start(program(), ["serve", "--control-fd=1", "config.capnp"], { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, port } = JSON.parse(line);
    if (event === "listen") return { url: `http://127.0.0.1:${port}/`, cpu: () => cpuOf(child.pid), rss: () => rssOf(child.pid), waited: () => waitedOf(child.pid), kill: () => killed(child), end: () => child.kill() };
  }
  throw new Error("workerd ended");
}

/** A subject as `startSubject` makes it, in workerd. */
export async function startWorker(directory, client, port) {
  const worker = await startWorkerd(directory);
  return {
    async run(order) {
      const before = worker.cpu();
      const began = performance.now();
      const response = await fetch(worker.url, { method: "POST", body: JSON.stringify({ client, port, ...order }) });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${client}: ${text}`);
      return { cpu: worker.cpu() - before, wall: (performance.now() - began) * 1000 };
    },
    end: worker.end,
  };
}

async function killed(child) {
  const exited = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL")) await exited;
}

/** workerd's own program: the package's script would be a process around it. */
function program() {
  const workerd = createRequire(createRequire(at("package.json")).resolve("workerd"));
  return workerd.resolve(`@cloudflare/workerd-${process.platform}-${process.arch === "x64" ? "64" : process.arch}/bin/workerd`);
}

/** CPU time of all threads of a process in microseconds; Linux counts it in nanoseconds. */
function cpuOf(pid) {
  const threads = `/proc/${pid}/task`;
  return readdirSync(threads).reduce((sum, thread) => sum + Number(readFileSync(`${threads}/${thread}/schedstat`, "latin1").split(" ")[0]) / 1000, 0);
}

/** Of the thread that runs JavaScript. */
function waitedOf(pid) {
  return Number(readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ")[1]) / 1e9;
}

function rssOf(pid) {
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))[1]);
}
