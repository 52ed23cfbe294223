import { connect } from "smpp-edge";

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");

// All reports: for messages of this process, of another process, or of yesterday.
const open = new Set();
const reports = smpp.reports();
const reading = (async () => {
  for await (const report of reports) {
    // The report is acknowledged when the loop requests the next one. If this throws, the SMSC redelivers it.
    console.log(`${report.from.addr}: ${report.status}`);
    if (report.final) open.delete(report.messageId);
    if (open.size > 0) continue;
    // Without this, leaving the loop refuses its current report.
    reports.acknowledge();
    break;
  }
})();

for (const to of ["+1234567890", "+12349990030"]) {
  const sent = await smpp.sendSms({ from: "12345", to, text: "Hello World", report: "always" });
  for (const { messageId } of sent.segments) open.add(messageId);
}
await reading;

await smpp.close();
