// Who must not be written to: what inbound texts ask for, and what an entry blocks.

import type { Address } from "./address.ts";
import { bare } from "./routes.ts";

/** What a text asks for. `maybe`: a short text with a word that stops among others. */
export type OptOutRequest = "stop" | "start" | "help" | "maybe";

/** What an entry blocks: everything, what goes by one account, or what comes from one sender. */
export const SCOPES = ["all", "account", "sender"] as const;

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
