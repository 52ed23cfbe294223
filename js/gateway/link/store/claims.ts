import { ulid } from "../../model/ids.ts";
import type { Admission, LegacyClaim } from "../api.ts";
import type { Database } from "../database.ts";

/** How long an idempotency key is remembered. */
export const KEY_LIFETIME = 86_400_000;
/** How often, and how many at a time, keys that are too old are removed. */
const PURGE_EVERY = 60_000;
const PURGED_AT_ONCE = 2_000;

type Claim = { fingerprint: string; nonce: string; created: number; layout: string | null };

/** What callers may do: their rate, and what their idempotency keys stand for. A key is stored before anything is done for it. */
export class Claims {
  readonly #db: Database;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  #purgeAt = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** What a key stands for, if it was used within its lifetime. */
  find(caller: string, key: string, now: number): Claim | undefined {
    const claim = this.#db.first<Claim>("SELECT fingerprint, nonce, created, layout FROM claims WHERE key = ?", `${caller} ${key}`);
    return claim && claim.created > now - KEY_LIFETIME ? claim : undefined;
  }

  /** Takes over what an earlier version stored. */
  adopt(caller: string, key: string, { fingerprint, nonce, created }: LegacyClaim): void {
    this.#db.exec("INSERT OR REPLACE INTO claims (key, fingerprint, nonce, created) VALUES (?, ?, ?, ?)", `${caller} ${key}`, fingerprint, nonce, created);
  }

  /** `rate` is messages a second; a second's worth may be used at once. A repeated request costs nothing. */
  admit(caller: string, rate: number | undefined, count: number, idempotency: { key: string; fingerprint: string; layout: string } | undefined, now: number): Admission {
    const known = idempotency && this.find(caller, idempotency.key, now);
    if (known) {
      if (known.fingerprint !== idempotency.fingerprint) return { admitted: false, why: "reused" };
      const { nonce, created, layout } = known;
      return { admitted: true, nonce, created, repeated: true, ...(layout === null ? { legacy: true } : { layout }) };
    }
    const wait = rate === undefined ? 0 : this.#take(caller, rate, count, now);
    if (wait > 0) return { admitted: false, why: "rate", retryAfter: wait };
    if (!idempotency) return { admitted: true };
    this.#purge(now);
    const nonce = ulid(now);
    const { key, fingerprint, layout } = idempotency;
    this.#db.exec("INSERT OR REPLACE INTO claims (key, fingerprint, nonce, created, layout) VALUES (?, ?, ?, ?, ?)", `${caller} ${key}`, fingerprint, nonce, now, layout);
    return { admitted: true, nonce, created: now, repeated: false, layout };
  }

  #purge(now: number): void {
    if (now < this.#purgeAt) return;
    this.#purgeAt = now + PURGE_EVERY;
    this.#db.exec("DELETE FROM claims WHERE key IN (SELECT key FROM claims WHERE created < ? ORDER BY created LIMIT ?)", now - KEY_LIFETIME, PURGED_AT_ONCE);
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
