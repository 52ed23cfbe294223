import type { Address } from "../model/address.ts";
import type { Envelope, EventType } from "../model/delivery-event.ts";
import type { MessageError, MessageStatus } from "../model/views.ts";
import { HANDLERS, readMeta, writeMeta, type Sql } from "./database.ts";
import { reviveMessage, reviveReport, type GatewayMessage, type GatewayReport } from "./receiver.ts";

/** A message that ended without a report, as `smppEnded` gets it. */
export interface GatewayEnded {
  /** The gateway's id of the message. */
  id: string;
  status: Extract<MessageStatus, "failed" | "unknown" | "expired" | "deleted">;
  error: MessageError;
  account: string;
}

/** A limit that refuses messages, as `smppRefused` gets it. */
export interface GatewayRefused {
  reason: "blocked" | "country" | "recipient-limit" | "prefix-limit" | "duplicate" | "spend-limit";
  /** The recipient of the first message. */
  to: Address;
  key: string;
  country?: string;
  /** ISO 8601: until then there is no further event of this limit. */
  until: string;
  /** The messages are counted and sent. */
  monitor: boolean;
}

/**
 * The handlers of the Worker's default export, all optional: methods of a class that extends `WorkerEntrypoint`, or functions of an object,
 * which get `env` and `ctx` as further arguments. Each is called at least once for an event, and again, for a day, until it returns.
 */
export interface SmppHandlers<Env = unknown> {
  /** Delivery reports. */
  smppReport?(report: GatewayReport, env: Env, ctx: ExecutionContext): unknown;
  /** Inbound messages. */
  smppMessage?(message: GatewayMessage, env: Env, ctx: ExecutionContext): unknown;
  /** Messages that failed, expired or ended as `unknown` without a report. */
  smppEnded?(event: GatewayEnded, env: Env, ctx: ExecutionContext): unknown;
  /** A limit of `SMPP_LIMITS` that refuses messages: once while it does. */
  smppRefused?(event: GatewayRefused, env: Env, ctx: ExecutionContext): unknown;
}

const NAMES = { "message.report": "smppReport", "message.received": "smppMessage", "message.ended": "smppEnded", "message.refused": "smppRefused" } as const satisfies Record<EventType, keyof SmppHandlers>;

/** `ctx.exports`, as far as it is used: each export of the Worker's main module as a service binding to itself. */
export type Exports = { default?: object } | undefined;
type Stub = Record<string, ((argument: unknown) => Promise<unknown>) & PromiseLike<Disposable | undefined>>;

/** Why no handler can be called with this configuration; undefined if they can. */
export function handlersFault(exports: Exports): string | undefined {
  if (exports !== undefined) return undefined;
  return 'handlers can\'t be called: ctx.exports is missing; set compatibility_date to "2025-11-17" or later, or add "enable_ctx_exports" to compatibility_flags';
}

/** Calls the Worker's own handlers. */
export class WorkerHandlers {
  readonly #exports: Exports;
  readonly #known: Partial<Record<EventType, boolean>> = {};
  readonly #finding: Partial<Record<EventType, Promise<boolean>>> = {};

  constructor(exports: Exports) {
    this.#exports = exports;
  }

  get fault(): string | undefined {
    return handlersFault(this.#exports);
  }

  /** Whether the handler exists; undefined until {@link find} found out. */
  has(type: EventType): boolean | undefined {
    return this.#known[type];
  }

  /**
   * Finds out whether the handler exists, once: it reads the method without calling it, which fails with a TypeError exactly if there is
   * none. What the handler itself throws has no part in it. Of an object Vite and Vitest reach no function: they refuse with a TypeError of their own.
   */
  find(type: EventType): Promise<boolean> {
    return (this.#finding[type] ??= this.#look(type).then(
      (found) => (this.#known[type] = found),
      (error: unknown) => {
        delete this.#finding[type];
        throw error;
      }));
  }

  async #look(type: EventType): Promise<boolean> {
    const worker = this.#exports?.default as Stub | undefined;
    try {
      const method = await worker?.[NAMES[type]];
      method?.[Symbol.dispose]?.();
      return method !== undefined;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (error.message.includes("WorkerEntrypoint")) console.warn(JSON.stringify({ event: "handlers", detail: `${NAMES[type]}, if there is one, is not called: Vite and Vitest need a default export that extends WorkerEntrypoint` }));
      return false;
    }
  }

  /** Calls the handler and waits until it is done. Its result is of no interest, also where it can't be passed back. */
  async call(envelope: Envelope, signal: AbortSignal): Promise<void> {
    const worker = this.#exports!.default as Stub;
    const result = worker[NAMES[envelope.type]]!(argumentOf(envelope));
    const cancel = () => (result as Partial<Disposable>)[Symbol.dispose]?.();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      ((await result) as Partial<Disposable> | null | undefined)?.[Symbol.dispose]?.();
    } catch (error) {
      if (!isUnserializableResult(error)) throw error;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }
}

/** Which handlers the Worker ever had, as the link knows it: an event from before a deploy may be for one that is gone. */
export class HandlerRecord {
  readonly #sql: Sql;
  /** Undefined in storage of an earlier version: there may have been any. */
  readonly #types: EventType[] | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
    const stored = readMeta(sql, HANDLERS);
    this.#types = stored === undefined ? undefined : JSON.parse(stored) as EventType[];
  }

  has(type: EventType): boolean {
    return this.#types?.includes(type) ?? true;
  }

  add(type: EventType): void {
    if (this.has(type)) return;
    this.#types!.push(type);
    writeMeta(this.#sql, HANDLERS, JSON.stringify(this.#types));
  }
}

function argumentOf({ type, data }: Envelope): unknown {
  if (type === "message.report") return reviveReport(data as Parameters<typeof reviveReport>[0]);
  if (type === "message.received") return reviveMessage(data as Parameters<typeof reviveMessage>[0]);
  return data;
}

/** Whether the handler returned, but something that RPC can't carry, such as an instance of a class. */
function isUnserializableResult(error: unknown): boolean {
  return error instanceof DOMException && error.name === "DataCloneError" && error.message.startsWith("Could not serialize object of type");
}
