import { WorkerEntrypoint } from "cloudflare:workers";
import * as v from "valibot";
import { smppRoutes } from "./http/routes.ts";
import { TRUSTED } from "./model/caller.ts";
import type { GatewayEnv } from "./model/config.ts";
import { check, checkKey, checkPreview, fromRpc } from "./model/input.ts";
import type { RpcMessage } from "./model/message-input.ts";
import { ProblemError } from "./model/problem.ts";
import { strict, whole } from "./model/schema.ts";
import { STATUSES, type LinkView, type MessageStatus, type MessageView, type Preview } from "./model/views.ts";
import { cancelMessage, listLinks, listMessages, messageById, type Page } from "./operations/read.ts";
import { preview, sendAll, type Accepted, type AcceptedOrNot } from "./operations/send.ts";

/** What {@link SmppGateway.sendSms} and {@link SmppGateway.sendMany} take beside the messages. */
export interface SendOptions {
  /** A repeated call with the same key and the same messages within a day sends nothing and returns the same ids. */
  idempotencyKey?: string;
}

const routes = smppRoutes();

const Options = strict({ idempotencyKey: v.optional(v.unknown()) });
const ListQuery = strict({
  status: v.optional(v.picklist(STATUSES)), to: v.optional(v.string()), cursor: v.optional(v.string()), limit: v.optional(whole(1, 100)),
});

/**
 * The gateway by service binding: `env.SMS.sendSms({ from, to, text })`. What can't be done is thrown with a message that says why.
 * No API key is needed: who has the binding is trusted. Its `fetch` is the HTTP API, which asks for one.
 */
export class SmppGateway extends WorkerEntrypoint<GatewayEnv> {
  /** Stores a message for sending. The fields are those of the client's `sendSms`; a report is asked for unless `report: "none"`. */
  async sendSms(message: RpcMessage, options: SendOptions = {}): Promise<Accepted> {
    const [result] = await this.#send([message], false, options);
    return result as Accepted;
  }

  /** Stores up to 1,000 messages; those that found the queue full have an `error`. */
  async sendMany(messages: RpcMessage[], options: SendOptions = {}): Promise<AcceptedOrNot[]> {
    return this.#send(messages, true, options);
  }

  /** The encoding and segments that a message would have, and its route. */
  async preview(message: Partial<RpcMessage>): Promise<Preview> {
    return preview(this.env, TRUSTED, checkPreview(fromRpc(message, Date.now())));
  }

  /** The state of a message. Rejects with `not-found` for an unknown id. */
  async message(id: string): Promise<MessageView> {
    return messageById(this.env, TRUSTED, checkId(id));
  }

  /** Messages, the newest first. `limit` is 1 to 100, 50 by default; `cursor` is that of the page before. */
  async messages(query: { status?: MessageStatus; to?: string; cursor?: string; limit?: number } = {}): Promise<Page<MessageView>> {
    const { cursor, to, status, limit = 50 } = check(ListQuery, query, "invalid-query", "query");
    return listMessages(this.env, TRUSTED, { status, to: to?.replace(/^\+/, ""), limit }, cursor);
  }

  /** Cancels a message that was not sent yet, or asks the SMSC to. */
  async cancel(id: string): Promise<MessageView> {
    return cancelMessage(this.env, TRUSTED, checkId(id));
  }

  /** The links of all accounts, with their state. */
  links(): Promise<LinkView[]> {
    return listLinks(this.env);
  }

  /** Serves the HTTP API. */
  override fetch(request: Request): Response | Promise<Response> {
    return routes.fetch(request, this.env, this.ctx);
  }

  async #send(messages: RpcMessage[], several: boolean, options: SendOptions): Promise<AcceptedOrNot[]> {
    if (!Array.isArray(messages)) throw new ProblemError("invalid-message", "An array of messages is expected");
    const now = Date.now();
    // An array may have gaps, which are no messages either.
    const values = Array.from(messages, (message) => fromRpc(message, now));
    const { idempotencyKey } = check(Options, options, "invalid-query", "options");
    const idempotency = idempotencyKey === undefined ? undefined : { key: checkKey(idempotencyKey, "options.idempotencyKey"), content: () => JSON.stringify(values) };
    return sendAll(this.env, TRUSTED, values, several, idempotency);
  }
}

function checkId(id: unknown): string {
  return check(v.string(), id, "invalid-query", "id");
}
