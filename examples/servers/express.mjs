import express from "express";
import { client, SmppError } from "smpp-edge";

// One client for the process. It connects in the background, and reconnects when the connection is lost.
const smpp = client(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775", {
  onMessage: ({ from, text }) => console.log(`${from.addr} writes: ${text}`),
});
smpp.ready().catch((error) => console.error(error.message)); // for example a wrong password

const app = express();
app.use(express.json());

app.post("/messages", async (request, response) => {
  const { to, text } = request.body ?? {};
  try {
    // While the SMSC is unreachable the message waits, but only as long as the caller does.
    const { messageId, segments } = await smpp.sendSms({ from: "12345", to, text, signal: AbortSignal.timeout(10_000) });
    response.status(201).json({ messageId, segments: segments.length });
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    // 504: the message may have been sent, so the caller must not just repeat the request.
    const status = error.outcome === "unknown" ? 504 : error.code === "invalid-field" ? 422 : error.outcome === "rejected" ? 502 : 503;
    response.status(status).json({ error: error.message });
  }
});

const server = app.listen(process.env.PORT ?? 3000);

// Docker, Kubernetes and systemd stop a process with SIGTERM. Finish running requests, then send what is queued and unbind.
process.once("SIGTERM", () => server.close(() => smpp.close()));
