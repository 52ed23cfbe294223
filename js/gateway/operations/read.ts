import type { ListQuery } from "../link/outbox.ts";
import { linkAt, type LinkStub } from "../link/stub.ts";
import { hasScope, type Caller } from "../model/caller.ts";
import { settingsOf, type GatewayEnv } from "../model/config.ts";
import type { DeadLetter } from "../model/delivery-event.ts";
import { parseId, ULID, type Place } from "../model/ids.ts";
import { ProblemError } from "../model/problem.ts";
import { allLinks } from "../model/spread.ts";
import type { InboundView, LinkView, MessageView } from "../model/views.ts";

/** A page of a list: `cursor` gets the next one, null at the end. */
export interface Page<T> {
  items: T[];
  cursor: string | null;
}

/** The message of that id; throws 404 if there is none that the caller may see. */
export async function messageById(env: GatewayEnv, caller: Caller, id: string): Promise<MessageView> {
  const message = await linkOf(env, id)?.message(id);
  if (!message || !(hasScope(caller, "read") || (hasScope(caller, "own") && isOwn(caller, message)))) throw noMessage();
  return message;
}

/**
 * Cancels a message; throws a {@link ProblemError} if that can't be. Others' messages are for administrators only, and unknown to those who
 * may not see them.
 */
export async function cancelMessage(env: GatewayEnv, caller: Caller, id: string): Promise<MessageView> {
  if (!hasScope(caller, "admin")) {
    const message = await linkOf(env, id)?.message(id);
    if (!message || !(isOwn(caller, message) || hasScope(caller, "read"))) throw noMessage();
    if (!isOwn(caller, message)) throw new ProblemError("forbidden", "The message is another key's");
  }
  const result = await linkOf(env, id)?.cancel(id);
  if (!result) throw noMessage();
  if ("message" in result) return result.message;
  throw ProblemError.of(result.problem);
}

/** Messages of all links that the caller may see, the newest first. */
export async function listMessages(env: GatewayEnv, caller: Caller, query: Omit<ListQuery, "before" | "caller">, cursor: string | undefined): Promise<Page<MessageView>> {
  if (hasScope(caller, "read")) return page(env, query.limit, cursor, (link, before, limit) => link.list({ ...query, before, limit }));
  const { items, ...rest } = await page(env, query.limit, cursor, (link, before, limit) => link.list({ ...query, caller: caller.name, before, limit }));
  // For minutes after a deploy a link may run code that knows nothing of `caller`.
  return { items: items.filter((message) => isOwn(caller, message)), ...rest };
}

/** Inbound messages of all links, the newest first. */
export function listInbound(env: GatewayEnv, limit: number, cursor: string | undefined): Promise<Page<InboundView>> {
  return page(env, limit, cursor, (link, before, most) => link.inbound(before, most));
}

/** What could not be handed on, the newest first. */
export function listDeadLetters(env: GatewayEnv, limit: number, cursor: string | undefined): Promise<Page<DeadLetter>> {
  return page(env, limit, cursor, (link, before, most) => link.deadLetters(before, most));
}

/** Tries a dead letter again; throws 404 if there is none. */
export async function replayDeadLetter(env: GatewayEnv, id: string): Promise<void> {
  if (!await linkOf(env, id)?.replay(id)) throw new ProblemError("not-found", "There is no dead letter of that id");
}

/** All links, brought up if they are not. */
export function listLinks(env: GatewayEnv): Promise<LinkView[]> {
  return Promise.all(allLinks(settingsOf(env)).map((at) => linkAt(env, at).status()));
}

function isOwn(caller: Caller, { key }: MessageView): boolean {
  return caller.name !== "" && key === caller.name;
}

function noMessage(): ProblemError {
  return new ProblemError("not-found", "There is no message of that id");
}

/** The link that an id names. One that no setting ever had gets no object made for it. */
function linkOf(env: GatewayEnv, id: string): LinkStub | undefined {
  const place: Place | undefined = parseId(id);
  if (!place || place.link >= 64) return undefined;
  const known = settingsOf(env).accounts.some(({ name }) => name === place.account);
  return known ? linkAt(env, place) : undefined;
}

async function page<T extends { id: string }>(env: GatewayEnv, limit: number, cursor: string | undefined, read: (link: LinkStub, before: string | undefined, limit: number) => Promise<T[]>): Promise<Page<T>> {
  if (cursor !== undefined && !ULID.test(cursor)) throw new ProblemError("invalid-cursor");
  const all = await Promise.all(allLinks(settingsOf(env)).map((at) => read(linkAt(env, at), cursor, limit)));
  const items = all.flat().sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
  const more = all.reduce((sum, list) => sum + list.length, 0) > items.length || items.length === limit;
  return { items, cursor: more && items.length > 0 ? items.at(-1)!.id.slice(0, 26) : null };
}
