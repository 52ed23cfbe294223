import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env";

const HOUR = 3_600_000;

/** Limits codes per hour for one number, prefix or address. The object is named by it. */
export class Allowance extends DurableObject<Env> {
  /** Takes one of `limit` places, which become free evenly over an hour. False if none is free. */
  async take(limit: number): Promise<boolean> {
    const now = Date.now();
    const { used, at } = this.#state() ?? { used: 0, at: now };
    const left = Math.max(0, used - ((now - at) / HOUR) * limit);
    if (left + 1 > limit) return false;
    this.ctx.storage.kv.put("state", { used: left + 1, at: now });
    await this.ctx.storage.setAlarm(now + HOUR);
    return true;
  }

  /** Releases a place: its code was entered, so a person asked for it. */
  async giveBack(): Promise<void> {
    const state = this.#state();
    if (state !== undefined) this.ctx.storage.kv.put("state", { ...state, used: Math.max(0, state.used - 1) });
  }

  /** An hour after the last code: all places are free. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }

  #state(): { used: number; at: number } | undefined {
    return this.ctx.storage.kv.get("state");
  }
}
