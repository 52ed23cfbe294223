import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulator, listen } from "smpp-edge/server";
import { selfSigned } from "../client/certificate.ts";
import { NodeEsme, pdu, RawEsme, until, within } from "../simulator/peers.ts";

const tls = selfSigned("localhost");

test("over TLS a message goes out and its receipt comes back", async () => {
  await using simulator = await createSimulator({ port: 0, delay: 0, tls });
  assert.match(simulator.url, /^smpps:/);
  const esme = await NodeEsme.bound(simulator.url.replace("smpps:", "ssmpp:"));
  const { message_id } = await esme.submit({ registered_delivery: 1 });
  assert.equal((await esme.inbound.take())["receipted_message_id"], message_id);
  esme.destroy();
});

test("over TLS a peer that speaks plain SMPP is dropped, and the next is served", async () => {
  await using simulator = await createSimulator({ port: 0, tls });
  const plain = await RawEsme.connected(simulator.port);
  plain.send(pdu("enquire_link"));
  await within("the end of the connection", plain.closed);
  const esme = await NodeEsme.bound(simulator.url.replace("smpps:", "ssmpp:"));
  esme.destroy();
});

test("over TLS a connection without a handshake is closed after sessionInit", async () => {
  await using server = await listen({ port: 0, tls, sessionInit: 1, authenticate: () => true });
  using silent = await RawEsme.connected(server.port);
  await within("the end of the connection", silent.closed);
});

test("over TLS a handshake that fails is logged", async () => {
  const lines: string[] = [];
  await using server = await listen({ port: 0, tls, log: (line) => void lines.push(line), authenticate: () => true });
  using plain = await RawEsme.connected(server.port);
  plain.send(pdu("enquire_link"));
  await within("the end of the connection", plain.closed);
  await until("the line", () => lines.length > 0);
  assert.match(lines[0]!, /^TLS handshake failed: /);
});

for (const end of ["close", "destroy"] as const) {
  test(`over TLS ${end}() ends connections that have not come through their handshake`, async () => {
    const server = await listen({ port: 0, tls, sessionInit: 3_600_000, authenticate: () => true });
    using silent = await RawEsme.connected(server.port);
    await within(`${end}()`, server[end]());
    await within("the end of the connection", silent.closed);
  });
}
