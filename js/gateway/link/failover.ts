import type { Settings } from "../model/config.ts";
import { isSamePlace, linkName, type Place } from "../model/ids.ts";
import type { MessageInput } from "../model/message-input.ts";
import { allLinks, placesNow } from "../model/spread.ts";
import type { LinkApi } from "./api.ts";
import type { Handover, Moving, Position } from "./store/handover.ts";
import type { MessageQueue } from "./store/queue.ts";
import type { Row } from "./store/rows.ts";

/** Messages handed over at a time. */
const AT_ONCE = 200;

export interface FailoverParts {
  settings: Settings;
  place: Place;
  queue: MessageQueue;
  handover: Handover;
  /** Whether the settings have this link no more. */
  retired: boolean;
  /** Whether the link has been down for so long that others get its messages. */
  isDown: (now: number) => boolean;
  /** Messages that are being sent. */
  taken: (n: number) => boolean;
  linkNamed: (name: string) => Pick<LinkApi, "enqueue" | "existing">;
}

/** Hands what waits to another link, when this one is gone from the settings or has been down for long. */
export class Failover {
  readonly #parts: FailoverParts;
  #running = false;
  /** Links that took nothing in this run: the next one of a message is asked then. */
  readonly #refusing = new Set<string>();
  /** How far this run looked through the queue: messages that no link takes now hold up none behind them. */
  #from: Position = start();

  constructor(parts: FailoverParts) {
    this.#parts = parts;
  }

  async run(now: number): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#refusing.clear();
    this.#from = start();
    try {
      for (let more = true; more;) more = await this.#step(now);
    } finally {
      this.#running = false;
    }
  }

  /** Whether there is something that {@link run} would do. */
  get hasWork(): boolean {
    return this.#parts.retired && this.#parts.queue.waiting > 0;
  }

  /** False if nothing more can be done now. */
  async #step(now: number): Promise<boolean> {
    const { settings, queue, handover, retired, taken } = this.#parts;
    const alone = settings.accounts.length === 1 && !retired;
    const possible = !alone && (retired || allLinks(settings).some((at) => this.#mayTake(at)));
    const seen = possible && queue.waiting > 0 && this.#parts.isDown(now)
      ? handover.start({ scheduled: retired, pinned: retired, limit: AT_ONCE, taken, from: this.#from }, (row) => this.#otherLink(row, now), now)
      : 0;
    // What a link holds up whose calls fail holds up no other.
    const moving = [...handover.moving(AT_ONCE, this.#refusing)];
    await Promise.all(moving.map(([name, messages]) => this.#hand(name, messages)));
    return seen + moving.length > 0;
  }

  /** Hands messages to another link. */
  async #hand(name: string, messages: Moving[]): Promise<void> {
    const { handover, place } = this.#parts;
    try {
      const link = this.#parts.linkNamed(name);
      const result = await link.enqueue(messages.map(({ message }) => message), true);
      if (result.taken) {
        handover.taken(messages);
        return;
      }
      this.#refusing.add(name);
      // It takes none now, but may have some of them from an offer whose answer was lost.
      const known = new Set(result.known ?? await link.existing(messages.map(({ message }) => message.id)));
      const [there, here] = [messages.filter(({ message }) => known.has(message.id)), messages.filter(({ message }) => !known.has(message.id))];
      handover.taken(there);
      handover.refused(here);
      // They are in the queue again, for their next link.
      this.#from = start();
    } catch (error) {
      this.#refusing.add(name);
      // Whether it has them is not known: they are offered to it again with the next alarm, and it takes each only once.
      console.error(JSON.stringify({ event: "move", ...place, to: name, detail: String(error) }));
    }
  }

  /** Whether a link is another one, and took all that it was offered in this run. */
  #mayTake(at: Place): boolean {
    return !isSamePlace(at, this.#parts.place) && !this.#refusing.has(linkName(at));
  }

  /** The link that a message goes to now. One of a link that is gone fails only if the settings have no link at all for it. */
  #otherLink(row: Row, now: number): string | undefined {
    const { settings, place, queue, retired } = this.#parts;
    // Where a message may go is not known until they are fixed.
    if (settings.routesFault !== undefined) return undefined;
    const input = JSON.parse(row.input) as MessageInput;
    const others = placesNow(settings, input, row.caller, row.segments).filter((at) => !isSamePlace(at, place));
    const message = retired && others.length === 0 ? queue.waitingMessage(row) : undefined;
    if (message) queue.end(message, "failed", now, { detail: "Its account is not in the settings any more" });
    const other = others.find((at) => this.#mayTake(at));
    return other && linkName(other);
  }
}

/** Where the queue begins. */
function start(): Position {
  return { due: -1, n: -1, fresh: -1 };
}
