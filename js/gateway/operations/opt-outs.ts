import * as v from "valibot";
import { OPT_OUT_SHARDS, optOutsAt, shardOf } from "../link/stub.ts";
import { addressFault, canonicalAddress, numberOf } from "../model/address.ts";
import { settingsOf, type GatewayEnv } from "../model/config.ts";
import { check, date } from "../model/input.ts";
import type { OptOut } from "../model/opt-out.ts";
import { ProblemError } from "../model/problem.ts";
import { strict } from "../model/schema.ts";
import type { Page } from "./read.ts";

export const PhoneNumber = v.pipe(v.string(), v.transform((value) => value.trim()), v.check((value) => addressFault(value, "to") === undefined, "a phone number is expected"), v.transform((value) => numberOf(canonicalAddress(value))));
export const OptOutScope = v.pipe(v.string(), v.regex(/^(all|account:[a-z0-9_]{1,32}|sender:.{1,21})$/, "all, account:<name> or sender:<address> is expected"), v.transform((value) => value.replace(":+", ":")));
const word = v.optional(v.pipe(v.string(), v.regex(/^[^\p{Cc}]{0,64}$/u, "at most 64 characters in one line are expected")));
const Entries = v.array(strict({
  number: PhoneNumber, scope: v.optional(OptOutScope, "all"), source: v.optional(v.picklist(["keyword", "api", "import"])), word, messageId: word, at: v.optional(date),
}));

/** Entries of the list, object by object. */
export async function listOptOuts(env: GatewayEnv, limit: number, cursor: string | undefined): Promise<Page<OptOut>> {
  demandOn(env);
  const at = /^(\d{1,2})\/(\d*)\/(.*)$/.exec(cursor ?? "0//");
  if (!at) throw new ProblemError("invalid-cursor");
  let [shard, number, scope] = [Number(at[1]), at[2]!, at[3]!];
  const items: OptOut[] = [];
  for (; shard < OPT_OUT_SHARDS; shard++, number = scope = "") {
    items.push(...await optOutsAt(env, shard).blocked(number, scope, limit - items.length));
    const last = items.at(-1);
    if (items.length === limit && last) return { items, cursor: `${shard}/${last.number}/${last.scope}` };
  }
  return { items, cursor: null };
}

/** The entries of one number. */
export async function optOutsOf(env: GatewayEnv, number: string): Promise<Page<OptOut>> {
  demandOn(env);
  return { items: (await optOutsAt(env, shardOf(number)).blocked(number, "", 100)).filter((entry) => entry.number === number), cursor: null };
}

/** Adds entries, or replaces those there are. Returns how many. */
export async function putOptOuts(env: GatewayEnv, values: unknown, source: OptOut["source"]): Promise<number> {
  demandOn(env);
  const now = new Date().toISOString();
  const shards = new Map<number, OptOut[]>();
  const entries = check(Entries, values, "invalid-query");
  for (const entry of entries) {
    const own = shardOf(entry.number);
    const list = shards.get(own) ?? [];
    shards.set(own, list);
    list.push({ ...entry, source: entry.source ?? source, at: new Date(entry.at ?? now).toISOString() });
  }
  await Promise.all([...shards].map(([shard, list]) => optOutsAt(env, shard).block(list)));
  return entries.length;
}

/** Removes entries of a number; returns how many there were. */
export async function removeOptOuts(env: GatewayEnv, number: string, scope: string | undefined): Promise<number> {
  demandOn(env);
  return optOutsAt(env, shardOf(number)).unblock(number, scope === undefined ? undefined : [scope]);
}

function demandOn(env: GatewayEnv): void {
  if (!settingsOf(env).optOut) throw new ProblemError("not-found", "SMPP_OPT_OUT is not set");
}
