import { connect } from "smpp-edge";

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775", { window: 100 });

/** May also read a file or a database: `sendMany` reads the source only as fast as it sends. */
function* messages() {
  for (let i = 0; i < 1_000; i++) yield { from: "12345", to: `+1555000${String(i).padStart(4, "0")}`, text: `Ticket ${i}` };
}

const summary = await smpp.sendMany(messages(), {
  onResult({ message, sent, error }) {
    if (error) console.log(`${message.to}: ${error.outcome}, ${error.name}`);
    else if (sent.status === "partial") console.log(`${message.to}: only some segments were accepted`);
  },
});
console.log(`${summary.accepted} accepted, ${summary.failed} failed`);

await smpp.close();
