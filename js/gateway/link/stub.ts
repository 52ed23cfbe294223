import { settingsOf, type GatewayEnv } from "../model/config.ts";
import { hash } from "../model/hash.ts";
import { linkName, parseLinkName, type Place } from "../model/ids.ts";
import { ProblemError } from "../model/problem.ts";
import type { AdmissionApi, ExtensionApi, LinkApi, ListQuery, OptOutApi, RegistryApi } from "./api.ts";

/** Calls of an object that was reset, before giving up, and the milliseconds between them. */
const TRIES = 4;
const PAUSE = 50;
/** Seconds after which a caller may try again. */
const RETRY_AFTER = 2;

const LINK = [
  "status", "metrics", "fetch", "enqueue", "known", "existing", "message", "listPart", "inbound", "deadLetters", "replay", "cancel", "claim", "takeSegment", "legacyClaim", "traffic", "erase", "announce", "extend",
] as const satisfies (keyof LinkApi)[];

/** The link of that name, in its Durable Object wherever that is. */
export function linkNamed(env: GatewayEnv, name: string): LinkApi {
  return link({ env, name, place: parseLinkName(name) });
}

export function linkAt(env: GatewayEnv, place: Place): LinkApi {
  return link({ env, name: linkName(place), place });
}

/** The object that keeps the idempotency keys and the rate of a caller. */
export function admissionOf(env: GatewayEnv, caller: string): AdmissionApi {
  return admission({ env, name: admissionName(caller) });
}

/** The object that knows all links. */
export function registryOf(env: GatewayEnv): RegistryApi {
  return registry({ env, name: REGISTRY });
}

/** An object of an extension. */
export function extensionAt(env: GatewayEnv, name: string): ExtensionApi {
  return extension({ env, name });
}

/** The object that keeps the opt-outs of some recipients, by its number. */
export function optOutsAt(env: GatewayEnv, shard: number): OptOutApi {
  return optOuts({ env, name: `@opt-outs/${shard}` });
}

/** How many objects keep opt-outs. Must not change: entries would not be found. */
export const OPT_OUT_SHARDS = 16;

/** The object that keeps the opt-outs of a recipient, by its digits. */
export function shardOf(number: string): number {
  return hash(number) % OPT_OUT_SHARDS;
}

/** What blocks recipients: scopes by their digits. */
export async function blocksOf(env: GatewayEnv, numbers: string[]): Promise<Map<string, string[]>> {
  const shards = Map.groupBy(new Set(numbers), shardOf);
  const found = (await Promise.all([...shards].map(([shard, own]) => optOutsAt(env, shard).blocks(own)))).flat();
  const blocks = new Map<string, string[]>();
  for (const [number, scope] of found) blocks.set(number, [...blocks.get(number) ?? [], scope]);
  return blocks;
}

/** Names of objects that are no links: no account has such a name. */
export const REGISTRY = "@links";
export const ADMISSION = /^@keys\/\d+$/;
export const OPT_OUTS = /^@opt-outs\/\d+$/;
/** How many objects keep the keys of callers. Must not change: keys would be forgotten. */
const ADMISSIONS = 16;

function admissionName(caller: string): string {
  let sum = 0;
  for (let i = 0; i < caller.length; i++) sum = (sum * 31 + caller.charCodeAt(i)) >>> 0;
  return `@keys/${sum % ADMISSIONS}`;
}

/** Where a method takes that its call is a repeated one: without that it would do its work twice. */
const AGAIN: Record<string, number> = { enqueue: 3 };

/** An object by its name. Without a place it is no link: code before schema 2 can't be such an object, and fails with each call. */
interface Target {
  env: GatewayEnv;
  name: string;
  place?: Place | undefined;
}

/**
 * What replaces a method that an object does not have yet: for minutes after a deploy it may run the code of 8554d8e. Where there is
 * nothing, the caller gets 503.
 */
const FORMER: Record<string, (target: Target, values: unknown[]) => Promise<unknown>> = {
  // That code's list takes no API key, and its messages do not name theirs.
  listPart: async (target, [query]) => ({ items: (query as ListQuery).caller === undefined ? await call(target, "list", [query]) : [] }),
  // Repeated requests find their messages by their ids.
  known: async () => [],
};

const link = remote<LinkApi>(LINK);
const admission = remote<AdmissionApi>(["admit"]);
const optOuts = remote<OptOutApi>(["blocks", "block", "unblock", "hide", "blocked"]);
const extension = remote<ExtensionApi>(["extend"]);
const registry = remote<RegistryApi>(["register", "registered"]);

/** Makes objects whose methods are {@link call}s of those of a Durable Object. */
function remote<T extends object>(methods: readonly (keyof T & string)[]): (target: Target) => T {
  const prototype = Object.fromEntries(methods.map((method) => [method, function (this: { target: Target }, ...values: unknown[]) {
    return call(this.target, method, values);
  }]));
  return (target) => Object.assign(Object.create(prototype), { target }) as T;
}

/**
 * Calls a method of an object. A call that the object's reset ended is made again, on a new stub. Throws 503 if that does not help, or if
 * the object runs code without the method.
 */
async function call(target: Target, method: string, values: unknown[]): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return released(await stubOf(target)[method]!(...values));
    } catch (error) {
      if (error instanceof TypeError && await lacks(stubOf(target), method)) {
        const former = FORMER[method];
        if (former) return former(target, values);
        throw unavailable("The object still runs earlier code");
      }
      if (!isReset(error)) throw target.place ? error : notYet(target.name, error);
      if (tries === TRIES) throw unavailable("The object is being restarted");
      const again = AGAIN[method];
      if (again !== undefined) values[again] = true;
      await scheduler.wait(PAUSE * tries);
    }
  }
}

/** The result of a call without its disposer: passed on with it, the object's context would be kept until the garbage is collected. */
function released(result: unknown): unknown {
  if (typeof result !== "object" || result === null || !(Symbol.dispose in result)) return result;
  const copy: object = Array.isArray(result) ? [...result] : { ...result };
  Reflect.deleteProperty(copy, Symbol.dispose);
  (result as Disposable)[Symbol.dispose]();
  return copy;
}

function unavailable(detail: string): ProblemError {
  return new ProblemError("unavailable", detail, undefined, { "retry-after": String(RETRY_AFTER) });
}

function notYet(name: string, error: unknown): ProblemError {
  console.error(JSON.stringify({ event: "object", name, detail: String(error) }));
  return unavailable("An object of the gateway can't be used yet");
}

/** Whether an object has no such method: reading it, without a call, fails with a TypeError exactly then. */
async function lacks(stub: Stub, method: string): Promise<boolean> {
  try {
    const found = await (stub[method] as unknown as PromiseLike<Partial<Disposable> | undefined>);
    found?.[Symbol.dispose]?.();
    return found === undefined;
  } catch (error) {
    return error instanceof TypeError;
  }
}

type Stub = Record<string, (...values: unknown[]) => Promise<unknown>>;

/** A new stub: one that has seen its object reset stays broken. */
function stubOf({ env, name, place }: Target): Stub {
  const namespace = place?.jurisdiction === undefined ? env.SMPP_LINK : env.SMPP_LINK.jurisdiction(place.jurisdiction as DurableObjectJurisdiction);
  const region = place && settingsOf(env).accounts.find((account) => account.name === place.account)?.region;
  return namespace.getByName(name, region === undefined ? {} : { locationHint: region }) as never;
}

/** Whether the object, and not its code, ended the call: then it may be made again. An overloaded object is left alone. */
function isReset(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { retryable, overloaded, durableObjectReset } = error as { retryable?: boolean; overloaded?: boolean; durableObjectReset?: boolean };
  return overloaded !== true && (retryable === true || durableObjectReset === true);
}
