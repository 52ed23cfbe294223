// Messages that were just stored, until the sender takes them: they need not be read back from SQLite.

import type { MessageInput } from "../../model/message-input.ts";
import type { DueMessage } from "./queue.ts";

/** At most this many messages are kept, and this many characters of their contents. Beyond that the sender reads them from SQLite. */
const KEPT = 10_000;
const KEPT_CHARACTERS = 2_097_152;

/** The newest messages of the order of acceptance that the sender has not taken, in memory: all those from a number on, or none. */
export class UnreadMessages {
  readonly #messages = new Map<number, { message: DueMessage; characters: number }>();
  /** Each message from this number on that is to be sent in the order of acceptance is here. */
  #from: number;
  #characters = 0;

  /** `from`: the next number that a message will have. */
  constructor(from: number) {
    this.#from = from;
  }

  /** Adds a stored message. */
  add(message: DueMessage): void {
    const characters = sizeOf(message.input);
    this.#messages.set(message.n, { message, characters });
    this.#characters += characters;
    if (this.#messages.size <= KEPT && this.#characters <= KEPT_CHARACTERS) return;
    this.#messages.clear();
    this.#characters = 0;
    this.#from = message.n + 1;
  }

  /** The message is not to be sent in the order of acceptance any more. */
  remove(n: number): void {
    this.#characters -= this.#messages.get(n)?.characters ?? 0;
    this.#messages.delete(n);
  }

  /** The messages from number `first` to `last`, at most `limit`, and the number to go on from; undefined if they have to be read. */
  take(first: number, last: number, limit: number): { messages: DueMessage[]; next: number } | undefined {
    if (first < this.#from) return undefined;
    const messages: DueMessage[] = [];
    let n = first;
    for (; n <= last && messages.length < limit; n++) {
      const message = this.#messages.get(n)?.message;
      if (message) messages.push(message);
    }
    for (; this.#from < n; this.#from++) this.remove(this.#from);
    return { messages, next: n - 1 };
  }
}

/** The characters of what can be long in a message. */
function sizeOf({ text = "", binary = "", tlvs }: MessageInput): number {
  return text.length + binary.length + (tlvs === undefined ? 0 : JSON.stringify(tlvs).length);
}
