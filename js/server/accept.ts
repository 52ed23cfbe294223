import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Transport, TransportHandler } from "../engine/transport.ts";

/** How long what was written may take to leave after `close()`, in ms. */
export const LINGER = 2_000;

/** What carries the octets of a connection that came in over node:net or node:tls. */
export class AcceptedTransport implements Transport {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Small responses would wait for the acknowledgement of the ones before.
    socket.setNoDelay(true);
  }

  /** Says who is told what comes in, and of the end. To be called in the turn of the constructor. */
  listen(handler: TransportHandler): void {
    let failure: Error | undefined;
    this.#socket.on("data", (chunk: Uint8Array) => handler.data(chunk));
    this.#socket.on("drain", () => handler.drain());
    this.#socket.on("error", (error) => (failure = error));
    this.#socket.on("close", () => handler.end(failure));
  }

  write(octets: Uint8Array): boolean {
    // From a pool, where there are few.
    return this.#socket.write(Buffer.from(octets));
  }

  close(): void {
    const timer = setTimeout(() => this.#socket.destroy(), LINGER);
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
