/** The ready deployment: the parts of `smpp-edge/worker`, and the console at `/`. */
import console from "./console.html";
import { keepLinks, smppRoutes, type GatewayEnv } from "./index.ts";

export { SmppGateway, SmppLink } from "./index.ts";

const routes = smppRoutes();
routes.get("/", (c) => c.html(console));

export default {
  fetch: routes.fetch,
  scheduled: (_event, env) => keepLinks(env),
} satisfies ExportedHandler<GatewayEnv>;
