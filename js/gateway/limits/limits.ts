import type { Extensions, Offered } from "../link/extensions.ts";
import { extensionAt, linkAt } from "../link/stub.ts";
import { numberOf } from "../model/address.ts";
import { hasScope, TRUSTED, type Caller } from "../model/caller.ts";
import { settingsOf, type GatewayEnv } from "../model/config.ts";
import { hash } from "../model/hash.ts";
import { ProblemError, type Problem } from "../model/problem.ts";
import { linkFor } from "../model/spread.ts";
import type { LimitView } from "../model/views.ts";
import { listMessages, messageById } from "../operations/read.ts";
import { candidateOf, countedAs, countsRecipients, isCounted, listedAs, textKey, ticketOf } from "./candidate.ts";
import { countryOf } from "../model/countries.ts";
import type { CountView, Over } from "./keeper.ts";
import { dayOf, endOfDay, HOUR, prefixOf, type Spent, type unverifiedOf } from "./rule.ts";
import { limitsOf, mostOf, type LimitSettings } from "./setting.ts";

/** How many objects count. Must not change: what was counted would not be found. */
const SHARDS = 16;
/** Milliseconds in which a list or the countries are announced once, by each instance of the Worker. */
const ANNOUNCED_FOR = 3_600_000;
/** Messages to one recipient among which the first with the same text is looked for. */
const LOOKED_THROUGH = 100;
/** Clocks of objects may differ by this, in milliseconds. */
const SKEW = 1_000;

type Check = LimitView["check"];

const REFUSALS = {
  block: ["blocked", 422, "The recipient is on the block list"],
  country: ["country", 422, "Messages to this country are not allowed"],
  recipient: ["recipient-limit", 429, "The recipient gets too many messages"],
  prefix: ["prefix-limit", 429, "Recipients with this prefix get too many messages"],
  unverified: ["prefix-limit", 429, "Too few of the codes to this country are used"],
  duplicate: ["duplicate", 409, "The recipient has got the same message"],
  spend: ["spend-limit", 429, "The API key has sent its segments of the day"],
} as const satisfies Record<Exclude<Check, "allow">, readonly [string, number, string]>;

/** Why a message is over a limit. */
interface Refusal extends Omit<Over, "check" | "free"> {
  check: keyof typeof REFUSALS;
  free?: number;
  country?: string | undefined;
}

type Codes = ReturnType<typeof unverifiedOf>;
type Results = Parameters<Extensions["limit"]>[3];

/** Calls objects that count; the failure of one is the request's, unless limits only watch. */
class Counting {
  readonly #env: GatewayEnv;
  readonly #settings: LimitSettings;

  constructor(env: GatewayEnv, settings: LimitSettings) {
    this.#env = env;
    this.#settings = settings;
  }

  /** Counts messages to their recipients; returns those that are over a limit. Where an object can't be asked, nothing stays counted. */
  async recipients<T extends Offered>(items: T[]): Promise<Map<T, Over>> {
    const shards = [...Map.groupBy(items, ({ message }) => shardOf(numberOf(message.input.to)))];
    const answers = await Promise.allSettled(shards.map(([shard, own]) => ask<(Over | undefined)[]>(this.#env, shard, "count", own.map((item) => candidateOf(this.#settings, item)))));
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed) {
      this.#failed(failed.reason);
      if (!this.#settings.monitor) {
        await this.giveBack(items);
        throw failed.reason;
      }
    }
    return new Map(answers.flatMap((answer, i) => (answer.status === "rejected" ? [] : answer.value.flatMap((over, j) => (over ? [[shards[i]![1][j]!, over] as const] : [])))));
  }

  /** Counts codes to countries. */
  async codes<T extends Offered>(items: T[]): Promise<Map<T, Refusal>> {
    const over = new Map<T, Refusal>();
    if (!this.#settings.unverified) return over;
    const groups = [...Map.groupBy(items, countryOfItem)].filter(([country]) => country !== undefined) as [string, T[]][];
    const answers = await Promise.allSettled(groups.map(([country, own]) => ask<(Over | undefined)[]>(this.#env, shardOfCountry(country), "codes", country, own.map(countedAs))));
    for (const [i, answer] of answers.entries()) {
      const [country, own] = groups[i]!;
      if (answer.status === "rejected") this.#failed(answer.reason);
      else for (const [j, found] of answer.value.entries()) if (found) over.set(own[j]!, { ...found, country });
    }
    const failed = answers.find((answer) => answer.status === "rejected");
    if (!failed || this.#settings.monitor) return over;
    await this.giveBack(items);
    await this.uncount(items.filter((item) => !over.has(item) && answers[groups.findIndex(([country]) => country === countryOfItem(item))]?.status === "fulfilled"), Date.now());
    throw failed.reason;
  }

  /** Takes back codes that were counted at a time. */
  async uncount(items: Offered[], at: number): Promise<void> {
    if (!this.#settings.unverified) return;
    await Promise.all([...Map.groupBy(items, countryOfItem)].map(([country, own]) =>
      country !== undefined && ask(this.#env, shardOfCountry(country), "uncount", country, own.map(countedAs), at).catch((error: unknown) => this.#failed(error))));
  }

  async spend<T extends Offered>(key: string, items: T[]): Promise<Map<T, Over>> {
    if (items.length === 0 || mostOf(this.#settings, key) === undefined) return new Map();
    try {
      const answer = await ask<(Over | undefined)[]>(this.#env, shardOfKey(key), "spend", key, items.map(({ message }) => message.segments));
      return new Map(answer.flatMap((over, i) => (over ? [[items[i]!, over] as const] : [])));
    } catch (error) {
      this.#failed(error);
      if (this.#settings.monitor) return new Map();
      await this.giveBack(items);
      await this.uncount(items, Date.now());
      throw error;
    }
  }

  /** Takes back what was counted to recipients. */
  async giveBack(items: Offered[]): Promise<void> {
    if (!countsRecipients(this.#settings)) return;
    await Promise.all([...Map.groupBy(items, ({ message }) => shardOf(numberOf(message.input.to)))].map(([shard, own]) =>
      ask(this.#env, shard, "giveBack", own.map((item) => candidateOf(this.#settings, item))).catch((error: unknown) => this.#failed(error))));
  }

  async refund(key: string, segments: number, at: number): Promise<void> {
    if (segments > 0 && mostOf(this.#settings, key) !== undefined) await ask(this.#env, shardOfKey(key), "refund", key, segments, at).catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    console.error(JSON.stringify({ event: "limits", detail: String(error) }));
  }
}

/** What links and requests ask of limits. */
export const limits = {
  fault: (env) => {
    try {
      limitsOf(env);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  },

  async limit(env, { caller, nonce }, open, results, store) {
    const settings = limitsOf(env);
    if (!settings) return store(open);
    const now = Date.now();
    const counting = new Counting(env, settings);
    const refused = new Map<(typeof open)[number], Refusal>();
    const counted = open.filter((item) => {
      const { input, segments } = item.message;
      const listed = listedAs(settings, numberOf(input.to));
      if (listed && listed.check !== "allow") refused.set(item, { ...listed, check: listed.check, first: announceOnce(`${listed.check}/${listed.country}`, now) });
      if (listed || !isCounted(settings, input, caller.name, segments)) return false;
      input.counted = ticketOf(input, nonce, item.index);
      return true;
    });
    if (countsRecipients(settings)) for (const [item, over] of await counting.recipients(counted)) refused.set(item, over);
    const within = settings.monitor ? counted : counted.filter((item) => !refused.has(item));
    const unverified = await counting.codes(within);
    const passed = settings.monitor ? counted : within.filter((item) => !unverified.has(item));
    const overSpent = await counting.spend(caller.name, passed);
    await announce(env, settings, caller.name, [...refused, ...unverified, ...overSpent], now);
    for (const [item, over] of [...unverified, ...overSpent]) refused.set(item, over);
    if (!settings.monitor) {
      await counting.giveBack([...unverified.keys(), ...overSpent.keys()]);
      await counting.uncount([...overSpent.keys()], now);
      for (const [{ index }, refusal] of refused) results[index] = { error: problemOf(refusal, now) };
    }
    await store(settings.monitor ? open : open.filter((item) => !refused.has(item)));
    const lost = passed.filter((item) => !overSpent.has(item) && "error" in Object(results[item.index]));
    await counting.giveBack(lost);
    await counting.uncount(lost, now);
    await counting.refund(caller.name, lost.reduce((sum, { message }) => sum + message.segments, 0), now);
    if (!settings.monitor) await nameFirst(env, refused, results);
  },

  async limitsOf(env, caller, input, segments) {
    const settings = limitsOf(env);
    if (!settings) return [];
    const number = numberOf(input.to);
    const listed = listedAs(settings, number);
    if (listed) return [{ check: listed.check, ok: listed.check === "allow", ...(listed.country !== undefined && { country: listed.country }) }];
    if (!isCounted(settings, input, caller.name, segments)) return [];
    const now = Date.now();
    const views: LimitView[] = [];
    if (countsRecipients(settings)) {
      const { over } = await ask<CountView>(env, shardOf(number), "view", number, settings.duplicate > 0 ? textKey(input) : undefined);
      for (const check of ["recipient", "prefix", "duplicate"] as const) {
        const found = over.find((own) => own.check === check);
        const isOn = check === "duplicate" ? settings.duplicate > 0 : settings[check].length > 0;
        if (isOn) views.push({ check, ok: !found, ...(found && { retryAfter: seconds(found.free, now) }) });
      }
    }
    const country = countryOf(number);
    if (settings.unverified && country !== undefined) {
      const { unverified, most } = await ask<Codes>(env, shardOfCountry(country), "codesOf", country);
      views.push({ check: "unverified", ok: unverified < most, country, ...(unverified >= most && { retryAfter: seconds((Math.floor(now / HOUR) + 1) * HOUR, now) }) });
    }
    const most = mostOf(settings, caller.name);
    if (most !== undefined) {
      const { day, segments: spent } = await ask<Spent>(env, shardOfKey(caller.name), "spent", caller.name);
      const { timeZone } = settings;
      views.push(day === dayOf(now, timeZone) && spent + segments > most ? { check: "spend", ok: false, retryAfter: seconds(endOfDay(now, timeZone), now) } : { check: "spend", ok: segments <= most });
    }
    return views;
  },

  async giveBack(env, key, input, segments, created) {
    const settings = limitsOf(env);
    if (!settings || input.counted === undefined) return;
    const counting = new Counting(env, settings);
    const items = [{ message: { input, segments }, index: 0 }];
    await counting.giveBack(items);
    await counting.uncount(items, created);
    await counting.refund(key, segments, created);
  },

  async erase(env, number) {
    if (limitsOf(env)) await ask(env, shardOf(number), "forget", number);
  },
} satisfies Partial<Extensions>;

/** What is counted of a number, and what limits say to a message to it now. */
export async function limitsOfNumber(env: GatewayEnv, number: string): Promise<object> {
  const settings = demandOn(env);
  const now = Date.now();
  const { counted, over } = await ask<CountView>(env, shardOf(number), "view", number);
  const listed = listedAs(settings, number);
  const country = countryOf(number);
  return {
    number, ...(country !== undefined && { country }), ...(listed && { list: listed.check }), counted: counted.map((at) => new Date(at).toISOString()),
    over: over.map(({ check, free }) => ({ check, retryAfter: seconds(free, now) })),
  };
}

/** What a key has spent. */
export async function limitsOfKey(env: GatewayEnv, key: string): Promise<object> {
  const settings = demandOn(env);
  const now = Date.now();
  const { day, segments } = await ask<Spent>(env, shardOfKey(key), "spent", key);
  const today = dayOf(now, settings.timeZone);
  const most = mostOf(settings, key);
  return { key, day: today, segments: day === today ? segments : 0, ...(most !== undefined && { most }) };
}

/** Codes to a country in the last 24 hours, and how many unverified ones there may be. */
export async function limitsOfCountry(env: GatewayEnv, country: string): Promise<object> {
  const { unverified: rule } = demandOn(env);
  const { most, ...codes } = await ask<Codes>(env, shardOfCountry(country), "codesOf", country);
  return { country, ...codes, ...(rule && { most }) };
}

/** States of a message whose code somebody may have. */
const MAY_HAVE_ARRIVED = ["sent", "accepted", "delivered", "unknown"];

/** Notes that the code in a message was used: it counts if the message counted, and may have arrived. */
export async function verify(env: GatewayEnv, caller: Caller, id: string): Promise<object> {
  demandOn(env);
  // Who may send has to know of its own messages here.
  const { to, counted = false, status } = await messageById(env, hasScope(caller, "read") ? caller : { ...caller, scopes: ["own"] }, id);
  const country = countryOf(numberOf(to));
  const verified = counted && MAY_HAVE_ARRIVED.includes(status);
  if (verified && country !== undefined) await ask(env, shardOfCountry(country), "verify", country, id);
  return { id, verified, ...(country !== undefined && { country }) };
}

/** Forgets what is counted of a number. */
export async function forgetNumber(env: GatewayEnv, number: string): Promise<void> {
  demandOn(env);
  await ask(env, shardOf(number), "forget", number);
}

/** One event for each limit that was reached: who gets it is not to keep messages from being sent. */
async function announce(env: GatewayEnv, { monitor }: LimitSettings, key: string, refused: [Offered, Refusal][], now: number): Promise<void> {
  const events = refused.filter(([, { first }]) => first).map(async ([{ message: { input: { to } } }, { check, free = now + ANNOUNCED_FOR, country }]) => {
    const data = { reason: REFUSALS[check][0], to, key, ...(country !== undefined && { country }), until: new Date(free).toISOString(), monitor };
    await linkAt(env, linkFor(settingsOf(env).accounts[0]!, numberOf(to))).announce("message.refused", data);
  });
  for (const { status, reason } of (await Promise.allSettled(events)).filter((event) => event.status === "rejected")) console.error(JSON.stringify({ event: "limits", status, detail: String(reason) }));
}

const announced = new Map<string, number>();

/** Whether a list has not refused anything for a while. There are no more names than countries. */
function announceOnce(name: string, now: number): boolean {
  const isFirst = (announced.get(name) ?? 0) <= now;
  if (isFirst) announced.set(name, now + ANNOUNCED_FOR);
  return isFirst;
}

/** Names the first message to each duplicate. */
async function nameFirst(env: GatewayEnv, refused: Map<Offered, Refusal>, results: Results): Promise<void> {
  for (const [{ message: { input }, index }, { check, since }] of refused) {
    if (check !== "duplicate") continue;
    const { items } = await listMessages(env, TRUSTED, { to: numberOf(input.to), limit: LOOKED_THROUGH }, undefined);
    const after = items.filter(({ createdAt }) => Date.parse(createdAt) >= since! - SKEW);
    // Of a message that keeps no content the time has to do.
    const first = after.findLast(({ text, binary, from }) => textKey({ to: "", text, binary, from }) === textKey(input)) ?? after.findLast(({ text }) => text === undefined);
    if (first) Object.assign((results[index] as { error: Problem }).error, { id: first.id });
  }
}

function problemOf({ check, free, country }: Refusal, now: number): Problem {
  const [code, status, title] = REFUSALS[check];
  return { type: `urn:smpp-edge:problem:${code}`, title, status, ...(country !== undefined && { detail: country }), ...(free !== undefined && { retryAfter: seconds(free, now) }) };
}

function seconds(time: number, now: number): number {
  return Math.max(1, Math.ceil((time - now) / 1000));
}

/** All numbers of a prefix have one object. */
function shardOf(number: string): number {
  return hash(prefixOf(number) ?? number) % SHARDS;
}

function shardOfCountry(country: string): number {
  return hash(`country:${country}`) % SHARDS;
}

function countryOfItem({ message: { input } }: Offered): string | undefined {
  return countryOf(numberOf(input.to));
}

function shardOfKey(key: string): number {
  return hash(`key:${key}`) % SHARDS;
}

function ask<T>(env: GatewayEnv, shard: number, method: string, ...values: unknown[]): Promise<T> {
  return extensionAt(env, `@limits/${shard}`).extend(method, ...values) as Promise<T>;
}

function demandOn(env: GatewayEnv): LimitSettings {
  const settings = limitsOf(env);
  if (!settings) throw new ProblemError("not-found", "SMPP_LIMITS is not set");
  return settings;
}
