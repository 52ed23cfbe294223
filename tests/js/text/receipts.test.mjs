// Receipts that an SMSC does not mark as such: taken for what they read like only where that is asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "smpp-edge";
import { NodeSmsc } from "../client/smsc.ts";

const RECEIPT = "id:npm-1 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello";

async function taken(options, fields) {
  const got = [];
  await using smsc = await NodeSmsc.listen();
  await using smpp = await connect(smsc.url, {
    ...options,
    onReport: (report) => void got.push(["report", report.messageId, report.status]),
    onMessage: (message) => void got.push(["message", message.text]),
  });
  assert.equal(smpp.stats().state, "bound");
  for (const each of fields) assert.equal((await smsc.request("deliver_sm", { source_addr: "15551230000", destination_addr: "12345", ...each })).command_status, 0);
  return got;
}

test("an ordinary message that reads like a receipt is a message", async () => {
  assert.deepEqual(await taken({}, [{ short_message: RECEIPT }]), [["message", RECEIPT]]);
});

test("with plainReceipts it is a report; what does not begin with id:, and an acknowledgement by a subscriber, are not", async () => {
  const others = [{ short_message: `Look: ${RECEIPT}` }, { esm_class: 0x08, short_message: RECEIPT }];
  const got = await taken({ plainReceipts: true }, [{ short_message: RECEIPT }, ...others]);
  assert.deepEqual(got, [["report", "npm-1", "delivered"], ["message", `Look: ${RECEIPT}`], ["message", RECEIPT]]);
});
