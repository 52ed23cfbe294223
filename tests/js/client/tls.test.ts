// The client's own certificate, as text and as bytes, before a TLS server that asks for one and passes the rest to a simulator.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectPlain, type AddressInfo, type Socket } from "node:net";
import { createServer } from "node:tls";
import { after, before, describe, test } from "node:test";
import { connect, type ConnectOptions, type SmppError, type TlsOptions } from "smpp-edge";
import { createSimulator, type Simulator } from "smpp-edge/server";
import { selfSigned } from "./certificate.ts";

const NAME = "smsc.example";
const own = selfSigned("esme.example");
const other = selfSigned("other.example");
const smsc = selfSigned(NAME);

const text = (pem: string): string => pem;
const octets = (pem: string): Uint8Array => new TextEncoder().encode(pem);
const buffer = (pem: string): Uint8Array => Buffer.from(pem);
/** A view of a larger buffer: its neighbours are not part of the certificate. */
const view = (pem: string): Uint8Array => new Uint8Array(Buffer.from(`xx${pem}yy`)).subarray(2, 2 + pem.length);

describe("a certificate of the client's own", () => {
  let simulator: Simulator;
  let url: string;
  let end: () => void;
  /** The names that clients have proven. */
  const names: string[] = [];

  before(async () => {
    simulator = await createSimulator({ port: 0 });
    const { port } = new URL(simulator.url);
    const sockets = new Set<Socket>();
    const server = createServer({ ...smsc, requestCert: true, rejectUnauthorized: true, ca: own.cert }, (near) => {
      names.push(String(near.getPeerCertificate().subject.CN));
      const far = connectPlain(Number(port), "127.0.0.1");
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => {});
      }
      near.pipe(far).pipe(near);
    });
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = simulator.url.replace(/^smpp:(.*@).*$/, `smpps:$1127.0.0.1:${(server.address() as AddressInfo).port}`);
    end = () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
  });
  after(async () => {
    end();
    await simulator.close();
  });

  const bound = async (tls: TlsOptions): Promise<void> => {
    const smpp = await connect(url, { reconnect: false, tls: { servername: NAME, ...tls } });
    assert.equal(smpp.stats().state, "bound");
    await smpp.close();
    assert.equal(names.pop(), "esme.example");
  };

  for (const form of [text, octets, buffer, view]) {
    test(`ca, cert and key as ${form.name}`, () => bound({ ca: form(smsc.cert), cert: form(own.cert), key: form(own.key) }));
  }
  test("several of ca, some as text and some as bytes", () => bound({ ca: [other.cert, octets(smsc.cert)], cert: own.cert, key: octets(own.key) }));

  const refused = (tls: TlsOptions, words: RegExp): Promise<void> =>
    assert.rejects(connect(url, { reconnect: false, tls: { servername: NAME, ca: smsc.cert, ...tls } }), (error: SmppError) => {
      assert.match(error.message, words);
      return true;
    });

  test("none: the error asks for it", () => refused({}, /the SMSC wants a client's certificate: give tls\.cert and tls\.key|the connection was closed before the bind was answered/));
  test("one that the SMSC does not know", () => refused({ cert: octets(other.cert), key: octets(other.key) }, /does not trust the client's certificate: check tls\.cert|the connection was closed before the bind was answered/));
  test("a certificate with another's key is refused before anything is sent", () => refused({ cert: octets(own.cert), key: octets(other.key) }, /key/i));
});

for (const [field, value] of [["ca", 5], ["cert", {}], ["key", [1]], ["ca", [5]], ["ca", ""], ["key", new Uint8Array(0)], ["cert", "./cert.pem"], ["ca", [smsc.cert, "/etc/ca.pem"]], ["cert", Uint8Array.of(0x30, 0x82)]] as const) {
  test(`tls.${field}: ${JSON.stringify(value)} is refused by its name`, () =>
    assert.rejects(connect("smpps://id:pw@127.0.0.1:1", { reconnect: false, tls: { [field]: value } } as ConnectOptions), (error: SmppError) => {
      assert.deepEqual([error.code, error.field, error.outcome], ["invalid-option", field, "not-sent"]);
      assert.match(error.message, /PEM as a string or a Uint8Array is expected: .*-----BEGIN/);
      return true;
    }));
}
