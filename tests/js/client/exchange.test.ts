import assert from "node:assert/strict";
import { connect as connectTcp } from "node:net";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { connect, type SocketFactory, type WinterTcSocket } from "smpp-edge";
import { exchangeTests } from "./exchange.suite.ts";
import { NodeSmsc } from "./smsc.ts";

exchangeTests();

test("a socket factory takes the place of the runtime's sockets", async () => {
  const calls: Parameters<SocketFactory>[] = [];
  const socket: SocketFactory = (address, options) => {
    calls.push([address, options]);
    const tcp = connectTcp(address.port, "127.0.0.1");
    return Object.assign(Duplex.toWeb(tcp), { close: async () => void tcp.destroy() }) as WinterTcSocket;
  };
  await using smsc = await NodeSmsc.listen();
  const smpp = await connect(`smpps://id:secret@smsc.example:${smsc.port}`, { socket });
  assert.equal((await smpp.sendSms({ to: "+1234567890", text: "Hello World" })).status, "accepted");
  await smpp.close();
  assert.deepEqual(calls, [[{ hostname: "smsc.example", port: smsc.port }, { secureTransport: "on", allowHalfOpen: false, highWaterMark: 65_536 }]]);
});
