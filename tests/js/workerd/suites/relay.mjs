// Servers for a test in workerd, which can't listen: the relay listens for it, and joins each connection with one that the Worker makes.
//
// The Worker sends one line first: "listen" is answered by the port, then by a number for each connection to it; "take <number>" makes
// its connection that one. A server ends with the connection it was asked for on.

import { once } from "node:events";
import { createServer } from "node:net";

/** Starts it; stopped at the end of the test. Returns its port. */
export async function startRelay(t) {
  const waiting = new Map();
  let count = 0;
  const sockets = new Set();
  const keep = (socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const listen = async (control) => {
    const joined = new Set();
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      keep(socket);
      joined.add(socket);
      waiting.set(`${++count}`, socket);
      control.write(`${count}\n`);
    });
    control.resume().on("close", () => {
      server.close();
      for (const socket of joined) socket.destroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    control.write(`${server.address().port}\n`);
  };
  const join = (near, far) => {
    near.pipe(far);
    far.pipe(near);
    near.on("close", () => far.destroySoon());
    far.on("close", () => near.destroySoon());
  };
  const relay = createServer((socket) => {
    keep(socket);
    let text = Buffer.alloc(0);
    const read = (chunk) => {
      text = Buffer.concat([text, chunk]);
      const end = text.indexOf(10);
      if (end < 0) return;
      socket.off("data", read).pause().unshift(text.subarray(end + 1));
      const [what, number] = text.toString("latin1", 0, end).split(" ");
      if (what === "listen") void listen(socket);
      else join(waiting.get(number), socket);
    };
    socket.on("data", read);
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  t.after(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  });
  return relay.address().port;
}
