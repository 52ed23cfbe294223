import { NetTransport } from "../client/sockets/net.ts";
import type { TransportHandler } from "../engine/transport.ts";

/** What carries the octets of a connection that came in. */
export class AcceptedTransport extends NetTransport {
  /** Sets the handler of incoming bytes and of the end. Call it in the same turn as the constructor. */
  listen(handler: TransportHandler): void {
    let failure: Error | undefined;
    this.socket.on("data", (chunk: Uint8Array) => handler.data(chunk));
    this.socket.on("drain", () => handler.drain());
    this.socket.on("error", (error) => (failure = error));
    this.socket.on("close", () => handler.end(failure));
  }
}
