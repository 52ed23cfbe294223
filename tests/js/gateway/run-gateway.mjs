// Runs a gateway until its standard input ends: in a process of its own, so that a test can kill it with its workerd.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Nothing is sent or fetched.
Object.assign(process.env, { WRANGLER_SEND_METRICS: "false", WRANGLER_SEND_ERROR_REPORTS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" });

const { vars, main, storage, queue, port, date = "2026-10-01", config: given } = JSON.parse(process.argv[2]);
const { unstable_startWorker } = await import("wrangler");
const directory = mkdtempSync(join(tmpdir(), "smpp-edge-config-"));
const made = join(directory, "wrangler.json");
writeFileSync(made, JSON.stringify({
  name: "gateway",
  main,
  compatibility_date: date,
  durable_objects: { bindings: [{ name: "SMPP_LINK", class_name: "SmppLink" }, ...(port ? [{ name: "SMPP_APPLICATION", class_name: "SmppApplication" }] : [])] },
  services: [{ binding: "SMS", service: "gateway", entrypoint: "SmppGateway" }],
  migrations: [{ tag: "v1", new_sqlite_classes: ["SmppLink", ...(port ? ["SmppApplication"] : [])] }],
  ...(port ? { connect: [{ protocol: "tcp", port }] } : {}),
  ...(queue ? { queues: { producers: [{ binding: "SMPP_QUEUE", queue: "sms" }], consumers: [{ queue: "sms", max_batch_timeout: 0 }] } } : {}),
  // What the ready Worker has besides.
  ...(/(js\/gateway\/(worker|applications)|limits-worker)\.ts$/.test(main) ? { assets: { directory: fileURLToPath(new URL("../../../dist/pages", import.meta.url)), binding: "ASSETS", run_worker_first: true } } : {}),
  vars,
}));
const worker = await unstable_startWorker({
  config: given ?? made,
  ...(given ? { bindings: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, { type: "plain_text", value }])) } : {}),
  dev: { server: { hostname: "127.0.0.1", port: 0 }, inspector: false, persist: storage, logLevel: "log", watch: false },
});
await worker.ready;
console.log(`\nlistening on ${await worker.url}`);
process.stdin.resume();
process.stdin.on("end", async () => {
  await worker.dispose();
  rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});
