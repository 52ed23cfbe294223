import type { Secrets, Webhook } from "../model/config.ts";
import type { Envelope } from "../model/delivery-event.ts";
import type { EventTarget } from "./deliveries.ts";
import { DeliveryError } from "./delivery-error.ts";
import { splitPayload } from "./event-store.ts";
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
      await handlers.call(JSON.parse(splitPayload(payload).body) as Envelope, signal);
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
      await queue.send(fitting({ id, ...JSON.parse(splitPayload(payload).body) as Envelope }), { contentType: "json" });
      return true;
    },
  };
}

/** Cloudflare lets six connections of an object wait for a response; the SMSC's and one other are kept free of webhook and URLs. */
export function webhookTarget(webhook: Webhook | undefined, places = 4): EventTarget {
  return {
    name: "webhook",
    places,
    timeout: 15_000,
    accepts: () => webhook !== undefined,
    deliver: async ({ id, payload }, signal, now) => {
      if (!webhook) throw new DeliveryError("SMPP_WEBHOOK_URL is not set any more");
      await post(webhook, id, payload, signal, now);
      return true;
    },
  };
}

/** URLs of messages and rules. They share places, so what one of them wants of all events counts for this event alone. */
export function callbackTarget(secrets: Secrets): EventTarget {
  return {
    name: "callback",
    places: 2,
    timeout: 15_000,
    accepts: () => false,
    deliver: async ({ id, payload }, signal, now) => {
      const { url, body } = splitPayload(payload);
      try {
        await post({ url, secrets }, id, body, signal, now);
      } catch (error) {
        throw error instanceof DeliveryError ? new DeliveryError(error.message, { final: error.gone }) : error;
      }
      return true;
    },
  };
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
