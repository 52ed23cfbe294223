import { keepLinks, type Envelope, type GatewayEnv, type RpcMessage, type SmppGateway } from "smpp-edge/worker";

export { SmppGateway, SmppLink } from "smpp-edge/worker";

interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
  OUTGOING: Queue<RpcMessage>;
}

export default {
  /** Any producer may put messages into the queue; here a request does. */
  async fetch(request: Request, env: Env): Promise<Response> {
    await env.OUTGOING.send(await request.json<RpcMessage>());
    return new Response(null, { status: 202 });
  },

  async queue(batch: MessageBatch<RpcMessage | Envelope>, env: Env): Promise<void> {
    for (const message of batch.messages) {
      const { id, body } = message;
      try {
        if ("type" in body) {
          // An event of the gateway, which the binding SMPP_QUEUE sends here.
          console.log(`${body.type}: ${JSON.stringify(body.data)}`);
        } else {
          // A queue delivers at least once. With its id as the idempotency key, the message is still sent only once.
          await env.SMS.sendSms(body, { idempotencyKey: id });
        }
        message.ack();
      } catch (error) {
        // Only this message is retried, later each time; in the end it goes to the dead letter queue.
        console.error(`${id}, attempt ${message.attempts}: ${(error as Error).message}`);
        message.retry({ delaySeconds: 2 ** message.attempts });
      }
    }
  },

  scheduled: (_event: ScheduledController, env: Env) => keepLinks(env),
};
