import type { Delivery } from "./delivery.ts";
import type { SmppError } from "./errors.ts";
import { LateOutcome } from "./late.ts";
import type { Sent } from "./sent.ts";
import { offAbort } from "./signals.ts";
import type { SentSegment } from "./types.ts";

/** Where the result of a message goes that is not awaited by a promise of its own. */
export interface ResultSink {
  settle(index: number, sent: Sent | undefined, error: SmppError | undefined): void;
}

const NO_SEGMENTS: SentSegment[] = [];

/** One message or request on its way. Slots are used again, so that sending allocates only what the caller gets. */
export class Slot {
  /** The promise's, or undefined if `sink` takes the result. */
  resolve: ((value: never) => void) | undefined = undefined;
  reject: ((error: SmppError) => void) | undefined = undefined;
  sink: ResultSink | undefined = undefined;
  /** The message's number in `sink`. */
  index = 0;
  /** How many segments it has; 0 as long as the engine has not said. */
  expected = 0;
  encoding = "";
  /** The caller's word for it. */
  tag: string | undefined = undefined;
  /** The request's name, for errors; empty as long as the engine does not have it. */
  command = "";
  /** Whether a delivery report was asked for. */
  report = false;
  /** Results so far, by segment; not this slot's own before the first. */
  segments: SentSegment[] = NO_SEGMENTS;
  /** What is compared with a report's: of the only segment, or by segment. Those of segments that were not accepted say nothing. */
  keys: string | string[] = "";
  settled = 0;
  /** Segments that were settled without an answer, and may get a late one. */
  unanswered = 0;
  /** What waits for those, once the promise has settled or the sink was called. */
  late: LateOutcome | undefined = undefined;
  /** The reports that were expected then. */
  delivery: Delivery | undefined = undefined;
  signal: AbortSignal | undefined = undefined;
  onAbort: (() => void) | undefined = undefined;
  busy = false;

  setKey(index: number, key: string): void {
    if (this.expected === 1) this.keys = key;
    else if (typeof this.keys === "string") this.keys = Array.from({ length: this.expected }, (_, other) => (other === index ? key : ""));
    else this.keys[index] = key;
  }
}

/** Slots by ticket: the ticket is the index, and free ones are kept in a list. */
export class Slots {
  readonly #slots: Slot[] = [];
  readonly #free: number[] = [];

  take(): number {
    const ticket = this.#free.pop() ?? this.#slots.push(new Slot()) - 1;
    this.at(ticket).busy = true;
    return ticket;
  }

  at(ticket: number): Slot {
    return this.#slots[ticket] as Slot;
  }

  /** Gives the slot back and lets go of everything in it; nothing if that was done. */
  release(ticket: number): void {
    const slot = this.at(ticket);
    if (!slot.busy) return;
    this.#letGo(slot);
    slot.expected = slot.settled = slot.unanswered = 0;
    slot.command = slot.keys = "";
    slot.segments = NO_SEGMENTS;
    slot.late = slot.delivery = slot.tag = undefined;
    slot.report = slot.busy = false;
    this.#free.push(ticket);
  }

  /** Keeps the slot for late answers: its promise has settled, or its sink was called. */
  hold(ticket: number): LateOutcome {
    const slot = this.at(ticket);
    this.#letGo(slot);
    return (slot.late = new LateOutcome());
  }

  #letGo(slot: Slot): void {
    if (slot.signal !== undefined && slot.onAbort !== undefined) offAbort(slot.signal, slot.onAbort);
    slot.signal = slot.onAbort = undefined;
    slot.resolve = slot.reject = slot.sink = undefined;
  }

  /** The tickets on their way. */
  *busy(): Generator<number> {
    for (let ticket = 0; ticket < this.#slots.length; ticket++) {
      if (this.at(ticket).busy) yield ticket;
    }
  }
}
