/** The alarm keeps the object, and with it the socket: past about two minutes without one it would be evicted. */
export const BEAT = 30_000;

export interface SchedulerParts {
  storage: DurableObjectStorage;
  /** When there is something to do next; undefined for nothing. */
  nextDue: (now: number) => number | undefined;
  /** Does what is due. */
  work: (now: number) => Promise<void>;
}

/** When a link does what: an alarm every 30 seconds, whatever happens, and a timer for what is due before that. */
export class Scheduler {
  readonly #parts: SchedulerParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  /** When the alarm is to run, as far as this instance knows. */
  #alarmAt = 0;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** Sees that there is an alarm to come. */
  async keepAlarm(now: number): Promise<void> {
    if (now < this.#alarmAt) return;
    this.#alarmAt = now + BEAT;
    const next = await this.#parts.storage.getAlarm();
    if (next === null || next > now + BEAT || next < now) await this.#parts.storage.setAlarm(now + BEAT);
  }

  /** The next alarm: the first thing that an alarm does, since one that fails would not run again. */
  async rearm(now: number): Promise<void> {
    this.#alarmAt = now + BEAT;
    await this.#parts.storage.setAlarm(now + BEAT);
  }

  /** There is nothing left to keep. */
  async stop(): Promise<void> {
    this.#alarmAt = 0;
    await this.#parts.storage.deleteAlarm();
  }

  /** Sees that what is due gets done, now or when it will be. */
  arm(now: number): void {
    const at = this.#parts.nextDue(now);
    if (at === undefined || at >= this.#timerAt) return;
    clearTimeout(this.#timer ?? null);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      void this.#run();
    }, Math.min(BEAT, Math.max(0, at - now)));
  }

  async #run(): Promise<void> {
    try {
      await this.#parts.work(Date.now());
    } catch (error) {
      console.error(JSON.stringify({ event: "work", detail: String(error) }));
    }
    this.arm(Date.now());
  }
}
