import { DurableObject } from "cloudflare:workers";
import { hash, matches, randomCode } from "./code";
import type { Env } from "./env";

const VALID = 10 * 60_000;
const PAUSE = 30_000;
const ATTEMPTS = 5;

interface Pending {
  hash: ArrayBuffer;
  createdAt: number;
  attempts: number;
}

/** The code that one number waits for. The object is named by the number. */
export class Phone extends DurableObject<Env> {
  readonly #number = this.ctx.id.name as string;

  /** Makes a new code, which replaces the previous one; or returns how many seconds to wait. */
  async newCode(): Promise<{ code: string } | { wait: number }> {
    const code = randomCode();
    const hashed = await hash(this.env.CODE_KEY, this.#number, code);
    const wait = (this.#pending()?.createdAt ?? 0) + PAUSE - Date.now();
    if (wait > 0) return { wait: Math.ceil(wait / 1000) };
    this.#store({ hash: hashed, createdAt: Date.now(), attempts: ATTEMPTS });
    await this.ctx.storage.setAlarm(Date.now() + VALID);
    return { code };
  }

  /** Whether this is the code, and how many attempts are left. */
  async verify(code: string): Promise<{ verified: boolean; attempts: number }> {
    const pending = this.#pending();
    if (pending === undefined || pending.attempts === 0) return { verified: false, attempts: 0 };
    // Counted before the code is checked, so that simultaneous guesses count too.
    const attempts = pending.attempts - 1;
    this.#store({ ...pending, attempts });
    const right = await matches(this.env.CODE_KEY, this.#number, code, pending.hash);
    // A code works once: of two requests with it, only one finds it to delete.
    return { verified: right && this.ctx.storage.kv.delete("pending"), attempts };
  }

  /** Ten minutes after the last code. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }

  #pending(): Pending | undefined {
    const pending = this.ctx.storage.kv.get<Pending>("pending");
    return pending && Date.now() < pending.createdAt + VALID ? pending : undefined;
  }

  #store(pending: Pending): void {
    this.ctx.storage.kv.put("pending", pending);
  }
}
