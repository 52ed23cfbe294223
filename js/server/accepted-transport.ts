import { NetTransport } from "../client/sockets/net.ts";
import type { TransportHandler } from "../engine/transport.ts";

/** What carries the octets of a connection that came in. */
export class AcceptedTransport extends NetTransport {
  /** Says who is told what comes in, and of the end. To be called in the turn of the constructor. */
  listen(handler: TransportHandler): void {
    let failure: Error | undefined;
    this.socket.on("data", (chunk: Uint8Array) => handler.data(chunk));
    this.socket.on("drain", () => handler.drain());
    this.socket.on("error", (error) => (failure = error));
    this.socket.on("close", () => handler.end(failure));
  }
}
