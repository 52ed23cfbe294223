import type { OpenTransport, Transport, TransportHandler } from "../../engine/transport.ts";
import { SmppError } from "../errors.ts";
import type { Target } from "../options.ts";
import { refuseTlsOptions } from "./unsupported.ts";

const BUFFER = 65_536;
/** How long what was written may take to leave after `close()`, in milliseconds. */
const LINGER = 2_000;

/** What is used of Deno's connections. */
interface Conn {
  read(into: Uint8Array): Promise<number | null>;
  write(octets: Uint8Array): Promise<number>;
  setNoDelay(noDelay?: boolean): void;
  close(): void;
}
interface TlsConn extends Conn {
  handshake(): Promise<unknown>;
}
interface Certificates {
  caCerts?: string[];
  cert?: string;
  key?: string;
}
declare const Deno: {
  connect(options: { hostname: string; port: number }): Promise<Conn>;
  connectTls(options: { hostname: string; port: number } & Certificates): Promise<TlsConn>;
  startTls(conn: Conn, options: { hostname: string } & Certificates): Promise<TlsConn>;
};

/** Connections over Deno's own sockets. */
export function openSocket(target: Target): OpenTransport {
  refuseTlsOptions(target.tls, ["rejectUnauthorized"], "Deno");
  if (target.tls?.cert !== undefined && target.tls.servername !== undefined) {
    throw new SmppError("tls.servername: Deno can't take it together with a client certificate", { code: "unsupported", field: "servername", outcome: "not-sent" });
  }
  return (handler, signal) =>
    new Promise((resolve, reject) => {
      const connecting = connect(target);
      const onAbort = (): void => {
        reject(signal.reason as Error);
        connecting.then((late) => late.close(), () => undefined);
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      connecting.then((conn) => {
        signal.removeEventListener("abort", onAbort);
        if (!signal.aborted) resolve(new DenoTransport(conn, handler));
      }, reject);
    });
}

async function connect({ host, port, tls }: Target): Promise<Conn> {
  const at = { hostname: host, port };
  if (tls === undefined) {
    const conn = await Deno.connect(at);
    conn.setNoDelay(true);
    return conn;
  }
  const { ca, cert, key, servername } = tls;
  const caCerts = ca === undefined ? undefined : [ca].flat();
  const conn = servername === undefined
    ? await Deno.connectTls({ ...at, caCerts, ...(cert === undefined ? {} : { cert, key }) })
    : await Deno.startTls(await Deno.connect(at), { hostname: servername, caCerts });
  try {
    await conn.handshake();
    conn.setNoDelay(true);
  } catch (error) {
    conn.close();
    throw error;
  }
  return conn;
}

class DenoTransport implements Transport {
  readonly #conn: Conn;
  readonly #handler: TransportHandler;
  /** What has not been handed to the system yet. */
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #writing = false;
  #blocked = false;
  /** `close()` was called: the connection ends when the queue is empty. */
  #closing: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(conn: Conn, handler: TransportHandler) {
    this.#conn = conn;
    this.#handler = handler;
    // The engine has to know of this transport before anything comes in.
    queueMicrotask(() => void this.#read());
  }

  write(octets: Uint8Array): boolean {
    if (this.#ended) return false;
    this.#queue.push(octets);
    this.#queued += octets.length;
    if (!this.#writing) void this.#write();
    this.#blocked = this.#queued >= BUFFER;
    return !this.#blocked;
  }

  close(): void {
    if (this.#ended || this.#closing !== undefined) return;
    this.#closing = setTimeout(() => this.destroy(), LINGER);
    if (!this.#writing) this.destroy();
  }

  destroy(): void {
    this.#end(undefined);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(BUFFER);
    try {
      for (let n = await this.#conn.read(buffer); n !== null && !this.#ended; n = await this.#conn.read(buffer)) {
        this.#handler.data(buffer.subarray(0, n));
      }
      this.#end(undefined);
    } catch (error) {
      this.#end(error as Error);
    }
  }

  async #write(): Promise<void> {
    this.#writing = true;
    try {
      for (let octets = this.#queue.shift(); octets !== undefined; octets = this.#queue.shift()) {
        for (let at = 0; at < octets.length; ) at += await this.#conn.write(octets.subarray(at));
        this.#queued -= octets.length;
      }
    } catch (error) {
      return this.#end(error as Error);
    }
    this.#writing = false;
    if (this.#closing !== undefined) return this.destroy();
    if (this.#blocked) {
      this.#blocked = false;
      this.#handler.drain();
    }
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#closing);
    try {
      this.#conn.close();
    } catch {
      // It closed itself.
    }
    this.#handler.end(error);
  }
}
