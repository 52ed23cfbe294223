import * as v from "valibot";
import { linkAt } from "../link/stub.ts";
import { settingsOf, type GatewayEnv } from "../model/config.ts";
import { check } from "../model/input.ts";
import { ProblemError } from "../model/problem.ts";
import { readRoutes } from "../model/route-setting.ts";
import { accountsOf, findRoute, type Route } from "../model/routes.ts";
import { strict, whole } from "../model/schema.ts";
import { ConfigError } from "../model/setting.ts";
import { everyLink } from "./read.ts";

const Request = strict({ routes: v.unknown(), limit: v.optional(whole(1, 5_000), 1_000) });

/** What other rules would have done with messages that are stored. */
export interface Simulation {
  messages: number;
  /** Messages that would go by another account than they went by. */
  moves: { from: string; to: string; messages: number }[];
  /** Messages that no rule would take, or that one would refuse. */
  unrouted: number;
  refused: number;
  /** Messages that name their account: they stay. */
  pinned: number;
  /** Messages of each rule. */
  routes: { name: string; messages: number }[];
}

/** Asks the rules in `value` about the newest messages of each link, as if all links were up. */
export async function simulate(env: GatewayEnv, value: unknown): Promise<Simulation> {
  const { routes: given, limit } = check(Request, value, "invalid-query");
  const routes = readGiven(given, settingsOf(env).accounts.map(({ name }) => name));
  const links = await everyLink(env);
  const traffic = await Promise.all(links.map((at) => linkAt(env, at).traffic(limit)));
  const result: Simulation = { messages: 0, moves: [], unrouted: 0, refused: 0, pinned: 0, routes: routes.map(({ name }) => ({ name, messages: 0 })) };
  for (const [i, { account: from }] of links.entries()) {
    for (const { pinned, ...traits } of traffic[i]!) {
      result.messages++;
      const route = pinned ? undefined : findRoute(routes, traits);
      const to = route && accountsOf(route, traits.to)[0];
      if (route) result.routes[routes.indexOf(route)]!.messages++;
      if (pinned) result.pinned++;
      else if (route?.refuse !== undefined) result.refused++;
      else if (to === undefined) result.unrouted++;
      else if (to !== from) {
        const move = result.moves.find((other) => other.from === from && other.to === to);
        if (move) move.messages++;
        else result.moves.push({ from, to, messages: 1 });
      }
    }
  }
  return result;
}

function readGiven(given: unknown, accounts: string[]): Route[] {
  try {
    return readRoutes(given, accounts, "routes");
  } catch (error) {
    throw error instanceof ConfigError ? new ProblemError("invalid-query", error.message) : error;
  }
}
