// Which accounts a message may take: rules in order, the first match wins.

import { addressText, numberOf, type Address } from "./address.ts";
import { mixedHash } from "./hash.ts";
import type { MessageInput, PreviewInput } from "./message-input.ts";

/** A rule of `SMPP_ROUTES`. All of its fields have to match, each by one of its values. */
export interface Route {
  name: string;
  /** Prefixes of the recipient, without `+`. */
  to?: string[] | undefined;
  from?: string[] | undefined;
  key?: string[] | undefined;
  tag?: string[] | undefined;
  class?: string[] | undefined;
  /** Numbers of segments: `"1"`, `">1"`, `"<3"`. */
  parts?: string[] | undefined;
  /** Tiers in order: accounts with their weights. */
  accounts?: Record<string, number>[] | undefined;
  /** Why messages are refused, in place of accounts. */
  refuse?: string | undefined;
  /** Replaces the message's sender. */
  sender?: Address | undefined;
  /** TLVs of messages that don't have them. */
  tlvs?: MessageInput["tlvs"];
}

/** What rules look at. */
export interface Traits {
  to: string;
  from: string | undefined;
  key: string;
  tag: string | undefined;
  class: string | undefined;
  readonly parts: number;
}

export type RouteField = keyof Traits;

const MATCHES: Record<RouteField, (wanted: string, traits: Traits) => boolean> = {
  to: (prefix, { to }) => to.startsWith(prefix),
  from: (sender, { from }) => sender === from,
  key: (name, { key }) => name === key,
  tag: (word, { tag }) => word === tag,
  class: (name, traits) => name === traits.class,
  // Last, since the segments may have to be counted first.
  parts: (range, { parts }) => isWithin(parts, range),
};
const FIELDS = Object.keys(MATCHES) as RouteField[];
const COUNTS = Array.from({ length: 255 }, (_, i) => i + 1);

/** The traits of a message of the API key `key`; `parts` counts its segments. */
export function traitsOf({ to, from, tag, class: kind, route }: PreviewInput, key: string, parts: () => number): Traits {
  const sender = route && "from" in route ? route.from ?? undefined : from;
  return { to: numberOf(to!), from: sender && bare(sender), key, tag, class: kind, get parts() { return parts(); } };
}

/** An address without `+`. */
export function bare(address: Address): string {
  return addressText(address).replace(/^\+/, "");
}

/** The first field by which the rule does not match; undefined if it does. */
export function mismatch(route: Route, traits: Traits): RouteField | undefined {
  return FIELDS.find((field) => route[field] && !route[field].some((value) => MATCHES[field](value, traits)));
}

/** The first rule that matches. */
export function findRoute(routes: Route[], traits: Traits): Route | undefined {
  return routes.find((route) => mismatch(route, traits) === undefined);
}

/** The accounts of a tier for a recipient, the preferred first. By rendezvous hashing: each leads in the proportion of its weight, and the rest follow alike. */
export function tierOrder(tier: Record<string, number>, recipient: string): string[] {
  return Object.entries(tier).filter(([, weight]) => weight > 0)
    .map(([name, weight]) => ({ name, score: weight / -Math.log((mixedHash(`${name}/${recipient}`) + 0.5) / 2 ** 32) }))
    .sort((a, b) => b.score - a.score).map(({ name }) => name);
}

/** All accounts of a rule for a recipient, the preferred first. */
export function accountsOf({ accounts = [] }: Route, recipient: string): string[] {
  return accounts.flatMap((tier) => tierOrder(tier, recipient));
}

/** What is wrong with rules together, if there is something. */
export function routesFault(routes: Route[], accounts: string[]): string | undefined {
  for (const [i, route] of routes.entries()) {
    const name = `"${route.name}"`;
    if ((route.accounts === undefined) === (route.refuse === undefined) || route.accounts?.some((tier) => Object.keys(tier).length === 0)) return `${name} needs either accounts or refuse`;
    const unknown = route.accounts?.flatMap((tier) => Object.keys(tier)).find((account) => !accounts.includes(account));
    if (unknown !== undefined) return `${name} has the unknown account "${unknown}"`;
    const earlier = routes.slice(0, i);
    if (earlier.some((other) => other.name === route.name)) return `${name} is the name of two routes`;
    const broader = earlier.find((other) => covers(other, route));
    if (broader) return `${name} can't be reached: "${broader.name}" before it matches the same messages`;
  }
  return undefined;
}

/** Whether `broader` matches all that `route` does, as far as single values show it. */
function covers(broader: Route, route: Route): boolean {
  return FIELDS.every((field) => !broader[field] || route[field]?.every((value) => broader[field]!.some((own) => {
    if (field === "to") return value.startsWith(own);
    return field === "parts" ? COUNTS.every((count) => !isWithin(count, value) || isWithin(count, own)) : value === own;
  })));
}

function isWithin(count: number, range: string): boolean {
  const limit = Number(range.replace(/^[<>]/, ""));
  if (range.startsWith(">")) return count > limit;
  return range.startsWith("<") ? count < limit : count === limit;
}
