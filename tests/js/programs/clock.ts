// A clock that stands still until it is moved: timers of half an hour fire in no time.

type Timer = { at: number; order: number; fire: () => void };

const real = { setTimeout, clearTimeout, setImmediate, dateNow: Date.now, performanceNow: performance.now };

/** Takes the place of `setTimeout`, `clearTimeout`, `Date.now` and `performance.now` until it is taken away. */
export class VirtualClock {
  #now = 1_000;
  #order = 0;
  readonly #timers = new Map<number, Timer>();
  readonly #onTurn: () => void;
  /** Real milliseconds that the network has for what is due. */
  readonly #network: number;

  constructor(onTurn: () => void, network: number) {
    this.#onTurn = onTurn;
    this.#network = network;
  }

  install(): void {
    const start = real.dateNow();
    globalThis.setTimeout = ((fire: (...given: unknown[]) => void, delay = 0, ...given: unknown[]): number => {
      const order = ++this.#order;
      this.#timers.set(order, { at: this.#now + Math.max(1, Math.floor(Number(delay)) || 0), order, fire: () => fire(...given) });
      return order;
    }) as never;
    globalThis.clearTimeout = ((id: number) => void this.#timers.delete(id)) as never;
    Date.now = () => start + this.#now;
    performance.now = () => this.#now;
  }

  remove(): void {
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    Date.now = real.dateNow;
    performance.now = real.performanceNow;
  }

  get now(): number {
    return this.#now;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Turns of the event loop so far. */
  turns = 0;

  /** Everything that is due now happens, microtasks and streams included. */
  async settle(): Promise<void> {
    this.turns++;
    this.#onTurn();
    await new Promise((resolve) => real.setImmediate(resolve));
    if (this.#network > 0) await new Promise((resolve) => real.setTimeout(resolve, this.#network));
  }

  /** Moves on, timer by timer, for so many milliseconds or until `done`. */
  async pass(millis: number, done: () => boolean = () => false): Promise<void> {
    const end = this.#now + millis;
    await this.settle();
    while (!done()) {
      const next = this.#earliest();
      if (next === undefined || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next.order);
      next.fire();
      await this.settle();
    }
    if (!done()) this.#now = Math.max(this.#now, end);
  }

  /** For the next program. */
  clear(): void {
    this.#timers.clear();
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers.values()) {
      if (earliest === undefined || timer.at < earliest.at || (timer.at === earliest.at && timer.order < earliest.order)) earliest = timer;
    }
    return earliest;
  }
}
