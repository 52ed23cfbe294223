import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secret = Buffer.from(process.env.SMPP_WEBHOOK_SECRET.replace("whsec_", ""), "base64");
const seen = new Set(); // in a real program: a table with a unique key

function isGenuine(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false; // NaN, too
  const expected = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace("v1,", ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (!isGenuine(request.headers, body)) return response.writeHead(401).end();
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) {
    seen.add(id); // an event may come twice
    const { type, data } = JSON.parse(body);
    if (type === "message.report") console.log(`${data.id}: ${data.status}`);
    if (type === "message.received") console.log(`${data.from.number}: ${data.text}`);
    if (type === "message.ended") console.log(`${data.id}: ${data.status}, ${data.error.detail}`);
  }
  response.writeHead(204).end();
}).listen(process.env.PORT ?? 8080);
