import { request } from "node:http";
import { Duplex } from "node:stream";
import { connect } from "smpp-edge";

const proxy = new URL(process.env.PROXY_URL ?? "http://127.0.0.1:3128");

/** A connection through a proxy on a host with a fixed address, by HTTP's CONNECT. */
function throughProxy({ hostname, port }) {
  return new Promise((resolve, reject) => {
    const asking = request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: `${hostname}:${port}` });
    asking.once("error", reject);
    asking.once("connect", (response, socket) => {
      if (response.statusCode !== 200) return reject(new Error(`the proxy answered ${response.statusCode}`));
      socket.setNoDelay(true);
      resolve({ ...Duplex.toWeb(socket), close: async () => void socket.destroy() });
    });
    asking.end();
  });
}

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775", { socket: throughProxy });
const { messageId } = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World" });
console.log(`accepted as ${messageId}`);
await smpp.close();
