/** Why a target did not take an event. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  /** Milliseconds that the target wants to be left alone. */
  readonly retryAfter: number | undefined;
  /** The target can never take this event. */
  readonly final: boolean;
  /** The target wants no events any more. */
  readonly gone: boolean;
  /** Who was to take it went away meanwhile. */
  readonly lost: boolean;

  constructor(message: string, { retryAfter, final = false, gone = false, lost = false }: { retryAfter?: number | undefined; final?: boolean; gone?: boolean; lost?: boolean } = {}) {
    super(message);
    this.retryAfter = retryAfter;
    this.final = final;
    this.gone = gone;
    this.lost = lost;
  }
}
