// Sockets of the user's making that throw, hang, give nonsense or call back: `connect` and `close` settle, and nothing is uncaught.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect, countSegments, decodePdus, SmppError, type SocketFactory, type WinterTcSocket } from "smpp-edge";
import { Cutter, cString, frame, Id, RESPONSE } from "../programs/wire.ts";
import { turnsUntil, watchTimers } from "../timers.ts";

const HELLO = { from: "12345", to: "+1234567890", text: "Hello World" };
const hang = (): Promise<never> => new Promise(() => {});
const boom = (): never => {
  throw new Error("boom");
};

/** A socket to an SMSC that accepts everything at once, in the turn in which it is written to; `odd` takes the place of parts of it. */
function socket(odd: Partial<WinterTcSocket> = {}, written: (chunk: Uint8Array) => unknown = () => undefined): WinterTcSocket {
  let input!: ReadableStreamDefaultController<Uint8Array>;
  const cutter = new Cutter();
  return {
    readable: new ReadableStream({ start: (controller) => void (input = controller) }),
    writable: new WritableStream({
      write: (chunk) => {
        const done = written(chunk);
        if (done !== undefined) return done as Promise<void>;
        for (const { id, sequence } of cutter.push(chunk)) {
          input.enqueue(frame((id | RESPONSE) >>> 0, 0, sequence, id === Id.unbind || id === Id.enquireLink ? [] : cString(`id-${sequence}`)));
        }
        return undefined;
      },
    }),
    close: () => input.close(),
    ...odd,
  };
}

const odd: [string, SocketFactory][] = [
  ["the factory throws", boom],
  ["the factory rejects", () => Promise.reject(new Error("boom"))],
  ["the factory gives nothing", () => undefined as never],
  ["the factory never settles", hang],
  ["a socket without streams", () => ({ close: boom }) as never],
  ["opened rejects", () => socket({ opened: Promise.reject(new Error("boom")) })],
  ["opened never settles", () => socket({ opened: hang() })],
  ["closed rejects", () => socket({ closed: Promise.reject(new Error("boom")), opened: hang() })],
  ["closed is no promise", () => socket({ closed: 5 as never, opened: Promise.reject(new Error("boom")) })],
  ["closed can't be read", () => Object.defineProperty(socket({ opened: hang() }), "closed", { get: boom })],
  ["a writable stream that is locked", () => { const made = socket(); made.writable.getWriter(); return made; }],
  ["a readable stream that is locked", () => { const made = socket(); made.readable.getReader(); return made; }],
  ["writes that throw", () => socket({}, boom)],
  ["writes that reject", () => socket({}, () => Promise.reject(new Error("boom")))],
  ["reads that give text", () => socket({ readable: new ReadableStream({ start: (controller) => controller.enqueue("text") }) as never })],
  ["reads that give nothing", () => socket({ readable: new ReadableStream({ start: (controller) => controller.enqueue(undefined) }) as never })],
  ["reads that reject", () => socket({ readable: new ReadableStream({ pull: boom }) })],
  ["a stream of zeros that never ends", () => socket({ readable: new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16)) }) })],
];

test("close() leaves no timer, over a socket of one's own", async (t) => {
  const smpp = await connect("smpp://id:secret@smsc", { socket: () => socket() });
  const timers = watchTimers(t);
  await smpp.close();
  await turnsUntil(() => timers.size === 0);
  assert.equal(timers.size, 0);
});

test("all messages that the window has room for go out before the first answer, by a socket that always has room", async () => {
  const COUNT = 1_000;
  const cutter = new Cutter();
  let input!: ReadableStreamDefaultController<Uint8Array>;
  const open: number[] = [];
  const answer = (id: number, sequence: number): void => input.enqueue(frame((id | RESPONSE) >>> 0, 0, sequence, cString(`id-${sequence}`)));
  const write = (chunk: Uint8Array): void => {
    for (const { id, sequence } of cutter.push(chunk)) {
      if (id !== Id.submitSm) answer(id, sequence);
      else if (open.push(sequence) === COUNT) for (const each of open) answer(id, each);
    }
  };
  const roomy = socket({
    readable: new ReadableStream({ start: (controller) => void (input = controller) }),
    writable: new WritableStream({ write }, { highWaterMark: COUNT }),
    close: () => input.close(),
  });
  const smpp = await connect("smpp://a:b@127.0.0.1", { socket: () => roomy, window: COUNT, enquireLink: 0 });
  const sent = await Promise.all(Array.from({ length: COUNT }, () => smpp.sendSms({ ...HELLO, text: "x".repeat(160) })));
  assert.equal(sent.filter(({ status }) => status === "accepted").length, COUNT);
  await smpp.close();
});

test("a socket that comes when nobody waits for it any more is closed, though it can't be opened", async () => {
  const closed = Promise.withResolvers<void>();
  const late = (): WinterTcSocket => socket({ opened: Promise.reject(new Error("boom")), closed: Promise.reject(new Error("boom")), close: closed.resolve });
  const factory: SocketFactory = () => new Promise((resolve) => setTimeout(() => resolve(late()), 200));
  await assert.rejects(connect("smpp://a:b@127.0.0.1", { socket: factory, bindTimeout: 50, reconnect: false }), SmppError);
  await closed.promise;
  // A rejection that is nobody's fails the test.
  await new Promise((resolve) => setTimeout(resolve, 10));
});

describe("connect settles with an SmppError", () => {
  for (const [name, make] of odd) {
    for (const close of ["as it is", "throws", "hangs", "rejects"]) {
      test(`${name}; close() ${close}`, async () => {
        const factory: SocketFactory = async (...given) => {
          const made = await make(...given);
          if (close !== "as it is" && made !== undefined) Object.assign(made, { close: close === "throws" ? boom : close === "hangs" ? hang : () => Promise.reject(new Error("boom")) });
          return made;
        };
        await assert.rejects(connect("smpp://id:secret@smsc", { socket: factory, bindTimeout: 100, reconnect: false }), SmppError);
      });
    }
  }
});

describe("a bound client", () => {
  for (const [name, close] of [["throws", boom], ["hangs", hang], ["rejects", () => Promise.reject(new Error("boom"))]] as const) {
    test(`closes though the socket's close() ${name}`, async () => {
      const smpp = await connect("smpp://id:secret@smsc", { socket: () => socket({ close }) });
      assert.equal((await smpp.sendSms(HELLO)).status, "accepted");
      await smpp.close();
      assert.equal(smpp.stats().state, "closed");
    });
  }

  test("closes though writes hang", async () => {
    let writes = 0;
    const smpp = await connect("smpp://id:secret@smsc", { socket: () => socket({}, () => (++writes > 1 ? hang() : undefined)), responseTimeout: 50, unbindTimeout: 50, reconnect: false });
    const sending = smpp.sendSms(HELLO);
    await Promise.all([assert.rejects(smpp.sendSms(HELLO), SmppError), smpp.close(), sending.catch(() => undefined)]);
    assert.equal(smpp.stats().state, "closed");
  });

  test("sends on, though the socket calls the module whenever it is written to", async () => {
    const read = (chunk: Uint8Array): void => {
      decodePdus(chunk);
      decodePdus(new Uint8Array(100_000));
      countSegments("x".repeat(200_000));
    };
    const smpp = await connect("smpp://id:secret@smsc", { socket: () => socket({}, read), window: 1 });
    const sent = await Promise.all(Array.from({ length: 20 }, (_, index) => smpp.sendSms({ ...HELLO, text: `${index}`, report: "always" })));
    assert.deepEqual(sent.map(({ messageId }) => messageId), Array.from({ length: 20 }, (_, index) => `id-${index + 2}`));
    await smpp.close();
  });

  test("may be used by the socket itself, while it is written to", async () => {
    const held: { client?: Awaited<ReturnType<typeof connect>> } = {};
    const more: Promise<unknown>[] = [];
    const smpp = await connect("smpp://id:secret@smsc", {
      window: 2,
      socket: () => socket({}, () => {
        if (held.client !== undefined && more.length < 5) more.push(held.client.sendSms({ ...HELLO, text: "more" }));
      }),
    });
    held.client = smpp;
    await Promise.all(Array.from({ length: 5 }, () => smpp.sendSms(HELLO)));
    // Each of them may send one more.
    for (let sent = 0; sent < more.length;) {
      sent = more.length;
      await Promise.all(more);
    }
    await smpp.close();
    assert.equal(more.length, 5);
  });
});
