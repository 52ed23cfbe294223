// A user's Worker that chooses the routes of messages itself.

import { WorkerEntrypoint } from "cloudflare:workers";
import "../../../js/gateway/routing.ts";
import { type GatewayEnv, smppRoutes } from "../../../js/gateway/index.ts";
import type { RouteAnswer, RouteQuestion } from "../../../js/gateway/routing.ts";

export { SmppGateway, SmppLink } from "../../../js/gateway/index.ts";

let asked = 0;

export default class extends WorkerEntrypoint<GatewayEnv> {
  override fetch(request: Request): Promise<Response> | Response {
    if (new URL(request.url).pathname === "/asked") return new Response(String(asked));
    return smppRoutes().fetch(request, this.env, this.ctx);
  }

  async smppRoute({ to, from, text, tag, key }: RouteQuestion): Promise<RouteAnswer> {
    asked++;
    if (tag === "slow") await scheduler.wait(2_000);
    if (tag === "wrong") throw new TypeError("wrong");
    if (tag === "none") return "no such rule";
    if (to.startsWith("4477")) return { route: "second", cacheFor: 60 };
    return text === "second" && from === "ACME" && key === "" ? "second" : undefined;
  }
}
