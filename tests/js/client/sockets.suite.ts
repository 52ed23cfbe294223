// What every runtime's sockets have to do, shown on real connections over loopback.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import type { OpenTransport, Transport, TransportHandler } from "../../../js/engine/transport.ts";
import type { Target } from "../../../js/client/options.ts";
import { selfSigned } from "./certificate.ts";

const NAME = "smsc.example";

/** Which TLS options a runtime honours. */
export interface TlsAbilities {
  clientCertificate: boolean;
  insecure: boolean;
}

/** A transport and what its handler was told. */
class Probe implements TransportHandler {
  chunks: Buffer[] = [];
  drains = 0;
  ends: (Error | undefined)[] = [];
  #changed: (() => void)[] = [];

  data(chunk: Uint8Array): void {
    this.chunks.push(Buffer.from(chunk));
    this.#tell();
  }
  drain(): void {
    this.drains++;
    this.#tell();
  }
  end(error?: Error): void {
    this.ends.push(error);
    this.#tell();
  }
  get octets(): Buffer {
    return Buffer.concat(this.chunks);
  }
  async until(met: () => boolean): Promise<void> {
    while (!met()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }
  #tell(): void {
    for (const changed of this.#changed.splice(0)) changed();
  }
}

/** Listens with `serve` for the time of `use`. */
async function serving(serve: (socket: Socket) => void, use: (port: number) => Promise<void>, make: (serve: (socket: Socket) => void) => Server = createServer): Promise<void> {
  const sockets = new Set<Socket>();
  const server = make((socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  server.on("connection", (socket: Socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Registers the tests. `tls`: undefined where a test's own certificate can't be trusted. */
export function socketTests(name: string, openSocket: (target: Target) => OpenTransport, tls: TlsAbilities | undefined): void {
  const never = new AbortController().signal;
  const plain = (port: number): Target => ({ host: "127.0.0.1", port, tls: undefined });

  async function connected(port: number, target: Target = plain(port)): Promise<{ transport: Transport; probe: Probe }> {
    const probe = new Probe();
    return { transport: await openSocket(target)(probe, never, 0), probe };
  }

  test(`${name}: octets go out and come in, and their array is free again at once`, () =>
    serving((socket) => socket.pipe(socket), async (port) => {
      const { transport, probe } = await connected(port);
      const octets = new Uint8Array([0, 1, 2, 255]);
      transport.write(octets);
      octets.fill(7);
      // This one may have to wait for the first.
      transport.write(octets);
      octets.fill(8);
      await probe.until(() => probe.octets.length === 8);
      assert.deepEqual([...probe.octets], [0, 1, 2, 255, 7, 7, 7, 7]);
      transport.destroy();
    }));

  test(`${name}: what comes with the connection is not lost`, () =>
    serving((socket) => socket.write("hello"), async (port) => {
      const { transport, probe } = await connected(port);
      await probe.until(() => probe.octets.length === 5);
      assert.equal(probe.octets.toString(), "hello");
      transport.destroy();
    }));

  test(`${name}: a peer that does not read holds the writer back, and what was written arrives whole and in order`, () => {
    let peer: Socket;
    return serving((socket) => (peer = socket.pause()), async (port) => {
      const { transport, probe } = await connected(port);
      const sent = createHash("sha256");
      let total = 0;
      let chunk = 0;
      // One for all: it is free again when write() returns.
      const octets = new Uint8Array(100_000);
      for (let open = true; open; ) {
        assert(total < 200_000_000, "write() never asked to wait");
        octets.fill(chunk++);
        sent.update(octets);
        total += octets.length;
        open = transport.write(octets);
        octets.fill(chunk);
        if (chunk % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      assert.equal(probe.drains, 0);
      const received = createHash("sha256");
      let arrived = 0;
      peer.on("data", (octets: Buffer) => {
        received.update(octets);
        arrived += octets.length;
      });
      peer.resume();
      await probe.until(() => probe.drains > 0);
      const closed = new Promise((resolve) => peer.once("end", resolve));
      transport.close();
      await closed;
      assert.equal(arrived, total);
      assert.equal(received.digest("hex"), sent.digest("hex"));
      await probe.until(() => probe.ends.length > 0);
    });
  });

  test(`${name}: a peer that closes ends it once, after its last octets`, () =>
    serving((socket) => socket.end("bye"), async (port) => {
      const { transport, probe } = await connected(port);
      await probe.until(() => probe.ends.length > 0);
      assert.equal(probe.octets.toString(), "bye");
      transport.destroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.deepEqual(probe.ends, [undefined]);
    }));

  test(`${name}: a peer that closes without a word ends it`, () =>
    serving((socket) => socket.end(), async (port) => {
      const { probe } = await connected(port);
      await probe.until(() => probe.ends.length > 0);
      assert.equal(probe.chunks.length, 0);
    }));

  test(`${name}: a connection that breaks ends it`, () =>
    serving((socket) => socket.once("data", () => socket.resetAndDestroy()), async (port) => {
      const { transport, probe } = await connected(port);
      transport.write(new Uint8Array([1]));
      await probe.until(() => probe.ends.length > 0);
      assert.equal(transport.write(new Uint8Array([2])), false);
    }));

  test(`${name}: close() sends what was written first`, () => {
    const arrived: Buffer[] = [];
    let ended: Promise<unknown>;
    return serving((socket) => {
      socket.on("data", (octets: Buffer) => void arrived.push(octets));
      ended = new Promise((resolve) => socket.once("end", resolve));
    }, async (port) => {
      const { transport, probe } = await connected(port);
      transport.write(new Uint8Array(1_000_000).fill(7));
      transport.close();
      await probe.until(() => probe.ends.length > 0);
      await ended;
      const octets = Buffer.concat(arrived);
      assert.equal(octets.length, 1_000_000);
      assert(octets.every((octet) => octet === 7));
    });
  });

  test(`${name}: destroy() ends it at once, though the peer does not read`, () => {
    let peer: Socket;
    return serving((socket) => (peer = socket.pause()), async (port) => {
      const { transport, probe } = await connected(port);
      while (transport.write(new Uint8Array(1_000_000)));
      transport.destroy();
      transport.destroy();
      await probe.until(() => probe.ends.length > 0);
      assert.equal(probe.ends.length, 1);
      const closed = new Promise((resolve) => peer.once("close", resolve));
      peer.resume();
      await closed;
    });
  });

  test(`${name}: a refused connection rejects`, async () => {
    let closedPort = 0;
    await serving(() => {}, async (port) => void (closedPort = port));
    await assert.rejects(connected(closedPort), Error);
  });

  test(`${name}: an aborted attempt rejects with the reason`, async () => {
    const reason = new Error("changed my mind");
    await serving(() => {}, async (port) => {
      const abort = new AbortController();
      const opening = openSocket(plain(port))(new Probe(), abort.signal, 0);
      abort.abort(reason);
      await assert.rejects(opening, (error) => error === reason);
      await assert.rejects(openSocket(plain(port))(new Probe(), abort.signal, 0), (error) => error === reason);
    });
  });

  if (tls === undefined) return;
  const { cert, key } = selfSigned(NAME);
  const secure = (port: number, options: Target["tls"]): Target => ({ host: "127.0.0.1", port, tls: options });
  const makeTls = (serve: (socket: Socket) => void): Server => createTlsServer({ cert, key, requestCert: true, rejectUnauthorized: false }, serve);
  const echo = (use: (port: number) => Promise<void>): Promise<void> => serving((socket) => socket.pipe(socket), use, makeTls);

  async function exchanges(port: number, options: Target["tls"]): Promise<void> {
    const { transport, probe } = await connected(port, secure(port, options));
    transport.write(new Uint8Array([1, 2, 3]));
    await probe.until(() => probe.octets.length === 3 || probe.ends.length > 0);
    assert.deepEqual([...probe.octets], [1, 2, 3]);
    transport.close();
    await probe.until(() => probe.ends.length > 0);
  }

  test(`${name}: TLS with a certificate that is vouched for`, () => echo((port) => exchanges(port, { ca: cert, servername: NAME })));

  for (const options of [{ servername: NAME }, {}]) {
    test(`${name}: TLS refuses a certificate that nobody vouches for ${JSON.stringify(options)}`, () => echo((port) => assert.rejects(exchanges(port, options))));
  }

  test(`${name}: TLS refuses a certificate of another name`, () => echo((port) => assert.rejects(exchanges(port, { ca: cert, servername: "other.example" }))));

  test(`${name}: TLS refuses a certificate that is not of the host`, () => echo((port) => assert.rejects(exchanges(port, { ca: cert }))));

  test(`${name}: TLS without certificates checked, if that is asked for`, { skip: !tls.insecure && "the runtime can't" }, () =>
    echo((port) => exchanges(port, { rejectUnauthorized: false })));

  test(`${name}: TLS with a client certificate`, { skip: !tls.clientCertificate && "the runtime can't" }, () => {
    const own = selfSigned("client.example");
    let subject: string | undefined;
    return serving((socket) => {
      subject = (socket as import("node:tls").TLSSocket).getPeerCertificate().subject?.CN as string | undefined;
      socket.pipe(socket);
    }, async (port) => {
      await exchanges(port, { ca: cert, servername: NAME, ...own });
      assert.equal(subject, "client.example");
    }, makeTls);
  });

  test(`${name}: TLS to a peer that speaks something else rejects`, () =>
    serving((socket) => void socket.once("data", () => socket.end("SSH-2.0-x\r\n")), (port) => assert.rejects(exchanges(port, { ca: cert, servername: NAME }))));

  test(`${name}: an attempt that hangs in the handshake is ended by its signal`, async () => {
    let gone: Promise<unknown>;
    const abort = new AbortController();
    await serving((socket) => {
      gone = new Promise((resolve) => socket.once("close", resolve));
      socket.once("data", () => abort.abort(new Error("too slow")));
    }, async (port) => {
      await assert.rejects(openSocket(secure(port, { ca: cert, servername: NAME }))(new Probe(), abort.signal, 0), /too slow/);
      await gone;
    });
  });
}
