/** The ready deployment: the parts of `smpp-edge/worker`, and the console at `/`. */
import console from "./console.html";
import { keepLinks, smppRoutes, type GatewayEnv } from "./index.ts";

export { SmppGateway, SmppLink } from "./index.ts";

const routes = smppRoutes();
routes.get("/", (c) => c.html(console));

const worker: ExportedHandler<GatewayEnv> = {
  fetch: (request, env, ctx) => routes.fetch(request, env, ctx),
  scheduled: (_event, env) => keepLinks(env),
};
export default worker;
