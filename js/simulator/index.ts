/// <reference lib="esnext.disposable" preserve="true" />
import { listen, type Server, type ServerTlsOptions } from "../server/listen.ts";
import type { Delivery, Session } from "../server/session.ts";
import { startControl, type Control } from "./control.ts";
import { simulate, type SimulationOptions } from "./simulation.ts";
import type { SimulatedMessage } from "./store.ts";

export { faults, type FaultName } from "./faults.ts";
export type { SimulatedOutcome } from "./simulation.ts";
export type { SimulatedMessage } from "./store.ts";

/** Settings of {@link createSimulator}. */
export interface SimulatorOptions extends SimulationOptions {
  /** Address to listen on. Default `"127.0.0.1"`. */
  host?: string;
  /** TCP port, 0 to 65,535; 0 takes a free one. Default 2775. */
  port?: number;
  /** Certificate, key and whatever else node:tls takes. Default: no encryption. */
  tls?: ServerTlsOptions;
  /** Port of the HTTP control on 127.0.0.1, 0 to 65,535; 0 takes a free one. Default: none. */
  controlPort?: number;
}

/** A simulated SMSC that listens. */
export interface Simulator extends AsyncDisposable {
  /** The address it listens on. */
  readonly host: string;
  /** The port it listens on. */
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
 * Starts a simulated SMSC. It keeps what is submitted, sends the receipts that are asked for, answers query_sm,
 * cancel_sm and replace_sm by the messages' state, and misbehaves on request: see {@link faults}. Rejects with the system's error
 * if it can't listen.
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulation = simulate(options, () => server.sessions);
  const { simulated, accounts, deliver } = simulation;
  const server: Server = await listen({ ...options, ...simulation.server });

  let control: Control | undefined;
  if (options.controlPort !== undefined) {
    try {
      control = await startControl(options.controlPort, {
        simulated,
        deliver,
        sessions: server.sessions,
        hasAccount: (systemId) => accounts.has(systemId),
        log: options.log ?? (() => {}),
      });
    } catch (error) {
      await server.destroy();
      throw error;
    }
  }

  const host = options.host ?? "127.0.0.1";
  const scheme = options.tls ? "smpps" : "smpp";
  const simulator: Simulator = {
    host,
    port: server.port,
    url: `${scheme}://${simulation.user}@${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    controlUrl: control?.url,
    sessions: server.sessions,
    messages: () => [...simulated.store.all()],
    deliver,
    async close() {
      simulated.close();
      const timer = setTimeout(() => void server.destroy(), CLOSE_TIME);
      await Promise.all([server.close(), control?.close()]);
      clearTimeout(timer);
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
  return simulator;
}
