import { keepLinks, type Envelope, type GatewayEnv, type RpcMessage, type SmppGateway } from "smpp-edge/worker";

export { SmppGateway, SmppLink } from "smpp-edge/worker";

interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
  OUTGOING: Queue<RpcMessage>;
}

export default {
  /** Anything may put messages into the queue: here a request does. */
  async fetch(request: Request, env: Env): Promise<Response> {
    await env.OUTGOING.send(await request.json<RpcMessage>());
    return new Response(null, { status: 202 });
  },

  async queue(batch: MessageBatch<RpcMessage | Envelope>, env: Env): Promise<void> {
    for (const message of batch.messages) {
      const { id, body } = message;
      try {
        if ("type" in body) {
          // The gateway's events come here, since its binding SMPP_QUEUE is set.
          console.log(`${body.type}: ${JSON.stringify(body.data)}`);
        } else {
          // A queue delivers at least once: with its id as the key a message is still sent once.
          await env.SMS.sendSms(body, { idempotencyKey: id });
        }
        message.ack();
      } catch (error) {
        // Only this one comes again, later each time, and in the end goes to the dead letter queue.
        console.error(`${id}, attempt ${message.attempts}: ${(error as Error).message}`);
        message.retry({ delaySeconds: 2 ** message.attempts });
      }
    }
  },

  scheduled: (_event: ScheduledController, env: Env) => keepLinks(env),
};
