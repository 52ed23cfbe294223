import { connectBy, makeLink } from "../../client/connect.ts";
import { BindError, type ConnectOptions, type SmppClient, type SmppError } from "../../client/index.ts";
import type { Account } from "../model/config.ts";
import type { BindState } from "../model/views.ts";

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
/** A bind that lasted this long was a good one. */
const GOOD = 30_000;

/** What a connection reports to its link. */
export interface ConnectionEvents {
  up(client: SmppClient): void;
  down(client: SmppClient): void;
  changed(state: BindState, detail: string | undefined): void;
}

/**
 * Keeps one client bound: {@link ensure} starts an attempt when one is due, and a timer in between. The client itself does not
 * reconnect, so that what it could not send comes back to the queue at once.
 */
export class Connection {
  readonly #account: Account;
  readonly #options: ConnectOptions;
  readonly #events: ConnectionEvents;
  #client: SmppClient | undefined;
  #state: BindState = "down";
  #failures = 0;
  #retryAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #boundAt = 0;
  #closing = false;
  #error: string | undefined;
  /** When the link was last up; since when it is down otherwise. */
  #downSince: number | undefined;

  constructor(account: Account, options: ConnectOptions, events: ConnectionEvents) {
    this.#account = account;
    this.#options = options;
    this.#events = events;
  }

  get client(): SmppClient | undefined {
    return this.#client;
  }

  get state(): BindState {
    return this.#state;
  }

  /** Why the link is down, for the operator. */
  get error(): string | undefined {
    return this.#error;
  }

  get boundAt(): number | undefined {
    return this.#client ? this.#boundAt : undefined;
  }

  get retryAt(): number | undefined {
    return this.#state === "waiting" ? this.#retryAt : undefined;
  }

  /** Milliseconds that the link has been down; 0 while it is up. */
  downFor(now: number): number {
    return this.#downSince === undefined ? 0 : now - this.#downSince;
  }

  /** The bind was a good one, since it carried a message: the next loss starts with a short wait again. */
  proved(): void {
    this.#failures = 0;
  }

  /** Starts an attempt, unless the link is up, or one is under way or not due yet. */
  ensure(now: number): void {
    if (this.#closing || this.#client || this.#state === "connecting" || now < this.#retryAt) return;
    this.#downSince ??= now;
    this.#set("connecting", undefined);
    void this.#attempt();
  }

  /** Unbinds, and makes no further attempt. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer ?? null);
    await this.#client?.close();
  }

  async #attempt(): Promise<void> {
    let client: SmppClient | undefined;
    let lost: string | undefined;
    try {
      client = await connectBy(makeLink, this.#account.url, {
        ...this.#options,
        reconnect: false,
        onState: (state, detail) => {
          if (state !== "closed") return;
          lost = detail?.message ?? "The connection was closed";
          if (client !== undefined) this.#down(lost, undefined);
        },
      });
    } catch (error) {
      this.#down((error as Error).message, error as SmppError);
      return;
    }
    if (lost !== undefined) {
      this.#down(lost, undefined);
      return;
    }
    this.#client = client;
    this.#boundAt = Date.now();
    this.#downSince = undefined;
    this.#error = undefined;
    this.#set("bound", undefined);
    this.#events.up(client);
  }

  #down(message: string, error: SmppError | undefined): void {
    const now = Date.now();
    const client = this.#client;
    const wasUp = client !== undefined;
    this.#client = undefined;
    this.#downSince ??= now;
    this.#error = message;
    if (wasUp && now - this.#boundAt >= GOOD) this.proved();
    const wait = this.#wait(error);
    this.#failures++;
    this.#retryAt = now + wait;
    clearTimeout(this.#timer ?? null);
    this.#timer = setTimeout(() => this.ensure(Date.now()), wait);
    this.#set("waiting", message);
    if (client) this.#events.down(client);
  }

  /** Doubles from a second to a minute, with jitter. An SMSC that refuses the credentials may lock the account: a minute at once. */
  #wait(error: SmppError | undefined): number {
    const refused = error instanceof BindError && !error.retryable;
    const wait = refused ? LONGEST_WAIT : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#failures, 10));
    return Math.round(wait * (0.75 + 0.25 * Math.random()));
  }

  #set(state: BindState, detail: string | undefined): void {
    this.#state = state;
    this.#events.changed(state, detail);
  }
}
