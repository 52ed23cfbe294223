import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { NodeEsme, RawEsme, type NodePdu } from "./peers.ts";

const ESME_RX_P_APPN = 0x65;

describe("inbound messages", () => {
  test("one arrives with its addresses and text, and is done when it is acknowledged", async () => {
    await using simulator = await createSimulator({ port: 0 });
    const esme = await NodeEsme.bound(simulator.url);
    await simulator.deliver({ from: "+15551230000", to: "12345", text: "Hello back" });
    const message = await esme.inbound.take();
    assert.equal(message.esm_class, 0);
    assert.equal(message.source_addr, "15551230000");
    assert.equal(message["source_addr_ton"], 1);
    assert.equal(message.destination_addr, "12345");
    assert.equal(message.short_message.message, "Hello back");
    esme.destroy();
  });

  test("a long one comes in segments that join to the text", async () => {
    await using simulator = await createSimulator({ port: 0 });
    const esme = await NodeEsme.bound(simulator.url);
    const text = "Γειά σου Κόσμε. ".repeat(20); // 320 UCS-2 units: five segments of at most 67
    await simulator.deliver({ from: "15551230000", to: "12345", text });
    const parts: NodePdu[] = [];
    for (let i = 0; i < 5; i++) parts.push(await esme.inbound.take());
    assert.equal(esme.inbound.size, 0);
    assert.ok(parts.every(({ esm_class, data_coding }) => esm_class === 0x40 && data_coding === 8));
    const references = parts.map(({ short_message }) => short_message.udh![0]!);
    assert.deepEqual(references.map((udh) => [udh[0], udh[1], udh[3], udh[4]]), [1, 2, 3, 4, 5].map((n) => [0, 3, 5, n]));
    assert.equal(new Set(references.map((udh) => udh[2])).size, 1);
    assert.equal(parts.map(({ short_message }) => short_message.message).join(""), text);
    esme.destroy();
  });

  test("one waits for the next bind that receives", async () => {
    await using simulator = await createSimulator({ port: 0 });
    const transmitter = await NodeEsme.bound(simulator.url, "bind_transmitter");
    const delivered = simulator.deliver({ from: "15551230000", to: "12345", text: "later" });
    const receiver = await NodeEsme.bound(simulator.url, "bind_receiver");
    await delivered;
    assert.equal((await receiver.inbound.take()).short_message.message, "later");
    assert.equal(transmitter.inbound.size, 0);
    transmitter.destroy();
    receiver.destroy();
  });

  test("one that is refused for good is not tried again", async () => {
    await using simulator = await createSimulator({ port: 0 });
    const esme = await NodeEsme.bound(simulator.url);
    esme.answerWith = () => ESME_RX_P_APPN;
    await assert.rejects(simulator.deliver({ from: "15551230000", to: "12345", text: "no" }), {
      name: "ESME_RX_P_APPN",
      code: ESME_RX_P_APPN,
      command: "deliver_sm",
      outcome: "rejected",
    });
    assert.equal(esme.inbound.size, 1);
    esme.destroy();
  });

  test("one whose link is lost before it is acknowledged is sent again on the next, and so is a receipt", async () => {
    await using simulator = await createSimulator({ port: 0, retryDelay: 10 });
    const mute = await RawEsme.bound(simulator.port);
    mute.submit("15551230000", 2, { registered_delivery: 1 });
    const delivered = simulator.deliver({ from: "15551230000", to: "12345", text: "Hello back" });
    const texts = new Set<string>();
    while (texts.size < 2) {
      const { command, short_message } = await mute.next();
      if (command === "deliver_sm") texts.add(String(short_message.message));
    }
    mute.destroy();
    const esme = await NodeEsme.bound(simulator.url);
    const again = [await esme.inbound.take(), await esme.inbound.take()].map(({ short_message }) => String(short_message.message));
    assert.deepEqual(new Set(again), texts);
    await delivered;
    esme.destroy();
  });

  test("one that nobody took is given up when the simulator closes", async () => {
    const simulator = await createSimulator({ port: 0 });
    const given = assert.rejects(simulator.deliver({ from: "15551230000", to: "12345", text: "too late" }), /closed/);
    await simulator.close();
    await given;
  });

  test("an account that is not there can't be sent to", async () => {
    await using simulator = await createSimulator({ port: 0 });
    await assert.rejects(simulator.deliver({ systemId: "nobody", from: "1", to: "2", text: "" }), RangeError);
  });
});

describe("the control port", () => {
  test("delivers, lists messages and sessions", async () => {
    await using simulator = await createSimulator({ port: 0, controlPort: 0, delay: 0 });
    const url = simulator.controlUrl!;
    const esme = await NodeEsme.bound(simulator.url);
    const { message_id } = await esme.submit();
    const response = await fetch(`${url}/deliver`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ from: "15551230000", to: "12345", text: "over HTTP" }),
    });
    assert.equal(response.status, 202);
    assert.equal((await esme.inbound.take()).short_message.message, "over HTTP");

    const messages = (await (await fetch(`${url}/messages`)).json()) as Record<string, unknown>[];
    assert.equal(messages.length, 1);
    assert.equal(messages[0]?.["id"], message_id);
    assert.equal(messages[0]?.["text"], "Hello");
    assert.equal(messages[0]?.["octets"], "48656c6c6f");
    assert.deepEqual(await (await fetch(`${url}/messages/${message_id}`)).json(), messages);
    assert.equal((await fetch(`${url}/messages/nothing`)).status, 404);

    const [session] = (await (await fetch(`${url}/sessions`)).json()) as Record<string, unknown>[];
    assert.equal(session?.["systemId"], "smppclient1");
    assert.equal(session?.["bindType"], "transceiver");
    esme.destroy();
  });

  test("says what is wrong with a request", async () => {
    await using simulator = await createSimulator({ port: 0, controlPort: 0 });
    const post = async (body: string, type = "application/json") => {
      const response = await fetch(`${simulator.controlUrl}/deliver`, { method: "POST", headers: { "content-type": type }, body });
      return [response.status, ((await response.json()) as { error: string }).error];
    };
    assert.deepEqual(await post("{"), [400, "the body is no JSON"]);
    assert.deepEqual(await post("null"), [400, "from, to and text are needed, as strings"]);
    assert.deepEqual(await post('{"from":"1","to":"2","text":"","txet":""}'), [400, "no field txet"]);
    assert.deepEqual(await post('{"from":"1","to":"2","text":"","systemId":"nobody"}'), [400, "no account nobody"]);
    assert.equal((await post("{}", "text/plain"))[0], 415);
    assert.equal((await post(`"${"x".repeat(70_000)}"`))[0], 413);
    assert.equal((await fetch(`${simulator.controlUrl}/nothing`)).status, 404);
  });
});
