// The gateway without workerd: its Durable Objects are objects of this process, over node:sqlite and sockets of Node. For what takes a
// broken object, a lost call or a moved clock.

import { timingSafeEqual } from "node:crypto";
import { registerHooks } from "node:module";
import { init } from "../../../js/client/index.ts";
import { sqliteStorage } from "./sqlite.mjs";
import { Gateway } from "./support.mjs";

const CLOUDFLARE = `data:text/javascript,${encodeURIComponent("export class DurableObject { constructor(ctx, env) { Object.assign(this, { ctx, env }); } } export const WorkerEntrypoint = DurableObject;")}`;
registerHooks({ resolve: (specifier, context, next) => (specifier === "cloudflare:workers" ? { url: CLOUDFLARE, shortCircuit: true } : next(specifier, context)) });
globalThis.scheduler ??= { wait: (millis) => new Promise((resolve) => setTimeout(resolve, millis)) };
crypto.subtle.timingSafeEqual ??= (one, other) => timingSafeEqual(new Uint8Array(one), new Uint8Array(other));
await init();
// Timers of the gateway alone keep no process: it has some that are a minute long.
const { setTimeout: real } = globalThis;
globalThis.setTimeout = (...given) => real(...given).unref();
const { SmppGateway, SmppLink, smppRoutes } = await import("../../../js/gateway/index.ts");

/** Copies what goes over RPC. */
const copied = (values) => values.map((value) => (value instanceof Request ? value : structuredClone(value)));

/** An object of the class SmppLink, by its name. */
class Place {
  alarmAt = null;
  /** How often it had itself started anew, which does not happen here. */
  aborts = 0;

  constructor(name, env, storage, exports) {
    Object.assign(this, { name, env, storage, exports });
    this.start();
  }

  /** At first, and as after an eviction: anew, on the same storage. */
  start() {
    const alarm = { getAlarm: async () => this.alarmAt, setAlarm: async (at) => void (this.alarmAt = at), deleteAlarm: async () => void (this.alarmAt = null) };
    const storage = { ...alarm, sql: this.storage, sync: async () => {}, transactionSync: (work) => work() };
    this.object = new SmppLink({ id: { name: this.name }, storage, exports: this.exports, abort: () => void this.aborts++ }, this.env);
  }

  async call(method, values) {
    const result = await this.object[method](...copied(values));
    return result instanceof Response ? result : structuredClone(result);
  }
}

/** The version of the code that runs, and one that makes links close. */
const VERSION = { id: "this", timestamp: "2026-01-01T00:00:00Z" };
const NEWER = { id: "none", timestamp: "2100-01-01T00:00:00Z" };

/**
 * A gateway in this process, stopped at the end of the test. `vars` are its variables and secrets, `places` the objects of an earlier one, stopped, of which the storage goes on.
 * `calls(name, method, values, call)` may do something else than `call()`.
 */
export function startInProcess(t, { vars, places: earlier = new Map(), exports = {}, calls = (_name, _method, _values, call) => call() }) {
  const places = new Map();
  const env = { SMPP_DEVELOPMENT: "true", CF_VERSION_METADATA: VERSION, ...vars };
  const named = (name) => {
    if (!places.has(name)) places.set(name, new Place(name, env, earlier.get(name)?.storage ?? sqliteStorage(), exports));
    return places.get(name);
  };
  const stub = (name) => new Proxy({}, { get: (_, method) => (method === "then" ? undefined : (...values) => calls(name, method, values, () => named(name).call(method, values))) });
  env.SMPP_LINK = { getByName: stub, jurisdiction: () => ({ getByName: stub }) };
  const routes = smppRoutes();
  const context = { exports, waitUntil: () => {}, passThroughOnException: () => {} };
  const gateway = new Gateway("http://127.0.0.1", { places, env, named, rpc: new SmppGateway(context, env), headers: {} });
  gateway.fetch = (path, init) => routes.fetch(new Request(new URL(path, gateway.url), init), env, context);
  gateway.call = async (method, path, body, headers = {}) => {
    const isJson = body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array);
    const response = await gateway.fetch(path, { method, headers: { "cf-connecting-ip": "127.0.0.1", ...(body === undefined ? {} : { "content-type": "application/json" }), ...gateway.headers, ...headers }, body: isJson ? JSON.stringify(body) : body });
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, headers: response.headers, type, body: /\bjson\b/.test(type) ? JSON.parse(text) : text };
  };
  /** Its links close, and try no more. */
  gateway.stop = async () => {
    for (const { name, object } of places.values()) if (!name.startsWith("@")) await object.status(NEWER);
  };
  t.after(gateway.stop);
  return gateway;
}
