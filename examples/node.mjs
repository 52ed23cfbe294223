import { connect } from "smpp-edge";

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775", {
  onMessage: (message) => console.log(`${message.from.addr} writes: ${message.text}`),
});

const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World", report: "always" });
console.log(`accepted as ${sent.messageId}`);

const report = await sent.delivered({ timeout: 60_000 });
console.log(`${report.status} at ${report.doneAt?.toISOString()}`);

await smpp.close();
