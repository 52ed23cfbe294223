import type { OpenTransport, Transport, TransportHandler } from "../../engine/transport.ts";
import type { Target } from "../options.ts";
import type { TlsOptions } from "../types.ts";

/** How long what was written may take to leave after `close()`, in milliseconds. */
const LINGER = 2_000;

/** What is used of Bun's sockets. */
interface BunSocket {
  write(octets: Uint8Array): number;
  end(): void;
  terminate(): void;
  setNoDelay(noDelay?: boolean): boolean;
}
interface BunTls {
  ca?: TlsOptions["ca"];
  cert?: TlsOptions["cert"];
  key?: TlsOptions["key"];
  serverName?: string;
  rejectUnauthorized?: boolean;
}
interface BunHandlers {
  open(socket: BunSocket): void;
  handshake?(socket: BunSocket, success: boolean, error: Error | null): void;
  data(socket: BunSocket, chunk: Uint8Array): void;
  drain(): void;
  end(): void;
  close(socket: BunSocket, error?: Error): void;
  error(socket: BunSocket, error: Error): void;
  connectError(socket: BunSocket, error: Error): void;
}
declare const Bun: {
  connect(options: { hostname: string; port: number; tls?: BunTls; socket: BunHandlers }): Promise<unknown>;
};

/** Connections over Bun's own sockets. */
export function openSocket({ host, port, tls }: Target): OpenTransport {
  return (handler, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      let socket: BunSocket | undefined;
      let transport: BunTransport | undefined;
      const onAbort = (): void => {
        reject(signal.reason as Error);
        socket?.terminate();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      const ready = (connected: BunSocket): void => {
        signal.removeEventListener("abort", onAbort);
        connected.setNoDelay(true);
        transport = new BunTransport(connected, handler);
        resolve(transport);
      };
      const failed = (error: Error | undefined): void => {
        if (transport === undefined) reject(error ?? new Error(tls === undefined ? "the connection was closed" : "the TLS handshake failed"));
        else transport.ended(error);
      };
      const events: BunHandlers = {
        open(opened) {
          socket = opened;
          if (signal.aborted) opened.terminate();
          else if (tls === undefined) ready(opened);
        },
        data: (_, chunk) => transport?.data(chunk),
        drain: () => transport?.drained(),
        end: () => failed(undefined),
        close: (_, error) => failed(error),
        error: (_, error) => failed(error),
        connectError: (_, error) => failed(error),
      };
      if (tls !== undefined) {
        events.handshake = (opened, success, error) => {
          if (success || tls.rejectUnauthorized === false) return ready(opened);
          reject(error ?? new Error("the certificate could not be verified"));
          opened.terminate();
        };
      }
      Bun.connect({ hostname: host, port, tls: tls && bunTls(tls), socket: events }).catch(reject);
    });
}

function bunTls({ servername, ...others }: TlsOptions): BunTls {
  // Never an empty object: Bun takes that for "no TLS".
  const tls: BunTls = { rejectUnauthorized: true, ...others };
  if (servername !== undefined) tls.serverName = servername;
  return tls;
}

class BunTransport implements Transport {
  readonly #socket: BunSocket;
  readonly #handler: TransportHandler;
  /** What the system has not taken yet. */
  #rest: Uint8Array[] = [];
  /** `close()` was called: the connection ends when nothing is left. */
  #closing: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(socket: BunSocket, handler: TransportHandler) {
    this.#socket = socket;
    this.#handler = handler;
  }

  write(octets: Uint8Array): boolean {
    if (this.#ended) return false;
    const taken = this.#rest.length === 0 ? this.#taken(octets) : 0;
    if (taken < octets.length) this.#rest.push(octets.slice(taken));
    return this.#rest.length === 0;
  }

  close(): void {
    if (this.#ended || this.#closing !== undefined) return;
    this.#closing = setTimeout(() => this.destroy(), LINGER);
    if (this.#rest.length === 0) this.#socket.end();
  }

  destroy(): void {
    this.#socket.terminate();
    this.ended(undefined);
  }

  data(chunk: Uint8Array): void {
    if (!this.#ended) this.#handler.data(chunk);
  }

  drained(): void {
    if (this.#ended || this.#rest.length === 0 || !this.#flush()) return;
    if (this.#closing === undefined) this.#handler.drain();
    else this.#socket.end();
  }

  ended(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#closing);
    this.#handler.end(error);
  }

  /** Hands over what the system takes; true if that was all. */
  #flush(): boolean {
    for (let octets = this.#rest[0]; octets !== undefined; octets = this.#rest[0]) {
      const taken = this.#taken(octets);
      if (taken < octets.length) {
        this.#rest[0] = octets.subarray(taken);
        return false;
      }
      this.#rest.shift();
    }
    return true;
  }

  /** How many of the octets the system took. */
  #taken(octets: Uint8Array): number {
    return Math.max(0, this.#socket.write(octets));
  }
}
