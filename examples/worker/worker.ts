import { WorkerEntrypoint } from "cloudflare:workers";
import { keepLinks, type GatewayEnded, type GatewayEnv, type GatewayMessage, type GatewayReport, type SmppGateway, type SmppHandlers } from "smpp-edge/worker";

export { SmppGateway, SmppLink } from "smpp-edge/worker";

interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
}

export default class extends WorkerEntrypoint<Env> implements SmppHandlers {
  override async fetch(request: Request): Promise<Response> {
    const to = new URL(request.url).searchParams.get("to");
    if (to === null) return new Response("?to= is missing\n", { status: 400 });
    // The message is stored when this returns, so neither a restart nor a lost connection loses it.
    const { id } = await this.env.SMS.sendSms({ from: "12345", to, text: "Hello World" });
    return Response.json({ id }, { status: 202 });
  }

  async smppReport(report: GatewayReport): Promise<void> {
    console.log(`message ${report.id} is ${report.status}`);
  }

  async smppMessage(message: GatewayMessage): Promise<void> {
    console.log(`${message.from.addr} writes: ${message.text}`);
  }

  async smppEnded(event: GatewayEnded): Promise<void> {
    console.log(`message ${event.id} is ${event.status}: ${event.error.detail}`);
  }

  override scheduled(): Promise<void> {
    return keepLinks(this.env);
  }
}
