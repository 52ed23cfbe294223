import { WorkerEntrypoint } from "cloudflare:workers";
import { Hono } from "hono";
import { keepLinks, smppRoutes, type GatewayEnv, type GatewayMessage, type GatewayReport, type Problem, type SmppGateway, type SmppHandlers } from "smpp-edge/worker";

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

// A message that can't be sent, for example to a wrong number, is the caller's error.
app.onError((error) => {
  const { problem } = error as { problem?: Problem };
  if (problem?.status === 422) return Response.json(problem, { status: 422 });
  throw error;
});

// The gateway's own API beside yours, for callers with one of its API keys: POST /sms/v1/messages and all other routes.
app.mount("/sms", smppRoutes().fetch);

export default class extends WorkerEntrypoint<Env> implements SmppHandlers {
  override fetch(request: Request): Response | Promise<Response> {
    return app.fetch(request, this.env, this.ctx);
  }

  async smppReport(report: GatewayReport): Promise<void> {
    console.log(`message ${report.id} is ${report.status}`);
  }

  async smppMessage(message: GatewayMessage): Promise<void> {
    console.log(`${message.from.addr} writes: ${message.text}`);
  }

  override scheduled(): Promise<void> {
    return keepLinks(this.env);
  }
}
