import * as v from "valibot";
import { encodePdu } from "../../client/index.ts";
import { address, Tlvs, toSms } from "./input.ts";
import { isUrl, type InboundRoute } from "./inbound-routes.ts";
import { CLASSES } from "./message-input.ts";
import { plain } from "./opt-out.ts";
import { routesFault, type Route } from "./routes.ts";
import { between } from "./schema.ts";
import { ConfigError, readSetting } from "./setting.ts";

/** One value, or several. */
const some = <I, O>(item: v.GenericSchema<I, O>) => v.pipe(v.union([v.pipe(item, v.transform((value) => [value])), v.array(item)]), v.check((list) => list.length > 0));
const withoutPlus = (value: string) => value.replace(/^\+/, "");
const text = v.pipe(v.string(), v.regex(/^.{1,64}$/s));
const Tier = v.union([v.pipe(v.string(), v.transform((name) => ({ [name]: 1 }))), v.record(v.string(), between(0, 1_000_000))]);

const name = v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/));
const digits = v.optional(some(v.pipe(v.string(), v.regex(/^\+?\d{1,20}$/), v.transform(withoutPlus))));

/** What a rule matches. */
export const matching = {
  to: digits,
  from: v.optional(some(v.pipe(text, v.transform(withoutPlus)))),
  key: v.optional(some(v.pipe(v.string(), v.maxLength(64)))),
  tag: v.optional(some(text)),
  class: v.optional(some(v.picklist(CLASSES))),
  parts: v.optional(some(v.pipe(v.string(), v.regex(/^(>?[1-9]\d{0,2}|<([2-9]|[1-9]\d{1,2}))$/)))),
};

const Routes = v.array(v.strictObject({
  name,
  ...matching,
  accounts: v.optional(some(Tier)),
  refuse: v.optional(v.pipe(v.string(), v.regex(/^.{1,200}$/s))),
  sender: v.optional(address("from")),
  tlvs: v.optional(Tlvs),
}));

/** The rules in `given`, a list or its JSON; throws a {@link ConfigError} that says what is wrong with them. */
export function readRoutes(given: unknown, accounts: string[], name = "SMPP_ROUTES"): Route[] {
  const routes = readSetting(name, given, Routes) as Route[];
  const fault = routesFault(routes, accounts);
  if (fault !== undefined) throw new ConfigError(`${name}: ${fault}`);
  for (const { name: route, tlvs } of routes) {
    try {
      // Any PDU will do to carry them.
      encodePdu({ command: "enquire_link", ...(tlvs && { tlvs: toSms({ to: "", tlvs }).tlvs! }) });
    } catch (error) {
      throw new ConfigError(`${name}: "${route}": tlvs: ${(error as Error).message}`);
    }
  }
  return routes;
}

const InboundRoutes = v.array(v.strictObject({
  name,
  to: v.optional(some(v.pipe(text, v.transform(withoutPlus)))),
  from: digits,
  account: v.optional(some(text)),
  keyword: v.optional(some(v.pipe(text, v.transform(plain)))),
  targets: some(v.pipe(v.string(), v.maxLength(500))),
  copy: v.optional(v.boolean()),
}));

/** The rules for inbound messages; `urlOf` checks a URL. Throws a {@link ConfigError} that says what is wrong with them. */
export function readInboundRoutes(given: unknown, accounts: string[], targets: string[], urlOf: (url: string) => string, name: string): InboundRoute[] {
  const rules: InboundRoute[] = readSetting(name, given, InboundRoutes);
  for (const [i, rule] of rules.entries()) {
    const fault = (what: string) => new ConfigError(`${name}: "${rule.name}" ${what}`);
    if (rules.slice(0, i).some((other) => other.name === rule.name)) throw fault("is the name of two routes");
    const account = rule.account?.find((own) => !accounts.includes(own));
    if (account !== undefined) throw fault(`has the unknown account "${account}"`);
    rule.targets = rule.targets.map((target) => (isUrl(target) ? urlOf(target) : target));
    const unknown = rule.targets.find((target) => !isUrl(target) && !targets.includes(target));
    if (unknown !== undefined) throw fault(`has the unknown target "${unknown}"`);
  }
  return rules;
}
