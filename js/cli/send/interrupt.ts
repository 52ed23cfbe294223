/** Ctrl-C: the first one asks to stop, the second to give up, the third ends the program. */
export class Interrupt {
  readonly #stop = new AbortController();
  readonly #giveUp = new AbortController();
  readonly #listener = (): void => {
    if (this.#giveUp.signal.aborted) process.exit(130);
    (this.#stop.signal.aborted ? this.#giveUp : this.#stop).abort();
  };

  constructor() {
    process.on("SIGINT", this.#listener);
    process.on("SIGTERM", this.#listener);
  }

  /** Nothing new is to be begun. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** What is under way is not to be waited for. */
  get giveUp(): AbortSignal {
    return this.#giveUp.signal;
  }

  end(): void {
    process.off("SIGINT", this.#listener);
    process.off("SIGTERM", this.#listener);
  }
}
