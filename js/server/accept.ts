import { WinterTcTransport } from "../client/sockets/wintertc.ts";
import { init } from "../engine/init.ts";
import type { Transport, TransportHandler } from "../engine/transport.ts";
import type { Session } from "./session.ts";
import { Sessions, type ServerOptions } from "./sessions.ts";
import { WebSocketTransport, type AcceptedWebSocket } from "./web-socket.ts";

/** A connection that came in, by the WinterTC Sockets API: the `socket` of a Worker's `connect` handler, or any pair of streams of bytes. */
export interface AcceptedSocket {
  /** What comes in. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What goes out. */
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves with the peer's address (`remoteAddress`), if it is known. */
  readonly opened?: Promise<unknown>;
  /** Resolves once the socket is closed. */
  readonly closed?: Promise<unknown>;
  /** Closes the socket. Default: its streams are ended. */
  close?(): Promise<unknown> | void;
}

/** The sessions of each server. */
const servers = new WeakMap<ServerOptions, Sessions>();

/**
 * Starts a session over a connection that somebody else took: the socket of a Worker's `connect` handler, a WebSocket with SMPP in binary
 * messages, or any pair of streams. Calls with the same `options` object are one server: `reassemble` joins over their sessions.
 *
 * `session.closed` resolves once everything written has left: a `connect` handler has to wait for it, since the runtime ends the connection
 * with the handler. `remoteAddress` names the peer where the socket doesn't, as behind a stub.
 */
export async function accept(socket: AcceptedSocket | AcceptedWebSocket, options: ServerOptions, remoteAddress?: string): Promise<Session> {
  // Before anything is awaited: what a WebSocket gets meanwhile would be lost.
  const handler = new EarlyHandler();
  const transport = "readable" in socket ? ofStreams(socket, handler) : new WebSocketTransport(socket, handler);
  await init();
  const address = remoteAddress ?? ("readable" in socket ? await addressOf(socket) : "");
  let sessions = servers.get(options);
  if (sessions === undefined) servers.set(options, (sessions = new Sessions(options)));
  const started = sessions.start({ transport, remoteAddress: address, ended: handler.ended });
  handler.attach(started.handler);
  return started.session;
}

function ofStreams(socket: AcceptedSocket, handler: TransportHandler): Transport {
  const { readable, writable, opened, closed } = socket;
  return new WinterTcTransport({ readable, writable, ...(opened && { opened }), ...(closed && { closed }), close: () => socket.close?.() }, handler, true);
}

async function addressOf(socket: AcceptedSocket): Promise<string> {
  const info = await Promise.resolve(socket.opened).catch(() => undefined);
  const { remoteAddress } = Object(info) as { remoteAddress?: unknown };
  return typeof remoteAddress === "string" ? remoteAddress : "";
}

/** Keeps what comes in before there is a session. */
class EarlyHandler implements TransportHandler {
  /** Resolves with the connection's end. */
  readonly ended: Promise<void>;
  #resolve!: () => void;
  #early: ((handler: TransportHandler) => void)[] = [];
  #handler: TransportHandler | undefined;

  constructor() {
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
  }

  attach(handler: TransportHandler): void {
    this.#handler = handler;
    for (const deed of this.#early.splice(0)) deed(handler);
  }

  data(chunk: Uint8Array): void {
    if (this.#handler) return this.#handler.data(chunk);
    // The buffer behind it is used again.
    const copy = chunk.slice();
    this.#early.push((handler) => handler.data(copy));
  }

  drain(): void {
    this.#handler?.drain();
  }

  end(error?: Error): void {
    this.#resolve();
    if (this.#handler) this.#handler.end(error);
    else this.#early.push((handler) => handler.end(error));
  }
}
