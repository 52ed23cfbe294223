import type { Account, Settings } from "./config.ts";
import type { Place } from "./ids.ts";

/** The link of `account` for a recipient: always the same one, so that messages to one recipient stay in order. */
export function linkFor(account: Account, recipient: string): Place {
  return { account: account.name, link: hash(recipient.replace(/^\+/, "")) % account.links };
}

/** Where a message may go, the preferred place first. With `pinned` only that account. */
export function places(settings: Settings, recipient: string, pinned: string | undefined): Place[] {
  return settings.accounts.filter((account) => pinned === undefined || account.name === pinned).map((account) => linkFor(account, recipient));
}

/** Every link there is. */
export function allLinks(settings: Settings): Place[] {
  return settings.accounts.flatMap((account) => Array.from({ length: account.links }, (_, link) => ({ account: account.name, link })));
}

/** The link that keeps an API key's idempotency keys and its rate. */
export function homeOf(settings: Settings, caller: string): Place {
  return linkFor(settings.accounts[0]!, caller);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
