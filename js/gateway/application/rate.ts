/** Least that may come at once, whatever the rate: the parts of a long message come together. */
const LEAST_BURST = 10;
/** Longest that an answer is held back, in milliseconds, before ESME_RTHROTTLED. */
const LONGEST_HOLD = 2_000;

/** A bucket of tokens over all binds of an application. */
export class Rate {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(rate: number, now: number) {
    this.#rate = rate;
    this.#burst = Math.max(LEAST_BURST, rate);
    this.#tokens = this.#burst;
    this.#at = now;
  }

  /** Milliseconds that a message has to wait; undefined if that is too long: it is not counted then. */
  take(now: number): number | undefined {
    this.#tokens = Math.min(this.#burst, this.#tokens + (Math.max(0, now - this.#at) * this.#rate) / 1000);
    this.#at = now;
    const wait = Math.max(0, ((1 - this.#tokens) * 1000) / this.#rate);
    if (wait > Math.max(LONGEST_HOLD, 1000 / this.#rate)) return undefined;
    this.#tokens--;
    return wait;
  }
}
