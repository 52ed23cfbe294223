import type { Transport, TransportHandler } from "../engine/transport.ts";

/** A WebSocket that carries SMPP in binary messages: cut anywhere, as in a stream. */
export interface AcceptedWebSocket {
  /** A Worker's end of a pair is accepted here, so that nothing comes before there is a session. */
  accept?(): void;
  /** Set to `"arraybuffer"`. */
  binaryType?: string;
  /** Bytes that wait to be sent, where the WebSocket says so. */
  readonly bufferedAmount?: number;
  /** Sends a binary message. */
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Closes it. */
  close(code?: number, reason?: string): void;
  /** Tells of messages, the end and errors. */
  addEventListener(type: "message" | "close" | "error", listener: (event: object) => void): void;
}

/** How long the peer may take to close its side, in milliseconds. */
const LINGER = 2_000;
/** Octets that may wait to be sent, and how often is looked whether they have left, in milliseconds. */
const MOST_BUFFERED = 1_048_576;
const LOOK_EVERY = 20;

/** What carries octets over a WebSocket. */
export class WebSocketTransport implements Transport {
  readonly #socket: AcceptedWebSocket;
  readonly #handler: TransportHandler;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closing = false;
  #ended = false;

  constructor(socket: AcceptedWebSocket, handler: TransportHandler) {
    this.#socket = socket;
    this.#handler = handler;
    // Some runtimes give a Blob unless asked.
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => this.#received((event as { data?: unknown }).data));
    socket.addEventListener("close", () => this.#end(undefined));
    socket.addEventListener("error", () => this.#end(new Error("the WebSocket failed")));
    socket.accept?.();
  }

  write(octets: Uint8Array): boolean {
    if (this.#ended || this.#closing) return false;
    try {
      this.#socket.send(octets.slice());
    } catch {
      // It is closed, which its event says.
      return false;
    }
    if ((this.#socket.bufferedAmount ?? 0) < MOST_BUFFERED) return true;
    this.#awaitRoom();
    return false;
  }

  close(): void {
    if (this.#ended || this.#closing) return;
    this.#closing = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(undefined), LINGER);
    this.#shut();
  }

  destroy(): void {
    this.#shut();
    this.#end(undefined);
  }

  #received(data: unknown): void {
    if (this.#ended || this.#closing) return;
    if (data instanceof ArrayBuffer) return this.#handler.data(new Uint8Array(data));
    if (ArrayBuffer.isView(data)) return this.#handler.data(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#shut();
    this.#end(new Error("the WebSocket sent text; SMPP comes in binary messages"));
  }

  #awaitRoom(): void {
    this.#timer = setTimeout(() => {
      if ((this.#socket.bufferedAmount ?? 0) < MOST_BUFFERED) this.#handler.drain();
      else this.#awaitRoom();
    }, LOOK_EVERY);
  }

  #shut(): void {
    try {
      this.#socket.close(1000);
    } catch {
      // It is closed.
    }
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#handler.end(error);
  }
}
