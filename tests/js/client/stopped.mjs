// A program that is stopped while it waits for answers: sends ten messages to the SMSC named, and prints what became of each.

import { connect } from "smpp-edge";

const smpp = await connect(process.argv[2], { responseTimeout: 3_000, reconnect: false });
const sending = Array.from({ length: 10 }, (_, n) => smpp.sendSms({ from: "12345", to: `+12345678${n}`, text: "Hello World" }));
const results = await Promise.allSettled(sending);
console.log(JSON.stringify(results.map((result) => result.value?.status ?? result.reason.outcome)));
await smpp.close();
