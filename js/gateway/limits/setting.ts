import * as v from "valibot";
import type { GatewayEnv } from "../model/config.ts";
import { COUNTRIES } from "../model/countries.ts";
import { matching } from "../model/route-setting.ts";
import type { Route, RouteField } from "../model/routes.ts";
import { between, whole } from "../model/schema.ts";
import { readSetting } from "../model/setting.ts";
import { isTimeZone } from "../model/time-zone.ts";
import type { Rules, UnverifiedRule, Window } from "./rule.ts";

/** What one-time codes are limited to by default. */
const OTP: Window[] = [{ count: 1, seconds: 30 }, { count: 5, seconds: 600 }, { count: 10, seconds: 86_400 }];
const MOST_SECONDS = 31 * 86_400;

const Windows = v.union([v.pipe(v.literal("otp"), v.transform(() => OTP)), v.pipe(v.array(v.strictObject({ count: whole(1, 10_000), seconds: whole(1, MOST_SECONDS) })), v.maxLength(8))]);
const Numbers = v.array(v.pipe(v.string(), v.regex(/^\+?\d{1,20}$/), v.transform((number) => number.replace("+", ""))));

const Limits = v.strictObject({
  mode: v.optional(v.picklist(["enforce", "monitor"]), "enforce"),
  block: v.optional(Numbers, []),
  allow: v.optional(Numbers, []),
  countries: v.optional(v.pipe(v.array(v.string()), v.check((list) => list.every((country) => COUNTRIES.has(country))))),
  match: v.optional(v.strictObject(matching), {}),
  recipient: v.optional(Windows, []),
  prefix: v.optional(Windows, []),
  duplicate: v.optional(whole(0, MOST_SECONDS), 0),
  unverified: v.optional(v.strictObject({ least: v.optional(whole(1, 1_000_000), 20), share: v.optional(between(0, 1), 0.2) })),
  spend: v.optional(v.record(v.pipe(v.string(), v.maxLength(64)), whole(0, 1_000_000_000)), {}),
  timeZone: v.optional(v.pipe(v.string(), v.check(isTimeZone)), "UTC"),
});

/** The setting `SMPP_LIMITS`. */
export interface LimitSettings extends Rules {
  /** Beginnings of numbers. */
  block: string[];
  allow: string[];
  /** The only countries; undefined: all. */
  countries: string[] | undefined;
  /** The messages that are counted. */
  match: Pick<Route, RouteField>;
  /** Undefined where codes to a country are not limited. */
  unverified: UnverifiedRule | undefined;
  /** Segments a day by API key; `"*"`: each of the others. */
  spend: Record<string, number>;
  timeZone: string;
}

/** Segments that a key may send in a day; undefined: any number. Keys may have names that each object has. */
export function mostOf(settings: Pick<LimitSettings, "spend"> | undefined, key: string): number | undefined {
  const { spend = {} } = settings ?? {};
  return spend[Object.hasOwn(spend, key) ? key : "*"];
}

const known = new WeakMap<object, LimitSettings | undefined>();

/** The limits of `env`; undefined if there are none. Throws a `ConfigError`. */
export function limitsOf(env: GatewayEnv): LimitSettings | undefined {
  if (!known.has(env)) known.set(env, read(env.SMPP_LIMITS));
  return known.get(env);
}

function read(given: GatewayEnv["SMPP_LIMITS"]): LimitSettings | undefined {
  if (given === undefined || given === "") return undefined;
  const { mode, duplicate, countries, unverified, ...rest } = readSetting("SMPP_LIMITS", given, Limits);
  return { ...rest, countries, unverified, monitor: mode === "monitor", duplicate: duplicate * 1000 };
}
