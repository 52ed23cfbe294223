// Applications that send while workerd is killed again and again: each message that was answered is at the SMSC once, and each receipt reaches
// its application once, or says that it is repeated. `MESSAGES=20000 KILLS=100` makes it long.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { client, decodePdus } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";
import { NodeEsme } from "../simulator/peers.ts";
import { hashed } from "./application-settings.mjs";
import { freePort, listening, startGateway, temporary, until } from "./support.mjs";

const MESSAGES = Number(process.env.MESSAGES ?? 400);
const KILLS = Number(process.env.KILLS ?? 2);
const WINDOW = 10;
const REPEATED = 0x1500;

/** What an application knows of its messages: texts by id, and the receipts that came. */
class Ledger {
  accepted = new Map();
  unknown = 0;
  receipts = new Map();
  unmarked = [];

  receipt(id, isRepeated) {
    const before = this.receipts.get(id) ?? 0;
    this.receipts.set(id, before + 1);
    if (before > 0 && !isRepeated) this.unmarked.push(id);
  }
}

/** This client, with a window of its own. */
async function runClient(url, name, ledger, finished) {
  const smpp = client(url, {
    window: WINDOW, reconnect: { min: 50, max: 500 },
    onReport: ({ rawMessageId, pdu }) => ledger.receipt(rawMessageId, decodePdus(pdu).pdus[0].tlvs.some(({ tag }) => tag === REPEATED)),
  });
  let next = 0;
  await Promise.all(Array.from({ length: WINDOW }, async () => {
    while (next < MESSAGES) {
      const text = `${name} ${next++}`;
      for (let sent; sent === undefined;) {
        sent = await smpp.sendSms({ from: "12345", to: `+1555${1_000_000 + next}`, text, report: "always" }).then(({ messageId }) => messageId, (error) => {
          if (error.outcome === "unknown") return null;
          return sleep(50);
        });
        if (sent === null) ledger.unknown++;
        else if (sent !== undefined) ledger.accepted.set(sent, text);
      }
    }
  }));
  await finished;
  await smpp.close();
}

/** npm smpp, which connects anew by hand. */
async function runNode(port, name, ledger, finished) {
  const state = { isOver: false };
  void finished.then(() => (state.isOver = true));
  let next = 0;
  while (!state.isOver) {
    const esme = new NodeEsme(`smpp://127.0.0.1:${port}`);
    const closed = esme.closed.then(() => undefined);
    esme.answerWith = (pdu) => {
      ledger.receipt(/^id:(\S+)/.exec(pdu.short_message.message.toString())[1], Object.keys(pdu).some((field) => Number(field) === REPEATED) || JSON.stringify(pdu).includes(String(REPEATED)));
      return 0;
    };
    const bind = await Promise.race([closed, esme.bind("bind_transceiver", { system_id: name, interface_version: 0x34 }).catch(() => undefined)]);
    if (bind?.command_status === 0) {
      await Promise.all(Array.from({ length: WINDOW }, async () => {
        while (next < MESSAGES) {
          const text = `${name} ${next++}`;
          const answer = await Promise.race([closed, esme.submit({ destination_addr: String(15_551_000_000 + next), short_message: text, registered_delivery: 1 }).catch(() => undefined)]);
          if (answer?.command_status === 0) ledger.accepted.set(answer.message_id, text);
          else ledger.unknown++;
          if (answer === undefined) return;
        }
      }));
      if (next >= MESSAGES) await Promise.race([closed, finished]);
    }
    esme.destroy();
    await sleep(100);
  }
}

test("no message is lost or sent twice, and no receipt either, while workerd is killed", async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 20, retryDelay: 50, maxMessages: 1_000_000 });
  t.after(() => simulator.close());
  const port = await freePort();
  const names = ["one", "two", "three"];
  const applications = Object.fromEntries(names.map((name) => [name, { password: hashed("password") }]));
  const options = { port, storage: temporary(t), vars: { SMPP_URL: simulator.url, SMPP_APPLICATIONS: applications, SMPP_OPTIONS: { window: WINDOW } } };
  let gateway = await startGateway(t, options);
  await listening(port);
  const ledgers = Object.fromEntries(names.map((name) => [name, new Ledger()]));
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  const running = [
    runClient(`smpp://one:password@127.0.0.1:${port}`, "one", ledgers.one, finished),
    runClient(`smpp://two:password@127.0.0.1:${port}`, "two", ledgers.two, finished),
    runNode(port, "three", ledgers.three, finished),
  ];
  const all = Object.values(ledgers);
  const done = () => all.reduce((sum, { accepted, unknown }) => sum + accepted.size + unknown, 0);
  for (let kill = 0; kill < KILLS; kill++) {
    const goal = ((kill + 0.3 + 0.4 * Math.random()) * 3 * MESSAGES) / KILLS;
    await until(`${goal} messages`, () => done() >= goal, 120_000);
    await gateway.kill();
    gateway = await startGateway(t, options);
  }
  await until("the last message", () => done() === 3 * MESSAGES, 120_000);

  // A message that was on the wire with no answer has no receipt for now: its outcome is not known.
  const expected = new Map();
  for (const message of await gateway.all()) expected.set(message.id, message);
  const missing = () => all.flatMap(({ accepted, receipts }) => [...accepted.keys()].filter((id) => !receipts.has(id)));
  await until("the receipts", async () => {
    const left = missing();
    if (left.length > 3 * (KILLS + 1) * WINDOW) return false;
    const views = await Promise.all(left.map((id) => gateway.get(`/v1/messages/${id}`)));
    return views.every(({ body: { status } }) => status === "unknown");
  }, 120_000);
  const unknown = missing().length;
  finish();
  await Promise.all(running);

  const texts = new Map();
  for (const { text } of simulator.messages()) texts.set(text, (texts.get(text) ?? 0) + 1);
  for (const { accepted, receipts, unmarked } of all) {
    for (const [id, text] of accepted) {
      assert(expected.has(id), `${id} is not in the gateway`);
      assert(texts.get(text) === 1 || (texts.get(text) === undefined && !receipts.has(id)), `${text} is at the SMSC ${texts.get(text) ?? 0} times`);
    }
    for (const id of receipts.keys()) assert(expected.has(id));
    assert.deepEqual(unmarked, []);
  }
  assert([...texts.values()].every((count) => count === 1));
  const repeated = all.reduce((sum, { receipts }) => sum + [...receipts.values()].filter((count) => count > 1).length, 0);
  t.diagnostic(`${done()} messages, ${all.reduce((sum, ledger) => sum + ledger.unknown, 0)} without an answer, ${unknown} of unknown outcome at the SMSC, ${repeated} receipts repeated`);
});
