/// <reference lib="esnext.disposable" preserve="true" />
import { createServer as createPlainServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { LINGER } from "../client/sockets/net.ts";
import { init } from "../engine/init.ts";
import { AcceptedTransport } from "./accepted-transport.ts";
import { readProxyHeader } from "./proxy-protocol.ts";
import type { Session } from "./session.ts";
import { Sessions, type ServerOptions } from "./sessions.ts";

/** What node:tls takes for a server: `cert` and `key`, `ca`, `requestCert` … Named without its types, which not every runtime has. */
export type ServerTlsOptions = object & { cert?: unknown; key?: unknown };

/** Settings of {@link listen}: those of the sessions, and where it listens. */
export interface ListenOptions extends ServerOptions {
  /** Address to listen on. Default `"127.0.0.1"`. */
  host?: string;
  /** TCP port, 0 to 65,535; 0 takes a free one. Default 2775. */
  port?: number;
  /** Certificate, key and whatever else node:tls takes. Default: no encryption. */
  tls?: ServerTlsOptions;
  /** Connections open at once, bound or not; one more is closed as it comes. Default 1,000. */
  maxSessions?: number;
  /**
   * Every connection begins with a header of the PROXY protocol, version 1 or 2, before TLS: `remoteAddress` of a session is the client's then.
   * A connection without one is closed. Only for a port that nobody but the proxy can reach. Default false.
   */
  proxyProtocol?: boolean;
}

/** A server that listens. */
export interface Server extends AsyncDisposable {
  /** The port it listens on. */
  readonly port: number;
  /** The address it listens on. */
  readonly address: string;
  /** The bound sessions. */
  readonly sessions: ReadonlySet<Session>;
  /** Takes no more connections, unbinds every session, and resolves when all are closed. */
  close(): Promise<void>;
  /** Ends everything at once, with no unbind. */
  destroy(): Promise<void>;
}

/** Longest that a timer runs. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Starts an SMSC. Rejects with the system's error if it can't listen (`code` "EADDRINUSE", "EACCES", …). */
export async function listen(options: ListenOptions): Promise<Server> {
  const { host = "127.0.0.1", port = 2775, maxSessions = 1_000, proxyProtocol = false, sessionInit = 10_000 } = options;
  await init();
  const sessions = new Sessions(options);
  const sockets = new Set<Socket>();

  /** The clients behind a proxy, by the addresses of the proxy's connections. */
  const clients = new Map<string, string>();

  function connected(socket: Socket): void {
    if (socket.destroyed) return;
    const transport = new AcceptedTransport(socket);
    const peer = peerOf(socket);
    transport.listen(sessions.start({ transport, remoteAddress: clients.get(peer) ?? peer }).handler);
    // It was paused to read the header.
    if (proxyProtocol) socket.resume();
  }

  /** Goes on with a connection behind its header. */
  async function proxied(socket: Socket): Promise<void> {
    const proxy = peerOf(socket);
    try {
      clients.set(proxy, await readProxyHeader(socket, sessionInit || LONGEST_TIMEOUT));
    } catch (error) {
      sessions.log(`${proxy} is closed: ${(error as Error).message}`);
      return void socket.destroy();
    }
    socket.once("close", () => clients.delete(proxy));
    if (socket.destroyed) clients.delete(proxy);
    else if (secured) secured.emit("connection", socket);
    else connected(socket);
  }

  const secured: NetServer | undefined = options.tls && createTlsServer({ handshakeTimeout: sessionInit, ...options.tls as TlsOptions }, connected);
  const server: NetServer = proxyProtocol ? createPlainServer((socket) => void proxied(socket)) : secured ?? createPlainServer(connected);
  server.prependListener("connection", (socket: Socket) => {
    if (sockets.size >= maxSessions) return void socket.destroy();
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  // A failed handshake is the peer's affair. node:tls leaves the socket open of one that has taken too long.
  secured?.on("tlsClientError", (error: Error, socket?: Socket) => {
    sessions.log(`TLS handshake failed: ${error.message}`);
    socket?.destroy();
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error) => sessions.log(`a connection could not be taken: ${error.message}`));
  const stopped = new Promise<void>((resolve) => server.once("close", resolve));
  const destroySockets = () => sockets.forEach((socket) => socket.destroy());
  const local = server.address() as AddressInfo;

  const result: Server = {
    port: local.port,
    address: local.address,
    sessions: sessions.bound,
    async close() {
      server.close();
      await Promise.all(Array.from(sessions.open, (session) => session.close()));
      // What is left sends its last octets, or has not got through its TLS handshake.
      const timer = setTimeout(destroySockets, LINGER);
      await stopped;
      clearTimeout(timer);
      sessions.close();
    },
    async destroy() {
      server.close();
      for (const session of sessions.open) session.destroy();
      destroySockets();
      await stopped;
      sessions.close();
    },
    [Symbol.asyncDispose]: () => result.close(),
  };
  return result;
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
