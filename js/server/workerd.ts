/**
 * `smpp-edge/server` under the conditions of workerd. Vite and Vitest resolve with these conditions what then runs on Node too, such as a
 * global set-up with a simulator. So nothing here loads the engine at once: a Worker imports it with the first connection, and Node its own.
 */
import { SmppError } from "../client/errors.ts";
import type * as accepting from "./accept.ts";
import type * as everything from "./index.ts";

export { Status } from "./status.ts";
export { SmppError };
export { faults } from "../simulator/faults.ts";

export const accept: typeof accepting.accept = async (...given) => (await import("./accept.ts")).accept(...given);

export const listen: typeof everything.listen = async (...given) => (await ofNode("listen")).listen(...given);

export const createSimulator: typeof everything.createSimulator = async (...given) => (await ofNode("createSimulator")).createSimulator(...given);

/** The entry for Node. No bundler of a Worker follows this import. */
async function ofNode(name: string): Promise<typeof everything> {
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers") {
    throw new SmppError(`${name}: a Worker can't listen; its connect handler gives connections to accept()`, { code: "unsupported", outcome: "not-sent" });
  }
  const path = new URL("../node/server.js", import.meta.url).href;
  return await import(/* @vite-ignore */ path) as typeof everything;
}
