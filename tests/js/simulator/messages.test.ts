import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSimulator, type Simulator } from "smpp-edge/server";
import { NodeEsme, until, type NodePdu } from "./peers.ts";

const ESME_RINVMSGID = 0x0c;
const ESME_RCANCELFAIL = 0x11;
const ESME_RREPLACEFAIL = 0x13;
const ESME_RMSGQFUL = 0x14;
const ESME_RINVSCHED = 0x61;
const ESME_RINVEXPIRY = 0x62;
const ESME_RX_T_APPN = 0x64;

const ENROUTE = 1;
const DELIVERED = 2;
const EXPIRED = 3;
const DELETED = 4;

/** The fields of a receipt's text (SMPP 3.4, appendix B). */
function receiptOf(pdu: NodePdu): Record<string, string> {
  const text = String(pdu.short_message.message);
  const found =
    /^id:(?<id>\S+) sub:(?<sub>\d{3}) dlvrd:(?<dlvrd>\d{3}) submit date:(?<submit>\d{10}) done date:(?<done>\d{10}) stat:(?<stat>[A-Z]{7}) err:(?<err>\d{3}) text:(?<text>.*)$/.exec(text);
  assert.ok(found?.groups, `not a receipt: ${text}`);
  return { ...found.groups };
}

async function withSimulator(
  options: Parameters<typeof createSimulator>[0],
  use: (simulator: Simulator, esme: NodeEsme) => Promise<void>,
): Promise<void> {
  await using simulator = await createSimulator({ port: 0, delay: 0, ...options });
  const esme = await NodeEsme.bound(simulator.url);
  await use(simulator, esme);
  esme.destroy();
}

describe("submit_sm", () => {
  test("each message has an identifier of its own, and is kept", () =>
    withSimulator({}, async (simulator, esme) => {
      const answers = await Promise.all([1, 2, 3].map((n) => esme.submit({ destination_addr: `1555123000${n}` })));
      assert.deepEqual(answers.map(({ command_status }) => command_status), [0, 0, 0]);
      const ids = answers.map(({ message_id }) => message_id);
      assert.equal(new Set(ids).size, 3);
      const kept = simulator.messages();
      assert.deepEqual(kept.map(({ id }) => id), ids);
      assert.deepEqual(kept.map(({ to }) => to.addr), ["15551230001", "15551230002", "15551230003"]);
      assert.deepEqual(kept.map(({ text }) => text), ["Hello", "Hello", "Hello"]);
    }));

  test("every segment of a long message has an identifier, and its octets are kept as they came", () =>
    withSimulator({}, async (simulator, esme) => {
      const segments = ["first ", "second ", "third"].map((text, i) =>
        Buffer.concat([Buffer.from([5, 0, 3, 0x7a, 3, i + 1]), Buffer.from(text)]),
      );
      const ids: string[] = [];
      for (const short_message of segments) ids.push((await esme.submit({ esm_class: 0x40, short_message })).message_id);
      assert.equal(new Set(ids).size, 3);
      assert.deepEqual(simulator.messages().map(({ octets }) => Buffer.from(octets)), segments);
      assert.deepEqual(simulator.messages().map(({ text }) => text), ["first ", "second ", "third"]);
    }));

  test("data_sm is taken too, its text from message_payload", () =>
    withSimulator({}, async (simulator, esme) => {
      const answer = await esme.request("data_sm", {
        source_addr: "12345",
        destination_addr: "15551230000",
        message_payload: Buffer.from("by data"),
      });
      assert.equal(answer.command, "data_sm_resp");
      assert.equal(answer.command_status, 0);
      assert.equal(simulator.messages()[0]?.text, "by data");
      assert.equal(simulator.messages()[0]?.id, answer.message_id);
    }));

  test("the octets that are kept are those of message_payload where there is one", () =>
    withSimulator({}, async (simulator, esme) => {
      const dest_address = [{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "15551230000" }];
      await esme.request("submit_multi", { source_addr: "12345", dest_address, message_payload: Buffer.from("by payload") });
      assert.equal(Buffer.from(simulator.messages()[0]!.octets).toString(), "by payload");
    }));

  test("submit_multi gives one identifier and lists the recipients that are refused", () =>
    withSimulator({}, async (simulator, esme) => {
      const recipients = ["15551230001", "15559990006", "15551230002"];
      const answer = await esme.request("submit_multi", {
        source_addr: "12345",
        dest_address: recipients.map((destination_addr) => ({ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr })),
        short_message: "to many",
      });
      assert.equal(answer.command_status, 0);
      assert.deepEqual(answer["unsuccess_sme"], [
        { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "15559990006", error_status_code: 0x0b },
      ]);
      assert.deepEqual(simulator.messages().map(({ id, to }) => [id, to.addr]), [
        [answer.message_id, "15551230001"],
        [answer.message_id, "15551230002"],
      ]);
    }));

  test("a time that is none is refused", () =>
    withSimulator({}, async (_, esme) => {
      const schedule = await esme.submit({ schedule_delivery_time: "9999999999999999" });
      assert.equal(schedule.command_status, ESME_RINVSCHED);
      const validity = await esme.submit({ validity_period: "tomorrow at noon" });
      assert.equal(validity.command_status, ESME_RINVEXPIRY);
    }));

  test("with no room left for pending messages the queue is full; ended ones make room", () =>
    withSimulator({ maxMessages: 2, delay: 60_000 }, async (simulator, esme) => {
      const first = await esme.submit();
      await esme.submit();
      assert.equal((await esme.submit()).command_status, ESME_RMSGQFUL);
      await esme.request("cancel_sm", { message_id: first.message_id });
      assert.equal((await esme.submit()).command_status, 0);
      assert.equal(simulator.messages().length, 2);
      assert.ok(!simulator.messages().some(({ id }) => id === first.message_id));
    }));
});

describe("receipts", () => {
  test("one that is asked for comes, names the message, and says what became of it", () =>
    withSimulator({}, async (_, esme) => {
      const { message_id } = await esme.submit({ registered_delivery: 1, source_addr_ton: 1, dest_addr_ton: 1, short_message: "the text of the message" });
      const receipt = await esme.inbound.take();
      assert.equal(receipt.esm_class, 0x04);
      assert.equal(receipt.source_addr, "15551230000");
      assert.equal(receipt["source_addr_ton"], 1);
      assert.equal(receipt.destination_addr, "12345");
      assert.equal(receipt["receipted_message_id"], message_id);
      assert.equal(receipt["message_state"], DELIVERED);
      const { submit, done, ...fields } = receiptOf(receipt);
      assert.deepEqual(fields, { id: message_id, sub: "001", dlvrd: "001", stat: "DELIVRD", err: "000", text: "the text of the mess" });
      // YYMMDDhhmm in UTC
      for (const date of [submit!, done!]) {
        const [year, month, day, hour, minute] = date.match(/../g)!.map(Number) as [number, number, number, number, number];
        const age = Date.now() - Date.UTC(2000 + year, month - 1, day, hour, minute);
        assert.ok(age >= 0 && age < 3_600_000, date);
      }
    }));

  for (const [outcome, stat, state] of [
    ["undeliverable", "UNDELIV", 5],
    ["expired", "EXPIRED", 3],
    ["rejected", "REJECTD", 8],
    ["deleted", "DELETED", 4],
    ["accepted", "ACCEPTD", 6],
    ["unknown", "UNKNOWN", 7],
  ] as const) {
    test(`outcome ${outcome} is ${stat}`, () =>
      withSimulator({ outcome }, async (_, esme) => {
        await esme.submit({ registered_delivery: 1 });
        const receipt = await esme.inbound.take();
        assert.equal(receiptOf(receipt)["stat"], stat);
        assert.equal(receiptOf(receipt)["dlvrd"], "000");
        assert.equal(receipt["message_state"], state);
      }));
  }

  test("registered_delivery decides: never, always, on failure, on success", () =>
    withSimulator({}, async (simulator, esme) => {
      const wanted: string[] = [];
      for (const [registered_delivery, destination_addr, comes] of [
        [0, "15551230000", false],
        [1, "15551230000", true],
        [2, "15551230000", false],
        [3, "15551230000", true],
        [0, "15559990030", false],
        [1, "15559990030", true],
        [2, "15559990030", true],
        [3, "15559990030", false],
      ] as const) {
        const { message_id } = await esme.submit({ registered_delivery, destination_addr });
        if (comes) wanted.push(message_id);
      }
      await until("the end of all", () => simulator.messages().every(({ doneAt }) => doneAt !== undefined));
      const got: string[] = [];
      for (const _ of wanted) got.push(receiptOf(await esme.inbound.take())["id"]!);
      assert.deepEqual(got.sort(), wanted.sort());
      assert.equal((await esme.request("enquire_link")).command, "enquire_link_resp");
      assert.equal(esme.inbound.size, 0);
    }));

  test("an intermediate notification comes before the receipt", () =>
    withSimulator({ delay: 20 }, async (_, esme) => {
      await esme.submit({ registered_delivery: 0x11 });
      const notification = await esme.inbound.take();
      assert.equal(notification.esm_class, 0x20);
      assert.equal(notification["message_state"], ENROUTE);
      const receipt = await esme.inbound.take();
      assert.equal(receipt.esm_class, 0x04);
    }));

  test("as text alone", () =>
    withSimulator({ receiptFormat: "text" }, async (_, esme) => {
      const { message_id } = await esme.submit({ registered_delivery: 1 });
      const receipt = await esme.inbound.take();
      assert.equal(receiptOf(receipt)["id"], message_id);
      assert.ok(!("receipted_message_id" in receipt) && !("message_state" in receipt));
    }));

  test("as TLVs alone", () =>
    withSimulator({ receiptFormat: "tlv" }, async (_, esme) => {
      const { message_id } = await esme.submit({ registered_delivery: 1 });
      const receipt = await esme.inbound.take();
      assert.equal(receipt.short_message.message.length, 0);
      assert.equal(receipt["receipted_message_id"], message_id);
      assert.equal(receipt["message_state"], DELIVERED);
    }));

  test("with hex ids the response is in hex and the receipt in decimal", () =>
    withSimulator({ hexIds: true }, async (_, esme) => {
      const { message_id } = await esme.submit({ registered_delivery: 1 });
      const receipt = await esme.inbound.take();
      assert.equal(receiptOf(receipt)["id"], BigInt(`0x${message_id}`).toString());
      assert.equal(receipt["receipted_message_id"], BigInt(`0x${message_id}`).toString());
    }));

  test("every recipient of submit_multi has one", () =>
    withSimulator({}, async (_, esme) => {
      const answer = await esme.request("submit_multi", {
        source_addr: "12345",
        dest_address: ["15551230001", "15551230002"].map((destination_addr) => ({ destination_addr })),
        short_message: "to many",
        registered_delivery: 1,
      });
      const receipts = [await esme.inbound.take(), await esme.inbound.take()];
      assert.deepEqual(receipts.map(({ source_addr }) => source_addr).sort(), ["15551230001", "15551230002"]);
      assert.deepEqual(receipts.map((receipt) => receiptOf(receipt)["id"]), [answer.message_id, answer.message_id]);
    }));

  test("it goes to another session of the account that receives, not to the transmitter", () =>
    withSimulator({}, async (simulator, transceiver) => {
      const transmitter = await NodeEsme.bound(simulator.url, "bind_transmitter");
      for (let i = 0; i < 3; i++) await transmitter.submit({ registered_delivery: 1 });
      for (let i = 0; i < 3; i++) await transceiver.inbound.take();
      assert.equal(transmitter.inbound.size, 0);
      transmitter.destroy();
    }));

  test("it is kept for the next bind if no session receives", async () => {
    await using simulator = await createSimulator({ port: 0, delay: 0 });
    const transmitter = await NodeEsme.bound(simulator.url, "bind_transmitter");
    const { message_id } = await transmitter.submit({ registered_delivery: 1 });
    await until("the end of the message", () => simulator.messages()[0]?.status === "delivered");
    const receiver = await NodeEsme.bound(simulator.url, "bind_receiver");
    assert.equal(receiptOf(await receiver.inbound.take())["id"], message_id);
    transmitter.destroy();
    receiver.destroy();
  });

  test("it never goes to another account", async () => {
    await using simulator = await createSimulator({ port: 0, delay: 0, accounts: { smppclient1: "password", other: "secret" } });
    const other = new NodeEsme(simulator.url);
    await other.bind("bind_transceiver", { system_id: "other", password: "secret" });
    const esme = await NodeEsme.bound(simulator.url);
    await esme.submit({ registered_delivery: 1 });
    await esme.inbound.take();
    assert.equal(other.inbound.size, 0);
    esme.destroy();
    other.destroy();
  });

  test("one that is refused for now comes again", () =>
    withSimulator({ retryDelay: 1 }, async (_, esme) => {
      let refusals = 2;
      esme.answerWith = () => (refusals-- > 0 ? ESME_RX_T_APPN : 0);
      const { message_id } = await esme.submit({ registered_delivery: 1 });
      for (let i = 0; i < 3; i++) assert.equal(receiptOf(await esme.inbound.take())["id"], message_id);
    }));
});

describe("query_sm, cancel_sm, replace_sm", () => {
  let simulator: Simulator;
  let esme: NodeEsme;
  before(async () => {
    simulator = await createSimulator({ port: 0, delay: 60_000, accounts: { smppclient1: "password", other: "secret" } });
    esme = await NodeEsme.bound(simulator.url);
  });
  after(async () => {
    esme.destroy();
    await simulator.close();
  });

  const source_addr = "12345";

  test("query_sm tells the state, and the final date once there is one", async () => {
    const { message_id } = await esme.submit();
    const pending = await esme.request("query_sm", { message_id, source_addr });
    assert.equal(pending.command_status, 0);
    assert.equal(pending.message_id, message_id);
    assert.equal(pending["message_state"], ENROUTE);
    assert.equal(Number(pending["final_date"] || 0), 0);
    await esme.request("cancel_sm", { message_id, source_addr });
    const ended = await esme.request("query_sm", { message_id, source_addr });
    assert.equal(ended["message_state"], DELETED);
    assert.ok(ended["final_date"]);
  });

  test("a message that is scheduled says so, and one out of its time has expired", async () => {
    const scheduled = await esme.submit({ schedule_delivery_time: "000001000000000R" });
    const answer = await esme.request("query_sm", { message_id: scheduled.message_id, source_addr });
    assert.equal(answer["message_state"], 0);
    const expiring = await esme.submit({ validity_period: "000000000001000R", registered_delivery: 1 });
    const receipt = await esme.inbound.take();
    assert.equal(receiptOf(receipt)["id"], expiring.message_id);
    assert.equal(receipt["message_state"], EXPIRED);
  });

  test("cancel_sm ends a pending message, with a receipt if one was asked for", async () => {
    const { message_id } = await esme.submit({ registered_delivery: 1 });
    assert.equal((await esme.request("cancel_sm", { message_id, source_addr })).command_status, 0);
    const receipt = await esme.inbound.take();
    assert.equal(receiptOf(receipt)["id"], message_id);
    assert.equal(receiptOf(receipt)["stat"], "DELETED");
    assert.equal((await esme.request("cancel_sm", { message_id, source_addr })).command_status, ESME_RCANCELFAIL);
  });

  test("cancel_sm with no message_id ends all pending messages of the addresses", async () => {
    const addresses = { source_addr, destination_addr: "15551237777" };
    const ids = [await esme.submit(addresses), await esme.submit(addresses)].map(({ message_id }) => message_id);
    assert.equal((await esme.request("cancel_sm", addresses)).command_status, 0);
    const states = simulator.messages().filter(({ id }) => ids.includes(id)).map(({ status }) => status);
    assert.deepEqual(states, ["deleted", "deleted"]);
  });

  test("replace_sm changes a pending message, and no other", async () => {
    const { message_id } = await esme.submit();
    const fields = { message_id, source_addr, short_message: "Other words" };
    assert.equal((await esme.request("replace_sm", fields)).command_status, 0);
    assert.equal(Buffer.from(simulator.messages().find(({ id }) => id === message_id)!.octets).toString(), "Other words");
    await esme.request("cancel_sm", { message_id, source_addr });
    assert.equal((await esme.request("replace_sm", fields)).command_status, ESME_RREPLACEFAIL);
  });

  test("replace_sm with empty times leaves the message's own", async () => {
    const { message_id } = await esme.submit({ schedule_delivery_time: "000001000000000R", validity_period: "000002000000000R" });
    const message = simulator.messages().find(({ id }) => id === message_id)!;
    const { scheduledAt, expiresAt } = message;
    await esme.request("replace_sm", { message_id, source_addr, short_message: "Other words" });
    assert.deepEqual([message.status, message.scheduledAt, message.expiresAt], ["scheduled", scheduledAt, expiresAt]);
    await esme.request("replace_sm", { message_id, source_addr, short_message: "x", validity_period: "000003000000000R" });
    assert.ok(message.expiresAt! > expiresAt!);
    assert.equal(message.scheduledAt, scheduledAt);
  });

  test("replace_if_present_flag takes the place of the pending message", async () => {
    const addresses = { source_addr, destination_addr: "15551236666" };
    const first = await esme.submit(addresses);
    const second = await esme.submit({ ...addresses, replace_if_present_flag: 1 });
    const kept = simulator.messages().filter(({ to }) => to.addr === addresses.destination_addr);
    assert.deepEqual(kept.map(({ id, status }) => [id, status]), [[first.message_id, "deleted"], [second.message_id, "enroute"]]);
  });

  test("a message that is not there, or another account's, is not found", async () => {
    const other = new NodeEsme(simulator.url);
    await other.bind("bind_transceiver", { system_id: "other", password: "secret" });
    const { message_id } = await esme.submit();
    for (const command of ["query_sm", "cancel_sm", "replace_sm"]) {
      assert.equal((await esme.request(command, { message_id: "nothing", source_addr })).command_status, ESME_RINVMSGID);
      assert.equal((await other.request(command, { message_id, source_addr })).command_status, ESME_RINVMSGID);
    }
    other.destroy();
  });
});
