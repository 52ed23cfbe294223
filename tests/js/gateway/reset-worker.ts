// A gateway whose objects can be made to fail as Cloudflare's do, and that can be told of newer code.

import { SmppGateway, SmppLink as Link, smppRoutes, type GatewayEnv } from "../../../js/gateway/index.ts";

export { SmppGateway };

/** Calls of `enqueue` that end in a reset, after the messages were stored, or before. */
export class SmppLink extends Link {
  static resets: ("before" | "after")[] = [];

  override async enqueue(...values: Parameters<Link["enqueue"]>): ReturnType<Link["enqueue"]> {
    const reset = SmppLink.resets.shift();
    if (reset === "before") throw failure();
    const result = await super.enqueue(...values);
    if (reset === "after") throw failure();
    return result;
  }

  async failAlarm(): Promise<number | null> {
    await this.ctx.storage.deleteAlarm();
    const env = this.env as { SMPP_LINK: unknown };
    const namespace = env.SMPP_LINK;
    // The registration, which the first alarm does, can't be made.
    env.SMPP_LINK = undefined;
    await this.alarm();
    env.SMPP_LINK = namespace;
    return this.ctx.storage.getAlarm();
  }
}

/** As workerd throws what a reset object was asked. */
function failure(): Error {
  return Object.assign(new Error("The object was reset"), { durableObjectReset: true, retryable: true });
}

const routes = smppRoutes();

export default {
  async fetch(request: Request, env: GatewayEnv, ctx: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const link = env.SMPP_LINK.getByName("main/0") as unknown as SmppLink;
    if (pathname === "/resets") {
      SmppLink.resets = (searchParams.get("at") ?? "").split(",").filter(Boolean) as never;
      return new Response("ok");
    }
    if (pathname === "/alarm") return Response.json(await link.failAlarm());
    if (pathname === "/deploy") return Response.json(await link.status({ id: "newer", timestamp: "2030-01-01T00:00:00Z" }));
    return routes.fetch(request, env, ctx);
  },
};
