// An SMSC that accepts everything and keeps nothing. It prints its port, and ends with its standard input.

import { createServer } from "node:net";

const RESPONSE = 0x80000000;
const SUBMIT_SM = 4;
const UNBIND = 6;

/** The answer to a request: its header as a response, and an id or a name of four octets. */
function answer(request, at, out) {
  const command = request.readUInt32BE(at + 4);
  const response = Buffer.alloc(command === UNBIND ? 16 : 21);
  response.writeUInt32BE(response.length, 0);
  response.writeUInt32BE((command | RESPONSE) >>> 0, 4);
  request.copy(response, 12, at + 12, at + 16);
  if (command === SUBMIT_SM) response.write(request.readUInt32BE(at + 12).toString(36).padStart(4, "0").slice(-4), 16, "latin1");
  out.push(response);
}

const server = createServer((socket) => {
  let rest = Buffer.alloc(0);
  socket.setNoDelay(true).on("error", () => {});
  socket.on("data", (chunk) => {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const out = [];
    let at = 0;
    while (at + 16 <= all.length && at + all.readUInt32BE(at) <= all.length) {
      answer(all, at, out);
      at += all.readUInt32BE(at);
    }
    rest = Buffer.from(all.subarray(at));
    if (out.length > 0) socket.write(Buffer.concat(out));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
