// The Worker under wrangler, with a simulated SMSC: a message is sent and its report comes back.

import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createSimulator } from "smpp-edge/server";
import { unstable_startWorker as startWorker } from "wrangler";

const authorization = "Bearer token-of-the-test";

test("a message is delivered, and nobody sends without the token", async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 50 });
  t.after(() => simulator.close());
  const worker = await startWorker({
    config: "wrangler.jsonc",
    bindings: { SMPP_URL: { type: "plain_text", value: simulator.url }, TOKEN: { type: "plain_text", value: "token-of-the-test" } },
    dev: { logLevel: "error", persist: false, server: { port: 0 }, inspector: false },
  });
  t.after(() => worker.dispose());
  const url = new URL("/?to=%2B1234567890", await worker.url);

  assert.equal((await fetch(url, { method: "POST" })).status, 401);

  const unknown = await fetch(new URL("/unknown", url), { headers: { authorization } });
  assert.deepEqual([unknown.status, await unknown.json()], [404, { error: "There is no message of that id" }]);

  const wrong = await fetch(new URL("/?to=hello", url), { method: "POST", headers: { authorization } });
  assert.equal(wrong.status, 422);
  assert.match((await wrong.json()).error, /^to: "hello" is not a phone number/);

  const response = await fetch(url, { method: "POST", headers: { authorization } });
  assert.equal(response.status, 202);
  const { id } = await response.json();

  let message;
  do {
    await sleep(100);
    message = await (await fetch(new URL(`/${id}`, url), { headers: { authorization } })).json();
  } while (["queued", "sent", "accepted"].includes(message.status));
  assert.equal(message.status, "delivered");
});
