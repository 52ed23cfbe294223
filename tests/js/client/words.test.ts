// What the errors of connections that can't be made say: where, after how long, and what to look at.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { connect, type ConnectOptions, type SmppError } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";
import { OTHERS, reason } from "../../../js/client/connection-errors/workerd.ts";
import { selfSigned } from "./certificate.ts";

/** What connecting to a port where `serve` answers fails with. */
async function failure(serve: ((socket: Socket) => void) | undefined, options: ConnectOptions = {}, scheme = "smpp"): Promise<SmppError> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve?.(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  if (serve === undefined) await new Promise((resolve) => server.close(resolve));
  try {
    await connect(`${scheme}://id:pw@127.0.0.1:${port}`, { reconnect: false, ...options });
  } catch (error) {
    assert.match((error as Error).message, new RegExp(`^127\\.0\\.0\\.1:${port} after \\d+ ms: `));
    return error as SmppError;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  throw new Error("it was bound");
}

test("nothing listens", async () => {
  const error = await failure(undefined);
  assert.equal(error.code, "connection-failed");
  assert.match(error.message, /connection refused: nothing listens at that port/);
});

test("an HTTP server", async () => {
  const error = await failure((socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
  assert.equal(error.code, "protocol");
  assert.match(error.message, /an HTTP server answers there/);
});

test("an SSH server, which speaks first", async () => {
  assert.match((await failure((socket) => void socket.write("SSH-2.0-OpenSSH_9.6\r\n"))).message, /an SSH server/);
});

test("TLS at the port, reached without", async () => {
  const error = await failure((socket) => socket.on("data", () => socket.end(Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70))));
  assert.match(error.message, /speaks TLS at that port: use smpps:/);
});

test("something else that is not SMPP", async () => {
  assert.match((await failure((socket) => void socket.write("what?"))).message, /does not speak SMPP \(it begins with "what\?"\)/);
});

test("it closes without a word", async () => {
  const error = await failure((socket) => socket.on("data", () => socket.end()));
  assert.equal(error.code, "connection-lost");
  assert.match(error.message, /closed before the bind was answered: check whether it wants TLS \(smpps:/);
});

test("silence", async () => {
  const error = await failure(() => {}, { bindTimeout: 300 });
  assert.equal(error.code, "timeout");
  assert.match(error.message, /connected, but bind_transceiver was not answered: does it want TLS/);
});

test("smpps:// to a port without TLS", async () => {
  const error = await failure((socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")), {}, "smpps");
  assert.equal(error.code, "connection-failed");
  assert.match(error.message, /does not speak TLS: use smpp:/);
});

test("a certificate of an authority that is not known; as bytes it is", async () => {
  const { cert, key } = selfSigned("smsc.example");
  await using simulator = await createSimulator({ port: 0, tls: { cert, key } });
  const url = simulator.url;
  await assert.rejects(connect(url, { reconnect: false }), /not trusted here: give it in tls\.ca/);
  await assert.rejects(connect(url, { reconnect: false, tls: { ca: cert } }), /for another name: give that name in tls\.servername/);
  const ca = new TextEncoder().encode(cert);
  await using smpp = await connect(url, { tls: { ca: [ca], servername: "smsc.example" } });
  assert.equal(smpp.stats().state, "bound");
});

test("a wrong password, and its meaning", async () => {
  await using simulator = await createSimulator({ port: 0 });
  const url = simulator.url.replace(":password@", ":wrong@");
  await assert.rejects(connect(url), (error: SmppError) => error.name === "ESME_RINVPASWD" && /refused with ESME_RINVPASWD \(0x0000000E\): .+/.test(error.message));
});

test("in workerd no advice is given that can't be followed there", () => {
  for (const [message, meaning] of [
    ["TLS peer's certificate is not trusted; reason = self signed certificate", "takes none of yours"],
    ["TLS peer's certificate is not trusted; reason = certificate has expired", "out of date"],
    ["TLS peer's certificate is not trusted; reason = Hostname mismatch", "connect by that name"],
    ["OpenSSL error; message = error:1000042e:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER", "does not speak TLS"],
    ["connect(): Connection refused", "check host and port"],
    ["proxy request failed, cannot connect to the specified address", "check host and port"],
  ] as const) {
    const said = reason(new Error(message), true);
    assert.ok(said.includes(meaning) && said.endsWith(`(${message})`), said);
    assert.doesNotMatch(said, /tls\./);
  }
  assert.deepEqual([reason(new Error("odd"), false), reason("", false), OTHERS], ["odd", "it could not be made", []]);
});
