import type { Transport, TransportHandler } from "../engine/transport.ts";
import type { DecodedPdu } from "../engine/codec.ts";
import type { BindRequest, EngineConfig, EngineMessage, TlvInput } from "../engine/types.ts";
import { Callbacks } from "../client/callbacks.ts";
import { Joiner } from "./joiner.ts";
import { Session } from "./session.ts";

/** A refusal with its reason, which the peer is sent as the TLV additional_status_info_text if its version has TLVs. */
export interface Refused {
  /** A command_status other than 0. */
  status: number;
  /** At most 255 characters of Latin-1. */
  text: string;
}

/** The answer to submit_sm or data_sm: an identifier of at most 64 characters, or a command_status other than 0. */
export type SubmitAnswer = { messageId: string; tlvs?: TlvInput } | Refused | number;

/** The answer to another request: the fields of its response by the specification's names, or a command_status. */
export type RequestAnswer = { status?: number; tlvs?: TlvInput; [field: string]: unknown } | number;

/** The answer to a bind: true lets it in. */
export type BindAnswer = boolean | number | Refused;

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

/**
 * What an SMSC does with its sessions, whichever way their connections come. What `onSession`, `onClosed`, `onIncomplete` and `log` throw changes
 * nothing: it is logged, or shown on the console.
 */
export interface ServerOptions extends SessionOptions {
  /** The system_id of the SMSC, at most 15 characters. Default `"smpp-edge"`. */
  systemId?: string;
  /**
   * Returns whether a bind is good: true, or the refusal (false: ESME_RBINDFAIL). The connection of a refused bind is closed once the
   * answer has left. `session` is not bound yet; its `remoteAddress` is the peer's.
   */
  authenticate(bind: BindRequest, session: Session): BindAnswer | Promise<BindAnswer>;
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
  /** How long segments wait for the missing ones, in milliseconds; 0: as long as there is room. Default 300,000. */
  partTimeout?: number;
  /** Takes the segments of a message whose others did not come in time; they were answered already. */
  onIncomplete?(message: EngineMessage, systemId: string, segmentIds: readonly string[]): void;
  /** Takes any other request (submit_multi, query_sm, cancel_sm, …), likewise. */
  onRequest?(pdu: DecodedPdu, session: Session): RequestAnswer | Promise<RequestAnswer>;
  /** A session was bound. */
  onSession?(session: Session): void;
  /** A session is over, bound or not; what was written last may not have left yet. */
  onClosed?(session: Session): void;
  /** Puts something between a session and its connection: for tests of faults. */
  wrapTransport?(transport: Transport): Transport;
  /** Takes one line a PDU. Default: none. */
  log?(line: string): void;
  /** Whether the lines show texts and numbers too. Default false. A password is never shown. */
  logTexts?: boolean;
}

/** The sessions of one SMSC, whichever way their connections come. */
export class Sessions {
  readonly bound = new Set<Session>();
  readonly open = new Set<Session>();
  readonly #options: ServerOptions;
  readonly #config: EngineConfig;
  readonly #joiners = new Map<string, Joiner>();
  readonly #callbacks: Callbacks;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#callbacks = new Callbacks(options.log && ((line) => options.log?.(line)));
    this.#config = engineConfig(options);
  }

  /** Starts a session over a connection. What comes in goes to the handler. */
  start({ transport, remoteAddress, ended }: { transport: Transport; remoteAddress: string; ended?: Promise<void> }): { session: Session; handler: TransportHandler } {
    const wrapped = this.#options.wrapTransport?.(transport) ?? transport;
    const session = new Session(this.#config, this.#options, { transport: wrapped, remoteAddress, ended }, this);
    this.open.add(session);
    return { session, handler: session.start() };
  }

  /** Hands on the segments whose messages are not whole. */
  close(): void {
    this.#joiners.forEach((joiner) => joiner.close());
  }

  /** @internal A session was bound. */
  sessionBound(session: Session): void {
    this.bound.add(session);
    this.#callbacks.call("onSession", () => this.#options.onSession?.(session));
  }

  /** @internal A session is over. */
  sessionClosed(session: Session): void {
    this.bound.delete(session);
    this.open.delete(session);
    this.#callbacks.call("onClosed", () => this.#options.onClosed?.(session));
  }

  /** @internal */
  log(line: string): void {
    this.#callbacks.log(line);
  }

  /** @internal What joins the segments that an account submits. */
  joiner(systemId: string): Joiner {
    let joiner = this.#joiners.get(systemId);
    if (joiner === undefined) {
      joiner = new Joiner(this.#config, this.#options.partTimeout, (message, segmentIds) =>
        this.#callbacks.call("onIncomplete", () => this.#options.onIncomplete?.(message, systemId, segmentIds)));
      this.#joiners.set(systemId, joiner);
    }
    return joiner;
  }
}

function engineConfig(options: ServerOptions): EngineConfig {
  const session: SessionOptions = Object.fromEntries(
    sessionKeys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  );
  const log = options.log ? (options.logTexts ? "texts" : "pdus") : "none";
  return { ...session, role: "smsc", systemId: options.systemId ?? "smpp-edge", log };
}
