import { keepLinks, type GatewayEnv, type GatewayMessage, type GatewayReport, type SmppGateway } from "smpp-edge/worker";

export { SmppGateway, SmppLink } from "smpp-edge/worker";

interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const to = new URL(request.url).searchParams.get("to");
    if (to === null) return new Response("?to= is missing\n", { status: 400 });
    // It is stored when this returns: neither a restart nor a lost link loses it.
    const { id } = await env.SMS.sendSms({ from: "12345", to, text: "Hello World" });
    return Response.json({ id }, { status: 202 });
  },

  async smppReport(report: GatewayReport): Promise<void> {
    console.log(`message ${report.id} is ${report.status}`);
  },

  async smppMessage(message: GatewayMessage): Promise<void> {
    console.log(`${message.from.addr} writes: ${message.text}`);
  },

  scheduled: (_event: ScheduledController, env: Env) => keepLinks(env),
};
