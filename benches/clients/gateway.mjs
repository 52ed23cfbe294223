// The gateway with one route more: what is posted to /rpc goes out by RPC, `{ messages, many }`, by `sendMany` or one by one.

import { SmppGateway, SmppLink, smppRoutes } from "../../js/gateway/index.ts";

export { SmppGateway, SmppLink };

const routes = smppRoutes();

export default {
  async fetch(request, env, ctx) {
    if (!request.url.endsWith("/rpc")) return routes.fetch(request, env, ctx);
    const { messages, many } = await request.json();
    if (many) await env.SMS.sendMany(messages);
    else await Promise.all(messages.map((message) => env.SMS.sendSms(message)));
    return new Response(null, { status: 202 });
  },
};
