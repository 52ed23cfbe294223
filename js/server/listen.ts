/// <reference types="node" preserve="true" />
/// <reference lib="esnext.disposable" preserve="true" />
import { createServer as createPlainServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { LINGER } from "../client/sockets/net.ts";
import type { DecodedPdu } from "../engine/codec.ts";
import { init } from "../engine/init.ts";
import type { Transport } from "../engine/transport.ts";
import type { BindRequest, EngineConfig, EngineMessage, TlvInput } from "../engine/types.ts";
import { AcceptedTransport } from "./accept.ts";
import { Joiner } from "./joiner.ts";
import { Session } from "./session.ts";

/** The answer to submit_sm or data_sm: an identifier of at most 64 characters, or a command_status other than 0. */
export type SubmitAnswer = { messageId: string; tlvs?: TlvInput } | number;

/** The answer to another request: the fields of its response by the specification's names, or a command_status. */
export type RequestAnswer = { status?: number; tlvs?: TlvInput; [field: string]: unknown } | number;

const sessionKeys = [
  "version",
  "assumeVersion",
  "window",
  "rate",
  "inboundRate",
  "maxQueue",
  "maxPdu",
  "enquireLink",
  "responseTimeout",
  "sessionInit",
  "unbindTimeout",
  "inactivity",
  "defaultAlphabet",
  "concat",
  "maxUnacknowledged",
  "acknowledgeTimeout",
] as const;

/**
 * Settings of each session, as the client's. `assumeVersion` is that of a bind whose interface_version is below 3.3 (default `"3.3"`, which
 * is sent no TLVs; `"3.4"` for clients that leave it at 0). Those of an SMSC alone: `sessionInit`, how long a connection may stay
 * without a bind (default 10,000 ms), and `inactivity`, after which a quiet session is ended (default 300,000 ms).
 */
export type SessionOptions = Pick<EngineConfig, (typeof sessionKeys)[number]>;

export interface ListenOptions extends SessionOptions {
  /** Default "127.0.0.1". */
  host?: string;
  /** Default 2775; 0 takes a free one. */
  port?: number;
  /** Certificate, key and whatever else node:tls takes; without it the connection is not encrypted. */
  tls?: TlsOptions;
  /** What the centre calls itself, at most 15 characters; default "smpp-edge". */
  systemId?: string;
  /** Connections open at once, bound or not; one more is closed as it comes. Default 1,000. */
  maxSessions?: number;
  /**
   * Says whether a bind is good: true, or the command_status of the refusal (false: ESME_RBINDFAIL). The connection of
   * a refused bind is closed.
   */
  authenticate(bind: BindRequest): boolean | number | Promise<boolean | number>;
  /**
   * Takes one submit_sm or data_sm; a long message comes segment by segment, unless `reassemble` is true. What it throws answers
   * ESME_RSYSERR. Without it both are answered ESME_RINVCMDID.
   *
   * Of a joined message the answer is that of its last segment; `segmentIds` are the ids that the earlier ones were answered with.
   */
  onSubmit?(message: EngineMessage, session: Session, segmentIds: readonly string[]): SubmitAnswer | Promise<SubmitAnswer>;
  /**
   * Joins the segments of long messages, over all sessions of a system_id. Each but the last is answered with an id of its own as it is
   * held; if `onSubmit` refuses the whole, the last one can be sent again. Default false.
   */
  reassemble?: boolean;
  /** How long segments wait for the missing ones, in milliseconds; default 300,000. 0: as long as there is room. */
  partTimeout?: number;
  /** Takes the segments of a message whose others did not come in time; they were answered already. */
  onIncomplete?(message: EngineMessage, systemId: string, segmentIds: readonly string[]): void;
  /** Takes any other request (submit_multi, query_sm, cancel_sm, …), likewise. */
  onRequest?(pdu: DecodedPdu, session: Session): RequestAnswer | Promise<RequestAnswer>;
  /** A session was bound. */
  onSession?(session: Session): void;
  /** Puts something between a session and its connection: for tests of faults. */
  wrapTransport?(transport: Transport): Transport;
  /** One line a PDU. */
  log?(line: string): void;
  /** Whether the lines show texts and numbers too; default false. A password is never shown. */
  logTexts?: boolean;
}

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

/** Starts a message centre. Rejects with the system's error if it can't listen (`code` "EADDRINUSE", "EACCES", …). */
export async function listen(options: ListenOptions): Promise<Server> {
  const { host = "127.0.0.1", port = 2775, maxSessions = 1_000 } = options;
  await init();
  const config = engineConfig(options);
  const bound = new Set<Session>();
  const open = new Set<Session>();
  const sockets = new Set<Socket>();
  const joiners = new Map<string, Joiner>();
  const events = {
    bound(session: Session) {
      bound.add(session);
      options.onSession?.(session);
    },
    closed(session: Session) {
      bound.delete(session);
      open.delete(session);
    },
    joiner(systemId: string): Joiner {
      let joiner = joiners.get(systemId);
      if (joiner === undefined) {
        joiner = new Joiner(config, options.partTimeout, (message, segmentIds) => options.onIncomplete?.(message, systemId, segmentIds));
        joiners.set(systemId, joiner);
      }
      return joiner;
    },
  };

  function connected(socket: Socket): void {
    if (socket.destroyed) return;
    const accepted = new AcceptedTransport(socket);
    const transport = options.wrapTransport?.(accepted) ?? accepted;
    const remoteAddress = `${socket.remoteAddress}:${socket.remotePort}`;
    const session = new Session(config, options, { transport, remoteAddress }, events);
    open.add(session);
    accepted.listen(session.start());
  }

  const server: NetServer = options.tls
    ? createTlsServer({ handshakeTimeout: options.sessionInit ?? 10_000, ...options.tls }, connected)
    : createPlainServer(connected);
  server.prependListener("connection", (socket: Socket) => {
    if (sockets.size >= maxSessions) return void socket.destroy();
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  // A failed handshake is the peer's affair; its socket is closed by node:tls.
  server.on("tlsClientError", (error: Error) => options.log?.(`TLS handshake failed: ${error.message}`));

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error) => options.log?.(`a connection could not be taken: ${error.message}`));
  const stopped = new Promise<void>((resolve) => server.once("close", resolve));
  const destroySockets = () => sockets.forEach((socket) => socket.destroy());
  const endJoiners = () => joiners.forEach((joiner) => joiner.close());
  const local = server.address() as AddressInfo;

  const result: Server = {
    port: local.port,
    address: local.address,
    sessions: bound,
    async close() {
      server.close();
      await Promise.all(Array.from(open, (session) => session.close()));
      // What is left sends its last octets, or has not got through its TLS handshake.
      const timer = setTimeout(destroySockets, LINGER);
      await stopped;
      clearTimeout(timer);
      endJoiners();
    },
    async destroy() {
      server.close();
      for (const session of open) session.destroy();
      destroySockets();
      await stopped;
      endJoiners();
    },
    [Symbol.asyncDispose]: () => result.close(),
  };
  return result;
}

function engineConfig(options: ListenOptions): EngineConfig {
  const session: SessionOptions = Object.fromEntries(
    sessionKeys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  );
  const log = options.log ? (options.logTexts ? "texts" : "pdus") : "none";
  return { ...session, role: "smsc", systemId: options.systemId ?? "smpp-edge", log };
}
