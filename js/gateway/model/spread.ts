import type { Account, Settings } from "./config.ts";
import { hash } from "./hash.ts";
import { linkName, parseLinkName, type Place } from "./ids.ts";
import type { MessageInput } from "./message-input.ts";
import { accountsOf, bare, findRoute, traitsOf, type Route } from "./routes.ts";

/** An account, as far as it says where its links are. */
type Located = Pick<Account, "name"> & { jurisdiction?: string | undefined };

/** The link of `account` for a recipient: always the same one, so that messages to one recipient stay in order. */
export function linkFor(account: Located & Pick<Account, "links">, recipient: string): Place {
  return placeOf(account, hash(recipient.replace(/^\+/, "")) % account.links);
}

/** Link `link` of an account. */
export function placeOf({ name, jurisdiction }: Located, link: number): Place {
  return { account: name, link, ...(jurisdiction === undefined ? {} : { jurisdiction }) };
}

/** Where a message may go, the preferred place first: by its own account, by the rule that decided, or without rules by any account. */
export function places({ accounts, routes }: Pick<Settings, "accounts" | "routes">, input: MessageInput, route: Route | undefined): Place[] {
  const recipient = bare(input.to);
  const named = input.account !== undefined ? [input.account] : routes && (route ? accountsOf(route, recipient) : []);
  const able = named ? named.flatMap((name) => accounts.filter((account) => account.name === name)) : accounts;
  return able.map((account) => linkFor(account, recipient));
}

/** The same for a message that was accepted: its rule as it is now. Where there is no such rule any more, the rules are asked anew. */
export function placesNow(settings: Pick<Settings, "accounts" | "routes">, input: MessageInput, key: string, segments: number): Place[] {
  const { routes } = settings;
  return places(settings, input, routes?.find(({ name }) => name === input.route?.name) ?? (routes && findRoute(routes, traitsOf(input, key, () => segments))));
}

/** Every link there is. */
export function allLinks(settings: Settings): Place[] {
  return settings.accounts.flatMap((account) => Array.from({ length: account.links }, (_, link) => placeOf(account, link)));
}

/** The link that kept an API key's idempotency keys and its rate in 8554d8e. */
export function homeOf(settings: Settings, caller: string): Place {
  return linkFor(settings.accounts[0]!, caller);
}

/** The accounts and their numbers of links as a text, to find where a message was put by the settings of that time. */
export function layoutOf(settings: Settings): string {
  return settings.accounts.map((account) => `${linkName(placeOf(account, 0))} ${account.links}`).join(",");
}

/** Where a message could be by {@link layoutOf} of another time. */
export function placesBy(layout: string, recipient: string, pinned: string | undefined): Place[] {
  return layout.split(",").flatMap((entry) => {
    const [name = "", links = "1"] = entry.split(" ");
    const first = parseLinkName(name);
    if (!first || (pinned !== undefined && first.account !== pinned)) return [];
    return [linkFor({ name: first.account, jurisdiction: first.jurisdiction, links: Number(links) }, recipient)];
  });
}
