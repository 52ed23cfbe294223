import { connect } from "smpp-edge";

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");

// Every report, whoever sent the message: of this process, of another one, or of yesterday.
const open = new Set();
const reports = smpp.reports();
const reading = (async () => {
  for await (const report of reports) {
    // The SMSC gets its answer when the loop asks for the next report. If this throws, the SMSC sends the report again.
    console.log(`${report.from.addr}: ${report.status}`);
    if (report.final) open.delete(report.messageId);
    if (open.size > 0) continue;
    // A loop that is left has not taken its item, unless it says so.
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
