// What a server does for an account: long messages over its sessions, names and passwords longer than the specification's, TLVs for
// clients that name no version, and receipts and messages that reach the session that is bound.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect, decodePdus } from "smpp-edge";
import { createSimulator, listen, type EngineMessage, type ListenOptions } from "smpp-edge/server";
import { NodeEsme, pdu, RawEsme, until } from "../simulator/peers.ts";

interface Taken {
  text: string | undefined;
  complete: boolean;
  missing: number[];
  account: string;
  ids: readonly string[];
}

/** A server that joins, and what it was given. */
async function joining(options: Partial<ListenOptions> = {}) {
  const whole: Taken[] = [];
  const incomplete: Taken[] = [];
  const seen = ({ text, complete, missing }: EngineMessage, account: string, ids: readonly string[]): Taken => ({ text, complete, missing: [...(missing ?? [])], account, ids });
  const server = await listen({
    port: 0, reassemble: true, authenticate: () => true,
    onSubmit(message, session, ids) {
      whole.push(seen(message, session.systemId, ids));
      return { messageId: `whole-${whole.length}` };
    },
    onIncomplete: (message, account, ids) => void incomplete.push(seen(message, account, ids)),
    ...options,
  });
  return { server, whole, incomplete, bound: (account: string) => connect(`smpp://${account}:b@127.0.0.1:${server.port}`) };
}

const part = (number: number, text: string, { total = 3, reference = 9, from = "1" } = {}) => ({
  command: "submit_sm", source_addr: from, destination_addr: "2", esm_class: 0x40,
  short_message: Uint8Array.from([5, 0, 3, reference, total, number, ...Buffer.from(text)]),
});

describe("long messages that are joined", () => {
  test("in any order, over three sessions, and each segment with the id that it was answered with", async () => {
    const { server, whole, bound } = await joining();
    await using _ = server;
    const clients = [await bound("a"), await bound("a"), await bound("a")];
    const id = async (client: number, number: number, text: string) => String((await clients[client]!.request(part(number, text))).fields["message_id"]);
    const [third, first] = [await id(0, 3, "C"), await id(1, 1, "A")];
    assert.notEqual(third, first);
    assert.deepEqual(whole, []);
    assert.equal(await id(2, 2, "B"), "whole-1");
    assert.deepEqual(whole, [{ text: "ABC", complete: true, missing: [], account: "a", ids: [first, third] }]);
    for (const client of clients) await client.close();
  });

  test("a segment that is sent again has the same id, and is there once", async () => {
    const { server, whole, bound } = await joining();
    await using _ = server;
    await using client = await bound("a");
    const id = async (number: number, text: string) => String((await client.request(part(number, text))).fields["message_id"]);
    const first = await id(1, "A");
    assert.equal(await id(1, "A"), first);
    await id(2, "B");
    await id(3, "C");
    assert.deepEqual(whole.map(({ text, ids }) => [text, ids.length]), [["ABC", 2]]);
  });

  test("those of another account, sender or reference are other messages", async () => {
    const { server, whole, incomplete, bound } = await joining();
    {
      await using one = await bound("a");
      await using two = await bound("b");
      await one.request(part(1, "A"));
      await two.request(part(2, "x"));
      await one.request(part(2, "y", { reference: 10 }));
      await one.request(part(2, "z", { from: "7" }));
      await one.request(part(2, "B"));
      assert.deepEqual(whole, []);
      await one.request(part(3, "C"));
      assert.deepEqual(whole.map(({ text, account }) => [text, account]), [["ABC", "a"]]);
    }
    await server.close();
    assert.deepEqual(incomplete.map(({ text, complete, missing, account, ids }) => [text, complete, missing, account, ids.length]), [
      ["y", false, [1, 3], "a", 1], ["z", false, [1, 3], "a", 1], ["x", false, [1, 3], "b", 1],
    ]);
  });

  test("of more than a thousand that lack segments the oldest is handed on as it is", async () => {
    const { server, incomplete, bound } = await joining();
    await using _ = server;
    await using client = await bound("a");
    await Promise.all(Array.from({ length: 1_001 }, (_, i) => client.request(part(1, `${i}`, { from: `${1_000 + i}` }))));
    assert.deepEqual(incomplete.map(({ text, missing }) => [text, missing]), [["0", [2, 3]]]);
  });

  test("a message of one segment, and without reassemble each segment, goes through as it is", async () => {
    const { server, whole, bound } = await joining({ reassemble: false });
    await using _ = server;
    await using client = await bound("a");
    await client.request(part(1, "A"));
    await client.sendSms({ from: "1", to: "+2", text: "one" });
    assert.deepEqual(whole.map(({ text, ids }) => [text, ids]), [["A", []], ["one", []]]);
  });
});

describe("names and passwords", () => {
  const bind = (system_id: string, password: string) => {
    const octets = pdu("bind_transceiver", { system_id: "", password: "", sequence_number: 5 });
    const body = Buffer.concat([Buffer.from(`${system_id}\0${password}\0`), octets.subarray(18)]);
    const header = Buffer.from(octets.subarray(0, 16));
    header.writeUInt32BE(16 + body.length, 0);
    return Buffer.concat([header, body]);
  };

  for (const [what, systemId, password] of [
    ["of 15 and 8 characters, the specification's most", "a".repeat(15), "b".repeat(8)],
    ["of 16 and 9 characters", "a".repeat(16), "b".repeat(9)],
    ["of 64 and 64 characters", "a".repeat(64), "b".repeat(64)],
    ["that are empty", "", ""],
  ] as const) {
    test(`${what}: authenticate sees them whole, also of the client`, async () => {
      const seen: [string, string][] = [];
      await using server = await listen({ port: 0, authenticate: ({ systemId, password }) => (seen.push([systemId, password]), true) });
      using raw = await RawEsme.connected(server.port);
      raw.send(bind(systemId, password));
      assert.equal((await raw.next()).command_status, 0);
      await using client = await connect(`smpp://127.0.0.1:${server.port}`, { systemId, password });
      assert.equal(client.stats().state, "bound");
      assert.deepEqual(seen, [[systemId, password], [systemId, password]]);
    });
  }

  test("that have no end are refused, and authenticate is not asked", async () => {
    let asked = 0;
    await using server = await listen({ port: 0, authenticate: () => (asked++, true) });
    for (const octets of [bind("a".repeat(5_000), "b"), bind("a", "b".repeat(5_000))]) {
      using raw = await RawEsme.connected(server.port);
      raw.send(octets);
      assert.notEqual((await raw.next()).command_status, 0);
    }
    assert.equal(asked, 0);
  });
});

describe("the version of a client that names none", () => {
  for (const [assumeVersion, tlvs] of [[undefined, false], ["3.3", false], ["3.4", true]] as const) {
    test(`assumeVersion ${assumeVersion}: ${tlvs ? "TLVs are" : "no TLV is"} sent`, async () => {
      await using simulator = await createSimulator({ port: 0, delay: 0, ...(assumeVersion === undefined ? {} : { assumeVersion }) });
      const esme = new NodeEsme(simulator.url);
      assert.equal((await esme.bind("bind_transceiver", { interface_version: 0 })).command_status, 0);
      const { message_id } = await esme.submit({ registered_delivery: 1 });
      const receipt = await esme.inbound.take();
      assert.match(String(receipt.short_message.message), new RegExp(`^id:${message_id} `));
      assert.equal(receipt["receipted_message_id"] !== undefined, tlvs);
      esme.destroy();
    });
  }

  test("a client that names 3.4 gets TLVs whatever is assumed", async () => {
    await using simulator = await createSimulator({ port: 0, delay: 0, assumeVersion: "3.3" });
    await using smpp = await connect(simulator.url);
    const sent = await smpp.sendSms({ from: "1", to: "+1234567890", text: "a", report: "always" });
    const { pdu } = await sent.delivered({ timeout: 60_000 });
    assert.ok(decodePdus(pdu as Uint8Array).pdus[0]!.tlvs.some(({ name }) => name === "receipted_message_id"));
  });
});

describe("the simulator", () => {
  test("sends a receipt again that was on the wire when the link was lost", async () => {
    await using simulator = await createSimulator({ port: 0, delay: 0, retryDelay: 1 });
    const first = await RawEsme.bound(simulator.port);
    first.submit("15551230000", 2, { registered_delivery: 1 });
    const commands: string[] = [];
    while (!commands.includes("deliver_sm")) commands.push((await first.next()).command);
    // It came, and is not acknowledged.
    first.destroy();
    await until("the end of the session", () => simulator.sessions.size === 0);
    const second = await NodeEsme.bound(simulator.url);
    const again = await second.inbound.take();
    assert.equal(again.esm_class & 0x3c, 4);
    second.destroy();
  });

  test("keeps the receipts of many messages until somebody takes them, and takes no more meanwhile", async () => {
    const most = 25;
    await using simulator = await createSimulator({ port: 0, delay: 0, retryDelay: 1, maxMessages: most });
    const message = { from: "1", to: "+1234567890", text: "a", report: "always" } as const;
    {
      await using sender = await connect(simulator.url, { bind: "transmitter" });
      for (let i = 0; i < most; i++) await sender.sendSms(message);
      await assert.rejects(sender.sendSms({ ...message, validity: 1 }), { name: "ESME_RMSGQFUL" });
    }
    const ids = new Set<string>();
    await using receiver = await connect(simulator.url, { bind: "receiver", onReport: ({ messageId }) => void ids.add(messageId) });
    await until("all receipts", () => ids.size === most);
    assert.deepEqual([...ids].toSorted(), simulator.messages().map(({ id }) => id).toSorted());
    // Their places are free again.
    await using sender = await connect(simulator.url, { bind: "transmitter" });
    assert.equal((await sender.sendSms(message)).status, "accepted");
    assert.equal(receiver.stats().state, "bound");
  });

  test("/deliver reaches the account that is bound, whichever it is", async () => {
    await using simulator = await createSimulator({ port: 0, controlPort: 0, accounts: { first: "x", second: "y", third: "z" } });
    const deliver = async (text: string) => {
      const body = JSON.stringify({ from: "15551230000", to: "12345", text });
      return (await fetch(`${simulator.controlUrl}/deliver`, { method: "POST", headers: { "content-type": "application/json" }, body })).status;
    };
    const got: string[] = [];
    const bound = (account: string, password: string, bind: "transmitter" | "receiver") =>
      connect(`smpp://${account}:${password}@127.0.0.1:${simulator.port}`, { bind, onMessage: ({ text }) => void got.push(`${account}: ${text}`) });
    // One that only sends is not meant.
    await using _ = await bound("second", "y", "transmitter");
    await using third = await bound("third", "z", "receiver");
    assert.equal(await deliver("one"), 202);
    await until("the first", () => got.length === 1);
    await third.close();
    await until("the end of the session", () => [...simulator.sessions].every(({ systemId }) => systemId !== "third"));
    // While none is bound it waits for the first account.
    assert.equal(await deliver("two"), 202);
    await using first = await bound("first", "x", "receiver");
    await until("the second", () => got.length === 2);
    assert.deepEqual([got, first.stats().state], [["third: one", "first: two"], "bound"]);
  });
});
