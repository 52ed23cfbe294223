import { setTimeout as sleep } from "node:timers/promises";
import { connect, SmppError } from "smpp-edge";

/** Sends, and retries if that is safe. Resolves with undefined if the outcome is unknown. */
async function send(smpp, message) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await smpp.sendSms(message);
    } catch (error) {
      if (!(error instanceof SmppError)) throw error;
      if (error.outcome === "unknown") return undefined;
      if (!error.retryable || attempt === 3) throw error;
      await sleep(attempt * 100);
    }
  }
}

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");

// The simulator refuses the second number.
for (const to of ["+1234567890", "+12349990006"]) {
  try {
    const sent = await send(smpp, { from: "12345", to, text: "Hello World" });
    console.log(sent ? `${to}: accepted` : `${to}: ask the SMSC, or wait for a report`);
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    console.log(`${to}: ${error.outcome}, ${error.name}`);
  }
}

await smpp.close();
