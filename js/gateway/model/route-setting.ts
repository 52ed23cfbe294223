import * as v from "valibot";
import { address, Tlvs } from "./input.ts";
import { routesFault, type Route } from "./routes.ts";
import { between } from "./schema.ts";
import { ConfigError, readSetting } from "./setting.ts";

/** One value, or several. */
const some = <I, O>(item: v.GenericSchema<I, O>) => v.pipe(v.union([v.pipe(item, v.transform((value) => [value])), v.array(item)]), v.minLength(1));
const withoutPlus = (value: string) => value.replace(/^\+/, "");
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const Tier = v.union([v.pipe(v.string(), v.transform((name) => ({ [name]: 1 }))), v.record(v.string(), between(0, 1_000_000))]);

const Routes = v.array(v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  to: v.optional(some(v.pipe(v.string(), v.regex(/^\+?\d{1,20}$/), v.transform(withoutPlus)))),
  from: v.optional(some(v.pipe(text, v.transform(withoutPlus)))),
  key: v.optional(some(v.pipe(v.string(), v.maxLength(64)))),
  tag: v.optional(some(text)),
  parts: v.optional(some(v.pipe(v.string(), v.regex(/^[<>]?\d{1,3}$/)))),
  accounts: v.optional(some(Tier)),
  refuse: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
  sender: v.optional(address("from")),
  tlvs: v.optional(Tlvs),
}));

/** The rules in `given`, a list or its JSON; throws a {@link ConfigError} that says what is wrong with them. */
export function readRoutes(given: unknown, accounts: string[], name = "SMPP_ROUTES"): Route[] {
  const routes = readSetting(name, given, Routes) as Route[];
  const fault = routesFault(routes, accounts);
  if (fault !== undefined) throw new ConfigError(`${name}: ${fault}`);
  return routes;
}
