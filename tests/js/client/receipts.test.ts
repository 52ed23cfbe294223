// How receipts are matched with the messages they are about: ids that are missing or spelt in two ways, one receipt for several
// segments, and the zone of their dates.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect, TimeoutError, type ConnectOptions, type Report, type Sent, type SmppClient } from "smpp-edge";
import { answer, ScriptedSmsc } from "./smsc.ts";

const LONG = "x".repeat(400);
const receipt = (id: string, stat = "DELIVRD", date = "2601021531"): string => `id:${id} sub:001 dlvrd:001 submit date:${date} done date:${date} stat:${stat} err:000 text:`;

/** Whether delivered() has settled by the time that a later report was taken and the event loop has turned. */
const TOO_LONG = 60_000;

/** An SMSC that gives the segments of the messages these ids, in order, and a client of it that sent one message. */
async function sending(ids: string[], options: ConnectOptions, text: string, use: (sent: Sent, deliver: (text: string) => Promise<void>, smpp: SmppClient) => Promise<void>): Promise<void> {
  let count = 0;
  await using smsc = await ScriptedSmsc.listen((request, line) => {
    if (request.command === "submit_sm") answer(line, request, { message_id: ids[count++] ?? "" });
    if (request.command === "unbind") answer(line, request);
  });
  let sequence = 100;
  await using smpp = await connect(smsc.url, { reconnect: false, onReport: () => {}, ...options });
  const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text, report: "always" });
  assert.equal(count, ids.length);
  await use(sent, async (content) => {
    const before = smsc.line.got("deliver_sm_resp").length;
    smsc.line.send("deliver_sm", { sequence_number: sequence++, source_addr: "1234567890", destination_addr: "12345", esm_class: 4, short_message: Buffer.from(content) });
    assert.equal((await smsc.line.await("deliver_sm_resp", before + 1)).command_status, 0);
  }, smpp);
}

/** That it settles, and as what. */
const settled = (sent: Sent): Promise<Report> => sent.delivered({ timeout: TOO_LONG });
/** That it does not settle with what came so far. */
const pending = (sent: Sent): Promise<void> => assert.rejects(sent.delivered({ timeout: 50 }), TimeoutError);

describe("one receipt for three segments", () => {
  for (const at of [0, 1, 2]) {
    test(`receipts: "message": that of segment ${at + 1} stands for all`, () =>
      sending(["a1", "a2", "a3"], { receipts: "message" }, LONG, async (sent, deliver) => {
        await pending(sent);
        await deliver(receipt(`a${at + 1}`));
        assert.equal((await settled(sent)).status, "delivered");
      }));
  }

  test('receipts: "message": a failure stands for all, and a later receipt changes nothing', () =>
    sending(["a1", "a2", "a3"], { receipts: "message" }, LONG, async (sent, deliver) => {
      await deliver(receipt("a2", "UNDELIV"));
      await deliver(receipt("a3"));
      assert.equal((await settled(sent)).status, "undeliverable");
    }));

  test('receipts: "message": one that is not final is no end', () =>
    sending(["a1", "a2", "a3"], { receipts: "message" }, LONG, async (sent, deliver) => {
      await deliver(receipt("a1", "ENROUTE"));
      await pending(sent);
      await deliver(receipt("a1"));
      assert.equal((await settled(sent)).status, "delivered");
    }));

  test('receipts: "segment": all three are waited for, and the worst is the result', () =>
    sending(["a1", "a2", "a3"], {}, LONG, async (sent, deliver) => {
      await deliver(receipt("a1"));
      await deliver(receipt("a3", "EXPIRED"));
      await pending(sent);
      await deliver(receipt("a2"));
      assert.equal((await settled(sent)).status, "expired");
    }));
});

describe("segments without an id", () => {
  for (const ids of [["a1", "", ""], ["", "a1", ""], ["", "", "a1"]]) {
    test(`ids ${JSON.stringify(ids)}: only the segment that has one is waited for`, () =>
      sending(ids, {}, LONG, async (sent, deliver) => {
        await pending(sent);
        await deliver(receipt("a1"));
        assert.equal((await settled(sent)).status, "delivered");
      }));
  }

  test("two of three have one: both are waited for", () =>
    sending(["a1", "", "a3"], {}, LONG, async (sent, deliver) => {
      await deliver(receipt("a1"));
      await pending(sent);
      await deliver(receipt("a3"));
      assert.equal((await settled(sent)).status, "delivered");
    }));

  test("all have the same: one receipt is enough", () =>
    sending(["a1", "a1", "a1"], {}, LONG, async (sent, deliver) => {
      await deliver(receipt("a1"));
      assert.equal((await settled(sent)).status, "delivered");
    }));

  test("none has one: delivered() says so at once", () =>
    sending(["", "", ""], {}, LONG, (sent) => assert.rejects(settled(sent), (error: { code?: string; message: string }) => error.code === "no-report" && /no id/.test(error.message))));
});

describe("an id spelt in two ways", () => {
  const uuid = "AE0B1C2D-07FC-4162-8004-C5549761445A";
  const same: [string, string][] = [
    [uuid, uuid.toLowerCase()], [uuid, `{${uuid}}`], [uuid, uuid.replaceAll("-", "")], [uuid.toLowerCase().replaceAll("-", ""), uuid],
    ["0012345", "12345"], ["12345", "0000012345"], ["7220BB6B", "7220bb6b"], ["0x7220BB6B", "7220bb6b"], ["<m-1>", "m-1"], ["'abc'", "abc"],
  ];
  for (const [response, receipted] of same) {
    test(`${response} in the answer, ${receipted} in the receipt`, () =>
      sending([response], {}, "short", async (sent, deliver) => {
        await deliver(receipt(receipted));
        const report = await settled(sent);
        assert.deepEqual([report.status, report.messageId, report.rawMessageId], ["delivered", response, receipted]);
      }));
  }

  const different: [string, string][] = [["12-3", "1-23"], ["m20", "m2"], ["m-1", "m1"], ["1", "x1"], ["m2", "M2"]];
  for (const [response, receipted] of different) {
    test(`${response} is not ${receipted}`, () =>
      sending([response], {}, "short", async (sent, deliver) => {
        await deliver(receipt(receipted));
        await pending(sent);
      }));
  }
});

describe("the zone of a receipt's dates", () => {
  const cases: [ConnectOptions["receiptZone"], string, string][] = [
    [undefined, "2601021531", "2026-01-02T15:31:00.000Z"],
    ["Z", "2601021531", "2026-01-02T15:31:00.000Z"],
    ["+03:00", "2601021531", "2026-01-02T12:31:00.000Z"],
    ["-09:30", "260102153107", "2026-01-03T01:01:07.000Z"],
    ["+05:45", "20260102153107", "2026-01-02T09:46:07.000Z"],
    // A zone of its own counts more.
    ["+03:00", "2026-01-02T15:31:07+01:00", "2026-01-02T14:31:07.000Z"],
    ["+03:00", "2026-01-02T15:31:07Z", "2026-01-02T15:31:07.000Z"],
  ];
  for (const [receiptZone, date, expected] of cases) {
    test(`${date} with receiptZone ${receiptZone}`, () =>
      sending(["a1"], receiptZone === undefined ? {} : { receiptZone }, "short", async (sent, deliver) => {
        await deliver(receipt("a1", "DELIVRD", date));
        const report = await settled(sent);
        assert.deepEqual([report.submittedAt?.toISOString(), report.doneAt?.toISOString()], [expected, expected]);
      }));
  }

  for (const receiptZone of ["CET", "+3", "+25:00", "03:00", "", 3, null]) {
    test(`receiptZone ${JSON.stringify(receiptZone)} is refused`, () =>
      assert.rejects(connect("smpp://id:pw@127.0.0.1:1", { receiptZone } as ConnectOptions), (error: { code?: string; field?: string }) => error.code === "invalid-option" && error.field === "receiptZone"));
  }
});
