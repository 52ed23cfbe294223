import { connect, SmppError } from "smpp-edge";

/** Sends one message: bind, send, unbind. Between two invocations Lambda freezes the process, and no connection survives that. */
export async function handler(event) {
  const { to, text } = JSON.parse(event.body);
  try {
    await using smpp = await connect(process.env.SMPP_URL, { bind: "transmitter", reconnect: false, bindTimeout: 5_000, responseTimeout: 5_000 });
    const { messageId } = await smpp.sendSms({ from: "12345", to, text });
    return { statusCode: 201, body: JSON.stringify({ messageId }) };
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    // Lambda retries an asynchronous invocation that throws. A message that may have been sent must not be repeated, so this returns.
    return { statusCode: error.outcome === "unknown" ? 504 : 502, body: JSON.stringify({ error: error.message, outcome: error.outcome }) };
  }
}
