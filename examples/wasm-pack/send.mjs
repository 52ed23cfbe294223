// Sends an SMS over node:net by the package that `wasm-pack build wasm-pack --target nodejs` makes, and waits for its report.

import { createRequire } from "node:module";
import { connect } from "node:net";

const { SmppSession } = createRequire(import.meta.url)(process.env.SMPP_PACKAGE ?? "../../wasm-pack/pkg/smpp_edge_wasm.js");
const url = new URL(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");
const [systemId, password] = [url.username, url.password].map(decodeURIComponent);

const session = new SmppSession({ systemId, password, reconnect: false });
const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
let timer;
let messageId;

// 0 once the SMS is delivered.
process.exitCode = 1;

/** To be called after everything that happens: takes the events, writes what is due, sets the timer. */
function advance() {
  for (const event of session.poll()) handle(event);
  const bytes = session.transmit();
  if (bytes.length > 0) socket.write(bytes);
  clearTimeout(timer);
  const deadline = session.deadline();
  if (deadline !== undefined) timer = setTimeout(() => advance(session.timeout()), Math.max(0, deadline - performance.now()));
}

function handle(event) {
  if (event.type === "bound") session.sendSms({ from: "12345", to: "+1234567890", text: "Hello World", report: "always" });
  if (event.type === "sent" && event.status === "accepted") console.log(`accepted as ${(messageId = event.messageId)}`);
  if (event.type === "sent" && event.status !== "accepted") {
    console.log(`${event.status}: ${event.segments[0].message}`);
    session.close();
  }
  if (event.type === "report") {
    session.respond(event.request);
    // Reports of earlier messages come, too.
    if (event.report.messageId !== messageId) return;
    console.log(`${event.report.status} at ${event.report.doneAt?.toISOString()}`);
    if (event.report.status === "delivered") process.exitCode = 0;
    if (event.report.final) session.close();
  }
  if (event.type === "disconnect") {
    console.log(event.message);
    socket.end(session.transmit());
  }
}

socket.on("connect", () => advance(session.bind()));
socket.on("data", (bytes) => advance(session.receive(bytes)));
socket.on("close", () => advance(session.closed()));
socket.on("error", (error) => console.error(error.message));
