// A gateway that records where the runtime is asked to make its objects. workerd has no jurisdictions, so that their objects are made without.

import { SmppGateway, SmppLink, smppRoutes, type GatewayEnv } from "../../../js/gateway/index.ts";

export { SmppGateway, SmppLink };

const calls: unknown[] = [];

function recording(namespace: GatewayEnv["SMPP_LINK"], jurisdiction: string | null): GatewayEnv["SMPP_LINK"] {
  return {
    jurisdiction: (name: string) => recording(namespace, name),
    getByName: (name: string, options?: DurableObjectNamespaceGetDurableObjectOptions) => {
      if (!name.startsWith("@")) calls.push([jurisdiction, name, options?.locationHint ?? null]);
      return namespace.getByName(name, options);
    },
  } as never;
}

const routes = smppRoutes();
let wrapped: GatewayEnv | undefined;

export default {
  async fetch(request: Request, env: GatewayEnv, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname === "/places") return Response.json(calls.splice(0));
    wrapped ??= { ...env, SMPP_LINK: recording(env.SMPP_LINK, null) };
    return routes.fetch(request, wrapped, ctx);
  },
};
