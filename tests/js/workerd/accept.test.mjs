// An SMPP server in real workerd, which listens itself: in a Worker's `connect` handler, in a Durable Object behind it, and over a WebSocket.

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "smpp-edge";
import { freePort, listening, root, startGateway, temporary } from "../gateway/support.mjs";
import { NodeEsme } from "../simulator/peers.ts";

let worker;
let ports;
const ended = [];

before(async () => {
  const t = { after: (end) => ended.push(end) };
  ports = { worker: await freePort(), object: await freePort() };
  const config = join(temporary(t), "wrangler.json");
  writeFileSync(config, JSON.stringify({
    name: "smsc",
    main: join(root, "tests", "js", "workerd", "accept-worker.ts"),
    compatibility_date: "2026-10-01",
    vars: { OWN_PORT: ports.worker },
    connect: Object.values(ports).map((port) => ({ protocol: "tcp", port })),
    durable_objects: { bindings: [{ name: "OBJECT", class_name: "SmscObject" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["SmscObject"] }],
  }));
  worker = await startGateway(t, { config });
  await Promise.all(Object.values(ports).map(listening));
});
after(async () => {
  for (const end of ended.reverse()) await end();
});

/** A WebSocket as a socket of the Sockets API: what a client over a tunnel has. */
async function webSocket(url) {
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  socket.binaryType = "arraybuffer";
  const readable = new ReadableStream({
    start(controller) {
      socket.addEventListener("message", ({ data }) => controller.enqueue(new Uint8Array(data)));
      socket.addEventListener("close", () => controller.close());
    },
  });
  await once(socket, "open");
  return { readable, writable: new WritableStream({ write: (chunk) => socket.send(chunk) }), close: () => socket.close() };
}

const doors = {
  "the Worker": () => [`smpp://me:password@127.0.0.1:${ports.worker}`, {}],
  "an object behind a stub": () => [`smpp://me:password@127.0.0.1:${ports.object}`, {}],
  "a WebSocket": () => ["smpp://me:password@localhost", { socket: () => webSocket(worker.url) }],
};

for (const [name, door] of Object.entries(doors)) {
  describe(name, () => {
    test("a long message goes in, its receipts come out, with the peer's address", async () => {
      const [url, options] = door();
      await using smpp = await connect(url, options);
      const sent = await smpp.sendSms({ from: "12345", to: "+15551230000", text: "€[]{} ".repeat(60), report: "always" });
      assert.ok(sent.segments.length > 1);
      assert.equal((await sent.delivered({ timeout: 15_000 })).status, "delivered");
      assert.match(sent.messageId, /^(127\.0\.0\.1|websocket|::1)\/\d+$/);
    });

    test("a thousand messages, a window at a time", async () => {
      const [url, options] = door();
      await using smpp = await connect(url, { ...options, window: 100 });
      const reports = new Set();
      const reading = (async () => {
        for await (const report of smpp.reports()) if (reports.add(report.messageId).size === 1_000) return;
      })();
      const ids = new Set();
      await smpp.sendMany(Array.from({ length: 1_000 }, (_, i) => ({ from: "12345", to: `+1555${1_000_000 + i}`, text: "x", report: "always" })), { onResult: ({ sent }) => ids.add(sent.messageId) });
      await reading;
      assert.equal(ids.size, 1_000);
      assert.deepEqual(new Set([...reports].sort()), new Set([...ids].sort()));
    });

    test("a refused bind has its answer, each time", async () => {
      const [url, options] = door();
      for (let i = 0; i < 20; i++) {
        await assert.rejects(connect(url.replace("password", "wrong"), { ...options, reconnect: false }), { name: "ESME_RINVPASWD" });
      }
    });
  });
}

for (const name of ["worker", "object"]) {
  test(`npm smpp binds to the ${name}, sends and is refused`, async () => {
    const url = `smpp://127.0.0.1:${ports[name]}`;
    const esme = new NodeEsme(url);
    assert.equal((await esme.bind("bind_transceiver", { system_id: "me", password: "password", interface_version: 0x34 })).command_status, 0);
    assert.match((await esme.submit({ short_message: "Hello World", destination_addr: "15551230000" })).message_id, /^127\.0\.0\.1\/\d+$/);
    esme.destroy();
    for (let i = 0; i < 20; i++) {
      const other = new NodeEsme(url);
      assert.equal((await other.bind("bind_transceiver", { system_id: "me", password: "wrong", interface_version: 0x34 })).command_status, 0x0e);
      other.destroy();
    }
  });
}

test("a Worker does not listen, and says what to do", async () => {
  const { error } = (await worker.get("/simulator")).body;
  assert.match(error, /connect handler gives connections to accept\(\)/);
});
