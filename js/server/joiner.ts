import { join } from "../engine/joined.ts";
import type { EngineConfig, EngineMessage } from "../engine/types.ts";

/** How long the segments of a message wait for the others, in milliseconds. */
const TIMEOUT = 300_000;
/** The longest time that timers take. */
const LONGEST_TIMER = 0x7fff_ffff;
/** Messages of one account that may lack segments at a time, and bytes of all of them; then the oldest is given up. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 16 * 1_048_576;

/** A segment that is kept, and the id it was answered with. */
interface Kept {
  frame: Uint8Array;
  messageId: string;
}

/** A long message whose segments are not all here. */
interface Open {
  segments: Map<number, Kept>;
  total: number;
  bytes: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** A message that is whole, and the ids of its earlier segments, by their number. */
export interface Whole {
  message: EngineMessage;
  segmentIds: string[];
  /** To be called when the message was taken; until then its segments are kept, so that the last one can be sent again. */
  taken(): void;
}

/** Joins the segments that an account submits, over whichever of its sessions they come. */
export class Joiner {
  readonly #config: EngineConfig;
  readonly #timeout: number;
  readonly #incomplete: (message: EngineMessage, segmentIds: string[]) => void;
  readonly #open = new Map<string, Open>();
  #bytes = 0;
  #lastId = Date.now() * 1_000;

  /** `incomplete` takes what came of a message whose other segments did not come within `timeout` milliseconds; 0: of those that give way alone. */
  constructor(config: EngineConfig, timeout: number | undefined, incomplete: (message: EngineMessage, segmentIds: string[]) => void) {
    this.#config = config;
    this.#timeout = timeout ?? TIMEOUT;
    this.#incomplete = incomplete;
  }

  /** Takes a segment in. Gives the whole that it completes, or the id to answer it with while others are missing. */
  add(message: EngineMessage): Whole | { messageId: string } {
    const { concat, from, to } = message;
    const { reference, total, part } = concat as NonNullable<EngineMessage["concat"]>;
    const key = JSON.stringify([from.ton, from.npi, from.addr, to.ton, to.npi, to.addr, reference, total]);
    const open = this.#open.get(key) ?? this.#begin(key, total);
    const kept = open.segments.get(part);
    const frame = message.frames[0] as Uint8Array;
    const messageId = kept?.messageId ?? (++this.#lastId).toString(16);
    this.#bytes += frame.length - (kept?.frame.length ?? 0);
    open.bytes += frame.length - (kept?.frame.length ?? 0);
    open.segments.set(part, { frame, messageId });
    if (open.segments.size < total) {
      this.#bound(open);
      return { messageId };
    }
    const segmentIds = numbered(open).filter(([number]) => number !== part).map(([, { messageId }]) => messageId);
    return { message: this.#join(open), segmentIds, taken: () => this.#end(key, open) };
  }

  /** Hands on what came of each message. */
  close(): void {
    for (const [key, open] of this.#open) this.#giveUp(key, open);
  }

  #begin(key: string, total: number): Open {
    const open: Open = { segments: new Map(), total, bytes: 0, timer: undefined };
    if (this.#timeout > 0) open.timer = setTimeout(() => this.#giveUp(key, open), Math.min(this.#timeout, LONGEST_TIMER));
    // Only timers of Node have it.
    (open.timer as { unref?: () => void } | undefined)?.unref?.();
    this.#open.set(key, open);
    return open;
  }

  #bound(newest: Open): void {
    for (const [key, open] of this.#open) {
      if ((this.#open.size <= MOST_MESSAGES && this.#bytes <= MOST_BYTES) || open === newest) return;
      this.#giveUp(key, open);
    }
  }

  #giveUp(key: string, open: Open): void {
    this.#end(key, open);
    // One that is whole was refused, and its sender has the answer.
    if (open.segments.size < open.total) this.#incomplete(this.#join(open), numbered(open).map(([, { messageId }]) => messageId));
  }

  #end(key: string, open: Open): void {
    if (open.timer !== undefined) clearTimeout(open.timer);
    if (this.#open.get(key) === open) this.#open.delete(key);
    this.#bytes -= open.bytes;
    open.bytes = 0;
  }

  #join(open: Open): EngineMessage {
    const joined = join(numbered(open).map(([, { frame }]) => frame), this.#config);
    return (joined as { message: EngineMessage }).message;
  }
}

function numbered(open: Open): [number, Kept][] {
  return [...open.segments].sort(([one], [other]) => one - other);
}
