import { randomInt } from "node:crypto";
import { connect, TimeoutError } from "smpp-edge";

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");

/** Sends a code that is valid for five minutes. If `arrived` is false, offer another sign-in method. */
async function sendCode(to) {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const sent = await smpp.sendSms({ from: "Example", to, text: `Your code is ${code}.`, report: "always", validity: 300 });
  try {
    const { status } = await sent.delivered({ timeout: 30_000 });
    return { code, arrived: status === "delivered" };
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return { code, arrived: false };
  }
}

for (const to of ["+1234567890", "+12349990030"]) {
  const { arrived } = await sendCode(to);
  console.log(`${to}: ${arrived ? "enter the code" : "shall we call you?"}`);
}

await smpp.close();
