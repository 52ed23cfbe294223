// `node:net` in workerd: its own sockets, and servers by the relay of relay.mjs.

import { EventEmitter } from "node:events";
import { connect } from "node:net";

export { connect };

let relay = 0;

/** Servers listen by the relay at this port from now on. */
export function relayBy(port) {
  relay = port;
}

class Server extends EventEmitter {
  #connected;
  #control;
  #port = 0;

  constructor(connected) {
    super();
    this.#connected = connected;
  }

  listen(_port, _host, listening) {
    let text = "";
    this.#control = connect(relay, "127.0.0.1");
    this.#control.on("error", () => {}).on("data", (chunk) => {
      const lines = (text + chunk.toString("latin1")).split("\n");
      text = lines.pop();
      for (const line of lines) this.#read(line, listening);
    });
    this.#control.write("listen\n");
  }

  /** The first line has the port, each further one the number of a connection. */
  #read(line, listening) {
    if (this.#port === 0) {
      this.#port = Number(line);
      listening();
      return;
    }
    const socket = connect(relay, "127.0.0.1");
    socket.write(`take ${line}\n`);
    this.#connected(socket);
  }

  address() {
    return { port: this.#port };
  }

  close(closed) {
    this.#control.on("close", () => closed?.()).destroy();
  }
}

export function createServer(connected) {
  return new Server(connected);
}
