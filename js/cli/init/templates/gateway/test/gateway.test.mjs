// The gateway under wrangler, with a simulated SMSC: a message is sent and its report comes back.

import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createSimulator } from "smpp-edge/server";
import { unstable_startWorker as startWorker } from "wrangler";

test("a message is delivered", async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 50 });
  t.after(() => simulator.close());
  const worker = await startWorker({
    config: "wrangler.jsonc",
    bindings: { SMPP_URL: { type: "plain_text", value: simulator.url } },
    dev: { logLevel: "error", persist: false, server: { port: 0 }, inspector: false },
  });
  t.after(() => worker.dispose());
  const gateway = await worker.url;

  const response = await fetch(new URL("/v1/messages", gateway), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ from: "12345", to: "+1234567890", text: "Hello World", report: "always" }),
  });
  assert.equal(response.status, 202);
  const { id } = await response.json();

  let message;
  do {
    await sleep(100);
    message = await (await fetch(new URL(`/v1/messages/${id}`, gateway))).json();
  } while (["queued", "sent", "accepted"].includes(message.status));
  assert.equal(message.status, "delivered");
});
