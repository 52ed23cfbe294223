import { TunnelFlow } from "../../server/tunnel.ts";
import type { GatewayEnv } from "../model/config.ts";
import { connectApplication, type IncomingConnection } from "./front.ts";

/** Close codes of WebSockets: normal, protocol error, going on is impossible. */
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
const FAILED = 1011;

/** Serves the connection that a WebSocket carries, whose peer has that address, as one of an application. */
export async function serveTunnel(webSocket: WebSocket, env: GatewayEnv, remoteAddress: string): Promise<void> {
  const tunnel = new Tunnel(webSocket, remoteAddress);
  try {
    await connectApplication(tunnel, env);
    tunnel.shut(NORMAL);
  } catch (error) {
    console.error(JSON.stringify({ event: "tunnel", address: remoteAddress, detail: String(error) }));
    tunnel.shut(FAILED);
  }
}

/** The connection that a WebSocket carries, as a socket. */
class Tunnel implements IncomingConnection {
  readonly opened: Promise<{ remoteAddress: string }>;
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #webSocket: WebSocket;
  readonly #flow = new TunnelFlow();
  readonly #chunks: Uint8Array[] = [];
  #isOver = false;
  /** Called when something has come in, and when more may go out. */
  #wakeReader = (): void => {};
  #wakeWriter = (): void => {};

  constructor(webSocket: WebSocket, remoteAddress: string) {
    this.#webSocket = webSocket;
    this.opened = Promise.resolve({ remoteAddress });
    this.readable = new ReadableStream({ pull: (controller) => this.#read(controller), cancel: () => this.#over() }, { highWaterMark: 0 });
    this.writable = new WritableStream({ write: (chunk) => this.#write(chunk), close: () => this.shut(NORMAL), abort: () => this.shut(FAILED) });
    webSocket.binaryType = "arraybuffer";
    webSocket.addEventListener("close", () => this.#over());
    webSocket.addEventListener("error", () => this.#over());
    webSocket.addEventListener("message", ({ data }) => this.#received(data as string | ArrayBuffer));
    webSocket.accept();
  }

  async close(): Promise<void> {
    this.shut(NORMAL);
  }

  shut(code: number): void {
    this.#over();
    try {
      this.#webSocket.close(code);
    } catch {
      // It is closed.
    }
  }

  #received(data: string | ArrayBuffer): void {
    if (typeof data === "string") {
      if (!this.#flow.reported(data)) return this.shut(PROTOCOL_ERROR);
      return this.#wakeWriter();
    }
    if (!this.#flow.received(data.byteLength)) return this.shut(PROTOCOL_ERROR);
    this.#chunks.push(new Uint8Array(data));
    this.#wakeReader();
  }

  async #read(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#chunks.length === 0 && !this.#isOver) await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return controller.close();
    controller.enqueue(chunk);
    const report = this.#flow.passedOn(chunk.length);
    if (report !== undefined && !this.#isOver) this.#webSocket.send(report);
  }

  async #write(chunk: Uint8Array): Promise<void> {
    while (!this.#flow.hasRoom && !this.#isOver) await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    if (this.#isOver) throw new Error("the tunnel is closed");
    this.#flow.sent(chunk.length);
    this.#webSocket.send(chunk);
  }

  #over(): void {
    this.#isOver = true;
    this.#wakeReader();
    this.#wakeWriter();
  }
}
