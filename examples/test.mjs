import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";

test("a customer gets a message and replies", async (t) => {
  const smsc = await createSimulator({ port: 0, delay: 0 });
  t.after(() => smsc.close());
  const heard = [];
  const smpp = await connect(smsc.url, { onMessage: ({ text }) => void heard.push(text) });
  t.after(() => smpp.close());

  const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Ready?", report: "always" });
  assert.equal((await sent.delivered({ timeout: 5_000 })).status, "delivered");
  await smsc.deliver({ from: "+1234567890", to: "12345", text: "Yes" });

  assert.deepEqual(smsc.messages().map(({ text }) => text), ["Ready?"]);
  assert.deepEqual(heard, ["Yes"]);
});
