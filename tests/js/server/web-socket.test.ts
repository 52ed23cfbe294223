// The transport over a WebSocket: what is written, what comes in, what waits for room, and how either side ends it.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { WebSocketTransport } from "../../../js/server/web-socket.ts";

/** A WebSocket that keeps what it is given, as those do that send it later. */
class Socket extends EventTarget {
  binaryType = "blob";
  bufferedAmount: number | undefined = 0;
  accepted = 0;
  closes: (number | undefined)[] = [];
  broken = false;
  readonly sent: Uint8Array[] = [];

  accept(): void {
    this.accepted++;
  }

  send(data: Uint8Array): void {
    if (this.broken) throw new Error("it is closed");
    this.sent.push(data);
  }

  close(code?: number): void {
    this.closes.push(code);
    if (this.broken) throw new Error("it is closed");
  }

  get(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

function open(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const socket = new Socket();
  const data: string[] = [];
  const ends: (string | undefined)[] = [];
  const handler = { data: (chunk: Uint8Array) => void data.push(Buffer.from(chunk).toString()), drains: 0, drain: () => void handler.drains++, end: (error?: Error) => void ends.push(error?.message) };
  const transport = new WebSocketTransport(socket, handler);
  return { socket, transport, data, ends, handler, tick: (millis: number) => t.mock.timers.tick(millis) };
}

test("it is accepted, and asked for buffers", (t) => {
  const { socket } = open(t);
  assert.deepEqual([socket.accepted, socket.binaryType], [1, "arraybuffer"]);
});

test("what was written is its own: the array may be used again", (t) => {
  const { socket, transport } = open(t);
  const octets = Uint8Array.of(1, 2, 3);
  assert.equal(transport.write(octets), true);
  octets.fill(9);
  assert.deepEqual([...socket.sent[0]!], [1, 2, 3]);
});

test("while a megabyte waits to be sent there is no room, and later there is", (t) => {
  const { socket, transport, handler, tick } = open(t);
  socket.bufferedAmount = 1_048_576;
  assert.equal(transport.write(Uint8Array.of(1)), false);
  tick(100);
  assert.equal(handler.drains, 0);
  socket.bufferedAmount--;
  tick(20);
  assert.equal(handler.drains, 1);
  tick(1_000);
  assert.equal(handler.drains, 1);
  assert.equal(transport.write(Uint8Array.of(2)), true);
  socket.bufferedAmount = undefined;
  assert.equal(transport.write(Uint8Array.of(3)), true);
});

test("buffers and views of them come in as they are", (t) => {
  const { socket, data } = open(t);
  socket.get(Uint8Array.from(Buffer.from("one")).buffer);
  socket.get(new Uint8Array(Buffer.from("(two)")).subarray(1, 4));
  assert.deepEqual(data, ["one", "two"]);
});

test("text ends it, and what follows is not heard", (t) => {
  const { socket, transport, data, ends } = open(t);
  socket.get("text");
  socket.get(new ArrayBuffer(1));
  socket.dispatchEvent(new Event("close"));
  assert.deepEqual([data, ends.length, socket.closes], [[], 1, [1000]]);
  assert.match(ends[0]!, /binary messages/);
  assert.equal(transport.write(Uint8Array.of(1)), false);
  assert.equal(socket.sent.length, 0);
});

test("its failure and its close end it, once", (t) => {
  for (const [first, message] of [["error", "the WebSocket failed"], ["close", undefined]] as const) {
    const { socket, ends } = open(t);
    for (const type of [first, "close", "error"]) socket.dispatchEvent(new Event(type));
    assert.deepEqual(ends, [message]);
    t.mock.timers.reset();
  }
});

test("close() waits for the peer's, for two seconds; nothing is written or heard meanwhile", (t) => {
  const { socket, transport, data, ends, tick } = open(t);
  transport.close();
  transport.close();
  assert.equal(transport.write(Uint8Array.of(1)), false);
  socket.get(new ArrayBuffer(1));
  assert.deepEqual([socket.closes, socket.sent, data, ends], [[1000], [], [], []]);
  tick(1_999);
  assert.deepEqual(ends, []);
  tick(1);
  assert.deepEqual(ends, [undefined]);
  transport.close();
  assert.deepEqual(socket.closes, [1000]);
});

test("close() with octets that wait: there is no more talk of room", (t) => {
  const { socket, transport, handler, ends, tick } = open(t);
  socket.bufferedAmount = 1_048_576;
  transport.write(Uint8Array.of(1));
  transport.close();
  socket.bufferedAmount = 0;
  tick(1_000);
  assert.equal(handler.drains, 0);
  socket.dispatchEvent(new Event("close"));
  tick(10_000);
  assert.deepEqual([ends, handler.drains], [[undefined], 0]);
});

test("destroy() closes the WebSocket and ends at once; one that is closed already may throw", (t) => {
  const { socket, transport, ends } = open(t);
  socket.broken = true;
  assert.equal(transport.write(Uint8Array.of(1)), false);
  transport.destroy();
  transport.destroy();
  assert.deepEqual([socket.closes.length > 0, ends], [true, [undefined]]);
});
