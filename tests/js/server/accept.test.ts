// Sessions over connections that somebody else took: streams, and WebSockets.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { Duplex } from "node:stream";
import { describe, test } from "node:test";
import { connect, type BindError, type ConnectOptions } from "smpp-edge";
import { accept, Status, type AcceptedSocket, type AcceptedWebSocket, type ServerOptions, type Session } from "smpp-edge/server";
import { Cutter, Id, RESPONSE } from "../programs/wire.ts";
import { NodeEsme, pdu, until, within } from "../simulator/peers.ts";

/** A TCP server whose connections are pairs of streams of the web. */
async function streams(options: ServerOptions, use: (url: string, sessions: Session[]) => Promise<void>): Promise<void> {
  const sessions: Session[] = [];
  const server = createServer(async (socket) => {
    const { readable, writable } = Duplex.toWeb(socket);
    const opened = Promise.resolve({ remoteAddress: `${socket.remoteAddress}:${socket.remotePort}` });
    sessions.push(await accept({ readable, writable, opened } as AcceptedSocket, options));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  try {
    await use(`smpp://127.0.0.1:${port}`, sessions);
  } finally {
    for (const session of sessions) session.destroy();
    server.close();
  }
}

/** Two ends of a WebSocket, as a Worker has them: nothing is dispatched before `accept()`. */
function webSocketPair(): [FakeWebSocket, FakeWebSocket] {
  const [one, other] = [new FakeWebSocket(), new FakeWebSocket()];
  [one.peer, other.peer] = [other, one];
  return [one, other];
}

class FakeWebSocket extends EventTarget {
  peer!: FakeWebSocket;
  binaryType = "blob";
  #accepted = false;
  #closed = false;
  #waiting: (Uint8Array | string | Event)[] = [];

  accept(): void {
    if (this.#accepted) throw new TypeError("accepted twice");
    this.#accepted = true;
    for (const item of this.#waiting) this.#dispatch(item);
  }

  send(data: Uint8Array | string): void {
    if (this.#closed) throw new Error("closed");
    this.peer.receive(typeof data === "string" ? data : data.slice());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.peer.receive(new Event("close"));
    this.peer.close();
  }

  receive(item: Uint8Array | string | Event): void {
    if (this.#accepted) this.#dispatch(item);
    else this.#waiting.push(item);
  }

  #dispatch(item: Uint8Array | string | Event): void {
    queueMicrotask(() => {
      if (item instanceof Event) return void this.dispatchEvent(item);
      const data = typeof item === "string" ? item : this.binaryType === "arraybuffer" ? item.buffer : new Blob([item as Uint8Array<ArrayBuffer>]);
      this.dispatchEvent(new MessageEvent("message", { data }));
    });
  }
}

/** The client's end, by the Sockets API. */
function asSocket(socket: FakeWebSocket): Awaited<ReturnType<NonNullable<ConnectOptions["socket"]>>> {
  socket.binaryType = "arraybuffer";
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      socket.addEventListener("message", (event) => controller.enqueue(new Uint8Array((event as MessageEvent<ArrayBuffer>).data)));
      socket.addEventListener("close", () => controller.close());
    },
  });
  socket.accept();
  return { readable, writable: new WritableStream({ write: (chunk) => socket.send(chunk) }), close: () => socket.close() };
}

describe("accept()", () => {
  test("serves binds, submissions and receipts over streams", async () => {
    const options: ServerOptions = {
      authenticate: ({ password }) => password === "password",
      onSubmit: (message, session) => {
        setTimeout(() => void session.report({ messageId: "m-1", status: "delivered", from: message.to, to: message.from }), 0);
        return { messageId: "m-1" };
      },
    };
    await streams(options, async (url, sessions) => {
      await using smpp = await connect(url.replace("//", "//me:password@"));
      const sent = await smpp.sendSms({ from: "12345", to: "+15551230000", text: "Hello World", report: "always" });
      assert.equal((await sent.delivered({ timeout: 15_000 })).status, "delivered");
      assert.match(sessions[0]!.remoteAddress, /^127\.0\.0\.1:\d+$/);
      await smpp.close();
      assert.equal((await sessions[0]!.closed).kind, "unbound");
    });
  });

  test("a refused bind has its answer before the connection ends", async () => {
    await streams({ authenticate: () => Status.ESME_RINVPASWD }, async (url, sessions) => {
      for (let i = 0; i < 20; i++) {
        const esme = new NodeEsme(url);
        assert.equal((await esme.bind()).command_status, Status.ESME_RINVPASWD);
        esme.destroy();
      }
      await Promise.all(sessions.map((session) => session.closed));
    });
  });

  test("closed waits until the peer has closed too", async () => {
    await streams({ authenticate: () => false }, async (url, sessions) => {
      const socket = createConnection({ host: "127.0.0.1", port: Number(new URL(url).port), allowHalfOpen: true });
      socket.write(pdu("bind_transceiver", { system_id: "me", password: "wrong" }));
      socket.resume();
      await once(socket, "end");
      let closed = false;
      const ended = sessions[0]!.closed.then(() => (closed = true));
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(closed, false);
      socket.end();
      await ended;
    });
  });

  test("calls with the same options join one message over their sessions", async () => {
    const texts: (string | undefined)[] = [];
    const options: ServerOptions = { authenticate: () => true, reassemble: true, onSubmit: ({ text }) => (texts.push(text), { messageId: "m" }) };
    await streams(options, async (url) => {
      for (const part of [1, 2]) {
        const esme = await NodeEsme.bound(url);
        await esme.submit({ esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 9, 2, part]), message: "AB"[part - 1] } });
        esme.destroy();
      }
      assert.deepEqual(texts, ["AB"]);
    });
  });

  test("a connection that is closed here stays until its peer has closed it", async () => {
    const cutter = new Cutter();
    const ids: number[] = [];
    let [closed, input] = [false, undefined as never as ReadableStreamDefaultController<Uint8Array>];
    const session = await accept({
      readable: new ReadableStream<Uint8Array>({
        start(controller) {
          input = controller;
          controller.enqueue(new Uint8Array(pdu("bind_transceiver", { system_id: "me", password: "wrong" })));
        },
      }),
      writable: new WritableStream({ write: (chunk: Uint8Array) => void ids.push(...cutter.push(chunk).map(({ id }) => id)) }),
      close: () => void (closed = true),
    }, { authenticate: () => false });
    await until("the refusal", () => ids.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(closed, false);
    input.close();
    await session.closed;
    await until("the end of the socket", () => closed);
  });

  test("serves a WebSocket, and nothing that comes early is lost", async () => {
    const [server, client] = webSocketPair();
    const options: ServerOptions = { authenticate: () => true, onSubmit: () => ({ messageId: "m-1" }) };
    const connecting = connect("smpp://me:password@localhost", { socket: () => asSocket(client) });
    await new Promise((resolve) => setTimeout(resolve, 10));
    const session = await accept(server as unknown as AcceptedWebSocket, options, "192.0.2.1:5");
    await using smpp = await connecting;
    assert.equal((await smpp.sendSms({ from: "12345", to: "+15551230000", text: "x" })).messageId, "m-1");
    assert.equal(session.remoteAddress, "192.0.2.1:5");
    await smpp.close();
    assert.equal((await session.closed).kind, "unbound");
  });

  test("a refused bind has its answer over a WebSocket", async () => {
    const [server, client] = webSocketPair();
    const session = accept(server as unknown as AcceptedWebSocket, { authenticate: () => Status.ESME_RINVPASWD });
    await assert.rejects(connect("smpp://me:password@localhost", { socket: () => asSocket(client) }), (error: BindError) => error.name === "ESME_RINVPASWD");
    await (await session).closed;
  });

  test("text over a WebSocket ends the session", async () => {
    const [server, client] = webSocketPair();
    client.accept();
    const session = await accept(server as unknown as AcceptedWebSocket, { authenticate: () => true });
    client.send("bind, please");
    assert.match(String((await session.closed).cause), /binary messages/);
  });

  test("what comes early in a buffer that is used again is not lost", async () => {
    let input!: ReadableByteStreamController;
    const pdus: number[] = [];
    const opened = Promise.withResolvers<unknown>();
    const cutter = new Cutter();
    const accepted = accept({
      readable: new ReadableStream({ type: "bytes", start: (controller) => void (input = controller) }),
      writable: new WritableStream({ write: (chunk: Uint8Array) => void pdus.push(...cutter.push(chunk).map(({ id }) => id)) }),
      opened: opened.promise,
    }, { authenticate: () => true });
    const bind = pdu("bind_transceiver", { system_id: "me", password: "password" });
    for (const part of [bind.subarray(0, 10), bind.subarray(10)]) {
      input.enqueue(new Uint8Array(part));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    opened.resolve({});
    const session = await accepted;
    await until("the answer", () => pdus.length > 0);
    assert.deepEqual([pdus, session.systemId, session.remoteAddress], [[(Id.bindTransceiver | RESPONSE) >>> 0], "me", ""]);
    session.destroy();
  });

  test("a connection that ends before there is a session ends it", async () => {
    const [server, client] = webSocketPair();
    client.accept();
    const accepting = accept(server as unknown as AcceptedWebSocket, { authenticate: () => true, sessionInit: 3_600_000 });
    client.close();
    await within("its end", (await accepting).closed);
  });

  test("what a stream has no room for is sent when it has", async () => {
    let take: (() => void) | undefined;
    const cutter = new Cutter();
    const ids: number[] = [];
    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(pdu("bind_transceiver", { system_id: "me", password: "password" }))),
    });
    const write = (chunk: Uint8Array): Promise<void> => {
      ids.push(...cutter.push(chunk).map(({ id }) => id));
      return new Promise((resolve) => (take = resolve));
    };
    const session = await accept({ readable, writable: new WritableStream({ write }) }, { authenticate: () => true, window: 10 });
    await until("the answer to the bind", () => ids.length === 1);
    const sent = [1, 2].map((number) => session.deliver({ from: "1", to: "2", text: `${number}` }).catch(() => "ended"));
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(ids.length, 1);
    take!();
    await until("the first message", () => ids.length > 1);
    assert.equal(ids[1], Id.deliverSm);
    session.destroy();
    assert.deepEqual(await Promise.all(sent), ["ended", "ended"]);
  });

  test("the address that is given stands for the socket's, and one that can't be opened has none", async () => {
    const socket = (opened: Promise<unknown>): AcceptedSocket => ({ readable: new ReadableStream(), writable: new WritableStream(), opened });
    for (const [opened, given, shown] of [
      [Promise.resolve({ remoteAddress: "192.0.2.1:5" }), undefined, "192.0.2.1:5"],
      [Promise.resolve({ remoteAddress: "192.0.2.1:5" }), "198.51.100.1:7", "198.51.100.1:7"],
      [Promise.reject(new Error("boom")), undefined, ""],
    ] as const) {
      const session = await accept(socket(opened), { authenticate: () => true }, given);
      assert.equal(session.remoteAddress, shown);
      session.destroy();
    }
  });
});
