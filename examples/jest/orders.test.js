const { connect } = require("smpp-edge");
const { createSimulator } = require("smpp-edge/server");

test("a customer gets a message", async () => {
  const smsc = await createSimulator({ port: 0, delay: 0 });
  const smpp = await connect(smsc.url);

  const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Your order is ready.", report: "always" });
  expect((await sent.delivered({ timeout: 5_000 })).status).toBe("delivered");
  expect(smsc.messages().map(({ text }) => text)).toEqual(["Your order is ready."]);

  await smpp.close();
  await smsc.close();
});
