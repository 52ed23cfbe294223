// The gateway against the simulator, which misbehaves on request: each fault ends in the state that it should, and the link goes on.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { root, startGateway, until } from "../gateway/support.mjs";

/** By the last two digits of the number: what the message comes to, and the status that is shown. */
const FAULTS = [
  ["01", "throttling that passes", "delivered"],
  ["02", "a full queue that empties", "delivered"],
  ["06", "a destination that is refused", "failed", "ESME_RINVDSTADR"],
  ["10", "a late response", "delivered"],
  ["11", "no response", "unknown"],
  ["12", "responses out of order", "delivered"],
  ["13", "a response that comes twice", "delivered"],
  ["14", "a response that nobody waits for", "delivered"],
  ["15", "a receipt before the response", "delivered"],
  ["20", "half a response, then no connection", "unknown"],
  ["21", "no response and no connection", "unknown"],
  ["22", "every octet on its own", "delivered"],
  ["23", "garbage before the response", "unknown"],
  ["24", "a PDU said to be of 2 GiB", "unknown"],
  ["27", "an unbind by the SMSC", "delivered"],
  ["30", "the report undeliverable", "undeliverable"],
  ["31", "the report expired", "expired"],
  ["32", "the report rejected", "rejected"],
  ["33", "the report deleted", "deleted"],
  ["36", "a receipt that comes twice", "delivered"],
];

async function startSimulator(t, ...flags) {
  const child = spawn(process.execPath, [join(root, "dist/node/smpp-edge.js"), "simulator", "--port", "0", "--quiet", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  return until("the simulator", () => /smpp:\/\/\S+/.exec(output)?.[0]);
}

test("faults of the SMSC", async (t) => {
  const url = await startSimulator(t, "--delay", "50", "--late", "300");
  const options = { responseTimeout: 1500, enquireLink: 1000 };
  const gateway = await startGateway(t, { vars: { SMPP_URL: url, SMPP_OPTIONS: JSON.stringify(options) } });
  for (const [digits, what, status, name] of FAULTS) {
    await t.test(`${what}: ${status}`, async () => {
      await gateway.bound();
      const { body } = await gateway.post("/v1/messages", { from: "12345", to: `+155599900${digits}`, text: what });
      const { error } = await gateway.message(body.id, status);
      assert.equal(error?.smpp?.name, name);
      await gateway.bound();
      const next = await gateway.post("/v1/messages", { from: "12345", to: "+15551234567", text: "the next one" });
      await gateway.message(next.body.id, "delivered");
    });
  }
});

test("ids that are hexadecimal in responses and decimal in receipts", async (t) => {
  const url = await startSimulator(t, "--delay", "50", "--hex-ids");
  const gateway = await startGateway(t, { vars: { SMPP_URL: url, SMPP_OPTIONS: '{"messageIdFormat":"hex-response"}' } });
  const { body } = await gateway.post("/v1/messages", { from: "12345", to: "+15551234567", text: "Hello World" });
  const { messageId } = await gateway.message(body.id, "delivered");
  assert.match(messageId, /^[0-9a-f]+$/i);
});
