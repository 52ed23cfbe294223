// The gateway in workerd, without wrangler: its Durable Objects on a disk of their own, which goes away with this process.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { at } from "../../scripts/lib.mjs";
import { bundle, startWorkerd } from "./workerd.mjs";

/** Starts a new gateway with those settings. `post` posts JSON and resolves with the response, `link` with the first link's state. */
export async function startGateway(settings) {
  const worker = await startWorkerd(await bundleGateway(settings));
  const link = async () => (await (await fetch(new URL("/v1/links", worker.url))).json()).links[0];
  return {
    ...worker,
    link,
    post: (path, body) => post(new URL(path, worker.url), JSON.stringify(body)),
    /** Resolves when the link is bound. */
    bound: async () => {
      while ((await link()).state !== "bound") await sleep(50);
    },
    /** Resolves when nothing waits or is under way. */
    empty: async () => {
      for (let state = await link(); state.queued + state.inFlight > 0; state = await link()) await sleep(50);
    },
  };
}

/** A directory with a gateway for `startWorkerd`: its objects are on that disk, however often it is started. */
export async function bundleGateway(settings) {
  const texts = Object.entries(settings).map(([name, value]) => `(name = "${name}", text = ${JSON.stringify(String(value))})`);
  const directory = await bundle(at("benches", "clients", "gateway.mjs"), {
    services: ', (name = "disk", disk = (path = "disk", writable = true))',
    worker: `
  durableObjectNamespaces = [(className = "SmppLink", uniqueKey = "link", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "SMPP_LINK", durableObjectNamespace = "SmppLink"), (name = "SMS", service = (name = "worker", entrypoint = "SmppGateway")), ${texts.join(", ")}],
`,
  });
  mkdirSync(join(directory, "disk"));
  return directory;
}

/** workerd closes connections that were idle: a request that was on its way on one is made again, on others. */
async function post(url, body, tries = 5) {
  try {
    return await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  } catch (error) {
    if (tries === 0 || !["ECONNRESET", "UND_ERR_SOCKET"].includes(error.cause?.code)) throw error;
    return post(url, body, tries - 1);
  }
}

/** Does `work(item)` for all items, some at a time. */
export async function each(items, concurrency, work) {
  const left = items.values();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (const item of left) await work(item);
  }));
}
