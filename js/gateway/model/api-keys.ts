import * as v from "valibot";
import { addressFault, type Address } from "./address.ts";
import { SCOPES, type Scope } from "./caller.ts";
import type { GatewayEnv } from "./config.ts";
import { between } from "./schema.ts";
import { ConfigError, readSetting } from "./setting.ts";

const DEFAULT_SCOPES: Scope[] = ["send", "read", "admin"];

/** Someone who may use the API. */
export interface ApiKey {
  name: string;
  /** SHA-256 of the key. */
  digest: ArrayBuffer;
  /** Messages a second. */
  rate?: number | undefined;
  /** The only senders that it may use; the first one is the default. */
  senders?: Address[] | undefined;
  scopes: Scope[];
  /** Its messages go to recipients who have opted out, too. */
  optOut?: "ignore" | undefined;
  /** Its messages keep no content once they have left the queue. */
  store?: "none" | undefined;
}

const Key = v.pipe(v.string(), v.regex(/^[!-~]{8,}$/));
const octet = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const Sender = v.pipe(v.union([v.string(), v.strictObject({ ton: octet, npi: octet, addr: v.string() })]), v.check((sender) => addressFault(sender, "from") === undefined));
const KeyName = v.pipe(v.string(), v.regex(/^[\w.@-]{1,64}$/));
const ApiKeys = v.record(KeyName, v.union([Key, v.strictObject({
  key: Key,
  rate: v.optional(between(0.01, Infinity)),
  senders: v.optional(v.pipe(v.array(Sender), v.check((list) => list.length > 0))),
  scopes: v.optional(v.array(v.picklist(SCOPES))),
  optOut: v.optional(v.picklist(["ignore"])),
  store: v.optional(v.picklist(["none"])),
})]));

/** How long keys of the Secrets Store are used before they are read again. */
const FRESH = 60_000;

const read = new WeakMap<object, { keys: Promise<ApiKey[]>; at: number }>();

/** The API keys of `env`. Throws a {@link ConfigError} if they can't be used. */
export function apiKeysOf(env: GatewayEnv, now = Date.now()): Promise<ApiKey[]> {
  const setting = env.SMPP_API_KEYS;
  let known = read.get(env);
  if (!known || (isSecret(setting) && now - known.at >= FRESH)) {
    known = { keys: load(setting), at: now };
    read.set(env, known);
    // What could not be read is read again with the next request.
    known.keys.catch(() => read.delete(env));
  }
  return known.keys;
}

async function load(setting: GatewayEnv["SMPP_API_KEYS"]): Promise<ApiKey[]> {
  const given = isSecret(setting) ? await setting.get() : setting;
  if (given === undefined || given === "") return [];
  const keys = await Promise.all(Object.entries(readSetting("SMPP_API_KEYS", given, ApiKeys)).map(async ([name, value]): Promise<ApiKey> => {
    const { key, scopes = DEFAULT_SCOPES, ...rest } = typeof value === "string" ? { key: value } : value;
    return { name, digest: await digest(key), scopes, ...rest };
  }));
  if (keys.some((key, i) => keys.findIndex((other) => isSame(key.digest, other.digest)) !== i)) throw new ConfigError("SMPP_API_KEYS: two names have the same key");
  return keys;
}

/** The key that was presented. Digests are compared, each of them, so that the time says nothing of what is right. */
export async function findKey(keys: ApiKey[], presented: string): Promise<ApiKey | undefined> {
  const given = await digest(presented);
  let found: ApiKey | undefined;
  for (const key of keys) {
    if (isSame(given, key.digest)) found = key;
  }
  return found;
}

function isSecret(setting: unknown): setting is SecretsStoreSecret {
  return typeof (setting as Partial<SecretsStoreSecret> | undefined)?.get === "function";
}

function isSame(one: ArrayBuffer, other: ArrayBuffer): boolean {
  return crypto.subtle.timingSafeEqual(one, other);
}

function digest(value: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(value));
}
