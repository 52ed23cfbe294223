import { SmppError } from "smpp-edge";
import { smpp } from "../../lib/smpp";

export async function POST(request: Request): Promise<Response> {
  const { to, text } = await request.json();
  try {
    const { messageId } = await smpp.sendSms({ from: "12345", to, text, signal: AbortSignal.timeout(10_000) });
    return Response.json({ messageId }, { status: 201 });
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    const status = error.outcome === "unknown" ? 504 : error.code === "invalid-field" ? 422 : 503;
    return Response.json({ error: error.message }, { status });
  }
}
