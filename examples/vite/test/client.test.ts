import { connect } from "smpp-edge";
import { createTestSmsc } from "smpp-edge/testing";
import { expect, test } from "vitest";

test("a client of mine, against an SMSC inside workerd", async () => {
  const smsc = createTestSmsc();
  const heard: (string | undefined)[] = [];
  const smpp = await connect(smsc.url, { socket: smsc.socket, onMessage: ({ text }) => void heard.push(text) });

  const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Ready?", report: "always" });
  expect((await sent.delivered({ timeout: 5_000 })).status).toBe("delivered");
  await smsc.deliver({ from: "+1234567890", to: "12345", text: "Yes" });

  expect(smsc.messages().map(({ text }) => text)).toEqual(["Ready?"]);
  expect(heard).toEqual(["Yes"]);
  await smpp.close();
  await smsc.close();
});
