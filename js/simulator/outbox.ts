import { SmppError } from "../client/errors.ts";
import type { Session } from "../server/session.ts";

/** What is sent to an account; the promise is settled by the peer's answer. */
export type Send = (session: Session) => Promise<unknown>;

interface Item {
  send: Send;
  tries: number;
  /** It is tried until it is taken or refused for good. */
  lasting: boolean;
  resolve(): void;
  reject(error: Error): void;
}

const MAX_TRIES = 10;
/** Times that the wait between two tries doubles. */
const MAX_DOUBLED = 6;

/** What waits for one account: sent over its sessions in turn, kept while none is bound, tried again when it may be. */
export class Outbox {
  readonly #sessions: () => Session[];
  readonly #limit: number;
  readonly #retryDelay: number;
  /** Those that are to be tried again, with what wakes them. */
  readonly #resting = new Map<Item, NodeJS.Timeout>();
  #waiting: Item[] = [];
  #size = 0;
  #turn = 0;
  #closed = false;

  /**
   * `sessions` gives those that can take messages now; `limit` is how many may be in the box; a refusal for now is tried
   * again after `retryDelay` ms, which doubles with each try.
   */
  constructor(sessions: () => Session[], limit: number, retryDelay: number) {
    this.#sessions = sessions;
    this.#limit = limit;
    this.#retryDelay = retryDelay;
  }

  /**
   * Resolves when the peer acknowledged it; rejects if it refused it for good or the box is full or given up. For a `lasting` one there is
   * always room, and it is tried until then: whoever adds them bounds their number.
   */
  add(send: Send, lasting = false): Promise<void> {
    if (!lasting && this.#size >= this.#limit) return Promise.reject(new Error("too many messages wait for a bind"));
    if (!lasting) this.#size++;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ send, tries: 0, lasting, resolve, reject });
      this.flush();
    });
  }

  /** Sends what waits, if a session is bound. */
  flush(): void {
    const sessions = this.#sessions();
    if (sessions.length === 0) return;
    for (const item of this.#waiting.splice(0)) void this.#try(item, sessions[this.#turn++ % sessions.length]!);
  }

  /** Gives up what is in the box. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#resting.values()) clearTimeout(timer);
    for (const item of [...this.#resting.keys(), ...this.#waiting]) this.#drop(item, new Error("the SMSC was closed"));
    this.#resting.clear();
    this.#waiting = [];
  }

  async #try(item: Item, session: Session): Promise<void> {
    item.tries++;
    try {
      await item.send(session);
      this.#left(item);
      item.resolve();
    } catch (error) {
      if (!this.#closed && (item.lasting || item.tries < MAX_TRIES) && mayTryAgain(error)) this.#again(item);
      else this.#drop(item, error as Error);
    }
  }

  #again(item: Item): void {
    const timer = setTimeout(
      () => {
        this.#resting.delete(item);
        this.#waiting.push(item);
        this.flush();
      },
      this.#retryDelay * 2 ** Math.min(item.tries - 1, item.lasting ? MAX_DOUBLED : MAX_TRIES),
    );
    this.#resting.set(item, timer);
  }

  #left(item: Item): void {
    if (!item.lasting) this.#size--;
  }

  #drop(item: Item, error: Error): void {
    this.#left(item);
    item.reject(error);
  }
}

/** An SMSC delivers again what was refused for now, and what it knows nothing of. */
function mayTryAgain(error: unknown): boolean {
  return error instanceof SmppError && (error.retryable || error.outcome !== "rejected");
}
