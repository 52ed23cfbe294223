import type { Webhook } from "../model/config.ts";
import { DeliveryError } from "./delivery-error.ts";

/** Longest wait that a `Retry-After` header can ask for: nothing but time ends it for the events that it was asked for with. */
const LONGEST_RETRY_AFTER = 3_600_000;

/** `webhook-signature` by Standard Webhooks: HMAC-SHA256 over id, time and body, one with each secret. */
export async function signature(webhook: Webhook, id: string, seconds: number, body: string): Promise<string> {
  const octets = new TextEncoder().encode(`${id}.${seconds}.${body}`);
  const all = webhook.secrets.map(async (secret) => {
    const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, octets));
    return `v1,${btoa(String.fromCharCode(...mac))}`;
  });
  return (await Promise.all(all)).join(" ");
}

/** Posts one event. Throws a {@link DeliveryError} unless the response is a 2xx; redirects are not followed. */
export async function post(webhook: Webhook, id: string, body: string, signal: AbortSignal, now: number): Promise<void> {
  const seconds = Math.floor(now / 1000);
  const response = await fetch(webhook.url, {
    method: "POST",
    redirect: "manual",
    signal,
    headers: {
      "content-type": "application/json",
      "user-agent": "smpp-edge",
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      "webhook-signature": await signature(webhook, id, seconds, body),
    },
    body,
  });
  // The body is of no interest, and one that never ends must not hold the connection.
  response.body?.cancel().catch(() => {});
  if (response.ok) return;
  const message = `The webhook answered ${response.status}`;
  if (response.status === 410) throw new DeliveryError(message, { gone: true });
  const busy = response.status === 429 || response.status === 503;
  throw new DeliveryError(message, { retryAfter: busy ? retryAfter(response.headers.get("retry-after"), now) : undefined });
}

/** Milliseconds that a `Retry-After` header asks for: seconds, or a date. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return wait > 0 ? Math.min(wait, LONGEST_RETRY_AFTER) : undefined;
}
