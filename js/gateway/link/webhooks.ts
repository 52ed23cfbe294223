import type { Webhook } from "../model/config.ts";

/** How long a webhook may take to answer. */
const TIMEOUT = 15_000;

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

/** Posts one event. Throws, with what to tell the operator, unless the answer is a 2xx; redirections are not followed. */
export async function post(webhook: Webhook, id: string, body: string, now: number): Promise<void> {
  const seconds = Math.floor(now / 1000);
  const response = await fetch(webhook.url, {
    method: "POST",
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT),
    headers: {
      "content-type": "application/json",
      "user-agent": "smpp-edge",
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      "webhook-signature": await signature(webhook, id, seconds, body),
    },
    body,
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The webhook answered ${response.status}`);
}
