// Who must not be written to: what inbound texts ask for, and what an entry blocks.

import * as v from "valibot";
import type { Address } from "./address.ts";
import { bare } from "./routes.ts";
import { ConfigError } from "./setting.ts";

/** What a text asks for. `maybe`: a short text with a word that stops among others. */
export type OptOutRequest = "stop" | "start" | "help" | "maybe";

/** What an entry blocks: everything, what goes by one account, or what comes from one sender. */
const SCOPES = ["all", "account", "sender"] as const;

export interface OptOutSettings {
  scope: (typeof SCOPES)[number];
  /** Words as {@link plain} has them, and what they ask for. */
  words: Map<string, OptOutRequest>;
}

/** An entry of the list. */
export interface OptOut {
  /** The recipient's digits. */
  number: string;
  /** `all`, `account:<name>` or `sender:<address>`. */
  scope: string;
  source: "keyword" | "api" | "import";
  word?: string | undefined;
  messageId?: string | undefined;
  at: string;
}

/** Most words of a text that may ask to stop in other words. */
const SHORT = 4;

const words = (...list: string[]) => v.optional(v.array(v.pipe(v.string(), v.regex(/^.{1,40}$/s), v.check((word) => plain(word) !== ""))), list);

/** The setting `SMPP_OPT_OUT`. */
export const OptOutSetting = v.strictObject({
  scope: v.optional(v.picklist(SCOPES), "all"),
  stop: words("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "OPT-OUT", "ARRET", "ARRETE"),
  start: words("START", "UNSTOP"),
  help: words("HELP", "INFO"),
});

/** Throws a {@link ConfigError} for a word that asks for two things. */
export function optOutSettings({ scope, stop, start, help }: v.InferOutput<typeof OptOutSetting>): OptOutSettings {
  const known = new Map<string, OptOutRequest>();
  for (const [request, list] of [["help", help], ["start", start], ["stop", stop]] as const) {
    for (const word of list) {
      if ((known.get(plain(word)) ?? request) !== request) throw new ConfigError(`SMPP_OPT_OUT: "${word}" is in two lists`);
      known.set(plain(word), request);
    }
  }
  return { scope, words: known };
}

/** A text as words are compared: without case, accents, spaces and punctuation around it, invisible characters and forms of the same letter. */
export function plain(text: string): string {
  const folded = text.normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "").toUpperCase().toLowerCase();
  return folded.replace(/^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$/gu, "").replace(/\s+/g, " ");
}

/** What an inbound text asks for, if it does: the whole text has to be one of the words. */
export function requestOf(text: string, { words: known }: OptOutSettings): { request: OptOutRequest; word: string } | undefined {
  const word = plain(text);
  const request = known.get(word);
  if (request) return { request, word };
  const parts = word.split(" ");
  const stop = parts.length <= SHORT && parts.find((part) => known.get(plain(part)) === "stop");
  return stop ? { request: "maybe", word: stop } : undefined;
}

/** The scopes of which each blocks a message by `account` from `from`. */
export function scopesFor(account: string, from: Address | undefined): string[] {
  return ["all", `account:${account}`, ...(from === undefined ? [] : [`sender:${bare(from)}`])];
}

/** Whether a message is blocked by entries of those scopes. */
export function isBlocked(scopes: string[] | undefined, account: string, from: Address | undefined): boolean {
  return scopes !== undefined && scopesFor(account, from).some((scope) => scopes.includes(scope));
}
