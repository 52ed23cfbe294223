// The client in real workerd, over `cloudflare:sockets`, against the server of npm `smpp` and a scripted SMSC.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createSimulator } from "smpp-edge/server";
import { freePort } from "../free-port.ts";
import { temporary, until } from "../gateway/support.mjs";
import { answer, NodeSmsc, ScriptedSmsc } from "../client/smsc.ts";
import { gsmOctets, joined, readSubmission, ucs2Octets } from "../client/submission.ts";
import { selfSigned } from "../client/certificate.ts";
import { createServer } from "node:tls";
import { startClientWorker } from "./client-worker.mjs";

let worker;
let smsc;
let secure;
const ended = [];
const certificate = selfSigned("localhost");

before(async () => {
  const t = { after: (end) => ended.push(end) };
  // workerd takes no authority from a Worker. Where it runs under miniflare, as here, this variable names one.
  const authority = join(temporary(t), "authority.pem");
  writeFileSync(authority, certificate.cert);
  process.env.NODE_EXTRA_CA_CERTS = authority;
  [worker, smsc, secure] = await Promise.all([startClientWorker(t), NodeSmsc.listen(), NodeSmsc.listen({ certificate })]);
  for (const one of [smsc, secure]) ended.push(() => one[Symbol.asyncDispose]());
});
after(async () => {
  for (const end of ended.reverse()) await end();
});

/** One step in the Worker. */
async function step(path, body = {}) {
  const response = await worker.post(path, { url: smsc.url, ...body });
  assert.equal(response.status, 200, JSON.stringify(response.body));
  return response.body;
}

describe("in a Durable Object", () => {
  const cut = "a".repeat(1_000).replace(/a{25}/g, "€uro[brackets]{braces}ab1");
  const surrogates = `${"ж".repeat(66)}😀${"ж".repeat(66)}😀😀`;
  for (const [name, text, octets] of [
    ["Hello World", "Hello World", gsmOctets("Hello World")],
    ["an empty text", "", Buffer.alloc(0)],
    ["160 GSM characters", "x".repeat(160), gsmOctets("x".repeat(160))],
    ["161 GSM characters", "x".repeat(161), gsmOctets("x".repeat(161))],
    ["1,000 characters with €[]{}", cut, gsmOctets(cut)],
    ["Greek", "Καλημέρα κόσμε", ucs2Octets("Καλημέρα κόσμε")],
    ["a surrogate pair across the end of a segment", surrogates, ucs2Octets(surrogates)],
  ]) {
    test(`${name} arrives octet for octet`, async () => {
      const from = smsc.frames.all.length;
      const [sent] = await step("/object/once", { texts: [text] });
      assert.equal(sent.status, "accepted");
      const submissions = smsc.frames.all.slice(from).filter((frame) => frame.readUInt32BE(4) === 4).map(readSubmission);
      assert.equal(joined(submissions).toString("hex"), octets.toString("hex"));
      assert.equal(sent.segments.length, submissions.length);
    });
  }

  test("a client serves one request after the other", async () => {
    assert.equal((await step("/object/connect")).systemId, "npm");
    assert.equal((await step("/object/send")).length, 1);
    const texts = Array.from({ length: 500 }, (_, i) => `${i}`);
    assert.equal(new Set((await step("/object/send", { texts })).map(({ messageId }) => messageId)).size, 500);
    assert.deepEqual(await step("/object/close"), { state: "closed" });
  });
});

/** workerd asks a server for the name in the URL, and for none if that is an address. */
const byName = (url) => url.replace("127.0.0.1", "localhost");

describe("over TLS", () => {
  test("against the server of npm smpp a long message arrives octet for octet", async () => {
    const text = "Καλημέρα κόσμε ".repeat(20);
    const from = secure.frames.all.length;
    const [sent] = await step("/object/once", { url: byName(secure.url), texts: [text] });
    assert.deepEqual([sent.status, sent.segments.length], ["accepted", 5]);
    const submissions = secure.frames.all.slice(from).filter((frame) => frame.readUInt32BE(4) === 4).map(readSubmission);
    assert.equal(joined(submissions).toString("hex"), ucs2Octets(text).toString("hex"));
  });

  test("a client serves one request after the other", async () => {
    await step("/object/connect", { url: byName(secure.url) });
    const texts = Array.from({ length: 500 }, (_, i) => `${i}`);
    assert.equal(new Set((await step("/object/send", { texts })).map(({ messageId }) => messageId)).size, 500);
    await step("/object/close");
  });

  test("a certificate of another name is refused", async () => {
    const other = await NodeSmsc.listen({ certificate: selfSigned("other.example") });
    const { error } = await step("/once", { url: byName(other.url), options: { bindTimeout: 5_000 } });
    assert.deepEqual([error.type, error.outcome], ["ConnectionLostError", "not-sent"]);
    await other[Symbol.asyncDispose]();
  });
});

for (const tls of [undefined, certificate]) {
  describe(`against the simulator, over ${tls ? "TLS" : "TCP"}`, () => {
    test("delivery reports come to delivered() and to a for await loop, and an inbound message to onMessage", async () => {
      const simulator = await createSimulator({ port: 0, delay: 20, ...(tls && { tls }) });
      try {
        const exchange = step("/object/exchange", { url: byName(simulator.url), texts: ["short", "long ".repeat(100)] });
        await until("the messages", () => simulator.messages().length === 5);
        await simulator.deliver({ from: "+4915112345", to: "12345", text: "Grüße ".repeat(40) });
        const { delivered, reported, received } = await exchange;
        assert.deepEqual(delivered, ["delivered", "delivered"]);
        assert.equal(reported, 5);
        assert.deepEqual(received, ["Grüße ".repeat(40)]);
      } finally {
        await simulator.close();
      }
    });
  });
}

describe("in a plain Worker", () => {
  test("a client serves the request that connected it", async () => {
    assert.equal((await step("/once"))[0].status, "accepted");
  });

  test("used by another request it says what to do, and does not hang", async () => {
    await step("/connect");
    const { error } = await step("/send");
    assert.deepEqual([error.type, error.code, error.outcome], ["ConnectionLostError", "wrong-context", "unknown"]);
    assert.match(error.message, /Durable Object/);
    const later = (await step("/send")).error;
    assert.deepEqual([later.code, later.outcome], ["closed", "not-sent"]);
    assert.match(later.message, /Durable Object/);
    assert.deepEqual(await step("/close"), { state: "closed" });
  });
});

test("what users hand over by mistake is refused by its name, and hangs nothing", async () => {
  const from = smsc.frames.all.length;
  const { calls, unexpected, sent, ends } = await step("/object/misuse");
  assert.deepEqual([unexpected, sent, ends], [[], "mine", ["closed", "closed"]]);
  assert(calls > 200);
  assert.equal(smsc.frames.all.slice(from).filter((frame) => frame.readUInt32BE(4) === 4).length, 1);
});

describe("what fails", () => {
  test("a wrong password is a BindError with ESME_RINVPASWD", async () => {
    const { error } = await step("/once", { url: smsc.url.replace("secret", "guess") });
    assert.deepEqual([error.type, error.name, error.code, error.outcome], ["BindError", "ESME_RINVPASWD", 0x0e, "rejected"]);
  });

  test("a refused connection", async () => {
    const { error } = await step("/once", { url: `smpp://id:secret@127.0.0.1:${await freePort()}` });
    assert.deepEqual([error.type, error.code, error.outcome], ["ConnectionLostError", "connection-failed", "not-sent"]);
  });

  for (const [name, connected, type] of [
    ["silence", () => false, "TimeoutError"],
    ["an end", (line) => line.socket.end(), "ConnectionLostError"],
    ["garbage", (line) => line.send(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")), "ProtocolError"],
  ]) {
    test(`${name} instead of an answer to the bind`, async () => {
      const scripted = await ScriptedSmsc.listen(undefined, connected);
      const { error } = await step("/once", { url: scripted.url, options: { bindTimeout: 300 } });
      assert.equal(error.type, type);
      await scripted[Symbol.asyncDispose]();
    });
  }

  for (const [name, fail] of [["dropped", (socket) => socket.destroy()], ["reset", (socket) => socket.resetAndDestroy()]]) {
    test(`a link that is ${name} with requests under way`, async () => {
      const scripted = await ScriptedSmsc.listen((request, line) => fail(line.socket));
      const { error } = await step("/object/once", { url: scripted.url, options: { reconnect: false } });
      assert.deepEqual([error.type, error.outcome], ["ConnectionLostError", "unknown"]);
      await scripted[Symbol.asyncDispose]();
    });
  }

  test("no answer in time", async () => {
    const scripted = await ScriptedSmsc.listen((request, line) => request.command === "unbind" && answer(line, request));
    const { error } = await step("/object/once", { url: scripted.url, options: { responseTimeout: 100 } });
    assert.deepEqual([error.type, error.outcome], ["TimeoutError", "unknown"]);
    await scripted[Symbol.asyncDispose]();
  });

  test("not the answers that came while the process was stopped, for longer than they have", async () => {
    const kept = [];
    const scripted = await ScriptedSmsc.listen((request, line) => (request.command === "submit_sm" ? kept.push(request) : answer(line, request)));
    const exercise = step("/object/exercise", { url: scripted.url, messages: 10, options: { responseTimeout: 3_000 } });
    await until("ten messages", () => kept.length === 10);
    worker.signal("SIGSTOP");
    try {
      for (const request of kept) answer(scripted.line, request, { message_id: `m-${request.sequence_number}` });
      await sleep(4_500);
    } finally {
      worker.signal("SIGCONT");
    }
    assert.deepEqual((await exercise).ends, { accepted: 10 });
    await scripted[Symbol.asyncDispose]();
  });

  const PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
  for (const [option, value] of Object.entries({ ca: PEM, cert: PEM, key: PEM, servername: "x" })) {
    test(`tls.${option}, which workerd has not`, async () => {
      const { error } = await step("/once", { options: { tls: { [option]: value } } });
      assert.deepEqual([error.code, error.outcome], ["unsupported", "not-sent"]);
      assert.match(error.message, new RegExp(`tls\\.${option}`));
    });
  }

  test("a certificate that nobody vouches for", async () => {
    const server = createServer(selfSigned("localhost"));
    server.on("tlsClientError", () => {});
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { error } = await step("/once", { url: `smpps://id:secret@localhost:${server.address().port}`, options: { bindTimeout: 5_000 } });
    assert.deepEqual([error.type, error.outcome], ["ConnectionLostError", "not-sent"]);
    server.close();
  });
});
