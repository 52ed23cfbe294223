/** The ready deployment to which programs bind by SMPP, too: that of `worker.ts`, with applications. */
import { connectApplication } from "./application/front.ts";
import type { GatewayEnv } from "./model/config.ts";
import { problemOf } from "./http/routes.ts";
import { acceptTunnel } from "./tunnel.ts";
import gateway from "./worker.ts";

export { SmppApplication } from "./application/application.ts";
export { SmppGateway, SmppLink } from "./worker.ts";

/** Where `npx smpp-edge tunnel` connects to. */
const TUNNEL = "/v1/tunnel";

/** The gateway, and by TCP and WebSocket the applications. */
const worker: ExportedHandler<GatewayEnv> = {
  ...gateway as ExportedHandler<GatewayEnv>,
  fetch: (request, env, ctx) => {
    if (new URL(request.url).pathname === TUNNEL) return acceptTunnel(request, env).catch(problemOf);
    return (gateway as Required<ExportedHandler<GatewayEnv>>).fetch(request, env, ctx);
  },
  connect: (socket, env) => connectApplication(socket, env),
};
export default worker;
