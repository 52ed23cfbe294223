import type { BindRequest } from "../engine/types.ts";
import type { MessageStatus, ReceiptFormat } from "../server/receipt.ts";
import type { Delivery, Session } from "../server/session.ts";
import type { ServerOptions, SessionOptions } from "../server/sessions.ts";
import { Status } from "../server/status.ts";
import { SimulatedSmsc } from "./simulated-smsc.ts";
import { parseFault, type FaultName, type FaultRule } from "./faults.ts";
import { FaultyTransport } from "./wire.ts";

/** What becomes of messages: an end, or none ("enroute"). */
export type SimulatedOutcome = Exclude<MessageStatus, "scheduled">;

/** What a simulated SMSC does, whichever way its connections come. */
export interface SimulationOptions extends SessionOptions {
  /** Who may bind: passwords by system_id. Default `{ smppclient1: "password" }`. */
  accounts?: Record<string, string>;
  /** What the SMSC calls itself. Default `"simulator"`. */
  name?: string;
  /** Milliseconds from a submission (or its scheduled time) to the message's end. Default 1,000; of `createTestSmsc` 0. */
  delay?: number;
  /** What becomes of messages. Default `"delivered"`. */
  outcome?: SimulatedOutcome;
  /** Whether the text, the TLVs or both carry a receipt. Default `"both"`. */
  receiptFormat?: ReceiptFormat;
  /** Whether responses give message_id in hex and receipts in decimal. Default false. */
  hexIds?: boolean;
  /** Faults for every submission (`"late"`) or every Nth (`"drop=100"`); see {@link faults}. Default: none. */
  faults?: (FaultName | `${FaultName}=${number}`)[];
  /** Milliseconds that a late response takes. Default 5,000. */
  late?: number;
  /** Messages kept; for a new one the oldest that has ended and is reported is forgotten, and if none is: ESME_RMSGQFUL. Default 10,000. */
  maxMessages?: number;
  /**
   * Milliseconds until a delivery that the ESME refused for now is tried again (doubled each time, 10 tries; a receipt is tried until it
   * is taken). Default 1,000.
   */
  retryDelay?: number;
  /** Takes one line a PDU. Default: none. */
  log?(line: string): void;
  /** Whether the lines show texts and numbers too. Default false. */
  logTexts?: boolean;
}

/** An SMSC without its connections. */
export interface Simulation {
  readonly simulated: SimulatedSmsc;
  readonly accounts: ReadonlyMap<string, string>;
  /** The first account, as a URL has it. */
  readonly user: string;
  readonly server: ServerOptions;
  deliver(delivery: Delivery & { systemId?: string }): Promise<void>;
}

export function simulate(options: SimulationOptions, sessions: () => ReadonlySet<Session>): Simulation {
  const accounts = new Map(Object.entries(options.accounts ?? { smppclient1: "password" }));
  const [firstAccount] = accounts.keys();
  if (firstAccount === undefined) throw new TypeError("accounts: at least one is needed");
  const simulated = new SimulatedSmsc({
    delay: options.delay ?? 1_000,
    outcome: options.outcome ?? "delivered",
    receiptFormat: options.receiptFormat ?? "both",
    hexIds: options.hexIds ?? false,
    faults: (options.faults ?? []).map(readFault),
    late: options.late ?? 5_000,
    maxMessages: options.maxMessages ?? 10_000,
    retryDelay: options.retryDelay ?? 1_000,
    sessions,
    log: options.log ?? (() => {}),
  });

  /** The first account that is bound to receive; the first of all while none is. */
  function receivingAccount(): string {
    const receiving = new Set([...sessions()].filter(({ receives }) => receives).map(({ systemId }) => systemId));
    return [...accounts.keys()].find((systemId) => receiving.has(systemId)) ?? firstAccount!;
  }

  return {
    simulated,
    accounts,
    user: `${encodeURIComponent(firstAccount)}:${encodeURIComponent(accounts.get(firstAccount)!)}`,
    server: {
      // Responses may be withheld for as long as a fault wants.
      acknowledgeTimeout: 0,
      ...options,
      systemId: options.name ?? "simulator",
      authenticate: (bind) => authenticate(accounts, bind),
      onSession: (session) => simulated.bound(session),
      onSubmit: (message, session) => simulated.submit(message, session),
      onRequest: (pdu, session) => simulated.request(pdu, session),
      wrapTransport: (transport) => new FaultyTransport(transport),
    },
    deliver({ systemId = receivingAccount(), ...delivery }) {
      if (!accounts.has(systemId)) return Promise.reject(new RangeError(`no account ${systemId}`));
      return simulated.send(systemId, (session) => session.deliver(delivery));
    },
  };
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
