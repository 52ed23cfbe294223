// The rows that a message with its report writes from end to end, as Cloudflare bills them and as workerd counts them.

import assert from "node:assert/strict";
import test from "node:test";
import { Smsc, startGateway, startReceiver, until } from "./support.mjs";

const COUNT = 100;
const metric = async (gateway, name) => Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, "m").exec((await gateway.get("/metrics")).body)[1]);

/** Rows written while {@link COUNT} messages are taken, sent, accepted, reported and handed on. */
async function rows(gateway, receiver) {
  const before = await metric(gateway, "smpp_sql_rows_written_total");
  const reported = await metric(gateway, "smpp_reports_total");
  const posted = receiver?.requests.length ?? 0;
  const messages = Array.from({ length: COUNT }, (_, i) => ({ from: "12345", to: `+49151${1000 + i}`, text: "hello" }));
  const { status } = await gateway.post("/v1/messages", messages);
  assert.equal(status, 202);
  await until("the reports", async () => await metric(gateway, "smpp_reports_total") === reported + COUNT);
  // A handed on event is removed after the webhook's answer.
  if (receiver) {
    await until("the events", () => receiver.requests.length === posted + COUNT);
    await until("their end", async () => await metric(gateway, "smpp_deliveries_waiting") === 0);
  }
  return await metric(gateway, "smpp_sql_rows_written_total") - before;
}

test("a message with its report writes at most 5 rows", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url } });
  await gateway.bound();
  await rows(gateway);
  const written = await rows(gateway);
  t.diagnostic(`${written / COUNT} rows a message`);
  assert.ok(written <= 5 * COUNT, `${written} rows for ${COUNT} messages`);
});

test("with a webhook it writes at most 7", async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  const vars = { SMPP_URL: smsc.url, SMPP_WEBHOOK_URL: receiver.url, SMPP_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SMPP_WEBHOOK_PRIVATE: "true" };
  const gateway = await startGateway(t, { vars });
  await gateway.bound();
  // From the first event on the link knows that the Worker has no handlers.
  await rows(gateway, receiver);
  const written = await rows(gateway, receiver);
  t.diagnostic(`${written / COUNT} rows a message`);
  assert.ok(written <= 7 * COUNT, `${written} rows for ${COUNT} messages`);
});
