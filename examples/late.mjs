import { connect, SmppError } from "smpp-edge";

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775", { responseTimeout: 1_000 });
try {
  // The simulator answers messages to this number late.
  const sent = await smpp.sendSms({ from: "12345", to: "+12349990010", text: "Hello World" });
  console.log(`accepted as ${sent.messageId}`);
} catch (error) {
  if (!(error instanceof SmppError) || error.outcome !== "unknown") throw error;
  const { outcome, sent } = await error.late;
  console.log(`${outcome}, ${sent?.messageId ?? "without an id"}`);
}
await smpp.close();
