// Clients behind a proxy that sends the PROXY protocol, versions 1 and 2.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { listen, type ListenOptions } from "smpp-edge/server";
import { parseProxyHeader } from "../../../js/server/proxy-protocol.ts";
import { selfSigned } from "../client/certificate.ts";
import { parse, pdu, RawEsme, within } from "../simulator/peers.ts";

const bind = pdu("bind_transceiver", { system_id: "shop", password: "password", interface_version: 0x34 });
const signature = "0d0a0d0a000d0a515549540a";
const v2 = (command: string, family: string, addresses: string) => Buffer.from(`${signature}${command}${family}${(addresses.length / 2).toString(16).padStart(4, "0")}${addresses}`, "hex");
const v4 = "c0000201c6336401115c0ad7";
const v6 = "20010db800000000000000000000000120010db8000000000000000000000002115c0ad7";

const GOOD: [string, Buffer, string | undefined][] = [
  ["version 1, IPv4", Buffer.from("PROXY TCP4 192.0.2.1 198.51.100.1 4444 2775\r\n"), "192.0.2.1:4444"],
  ["version 1, IPv6", Buffer.from("PROXY TCP6 2001:db8::1 2001:db8::2 4444 2775\r\n"), "2001:db8::1:4444"],
  ["version 1, unknown", Buffer.from("PROXY UNKNOWN\r\n"), undefined],
  ["version 1, unknown with what it may have beside", Buffer.from("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"), undefined],
  ["version 2, IPv4", v2("21", "11", v4), "192.0.2.1:4444"],
  ["version 2, IPv6", v2("21", "21", v6), "2001:db8::1:4444"],
  ["version 2 with TLVs", v2("21", "11", `${v4}0300045ad8f2c1`), "192.0.2.1:4444"],
  ["version 2, a health check of the proxy", v2("20", "00", ""), undefined],
  ["version 2, no address", v2("21", "00", ""), undefined],
  ["version 2, a socket of Unix", v2("21", "31", "00".repeat(216)), undefined],
];
const WRONG: [string, Buffer][] = [
  ["no header", bind],
  ["another protocol", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
  ["a name for an address", Buffer.from("PROXY TCP4 localhost 198.51.100.1 4444 2775\r\n")],
  ["an address of the other family", Buffer.from("PROXY TCP4 2001:db8::1 198.51.100.1 4444 2775\r\n")],
  ["a port that is none", Buffer.from("PROXY TCP4 192.0.2.1 198.51.100.1 70000 2775\r\n")],
  ["no ports", Buffer.from("PROXY TCP4 192.0.2.1 198.51.100.1\r\n")],
  ["UDP", Buffer.from("PROXY UDP4 192.0.2.1 198.51.100.1 4444 2775\r\n")],
  ["a line without an end", Buffer.alloc(108, "PROXY TCP4 ")],
  ["version 3", v2("31", "11", v4)],
  ["version 2 with another command", v2("22", "11", v4)],
  ["version 2, UDP", v2("21", "12", v4)],
  ["version 2, an address that is cut off", v2("21", "11", v4.slice(2))],
  ["version 2, too long", v2("21", "11", v4 + "00".repeat(5_000))],
];

describe("a header", () => {
  for (const [name, header, address] of GOOD) {
    test(name, () => {
      assert.deepEqual(parseProxyHeader(Buffer.concat([header, bind])), { length: header.length, address });
      for (let length = 0; length < header.length; length++) assert.equal(parseProxyHeader(header.subarray(0, length)), undefined, `${length} bytes`);
    });
  }
  for (const [name, header] of WRONG) test(`${name} is refused`, () => void assert.throws(() => parseProxyHeader(header)));
});

async function serve(options: Partial<ListenOptions> = {}) {
  const seen: string[] = [];
  const lines: string[] = [];
  const server = await listen({ port: 0, proxyProtocol: true, authenticate: (_, { remoteAddress }) => (seen.push(remoteAddress), true), log: (line) => void lines.push(line), ...options });
  return { server, seen, lines, [Symbol.asyncDispose]: () => server.destroy() };
}

describe("a server behind a proxy", () => {
  test("has its sessions named by the client's address, however the header is cut", async () => {
    await using proxied = await serve();
    const ports: number[] = [];
    for (const [, header, address] of GOOD) {
      const esme = await RawEsme.connected(proxied.server.port);
      esme.send(Buffer.concat([header, bind]));
      assert.equal((await esme.next()).command_status, 0);
      if (address) assert.equal(proxied.seen.at(-1), address);
      else assert.match(proxied.seen.at(-1)!, /^127\.0\.0\.1:\d+$/);
      esme.destroy();
      ports.push(proxied.server.port);
    }
    const slow = await RawEsme.connected(proxied.server.port);
    for (const byte of GOOD[4]![1]) {
      slow.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    slow.send(bind);
    assert.equal((await slow.next()).command_status, 0);
    assert.equal(proxied.seen.at(-1), "192.0.2.1:4444");
    slow.destroy();
  });

  test("closes a connection whose header is wrong, or does not come, and has no session for it", async () => {
    await using proxied = await serve({ sessionInit: 300 });
    for (const [name, header] of [...WRONG, ["nothing", Buffer.alloc(0)] as const]) {
      const esme = await RawEsme.connected(proxied.server.port);
      esme.send(header);
      await within(`the end of ${name}`, esme.closed);
      assert.equal(esme.octets.length, 0, name);
    }
    assert.deepEqual(proxied.seen, []);
    assert.equal(proxied.lines.filter((line) => /^127\.0\.0\.1:\d+ is closed: .*PROXY header/.test(line)).length, WRONG.length + 1);
  });

  test("reads the header before TLS", async () => {
    const { cert, key } = selfSigned("localhost");
    await using proxied = await serve({ tls: { cert, key } });
    for (const apart of [true, false]) {
      const raw = connect(proxied.server.port, "127.0.0.1");
      raw.write(GOOD[0]![1]);
      // With the first octets of TLS in the same segment, or not.
      if (apart) await new Promise((resolve) => setTimeout(resolve, 50));
      const socket = connectTls({ socket: raw, ca: cert, servername: "localhost" });
      socket.write(bind);
      const [answer] = await within("the answer", new Promise<[Buffer]>((resolve) => socket.once("data", (chunk: Buffer) => resolve([chunk]))));
      assert.equal(parse(answer).command_status, 0);
      assert.equal(proxied.seen.at(-1), "192.0.2.1:4444");
      socket.destroy();
    }
  });

  test("without the option a header is no SMPP", async () => {
    await using plain = await serve({ proxyProtocol: false });
    const esme = await RawEsme.connected(plain.server.port);
    esme.send(Buffer.concat([GOOD[0]![1], bind]));
    await within("the end", esme.closed);
    assert.deepEqual(plain.seen, []);
  });
});
