import type * as net from "node:net";
import type * as tls from "node:tls";
import type { OpenTransport } from "../../engine/transport.ts";
import { SmppError } from "../errors.ts";
import type { Target } from "../options.ts";
import { openNodeSocket } from "./node-transport.ts";

interface Process {
  getBuiltinModule?(name: string): unknown;
  versions?: { node?: string };
}

/**
 * Connects from a bundle that was built for no runtime in particular: over node:net and node:tls where the runtime provides them without
 * an import, as Node, Deno and Bun do.
 */
export function openSocket(target: Target): OpenTransport {
  const { process } = globalThis as { process?: Process };
  const plain = builtin<typeof net>(process, "node:net");
  const secure = builtin<typeof tls>(process, "node:tls");
  if (plain === undefined || secure === undefined) throw unsupported(process?.versions?.node);
  return openNodeSocket(plain.connect, secure.connect, target);
}

function builtin<T>(process: Process | undefined, name: string): T | undefined {
  return typeof process?.getBuiltinModule === "function" ? (process.getBuiltinModule(name) as T | undefined) : undefined;
}

function unsupported(node: string | undefined): SmppError {
  const message = node === undefined
    ? "this runtime has no TCP sockets: give connect() a socket factory, { socket: (address, options) => … }"
    : `this bundle was built without the sockets of Node, and Node ${node} can't add them at run time: have your bundler resolve the `
      + 'condition "node" (rollup: nodeResolve({ exportConditions: ["node"] })), or use Node 20.16, 22.3 or newer';
  return new SmppError(message, { code: "unsupported", outcome: "not-sent" });
}
