// A gateway whose objects still run the code of 8554d8e, as far as its RPC goes: new Workers call such objects for minutes after a deploy.

import { DurableObject } from "cloudflare:workers";
import type { ListQuery, NewMessage } from "../../../js/gateway/link/api.ts";
import { SmppGateway, smppRoutes, type GatewayEnv } from "../../../js/gateway/index.ts";

export { SmppGateway };

const VIEW = { account: "main", link: 0, state: "bound", smsc: "127.0.0.1", systemId: "smppclient1", window: 10, inFlight: 0, queued: 0, rtt: 0 };

export class SmppLink extends DurableObject<GatewayEnv> {
  #messages: NewMessage[] = [];

  constructor(ctx: DurableObjectState, env: GatewayEnv) {
    super(ctx, env);
    if (!/^[a-z0-9_]{1,32}\/\d+$/.test(ctx.id.name ?? "")) throw new Error("A link is named <account>/<number>");
  }

  async status(): Promise<unknown> {
    return VIEW;
  }

  async metrics(): Promise<unknown> {
    return { ...VIEW, submitted: 1, throttled: 0, binds: 1, losses: 0, reports: 0, inbound: 0, messages: {}, delivered: 0, failed: 0, waiting: 0, dead: 0 };
  }

  async enqueue(messages: NewMessage[]): Promise<{ taken: true }> {
    this.#messages.push(...messages.filter(({ id }) => !this.#messages.some((other) => other.id === id)));
    return { taken: true };
  }

  async existing(ids: string[]): Promise<string[]> {
    return ids.filter((id) => this.#messages.some((message) => message.id === id));
  }

  async message(id: string): Promise<unknown> {
    return (await this.list({ limit: 1000 })).find((message) => message.id === id);
  }

  async list({ limit }: ListQuery): Promise<{ id: string }[]> {
    return this.#messages.map(({ id, input }) => ({ id, status: "queued", to: input.to, text: input.text, history: [] })).slice(0, limit);
  }

  async inbound(): Promise<unknown[]> {
    return [];
  }

  async deadLetters(): Promise<unknown[]> {
    return [];
  }
}

export default { fetch: smppRoutes().fetch };
