// A gateway that asks for the network of a number, and takes the route of that name.
import "smpp-edge/routing";
import { WorkerEntrypoint } from "cloudflare:workers";
import type { RouteAnswer, RouteQuestion } from "smpp-edge/routing";
import { type GatewayEnv, keepLinks, smppRoutes } from "smpp-edge/worker";

export { SmppGateway, SmppLink } from "smpp-edge/worker";

export default class extends WorkerEntrypoint<GatewayEnv & { LOOKUP_URL: string }> {
  override fetch(request: Request): Promise<Response> {
    return smppRoutes().fetch(request, this.env, this.ctx);
  }

  override scheduled(): Promise<void> {
    return keepLinks(this.env);
  }

  /** The name of a rule of SMPP_ROUTES. */
  async smppRoute({ to }: RouteQuestion): Promise<RouteAnswer> {
    const response = await fetch(`${this.env.LOOKUP_URL}?number=${to}`);
    const { network } = await response.json<{ network: string }>();
    return { route: network, cacheFor: 3600 };
  }
}
