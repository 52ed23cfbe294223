// A Worker whose default export is a class with handlers. What they get is posted to RECEIVER; what they do is said by an inbound message's text.

import { WorkerEntrypoint } from "cloudflare:workers";
import { type Envelope, type GatewayEnded, type GatewayEnv, type GatewayMessage, type GatewayReport, SmppGateway, SmppLink, type SmppHandlers } from "../../../js/gateway/index.ts";

export { SmppGateway, SmppLink };

interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
  RECEIVER: string;
}

class Instance {
  constructor(readonly value: string) {}
}

export default class extends WorkerEntrypoint<Env> implements SmppHandlers<Env> {
  override fetch(request: Request): Promise<Response> {
    return this.env.SMS.fetch(request);
  }

  override async queue(batch: MessageBatch<Envelope>): Promise<void> {
    for (const { body } of batch.messages) await this.#tell("queue", body);
  }

  async smppReport(report: GatewayReport): Promise<void> {
    await this.#tell("report", { id: report.id, isDate: report.doneAt instanceof Date });
  }

  async smppMessage(message: GatewayMessage): Promise<unknown> {
    await this.#tell("message", { id: message.id, text: message.text });
    if (message.text === "hang") return new Promise(() => {});
    // Another Worker's method is missing, not this handler.
    if (message.text === "own TypeError") return (this.env.SMS as unknown as { missing(): Promise<void> }).missing();
    return message.text === "instance" ? new Instance(message.text) : () => message.text;
  }

  async smppEnded(event: GatewayEnded): Promise<void> {
    await this.#tell("ended", event);
  }

  async #tell(kind: string, value: object): Promise<void> {
    await fetch(this.env.RECEIVER, { method: "POST", body: JSON.stringify({ kind, ...value }) });
  }
}
