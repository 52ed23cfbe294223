import type { Admission, AdmissionApi, LegacyClaim } from "./api.ts";
import { readMeta, writeMeta, type Database } from "./database.ts";
import { Claims, KEY_LIFETIME } from "./store/claims.ts";

/** What the object's storage has of when it was made. */
const MADE = "made";

/** Keeps what callers may do: an object for some callers each. */
export class AdmissionKeeper implements AdmissionApi {
  readonly #claims: Claims;
  readonly #legacy: (home: string, caller: string, key: string) => Promise<LegacyClaim | undefined>;
  /** Until then keys may be known to a link that kept them before this object was there. */
  readonly #legacyUntil: number;

  /** `legacy` asks the link that kept keys in 8554d8e. */
  constructor(db: Database, legacy: (home: string, caller: string, key: string) => Promise<LegacyClaim | undefined>, now: number) {
    this.#claims = new Claims(db);
    this.#legacy = legacy;
    const made = readMeta(db, MADE);
    if (made === undefined) writeMeta(db, MADE, String(now));
    this.#legacyUntil = Number(made ?? now) + KEY_LIFETIME;
  }

  async admit(caller: string, rate: number | undefined, count: number, idempotency?: { key: string; fingerprint: string; layout: string; home: string }): Promise<Admission> {
    const now = Date.now();
    if (idempotency && now < this.#legacyUntil && !this.#claims.find(caller, idempotency.key, now)) {
      const claim = await this.#legacy(idempotency.home, caller, idempotency.key);
      if (claim && !this.#claims.find(caller, idempotency.key, now)) this.#claims.adopt(caller, idempotency.key, claim);
    }
    return this.#claims.admit(caller, rate, count, idempotency, now);
  }
}
