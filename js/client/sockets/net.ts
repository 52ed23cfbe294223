import type { Socket } from "node:net";
import type { Transport } from "../../engine/transport.ts";

/** How long what was written may take to leave after `close()`, in milliseconds. */
export const LINGER = 2_000;

/**
 * Copies bytes that are reused after the write. Node's Buffer takes small ones from a pool. It is taken from the global scope: an import
 * of node:buffer would keep bundles of this file from runtimes that lack it.
 */
const copy = typeof Buffer === "function" ? (octets: Uint8Array): Uint8Array => Buffer.from(octets) : (octets: Uint8Array): Uint8Array => octets.slice();

/** What carries octets out over node:net or node:tls, whoever made the connection. */
export class NetTransport implements Transport {
  protected readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
    // Small PDUs would wait for the acknowledgement of the ones before.
    socket.setNoDelay(true);
  }

  write(octets: Uint8Array): boolean {
    return this.socket.write(copy(octets));
  }

  close(): void {
    const timer = setTimeout(() => this.socket.destroy(), LINGER);
    this.socket.once("close", () => clearTimeout(timer));
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }
}
