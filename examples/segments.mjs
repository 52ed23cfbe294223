import { connect, joinSegments } from "smpp-edge";

// Use a database; this Map takes its place.
const stored = new Map();
let finish;
const first = new Promise((resolve) => (finish = resolve));

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775", {
  // The segment is acknowledged when this function returns. If it throws, the SMSC redelivers the segment.
  onSegment({ key, part, total, pdu }) {
    const segments = stored.get(key) ?? new Map();
    stored.set(key, segments.set(part, pdu));
    if (segments.size < total) return;
    stored.delete(key);
    const { message, report } = joinSegments(segments.values());
    if (message !== undefined) console.log(`${message.from.addr}: ${message.text}`);
    if (report !== undefined) console.log(`${report.messageId}: ${report.status}`);
    finish();
  },
});

await first;
await smpp.close();
