import type { connect as ConnectPlain, OnReadOpts, Socket } from "node:net";
import type { connect as ConnectTls, ConnectionOptions } from "node:tls";
import type { OpenTransport, TransportHandler } from "../../engine/transport.ts";
import type { Target } from "../options.ts";
import type { TlsOptions } from "../types.ts";
import { NetTransport } from "./net.ts";

const BUFFER = 65_536;

/**
 * How long one address of several is tried before the next, in milliseconds. Node's own 250 is less than a far host's round trip, and
 * gives up on all of them.
 */
const ATTEMPT = { autoSelectFamilyAttemptTimeout: 2_500 };

/** Connects over node:net, with TLS over node:tls; whoever calls passes their functions. */
export function openNodeSocket(connectPlain: typeof ConnectPlain, connectTls: typeof ConnectTls, { host, port, tls }: Target): OpenTransport {
  return (handler, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const socket = tls === undefined ? connectPlain({ ...ATTEMPT, host, port, onread: readInto(handler) }) : connectTls({ ...ATTEMPT, ...nodeTls(tls), host, port });
      const onAbort = (): void => {
        socket.destroy();
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      socket.once("error", reject);
      socket.once(tls === undefined ? "connect" : "secureConnect", () => {
        signal.removeEventListener("abort", onAbort);
        socket.removeListener("error", reject);
        resolve(new NodeTransport(socket, handler));
      });
    });
}

/** Its certificates are text by now; see `readOptions`. */
function nodeTls(tls: TlsOptions): ConnectionOptions {
  return tls as ConnectionOptions;
}

/** One buffer for all reads: what comes in is used up before the next. A TLS socket, and Deno, give `data` events instead. */
function readInto(handler: TransportHandler): OnReadOpts {
  const buffer = new Uint8Array(BUFFER);
  return {
    buffer,
    callback(count) {
      handler.data(buffer.subarray(0, count));
      return true;
    },
  };
}

class NodeTransport extends NetTransport {
  constructor(socket: Socket, handler: TransportHandler) {
    super(socket);
    let failure: Error | undefined;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      handler.end(failure);
    };
    // Not before the engine knows of this transport.
    queueMicrotask(() => socket.on("data", (chunk: Uint8Array) => handler.data(chunk)));
    socket.on("drain", () => handler.drain());
    socket.on("error", (error) => (failure = error));
    socket.on("end", () => {
      end();
      this.close();
    });
    socket.on("close", end);
  }
}
