import { client } from "smpp-edge";

const smpp = client(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");

// Waits while the SMSC is unreachable, at most for the message's validity.
const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World", validity: 3_600 });
console.log(`accepted as ${sent.messageId}`);
await smpp.close();
