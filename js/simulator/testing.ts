/// <reference lib="esnext.disposable" preserve="true" />
/** `smpp-edge/testing`: a simulated SMSC in the process of a unit test, without a port. It runs wherever the client does, inside workerd too. */
import type { SocketFactory, WinterTcSocket } from "../client/types.ts";
import { accept } from "../server/accept.ts";
import type { Delivery, Session } from "../server/session.ts";
import { simulate, type SimulationOptions } from "./simulation.ts";
import type { SimulatedMessage } from "./store.ts";

export { faults, type FaultName } from "./faults.ts";
export type { SimulatedOutcome, SimulationOptions } from "./simulation.ts";
export type { SimulatedMessage } from "./store.ts";
export type { Delivery, Session } from "../server/session.ts";

/** A simulated SMSC in this process, without a port. */
export interface TestSmsc extends AsyncDisposable {
  /** The first account at a host that is nowhere: `connect(smsc.url, { socket: smsc.socket })`. */
  readonly url: string;
  /** Makes a connection to this SMSC, whatever host and port are asked for. */
  readonly socket: SocketFactory;
  /** The bound sessions. */
  readonly sessions: ReadonlySet<Session>;
  /** The messages that were submitted, oldest first. */
  messages(): SimulatedMessage[];
  /** Sends an inbound message. Resolves when it was acknowledged; rejects if it was refused for good. */
  deliver(delivery: Delivery & { systemId?: string }): Promise<void>;
  /** Cuts every connection, as a network does. */
  drop(): void;
  /** Unbinds and ends. */
  close(): Promise<void>;
}

/** Starts an SMSC in this process. Its options are those of `createSimulator`, but for host, ports and TLS; `delay` is 0 by default. */
export function createTestSmsc(options: SimulationOptions = {}): TestSmsc {
  const bound = new Set<Session>();
  const open = new Set<Session>();
  const { simulated, user, server, deliver } = simulate({ delay: 0, ...options }, () => bound);
  const kept = {
    ...server,
    onSession(session: Session) {
      bound.add(session);
      server.onSession?.(session);
    },
    onClosed(session: Session) {
      bound.delete(session);
      open.delete(session);
    },
  };
  let closed = false;
  const smsc: TestSmsc = {
    url: `smpp://${user}@smsc.test`,
    async socket({ hostname, port }) {
      if (closed) throw new Error("the test's SMSC is closed");
      const [near, far] = socketPair();
      open.add(await accept(far, kept, `${hostname}:${port}`));
      return near;
    },
    sessions: bound,
    messages: () => [...simulated.store.all()],
    deliver,
    drop() {
      for (const session of open) session.destroy();
    },
    async close() {
      closed = true;
      simulated.close();
      await Promise.all(Array.from(open, (session) => session.close()));
    },
    [Symbol.asyncDispose]: () => smsc.close(),
  };
  return smsc;
}

/** Two ends of one connection. */
function socketPair(): [WinterTcSocket, WinterTcSocket] {
  const [there, back] = [pipe(), pipe()];
  const close = async (): Promise<void> => {
    there.end();
    back.end();
  };
  return [{ readable: back.readable, writable: there.writable, close }, { readable: there.readable, writable: back.writable, close }];
}

/** Octets in one direction. The writer waits while nobody reads. */
function pipe(): { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array>; end(): void } {
  let source!: ReadableStreamDefaultController<Uint8Array>;
  let wanted = (): void => {};
  let ended = false;
  const end = (): void => {
    wanted();
    if (ended) return;
    ended = true;
    source.close();
  };
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      source = controller;
    },
    pull: () => wanted(),
    cancel() {
      ended = true;
      wanted();
    },
  });
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      if (ended) throw new Error("the connection is closed");
      source.enqueue(chunk);
      if ((source.desiredSize ?? 0) <= 0) await new Promise<void>((resolve) => (wanted = resolve));
    },
    close: end,
    abort: end,
  });
  return { readable, writable, end };
}
