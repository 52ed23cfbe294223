/** How long an idempotency key is remembered. */
const KEPT = 86_400_000;

/** Whether the request may go on. For one with an idempotency key `nonce` and `created` make the ids of its messages; `repeated`: it came before. */
export type Claim =
  | { admitted: true; nonce?: string; created?: number; repeated?: boolean }
  | { admitted: false; why: "rate"; retryAfter: number }
  | { admitted: false; why: "reused" };

/** What callers may do: their rate, and what their idempotency keys stand for. A key is kept before anything is done for it. */
export class Claims {
  readonly #sql: SqlStorage;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** `rate` is messages a second; a second's worth may be used at once. A repeated request costs nothing. */
  admit(caller: string, rate: number | undefined, count: number, idempotency: { key: string; fingerprint: string } | undefined, now: number): Claim {
    const key = idempotency && `${caller} ${idempotency.key}`;
    const known = key === undefined ? undefined : this.#sql.exec<{ fingerprint: string; nonce: string; created: number }>(
      "SELECT fingerprint, nonce, created FROM claims WHERE key = ?", key).toArray()[0];
    if (known && known.created > now - KEPT) {
      if (known.fingerprint !== idempotency!.fingerprint) return { admitted: false, why: "reused" };
      return { admitted: true, nonce: known.nonce, created: known.created, repeated: true };
    }
    const wait = rate === undefined ? 0 : this.#take(caller, rate, count, now);
    if (wait > 0) return { admitted: false, why: "rate", retryAfter: wait };
    if (!idempotency) return { admitted: true };
    const nonce = crypto.randomUUID();
    this.#sql.exec("INSERT OR REPLACE INTO claims (key, fingerprint, nonce, created) VALUES (?, ?, ?, ?)", key!, idempotency.fingerprint, nonce, now);
    return { admitted: true, nonce, created: now, repeated: false };
  }

  purge(now: number): void {
    this.#sql.exec("DELETE FROM claims WHERE created < ?", now - KEPT);
  }

  /** Takes tokens, or says after how many seconds there will be enough. More than the bucket holds may be taken from a full one. */
  #take(caller: string, rate: number, count: number, now: number): number {
    const size = Math.max(1, rate);
    const bucket = this.#buckets.get(caller) ?? { tokens: size, at: now };
    bucket.tokens = Math.min(size, bucket.tokens + (now - bucket.at) / 1000 * rate);
    bucket.at = now;
    this.#buckets.set(caller, bucket);
    const needed = Math.min(count, size);
    if (bucket.tokens < needed) return Math.max(1, Math.ceil((needed - bucket.tokens) / rate));
    bucket.tokens -= count;
    return 0;
  }
}
