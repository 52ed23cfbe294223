import { WorkerEntrypoint } from "cloudflare:workers";
import { keepLinks, type GatewayEnded, type GatewayEnv, type GatewayMessage, type GatewayReport, type Problem, type SmppGateway, type SmppHandlers } from "smpp-edge/worker";

export { SmppGateway, SmppLink } from "smpp-edge/worker";

interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
  TOKEN: string;
}

export default class extends WorkerEntrypoint<Env> implements SmppHandlers {
  /** POST /?to=<number> sends a message, GET /<id> shows what became of it. */
  override async fetch(request: Request): Promise<Response> {
    if (!(await this.#isAllowed(request))) return Response.json({ error: "Authorization: Bearer <TOKEN> is expected" }, { status: 401 });
    const { pathname, searchParams } = new URL(request.url);
    const to = searchParams.get("to");
    try {
      if (request.method === "GET" && pathname !== "/") return Response.json(await this.env.SMS.message(pathname.slice(1)));
      if (request.method !== "POST" || to === null) return Response.json({ error: "POST /?to=<number> sends a message" }, { status: 400 });
      // The message is stored when this returns, so neither a restart nor a lost connection loses it.
      const { id } = await this.env.SMS.sendSms({ from: "12345", to, text: "Hello World" });
      return Response.json({ id }, { status: 202 });
    } catch (error) {
      const { message, problem } = error as Error & { problem?: Problem };
      return Response.json({ error: message }, { status: problem?.status ?? 500 });
    }
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

  /** Compares hashes, which takes the same time whatever was sent. */
  async #isAllowed(request: Request): Promise<boolean> {
    const hash = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    const presented = request.headers.get("authorization") ?? "";
    return this.env.TOKEN !== undefined && crypto.subtle.timingSafeEqual(await hash(presented), await hash(`Bearer ${this.env.TOKEN}`));
  }
}
