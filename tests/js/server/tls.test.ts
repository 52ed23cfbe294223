import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { selfSigned } from "../client/certificate.ts";
import { NodeEsme, pdu, RawEsme, within } from "../simulator/peers.ts";

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
