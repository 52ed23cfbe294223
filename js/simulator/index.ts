/// <reference lib="esnext.disposable" preserve="true" />
import type { BindRequest } from "../engine/types.ts";
import { listen, type Server, type ServerTlsOptions } from "../server/listen.ts";
import type { MessageStatus, ReceiptFormat } from "../server/receipt.ts";
import type { Delivery, Session } from "../server/session.ts";
import type { SessionOptions } from "../server/sessions.ts";
import { Status } from "../server/status.ts";
import { Centre } from "./centre.ts";
import { startControl, type Control } from "./control.ts";
import { parseFault, type FaultName, type FaultRule } from "./faults.ts";
import type { SimulatedMessage } from "./store.ts";
import { FaultyTransport } from "./wire.ts";

export { faults, type FaultName } from "./faults.ts";
export type { SimulatedMessage } from "./store.ts";

/** What becomes of messages: an end, or none ("enroute"). */
export type SimulatedOutcome = Exclude<MessageStatus, "scheduled">;

export interface SimulatorOptions extends SessionOptions {
  /** Default "127.0.0.1". */
  host?: string;
  /** Default 2775; 0 takes a free one. */
  port?: number;
  /** Certificate, key and whatever else node:tls takes. */
  tls?: ServerTlsOptions;
  /** Who may bind: passwords by system_id. Default `{ smppclient1: "password" }`. */
  accounts?: Record<string, string>;
  /** What the centre calls itself; default "simulator". */
  name?: string;
  /** Milliseconds from a submission (or its scheduled time) to the message's end; default 1,000. */
  delay?: number;
  /** What becomes of messages; default "delivered". */
  outcome?: SimulatedOutcome;
  /** Default "both". */
  receiptFormat?: ReceiptFormat;
  /** Whether responses give message_id in hex and receipts in decimal; default false. */
  hexIds?: boolean;
  /** Faults for every submission (`"late"`) or every Nth (`"drop=100"`); see {@link faults}. */
  faults?: (FaultName | `${FaultName}=${number}`)[];
  /** Milliseconds that a late response takes; default 5,000. */
  late?: number;
  /** Messages kept; for a new one the oldest that has ended and is reported is forgotten, and if none is: ESME_RMSGQFUL. Default 10,000. */
  maxMessages?: number;
  /** Milliseconds until a delivery that the ESME refused for now is tried again (doubled each time, 10 tries; a receipt is tried until it is taken); default 1,000. */
  retryDelay?: number;
  /** Port of the HTTP control on 127.0.0.1; 0 takes a free one; default none. */
  controlPort?: number;
  /** One line a PDU. */
  log?(line: string): void;
  /** Whether the lines show texts and numbers too; default false. */
  logTexts?: boolean;
}

export interface Simulator extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** What `connect` takes, with the first account: `smpp://smppclient1:password@127.0.0.1:2775`. */
  readonly url: string;
  /** `http://127.0.0.1:…` of the control port, if there is one. */
  readonly controlUrl: string | undefined;
  /** The bound sessions. */
  readonly sessions: ReadonlySet<Session>;
  /** The messages that were submitted, oldest first. */
  messages(): SimulatedMessage[];
  /**
   * Sends an inbound message to an account (default the first that is bound to receive, else the first), on one of its sessions that
   * receive; if none is bound, once one is. Resolves when it was acknowledged; rejects if it was refused for good.
   */
  deliver(delivery: Delivery & { systemId?: string }): Promise<void>;
  /** Unbinds and stops. What is not closed after 2 s is ended. */
  close(): Promise<void>;
}

const CLOSE_TIME = 2_000;

/**
 * Starts a simulated message centre. It keeps what is submitted, sends the receipts that are asked for, answers query_sm,
 * cancel_sm and replace_sm by the messages' state, and misbehaves on request: see {@link faults}. Rejects with the system's error
 * if it can't listen.
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const accounts = new Map(Object.entries(options.accounts ?? { smppclient1: "password" }));
  const [firstAccount] = accounts.keys();
  if (firstAccount === undefined) throw new TypeError("accounts: at least one is needed");
  const log = options.log ?? (() => {});
  const centre: Centre = new Centre({
    delay: options.delay ?? 1_000,
    outcome: options.outcome ?? "delivered",
    receiptFormat: options.receiptFormat ?? "both",
    hexIds: options.hexIds ?? false,
    faults: (options.faults ?? []).map(readFault),
    late: options.late ?? 5_000,
    maxMessages: options.maxMessages ?? 10_000,
    retryDelay: options.retryDelay ?? 1_000,
    sessions: () => server.sessions,
    log,
  });

  const server: Server = await listen({
    // Responses may be withheld for as long as a fault wants.
    acknowledgeTimeout: 0,
    ...options,
    systemId: options.name ?? "simulator",
    authenticate: (bind) => authenticate(accounts, bind),
    onSession: (session) => centre.bound(session),
    onSubmit: (message, session) => centre.submit(message, session),
    onRequest: (pdu, session) => centre.request(pdu, session),
    wrapTransport: (transport) => new FaultyTransport(transport),
  });

  /** The first account that is bound to receive; the first of all while none is. */
  function receivingAccount(): string {
    const receiving = new Set([...server.sessions].filter(({ receives }) => receives).map(({ systemId }) => systemId));
    return [...accounts.keys()].find((systemId) => receiving.has(systemId)) ?? firstAccount!;
  }

  function deliver({ systemId = receivingAccount(), ...delivery }: Delivery & { systemId?: string }): Promise<void> {
    if (!accounts.has(systemId)) return Promise.reject(new RangeError(`no account ${systemId}`));
    return centre.send(systemId, (session) => session.deliver(delivery));
  }

  let control: Control | undefined;
  if (options.controlPort !== undefined) {
    try {
      control = await startControl(options.controlPort, {
        centre,
        deliver,
        sessions: server.sessions,
        hasAccount: (systemId) => accounts.has(systemId),
        log,
      });
    } catch (error) {
      await server.destroy();
      throw error;
    }
  }

  const host = options.host ?? "127.0.0.1";
  const scheme = options.tls ? "smpps" : "smpp";
  const user = `${encodeURIComponent(firstAccount)}:${encodeURIComponent(accounts.get(firstAccount)!)}`;
  const simulator: Simulator = {
    host,
    port: server.port,
    url: `${scheme}://${user}@${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    controlUrl: control?.url,
    sessions: server.sessions,
    messages: () => [...centre.store.all()],
    deliver,
    async close() {
      centre.close();
      const timer = setTimeout(() => void server.destroy(), CLOSE_TIME);
      await Promise.all([server.close(), control?.close()]);
      clearTimeout(timer);
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
  return simulator;
}

function authenticate(accounts: Map<string, string>, bind: BindRequest): number | boolean {
  const password = accounts.get(bind.systemId);
  if (password === undefined) return Status.ESME_RINVSYSID;
  return password === bind.password || Status.ESME_RINVPASWD;
}

function readFault(text: string): FaultRule {
  const rule = parseFault(text);
  if (!rule) throw new RangeError(`faults: no fault ${text}`);
  return rule;
}
