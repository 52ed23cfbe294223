// The gateway of the crash tests. `/deploy?id=…&timestamp=…` tells every link of newer code, as the cron of a deployed Worker does.

import { SmppGateway, SmppLink, smppRoutes, type GatewayEnv } from "../../../js/gateway/index.ts";
import { linkAt } from "../../../js/gateway/link/stub.ts";
import { settingsOf } from "../../../js/gateway/model/config.ts";
import { allLinks } from "../../../js/gateway/model/spread.ts";

export { SmppGateway, SmppLink };

const routes = smppRoutes();

export default {
  async fetch(request: Request, env: GatewayEnv, ctx: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/deploy") return routes.fetch(request, env, ctx);
    const version = { id: searchParams.get("id")!, timestamp: searchParams.get("timestamp")! };
    await Promise.allSettled(allLinks(settingsOf(env)).map((at) => linkAt(env, at).status(version)));
    return new Response("ok");
  },
};
