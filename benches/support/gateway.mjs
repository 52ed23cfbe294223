// The gateway in workerd, without wrangler: its Durable Objects on a disk of their own, which goes away with this process.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { at } from "../../scripts/lib.mjs";
import { bundle, startWorkerd } from "./workerd.mjs";

/** What `wrangler dev` adds to a request of this machine: with it the gateway serves one without API keys. */
export const LOCAL = { "cf-connecting-ip": "127.0.0.1" };

/**
 * Starts a new gateway with those settings, or again one in the `directory` of another. `post` posts JSON and resolves with the response,
 * `link` with the first link's state.
 */
export async function startGateway(settings, directory) {
  const own = directory ?? await bundleGateway(settings);
  const worker = await startWorkerd(own);
  const link = async () => (await (await get(new URL("/v1/links", worker.url))).json()).links[0];
  return {
    ...worker,
    directory: own,
    link,
    post: (path, body) => post(new URL(path, worker.url), JSON.stringify(body)),
    get: async (path) => (await get(new URL(path, worker.url))).json(),
    /** A metric of the first link. */
    metric: async (name) => Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, "m").exec(await (await get(new URL("/metrics", worker.url))).text())?.[1]),
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

/** A Worker that only stores: see `clients/floor.mjs`. */
export async function startFloor() {
  const worker = await startWorkerd(await bundleGateway({}, at("benches", "clients", "floor.mjs"), ""));
  return { ...worker, post: (path, body) => post(new URL(path, worker.url), JSON.stringify(body)) };
}

/** A directory with a gateway for `startWorkerd`: its objects are on that disk, however often it is started. */
export async function bundleGateway(settings, entry = at("benches", "clients", "gateway.mjs"), service = ', (name = "SMS", service = (name = "worker", entrypoint = "SmppGateway"))') {
  const texts = Object.entries({ SMPP_DEVELOPMENT: "true", ...settings }).map(([name, value]) => `(name = "${name}", text = ${JSON.stringify(String(value))})`);
  const directory = await bundle(entry, {
    services: ', (name = "disk", disk = (path = "disk", writable = true))',
    worker: `
  durableObjectNamespaces = [(className = "SmppLink", uniqueKey = "link", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "SMPP_LINK", durableObjectNamespace = "SmppLink")${service}, ${texts.join(", ")}],
`,
  });
  mkdirSync(join(directory, "disk"));
  return directory;
}

const get = (url) => request(url, { headers: LOCAL });
const post = (url, body) => request(url, { method: "POST", headers: { "content-type": "application/json", ...LOCAL }, body });

/** workerd closes connections that were idle: a request that was on its way on one is made again, on others. */
async function request(url, init, tries = 5) {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (tries === 0 || !["ECONNRESET", "UND_ERR_SOCKET"].includes(error.cause?.code)) throw error;
    return request(url, init, tries - 1);
  }
}

/** Does `work(item)` for all items, some at a time. */
export async function each(items, concurrency, work) {
  const left = items.values();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (const item of left) await work(item);
  }));
}
