import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSimulator, type Simulator, type SimulatorOptions } from "smpp-edge/server";
import { RawEsme, until, within } from "./peers.ts";

const ESME_RINVCMDID = 0x03;
const ESME_RSYSERR = 0x08;
const ESME_RINVDSTADR = 0x0b;
const ESME_RMSGQFUL = 0x14;
const ESME_RSUBMITFAIL = 0x45;
const ESME_RTHROTTLED = 0x58;

const PLAIN = "15551230000";
/** A number that asks for the fault of these two digits. */
const asking = (digits: string) => `155599900${digits}`;

async function withEsme(use: (esme: RawEsme, simulator: Simulator) => Promise<void>, options: SimulatorOptions = {}): Promise<void> {
  await using simulator = await createSimulator({ port: 0, delay: 0, late: 100, ...options });
  const esme = await RawEsme.bound(simulator.port);
  await use(esme, simulator);
  esme.destroy();
}

/** Submits to this number and gives the status of the response. */
async function statusOf(esme: RawEsme, destination: string, sequence: number): Promise<number> {
  esme.submit(destination, sequence);
  const answer = await esme.next();
  assert.equal(answer.command, "submit_sm_resp");
  assert.equal(answer.sequence_number, sequence);
  return answer.command_status;
}

describe("refusals", () => {
  for (const [name, digits, status] of [["throttle", "01", ESME_RTHROTTLED], ["queue-full", "02", ESME_RMSGQFUL]] as const) {
    test(`${name}: the first two tries, then it is accepted, then again`, () =>
      withEsme(async (esme, simulator) => {
        const statuses: number[] = [];
        for (let i = 2; i < 6; i++) statuses.push(await statusOf(esme, asking(digits), i));
        assert.deepEqual(statuses, [status, status, 0, status]);
        assert.equal(simulator.messages().length, 1);
      }));
  }

  for (const [name, digits, status] of [
    ["always-throttle", "03", ESME_RTHROTTLED],
    ["always-queue-full", "04", ESME_RMSGQFUL],
    ["refuse", "05", ESME_RSUBMITFAIL],
    ["refuse-destination", "06", ESME_RINVDSTADR],
    ["system-error", "07", ESME_RSYSERR],
  ] as const) {
    test(`${name}: every try`, () =>
      withEsme(async (esme, simulator) => {
        for (let i = 2; i < 6; i++) assert.equal(await statusOf(esme, asking(digits), i), status);
        assert.equal(simulator.messages().length, 0);
      }));
  }

  test("nack: generic_nack in place of the response", () =>
    withEsme(async (esme) => {
      esme.submit(asking("08"), 2);
      const answer = await esme.next();
      assert.equal(answer.command, "generic_nack");
      assert.equal(answer.command_status, ESME_RINVCMDID);
      assert.equal(answer.sequence_number, 2);
      assert.equal(await statusOf(esme, PLAIN, 3), 0);
    }));
});

describe("responses", () => {
  test("late: after those of later submissions", () =>
    withEsme(async (esme) => {
      esme.submit(asking("10"), 2);
      assert.equal(await statusOf(esme, PLAIN, 3), 0);
      assert.equal((await esme.next()).sequence_number, 2);
    }));

  test("never: the message is accepted all the same", () =>
    withEsme(async (esme, simulator) => {
      esme.submit(asking("11"), 2);
      for (let i = 3; i < 6; i++) assert.equal(await statusOf(esme, PLAIN, i), 0);
      assert.equal(simulator.messages().length, 4);
    }));

  test("out-of-order: after that of the next submission", () =>
    withEsme(
      async (esme) => {
        esme.submit(asking("12"), 2);
        esme.submit(PLAIN, 3);
        assert.equal((await esme.next()).sequence_number, 3);
        assert.equal((await esme.next()).sequence_number, 2);
      },
      { late: 60_000 },
    ));

  test("out-of-order: in the end also if no submission follows", () =>
    withEsme(async (esme) => assert.equal(await statusOf(esme, asking("12"), 2), 0)));

  test("twice: the same response", () =>
    withEsme(async (esme) => {
      esme.submit(asking("13"), 2);
      const answers = [await esme.next(), await esme.next()];
      assert.deepEqual(answers.map(({ command, sequence_number }) => [command, sequence_number]), [["submit_sm_resp", 2], ["submit_sm_resp", 2]]);
      assert.equal(answers[0]?.message_id, answers[1]?.message_id);
    }));

  test("wrong-sequence: a response to nothing, then the right one", () =>
    withEsme(async (esme) => {
      esme.submit(asking("14"), 2);
      const stray = await esme.next();
      assert.equal(stray.command, "submit_sm_resp");
      assert.notEqual(stray.sequence_number, 2);
      assert.equal((await esme.next()).sequence_number, 2);
    }));

  test("early-receipt: the receipt comes before the response", () =>
    withEsme(async (esme) => {
      esme.submit(asking("15"), 2);
      const receipt = await esme.next();
      assert.equal(receipt.command, "deliver_sm");
      const answer = await esme.next();
      assert.equal(answer.command, "submit_sm_resp");
      assert.equal(receipt["receipted_message_id"], answer.message_id);
    }));
});

describe("connections", () => {
  test("drop: the response stops half-way and the connection ends; the message is accepted", () =>
    withEsme(async (esme, simulator) => {
      const before = esme.octets.length;
      esme.submit(asking("20"), 2);
      await within("the end of the connection", esme.closed);
      const rest = esme.octets.subarray(before);
      assert.ok(rest.length > 0 && rest.length < rest.readUInt32BE(0));
      assert.equal(simulator.messages().length, 1);
    }));

  test("close: the connection ends with no response; the message is accepted", () =>
    withEsme(async (esme, simulator) => {
      const before = esme.octets.length;
      esme.submit(asking("21"), 2);
      await within("the end of the connection", esme.closed);
      assert.equal(esme.octets.length, before);
      assert.equal(simulator.messages().length, 1);
      await until("the end of the session", () => simulator.sessions.size === 0);
    }));

  test("split: the octets come one by one, and all of them", () =>
    withEsme(async (esme) => {
      assert.equal(await statusOf(esme, asking("22"), 2), 0);
      const [reads, octets] = [esme.reads, esme.octets.length];
      assert.equal(await statusOf(esme, PLAIN, 3), 0);
      assert.ok(esme.reads - reads > (esme.octets.length - octets) / 2);
    }));

  test("garbage: octets that are no SMPP", () =>
    withEsme(async (esme) => {
      const before = esme.octets.length;
      esme.submit(asking("23"), 2);
      await until("octets", () => esme.octets.length > before + 4);
      assert.equal(esme.octets.subarray(before, before + 4).toString(), "HTTP");
    }));

  test("oversize: a header that announces 2 GiB", () =>
    withEsme(async (esme) => {
      const before = esme.octets.length;
      esme.submit(asking("24"), 2);
      await until("a header", () => esme.octets.length >= before + 16);
      assert.equal(esme.octets.readUInt32BE(before), 0x7fff_ffff);
    }));

  test("malformed: a message_id with no end, and the stream goes on", () =>
    withEsme(async (esme) => {
      esme.submit(asking("25"), 2);
      const frame = await esme.frames.take();
      assert.equal(frame.readUInt32BE(4), 0x8000_0004);
      assert.ok(frame.length > 16 && !frame.subarray(16).includes(0));
      assert.equal(await statusOf(esme, PLAIN, 3), 0);
    }));

  test("stall: nothing comes any more, and the connection stays", () =>
    withEsme(async (esme, simulator) => {
      const before = esme.octets.length;
      esme.submit(asking("26"), 2);
      esme.submit(PLAIN, 3);
      await until("both messages", () => simulator.messages().length === 2);
      assert.equal(esme.octets.length, before);
      assert.equal(simulator.sessions.size, 1);
    }));

  test("unbind: the response, then the SMSC unbinds", () =>
    withEsme(async (esme) => {
      assert.equal(await statusOf(esme, asking("27"), 2), 0);
      assert.equal((await esme.next()).command, "unbind");
    }));
});

describe("ends", () => {
  for (const [name, digits, state] of [
    ["undeliverable", "30", 5],
    ["expired", "31", 3],
    ["rejected", "32", 8],
    ["deleted", "33", 4],
    ["unknown", "34", 7],
  ] as const) {
    test(`${name} is what the receipt says`, () =>
      withEsme(async (esme) => {
        esme.submit(asking(digits), 2, { registered_delivery: 1 });
        assert.equal((await esme.next()).command, "submit_sm_resp");
        assert.equal((await esme.next())["message_state"], state);
      }));
  }

  test("no-receipt: the message stays enroute", () =>
    withEsme(async (esme, simulator) => {
      esme.submit(asking("35"), 2, { registered_delivery: 1 });
      esme.submit(PLAIN, 3, { registered_delivery: 1 });
      await esme.next();
      const { message_id } = await esme.next();
      assert.equal((await esme.next())["receipted_message_id"], message_id);
      assert.deepEqual(simulator.messages().map(({ status }) => status), ["enroute", "delivered"]);
    }));

  test("twice-receipt: two receipts for one message", () =>
    withEsme(async (esme) => {
      esme.submit(asking("36"), 2, { registered_delivery: 1 });
      const { message_id } = await esme.next();
      assert.equal((await esme.next())["receipted_message_id"], message_id);
      assert.equal((await esme.next())["receipted_message_id"], message_id);
    }));

  test("hex-id: hex in the response, decimal in the receipt", () =>
    withEsme(async (esme) => {
      esme.submit(asking("37"), 2, { registered_delivery: 1 });
      const { message_id } = await esme.next();
      assert.equal((await esme.next())["receipted_message_id"], BigInt(`0x${message_id}`).toString());
    }));
});

describe("faults by name", () => {
  test("every submission meets one", () =>
    withEsme(async (esme) => assert.equal(await statusOf(esme, PLAIN, 2), ESME_RSUBMITFAIL), { faults: ["refuse"] }));

  test("or every Nth", () =>
    withEsme(
      async (esme) => {
        const statuses: number[] = [];
        for (let i = 2; i < 8; i++) statuses.push(await statusOf(esme, PLAIN, i));
        assert.deepEqual(statuses, [0, 0, ESME_RSYSERR, 0, 0, ESME_RSYSERR]);
      },
      { faults: ["system-error=3"] },
    ));

  test("a name that is none is an error", () => assert.rejects(createSimulator({ port: 0, faults: ["nonsense" as "late"] }), RangeError));
});
