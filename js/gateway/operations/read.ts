import type { LinkApi, ListQuery } from "../link/api.ts";
import { extensions } from "../link/extensions.ts";
import { linkAt, linkNamed, registryOf } from "../link/stub.ts";
import { hasScope, type Caller } from "../model/caller.ts";
import { settingsOf, type GatewayEnv } from "../model/config.ts";
import type { DeadLetter } from "../model/delivery-event.ts";
import { linkName, parseId, parseLinkName, ULID, type Place } from "../model/ids.ts";
import { ProblemError } from "../model/problem.ts";
import { allLinks } from "../model/spread.ts";
import type { InboundView, LinkView, MessageView } from "../model/views.ts";

/** Links an account may have. */
const MAX_LINKS = 64;
/** For how long the registry's answer is used. */
const REGISTRY_EVERY = 10_000;

const registered = new WeakMap<GatewayEnv, { links: string[]; until: number }>();

/** A page of a list: `cursor` gets the next one, null at the end. */
export interface Page<T> {
  items: T[];
  cursor: string | null;
}

/** The message of that id; throws 404 if there is none that the caller may see. */
export async function messageById(env: GatewayEnv, caller: Caller, id: string): Promise<MessageView> {
  const message = await (await linkOf(env, id))?.message(id);
  if (!message || !(hasScope(caller, "read") || (hasScope(caller, "own") && isOwn(caller, message)))) throw noMessage();
  return message;
}

/**
 * Cancels a message; throws a {@link ProblemError} if that can't be. Others' messages are for administrators only, and unknown to those who
 * may not see them.
 */
export async function cancelMessage(env: GatewayEnv, caller: Caller, id: string): Promise<MessageView> {
  if (!hasScope(caller, "admin")) {
    const message = await (await linkOf(env, id))?.message(id);
    if (!message || !(isOwn(caller, message) || hasScope(caller, "read"))) throw noMessage();
    if (!isOwn(caller, message)) throw new ProblemError("forbidden", "The message is another key's");
  }
  const result = await (await linkOf(env, id))?.cancel(id);
  if (!result) throw noMessage();
  if ("message" in result) return result.message;
  throw ProblemError.of(result.problem);
}

/** Messages of all links that the caller may see, the newest first. */
export async function listMessages(env: GatewayEnv, caller: Caller, query: Omit<ListQuery, "before" | "caller">, cursor: string | undefined): Promise<Page<MessageView>> {
  const own = hasScope(caller, "read") ? query : { ...query, caller: caller.name };
  return page(env, query.limit, cursor, (link, before, limit) => link.listPart({ ...own, before, limit }));
}

/** Inbound messages of all links, the newest first. */
export function listInbound(env: GatewayEnv, limit: number, cursor: string | undefined): Promise<Page<InboundView>> {
  return page(env, limit, cursor, async (link, before, most) => ({ items: await link.inbound(before, most) }));
}

/** What could not be handed on, the newest first. */
export function listDeadLetters(env: GatewayEnv, limit: number, cursor: string | undefined): Promise<Page<DeadLetter>> {
  return page(env, limit, cursor, async (link, before, most) => ({ items: await link.deadLetters(before, most) }), extensions.applications?.deadLetters(env, cursor, limit));
}

/** Tries a dead letter again; throws 404 if there is none. */
export async function replayDeadLetter(env: GatewayEnv, id: string): Promise<void> {
  if (!await (await linkOf(env, id))?.replay(id) && !await extensions.applications?.replay(env, id)) throw new ProblemError("not-found", "There is no dead letter of that id");
}

/** All links, brought up if they are not. */
export function listLinks(env: GatewayEnv): Promise<LinkView[]> {
  return Promise.all(allLinks(settingsOf(env)).map((at) => linkAt(env, at).status(env.CF_VERSION_METADATA)));
}

function isOwn(caller: Caller, { key }: MessageView): boolean {
  return caller.name !== "" && key === caller.name;
}

function noMessage(): ProblemError {
  return new ProblemError("not-found", "There is no message of that id");
}

/** The link that an id names. One that no setting ever had gets no object made for it. */
async function linkOf(env: GatewayEnv, id: string): Promise<LinkApi | undefined> {
  const place = parseId(id);
  if (!place || place.link >= MAX_LINKS) return undefined;
  const { account, link, jurisdiction } = place;
  const name = linkName({ account, link, ...(jurisdiction === undefined ? {} : { jurisdiction }) });
  const isKnown = settingsOf(env).accounts.some((own) => own.name === account && own.jurisdiction === jurisdiction) || (await formerLinks(env)).includes(name);
  return isKnown ? linkNamed(env, name) : undefined;
}

/** Links that were registered, of the settings or not. */
async function formerLinks(env: GatewayEnv): Promise<string[]> {
  const now = Date.now();
  const cached = registered.get(env);
  if (cached && now < cached.until) return cached.links;
  const links = await registryOf(env).registered();
  registered.set(env, { links, until: now + REGISTRY_EVERY });
  return links;
}

/** Every link that may have messages: those of the settings, and those that were. */
export async function everyLink(env: GatewayEnv): Promise<Place[]> {
  const now = allLinks(settingsOf(env));
  const names = new Set(now.map(linkName));
  // Lists of the links that there are do not depend on it.
  const former = (await formerLinks(env).catch(() => [])).filter((name) => !names.has(name)).map(parseLinkName).filter((place) => place !== undefined);
  return [...now, ...former];
}

/** Merges the lists of all links, and one more. Where a link was not looked through far enough, the page ends there, and the next one goes on. */
async function page<T extends { id: string }>(env: GatewayEnv, limit: number, cursor: string | undefined,
  read: (link: LinkApi, before: string | undefined, limit: number) => Promise<{ items: T[]; until?: string }>, more: Promise<T[]> | undefined = undefined): Promise<Page<T>> {
  if (cursor !== undefined && !ULID.test(cursor)) throw new ProblemError("invalid-cursor");
  const parts = await Promise.all((await everyLink(env)).map((at) => read(linkAt(env, at), cursor, limit)));
  const until = parts.map((part) => part.until).filter((ulid) => ulid !== undefined).sort().at(-1);
  const all = [...parts.flatMap(({ items }) => items), ...await more ?? []].filter(({ id }) => until === undefined || id >= until).sort((a, b) => (a.id < b.id ? 1 : -1));
  const items = all.slice(0, limit);
  const last = items.length === limit ? items.at(-1)!.id.slice(0, 26) : until;
  return { items, cursor: last ?? null };
}
