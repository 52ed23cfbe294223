/** The ready deployment to which programs bind by SMPP, too: that of `worker.ts`, with applications. */
import { connectApplication } from "./application/front.ts";
import type { GatewayEnv } from "./model/config.ts";
import { ROUTES } from "./http/routes.ts";
import { acceptTunnel } from "./tunnel.ts";
import gateway from "./worker.ts";

export { SmppApplication } from "./application/application.ts";
export { SmppGateway, SmppLink } from "./worker.ts";

// Where `npx smpp-edge tunnel` connects to.
Object.assign(ROUTES, { "/v1/tunnel": { GET: { access: ["tunnel"], handle: ({ request, env }) => acceptTunnel(request, env) } } } satisfies typeof ROUTES);

/** The gateway, and by TCP the applications. */
const worker: ExportedHandler<GatewayEnv> = {
  ...gateway as ExportedHandler<GatewayEnv>,
  connect: (socket, env) => connectApplication(socket, env),
};
export default worker;
