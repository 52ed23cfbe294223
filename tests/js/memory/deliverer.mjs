// deliverer.mjs <messages>: an SMSC that delivers so many long messages, 100 at a time, in two segments each. It sends the second segment
// when the first is acknowledged, and a refused one again at once. It prints its port, and ends with its standard input.

import { createServer } from "node:net";

const messages = Number(process.argv[2]);
const AT_ONCE = 100;
const DELIVER_SM = 5;
const RESPONSE = 0x80000000;
const BIND_TRANSCEIVER = 9;

/** A PDU of this command with this body. */
function pdu(command, number, body) {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + body.length, 0);
  header.writeUInt32BE(command >>> 0, 4);
  header.writeUInt32BE(number, 12);
  return Buffer.concat([header, body]);
}

/** Segment `part` of the message in this place; each segment has the message's number, so that none is like one of an earlier message. */
function segment(place, part, message) {
  const text = Buffer.from(part === 1 ? `${message} is ` : `${message}`);
  const addresses = Buffer.from(`\0\x01\x01${447_700_900_000 + place}\0\0\0${"12345"}\0`, "latin1");
  const fields = Buffer.from([0x40, 0, 0, 0, 0, 0, 0, 0, 0, 6 + text.length, 5, 0, 3, place, 2, part]);
  return pdu(DELIVER_SM, 2 * place + part, Buffer.concat([addresses, fields, text]));
}

const server = createServer((socket) => {
  let rest = Buffer.alloc(0);
  let next = 0;
  const current = new Array(AT_ONCE);
  const begin = (place) => {
    if (next === messages) return undefined;
    current[place] = next++;
    return segment(place, 1, current[place]);
  };
  const answered = (number, status) => {
    const place = (number - 1) >> 1;
    const part = number - 2 * place;
    if (status !== 0) return segment(place, part, current[place]);
    return part === 1 ? segment(place, 2, current[place]) : begin(place);
  };
  socket.setNoDelay(true).on("error", () => {});
  socket.on("data", (chunk) => {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const out = [];
    let at = 0;
    while (at + 16 <= all.length && at + all.readUInt32BE(at) <= all.length) {
      const command = all.readUInt32BE(at + 4);
      const number = all.readUInt32BE(at + 12);
      if (command === RESPONSE + DELIVER_SM) {
        const following = answered(number, all.readUInt32BE(at + 8));
        if (following !== undefined) out.push(following);
      } else if (command < RESPONSE) {
        out.push(pdu(command + RESPONSE, number, Buffer.alloc(command === 6 || command === 0x15 ? 0 : 1)));
        if (command === BIND_TRANSCEIVER) out.push(...Array.from({ length: AT_ONCE }, (_, place) => begin(place)));
      }
      at += all.readUInt32BE(at);
    }
    rest = Buffer.from(all.subarray(at));
    if (out.length > 0) socket.write(Buffer.concat(out));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
