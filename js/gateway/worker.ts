/** The ready deployment: the parts of `smpp-edge/worker`, and the console at `/`. */
import console from "./console.html";
import { keepLinks, smppRoutes, type GatewayEnv } from "./index.ts";

export { SmppGateway, SmppLink } from "./index.ts";

const POLICY = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const routes = smppRoutes();
routes.get("/", (c) => c.html(console, 200, { "content-security-policy": POLICY, "x-content-type-options": "nosniff" }));

const worker: ExportedHandler<GatewayEnv> = {
  fetch: (request, env, ctx) => routes.fetch(request, env, ctx),
  scheduled: (_event, env) => keepLinks(env),
};
export default worker;
