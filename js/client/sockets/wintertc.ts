import type { OpenTransport, Transport, TransportHandler } from "../../engine/transport.ts";
import { exactOctets } from "../../engine/octets.ts";
import { ConnectionLostError, invalid } from "../errors.ts";
import type { Target } from "../options.ts";
import { nextTurn } from "../turns.ts";
import type { SocketFactory, WinterTcSocket } from "../types.ts";

const BUFFER = 65_536;
/** Chunks read before timers and other sockets get their turn. */
const AT_ONCE = 256;
/** How long what was written may take to leave after `close()`, in milliseconds. */
const LINGER = 2_000;

/** Connections made by `connect`, of `cloudflare:sockets` or any function like it. */
export function openWinterTc(connect: SocketFactory, target: Target): OpenTransport {
  return async (handler, signal) => {
    const { host, port, tls } = target;
    const made = connect({ hostname: host, port }, { secureTransport: tls === undefined ? "off" : "on", allowHalfOpen: false, highWaterMark: BUFFER });
    const socket = await unlessAborted(Promise.resolve(made), signal, shut);
    if (typeof socket !== "object" || socket === null) throw invalid("invalid-option", "socket", "the function has to return a socket");
    ignoreRejections(socket);
    try {
      // Where connecting fails, `readable` just ends: only `opened` rejects.
      await unlessAborted(Promise.resolve(socket.opened), signal, () => undefined);
      return new WinterTcTransport(socket, handler);
    } catch (error) {
      shut(socket);
      throw error;
    }
  };
}

/** Settles as `work` does, or rejects when the signal is aborted; what `work` gives after that is disposed of. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, dispose: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
      work.then(dispose, () => undefined);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** What carries octets over such a socket, whoever made the connection. */
export class WinterTcTransport implements Transport {
  /** A runtime may close a socket that nothing refers to. */
  readonly #socket: WinterTcSocket;
  readonly #handler: TransportHandler;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lingers: boolean;
  #waiting = false;
  #closing = false;
  #ended = false;
  #readEnded = (): void => {};

  /**
   * With `lingers` a connection that is closed here stays until the peer closes it too, for at most two seconds: between objects of
   * Cloudflare, and where the peer still writes, what was written last would be lost.
   */
  constructor(socket: WinterTcSocket, handler: TransportHandler, lingers = false) {
    this.#socket = socket;
    this.#handler = handler;
    this.#lingers = lingers;
    this.#writer = socket.writable.getWriter();
    this.#writer.closed.catch(() => undefined);
    // The engine has to know of this transport before anything comes in.
    queueMicrotask(() => void this.#read());
  }

  write(octets: Uint8Array): boolean {
    if (this.#ended) return false;
    const copy = octets.slice();
    // Not at once: the engine is in the middle of its work when it writes.
    attempt(() => this.#writer.write(copy)).catch(this.#fail);
    if ((this.#writer.desiredSize ?? 0) > 0) return true;
    this.#awaitRoom();
    return false;
  }

  close(): void {
    if (this.#ended) return;
    const timer = setTimeout(() => this.destroy(), LINGER);
    const peerClosed = this.#lingers ? new Promise<void>((resolve) => (this.#readEnded = resolve)) : undefined;
    this.#closing = this.#lingers;
    attempt(() => this.#writer.close()).then(() => peerClosed).then(() => this.#socket.close()).catch(() => undefined).finally(() => {
      clearTimeout(timer);
      this.#end(undefined);
    });
  }

  destroy(): void {
    // Without the abort `close()` may wait for the peer to read.
    attempt(() => this.#writer.abort()).catch(() => undefined);
    shut(this.#socket);
    this.#end(undefined);
  }

  async #read(): Promise<void> {
    try {
      await this.#pump();
      if (!this.#closing) this.#end(undefined);
    } catch (error) {
      this.#fail(error);
    }
    this.#readEnded();
    // What is being closed may have something left to write.
    if (!this.#closing) shut(this.#socket);
  }

  async #pump(): Promise<void> {
    const read = openReader(this.#socket.readable);
    for (let chunks = 1; ; chunks++) {
      const { done, value } = await read();
      if (done || this.#ended) return;
      const octets = exactOctets(value);
      if (octets === undefined) throw new TypeError("the socket gave something else than a Uint8Array");
      this.#handler.data(octets);
      // A stream that always has more would leave no turn to anybody else.
      if (chunks % AT_ONCE === 0) await nextTurn();
    }
  }

  #awaitRoom(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#writer.ready.then(() => {
      this.#waiting = false;
      if (!this.#ended) this.#handler.drain();
    }, this.#fail);
  }

  readonly #fail = (error: unknown): void => this.#end(explained(error));

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handler.end(error);
  }
}

/** workerd ties a socket to the request that opened it. Its message says so at length, but not what to do. */
function explained(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("on behalf of a different request")) {
    return new ConnectionLostError(
      "a Worker's connection belongs to the request that opened it: keep the client in a Durable Object (smpp-edge/worker has one), or connect in each request",
      { code: "wrong-context", outcome: "unknown", cause: error },
    );
  }
  return error instanceof Error ? error : new Error(message);
}

function shut(socket: WinterTcSocket): void {
  ignoreRejections(socket);
  attempt(() => socket.close()).catch(() => undefined);
}

/** Keeps rejections of the socket's promises from being unhandled: opening is awaited elsewhere, and the end shows when it is read. */
function ignoreRejections(socket: WinterTcSocket): void {
  for (const name of ["opened", "closed"] as const) attempt(() => socket[name]).catch(() => undefined);
}

/** As `Promise.try`: what throws at once rejects. */
function attempt<T>(work: () => T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

/** Reads into a buffer of our own where the stream can do that: with larger chunks there are fewer of them. */
function openReader(readable: ReadableStream<Uint8Array>): () => Promise<ReadableStreamReadResult<Uint8Array>> {
  let buffer = new ArrayBuffer(BUFFER);
  try {
    const reader = readable.getReader({ mode: "byob" });
    return async () => {
      const step = await reader.read(new Uint8Array(buffer));
      if (step.value !== undefined) buffer = step.value.buffer;
      return step as ReadableStreamReadResult<Uint8Array>;
    };
  } catch {
    const reader = readable.getReader();
    return () => reader.read();
  }
}
