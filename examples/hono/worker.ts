import { Hono } from "hono";
import { keepLinks, smppRoutes, type GatewayEnv, type SmppGateway } from "smpp-edge/worker";

export { SmppGateway, SmppLink } from "smpp-edge/worker";

interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
}

const app = new Hono<{ Bindings: Env }>();

app.post("/orders", async (c) => {
  const { phone } = await c.req.json<{ phone: string }>();
  const { id } = await c.env.SMS.sendSms({ from: "Shop", to: phone, text: "Thank you for your order." });
  return c.json({ message: id }, 202);
});

// The gateway's own API beside yours, for callers with one of its API keys: POST /sms/v1/messages and all other routes.
app.mount("/sms", smppRoutes().fetch);

export default {
  fetch: app.fetch,
  scheduled: (_event, env) => keepLinks(env),
} satisfies ExportedHandler<Env>;
