import { SmppError } from "smpp-edge";
import { smpp } from "../utils/smpp";

export default defineEventHandler(async (event) => {
  const { to, text } = await readBody(event);
  try {
    const { messageId } = await smpp.sendSms({ from: "12345", to, text, signal: AbortSignal.timeout(10_000) });
    setResponseStatus(event, 201);
    return { messageId };
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    const statusCode = error.outcome === "unknown" ? 504 : error.code === "invalid-field" ? 422 : 503;
    throw createError({ statusCode, message: error.message });
  }
});
