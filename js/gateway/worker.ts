/** The ready deployment: the parts of `smpp-edge/worker`, the console at `/` and the decoder at `/decoder/`. */
import { page, type PagesEnv } from "./http/pages.ts";
import { problemOf } from "./http/routes.ts";
import { keepLinks, smppRoutes } from "./index.ts";

export { SmppGateway, SmppLink } from "./index.ts";

const routes = smppRoutes();

const worker: ExportedHandler<PagesEnv> = {
  fetch: async (request, env, ctx) => {
    try {
      return await page(request, env) ?? await routes.fetch(request, env, ctx);
    } catch (error) {
      return problemOf(error);
    }
  },
  scheduled: (_event, env) => keepLinks(env),
};
export default worker;
