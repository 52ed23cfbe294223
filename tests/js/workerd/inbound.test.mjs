// Inbound messages in a Durable Object: what is acknowledged when, and what is never lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../simulator/peers.ts";
import { answered, deliver } from "../client/inbound.suite.ts";
import { answer, ScriptedSmsc } from "../client/smsc.ts";
import { startClientWorker } from "./client-worker.mjs";

const ESME_ROK = 0;
const ESME_RX_T_APPN = 0x64;
const ESME_RX_P_APPN = 0x65;

let worker;
const ended = [];

before(async () => {
  worker = await startClientWorker({ after: (end) => ended.push(end) });
});
after(async () => {
  for (const end of ended.reverse()) await end();
});

/** The Worker does `deeds` with what the script delivers. Returns what it saw. */
async function receive(step, script) {
  await using smsc = await ScriptedSmsc.listen((request, line) => answer(line, request));
  const running = worker.post("/object/receive", { url: smsc.url, ...step });
  await until("the bind", () => smsc.lines.length > 0 && smsc.line.got("bind_transceiver").length > 0);
  await script(smsc.line);
  const { status, body } = await running;
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.error, undefined, JSON.stringify(body));
  return body.seen;
}

/** Delivers both segments, and the second again as long as it is refused. Returns the statuses of the second. */
async function deliverLong(line, { repeats = 10 } = {}) {
  deliver(line, { sequence: 11, text: "C", total: 2 });
  assert.equal(await answered(line, 11), ESME_ROK);
  const statuses = [];
  for (let sequence = 12; sequence <= 12 + repeats && statuses.at(-1) !== ESME_ROK; sequence++) {
    deliver(line, { sequence, text: "D", part: 2, total: 2 });
    statuses.push(await answered(line, sequence));
  }
  return statuses;
}

for (const by of ["handler", "loop"]) {
  test(`a long message that a ${by} refuses comes again whole`, async () => {
    const seen = await receive({ by, deeds: ["throw", "take"] }, async (line) => {
      assert.deepEqual(await deliverLong(line), [ESME_RX_T_APPN, ESME_ROK]);
    });
    assert.deepEqual(seen, [["CD", true], ["CD", true]]);
  });
}

test("a Refusal is answered with its status", async () => {
  const seen = await receive({ deeds: ["refuse"] }, async (line) => {
    assert.deepEqual(await deliverLong(line, { repeats: 0 }), [ESME_RX_P_APPN]);
  });
  assert.deepEqual(seen, [["CD", true]]);
});

test("a handler that takes too long gets the message again", async () => {
  const seen = await receive({ deeds: ["never", "take"], options: { acknowledgeTimeout: 100 } }, async (line) => {
    assert.deepEqual(await deliverLong(line), [ESME_RX_T_APPN, ESME_ROK]);
  });
  assert.deepEqual(seen, [["CD", true], ["CD", true]]);
});

test("segments that are held are handed on when the link is lost", async () => {
  const seen = await receive({ deeds: ["take"] }, async (line) => {
    deliver(line, { sequence: 11, text: "C", total: 2 });
    assert.equal(await answered(line, 11), ESME_ROK);
    line.socket.destroy();
  });
  assert.deepEqual(seen, [["C", false]]);
});

test("segments are stored before they are acknowledged, and joined", async () => {
  const seen = await receive({ by: "segments", deeds: ["take"] }, async (line) => {
    assert.deepEqual(await deliverLong(line), [ESME_ROK]);
  });
  assert.deepEqual(seen, [["CD", true]]);
});
