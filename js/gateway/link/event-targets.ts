import type { GatewayEnv, Webhook } from "../model/config.ts";
import type { Envelope } from "../model/delivery-event.ts";
import type { EventTarget } from "./deliveries.ts";
import { DeliveryError } from "./delivery-error.ts";
import { post } from "./webhooks.ts";
import type { HandlerRecord, WorkerHandlers } from "./worker-handlers.ts";

/** Most octets of a message in a Queue: 128,000, less what the Queue adds of its own. */
const LONGEST_IN_QUEUE = 127_500;

/** `record`: which handlers there ever were. */
export function handlerTarget(handlers: WorkerHandlers, record?: HandlerRecord): EventTarget {
  return {
    name: "handler",
    places: 16,
    timeout: 30_000,
    fault: handlers.fault,
    accepts: (type) => handlers.has(type) !== false,
    accepted: (type) => record?.has(type) ?? true,
    deliver: async ({ type, payload }, signal) => {
      if (!await handlers.find(type)) return false;
      record?.add(type);
      await handlers.call(JSON.parse(payload) as Envelope, signal);
      return true;
    },
  };
}

export function queueTarget(queue: Queue | undefined): EventTarget {
  return {
    name: "queue",
    places: 16,
    timeout: 15_000,
    accepts: () => queue !== undefined,
    deliver: async ({ id, payload }) => {
      if (!queue) throw new DeliveryError("SMPP_QUEUE is not bound any more");
      await queue.send(fitting({ id, ...JSON.parse(payload) as Envelope }), { contentType: "json" });
      return true;
    },
  };
}

/** Cloudflare lets six connections of an object wait for a response; the SMSC's and two others are kept free. */
export function webhookTarget(webhook: Webhook | undefined): EventTarget {
  return {
    name: "webhook",
    places: 4,
    timeout: 15_000,
    accepts: () => webhook !== undefined,
    deliver: async ({ id, payload }, signal, now) => {
      if (!webhook) throw new DeliveryError("SMPP_WEBHOOK_URL is not set any more");
      await post(webhook, id, payload, signal, now);
      return true;
    },
  };
}

/** The objects of applications: each keeps what is its own until a bind of it has acknowledged that. */
export function applicationTarget(env: GatewayEnv): EventTarget {
  return {
    name: "application",
    places: 64,
    timeout: 15_000,
    accepts: (_type, data) => applicationOf(data) !== undefined,
    deliver: async ({ id, type, payload }) => {
      const name = applicationOf((JSON.parse(payload) as Envelope).data)!;
      if (!env.SMPP_APPLICATION) throw new DeliveryError("SMPP_APPLICATION is not bound any more");
      await env.SMPP_APPLICATION.getByName(name).take([{ id, type, payload }]);
      return true;
    },
  };
}

function applicationOf(data: unknown): string | undefined {
  return (data as { application?: { name: string } }).application?.name;
}

/** The event as a Queue can hold it: where it is too long, without the PDUs, which say nothing that its fields don't. */
function fitting(event: { id: string } & Envelope): object {
  if (lengthOf(event) <= LONGEST_IN_QUEUE) return event;
  const { pdus: _pdus, pdu: _pdu, raw: _raw, ...data } = event.data as Record<string, unknown>;
  const short = { ...event, data };
  const length = lengthOf(short);
  if (length > LONGEST_IN_QUEUE) throw new DeliveryError(`The event has ${length} octets, a Queue takes ${LONGEST_IN_QUEUE}`, { final: true });
  return short;
}

function lengthOf(event: object): number {
  return new TextEncoder().encode(JSON.stringify(event)).length;
}
