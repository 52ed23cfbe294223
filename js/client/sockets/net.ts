import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Transport } from "../../engine/transport.ts";

/** How long what was written may take to leave after `close()`, in milliseconds. */
export const LINGER = 2_000;

/** What carries octets out over node:net or node:tls, whoever made the connection. */
export class NetTransport implements Transport {
  protected readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
    // Small PDUs would wait for the acknowledgement of the ones before.
    socket.setNoDelay(true);
  }

  write(octets: Uint8Array): boolean {
    // From a pool, where there are few.
    return this.socket.write(Buffer.from(octets));
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
