import { connect } from "smpp-edge";

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");

const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World", report: "always" });
console.log(`accepted as ${sent.messageId}`);

const report = await sent.delivered();
console.log(report.status);

await smpp.close();
