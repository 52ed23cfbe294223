// Where inbound messages go: rules in order, the first match wins, and those that copy let the next ones match, too.

import type { Address } from "./address.ts";
import type { Target } from "./delivery-event.ts";
import { plain } from "./opt-out.ts";
import { bare } from "./routes.ts";

/** A rule of `SMPP_INBOUND_ROUTES`. */
export interface InboundRoute {
  name: string;
  /** Numbers that messages go to. */
  to?: string[] | undefined;
  /** Prefixes of numbers that they come from. */
  from?: string[] | undefined;
  account?: string[] | undefined;
  /** First words, as {@link plain} has them. */
  keyword?: string[] | undefined;
  /** Targets by name, applications, and URLs. */
  targets: string[];
  copy?: boolean | undefined;
}

/** What rules make of a message. */
export interface InboundDecision {
  /** The rules that matched. */
  routes: string[];
  keyword?: string;
  rest?: string;
  /** Where it goes; undefined for everywhere. */
  only: Target[] | undefined;
  urls: string[];
  /** Names of applications. */
  applications: string[];
}

/** What the target of an application begins with. */
export const APPLICATION = "application:";

/** The targets of a message by `account`. Where no rule matches it goes everywhere. */
export function routeInbound(rules: InboundRoute[], { to, from, text = "" }: { to: Address; from: Address; text?: string | undefined }, account: string): InboundDecision {
  const [, first = "", rest = ""] = /^\s*(\S+)\s*(.*)$/s.exec(text) ?? [];
  const keyword = plain(first);
  const [recipient, sender] = [bare(to), bare(from)];
  const found: InboundRoute[] = [];
  for (const rule of rules) {
    const matches = (!rule.to || rule.to.includes(recipient)) && (!rule.from || rule.from.some((prefix) => sender.startsWith(prefix)))
      && (!rule.account || rule.account.includes(account)) && (!rule.keyword || rule.keyword.includes(keyword));
    if (!matches) continue;
    found.push(rule);
    if (!rule.copy) break;
  }
  const targets = new Set(found.flatMap((rule) => rule.targets));
  const urls = [...targets].filter(isUrl);
  const words = found.some((rule) => rule.keyword) ? { keyword, rest } : {};
  return { routes: found.map(({ name }) => name), ...words, only: found.length > 0 ? [...targets].filter((target) => !target.includes(":")) as Target[] : undefined, urls, applications: [...targets].filter((target) => target.startsWith(APPLICATION)).map((target) => target.slice(APPLICATION.length)) };
}

export function isUrl(target: string): boolean {
  return target.includes(":") && !target.startsWith(APPLICATION);
}
