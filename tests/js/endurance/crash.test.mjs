// Killed at random moments, gateway and SMSC alike: no message that was answered with 202 is lost, and none is sent twice in silence.
// ROUNDS sets the number of crashes of each: ROUNDS=200 is the full form.

import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { bundleGateway, LOCAL } from "../../../benches/support/gateway.mjs";
import { startWorkerd } from "../../../benches/support/workerd.mjs";
import { Gateway, Smsc, startReceiver, until } from "../gateway/support.mjs";

const crashes = Number(process.env.ROUNDS ?? 4);
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const random = (ms) => Math.floor(Math.random() * ms);

/** Starts workerd by itself, so that many rounds take no longer than they must. */
async function start(t, directory) {
  const { url, kill } = await startWorkerd(directory);
  t.after(kill);
  return new Gateway(url, { kill, headers: LOCAL });
}

/** How many messages may wait: more would only make the end long. */
const AHEAD = 300;

/** Sends until stopped, a few at a time; what got its 202 is in `accepted`, by its text. */
function sender(t, accepted, smsc) {
  const stop = new AbortController();
  let gateway;
  let next = 0;
  const run = async () => {
    while (!stop.signal.aborted) {
      const texts = Array.from({ length: 1 + random(8) }, () => `message-${next++}`);
      const later = random(4) === 0 ? { scheduleAt: new Date(Date.now() + random(2_000)).toISOString() } : {};
      const request = texts.map((text) => ({ from: "12345", to: `+4915${next % 7}`, text, ...later }));
      // With its key a request is repeated until it has its answer, over the crashes, and counts once.
      const key = random(2) === 0 ? { "idempotency-key": `key-${texts[0]}` } : undefined;
      for (let again = true; again && !stop.signal.aborted;) {
        try {
          const { status, body } = await gateway.post("/v1/messages", request, key);
          if (status === 202) body.forEach(({ id }, i) => accepted.set(texts[i], id));
          again = false;
        } catch {
          await sleep(20); // The gateway is down: nobody was told that these were taken.
          again = key !== undefined;
        }
      }
      do {
        await sleep(random(15));
      } while (accepted.size > smsc.submitted.length + AHEAD && !stop.signal.aborted);
    }
  };
  let running;
  t.after(() => stop.abort());
  return {
    start(to) {
      gateway = to;
      running ??= Promise.all([run(), run()]);
    },
    stop() {
      stop.abort();
      return running;
    },
  };
}

/**
 * Sends inbound messages of two segments, 50 to 300 ms apart, each segment until it is acknowledged, as an SMSC does. Resolves when stopped,
 * with the texts of those of which all segments were.
 */
function deliverLong(smsc) {
  const stop = new AbortController();
  const texts = [];
  const acknowledged = async (fields) => {
    for (;;) {
      const session = smsc.sessions.at(-1);
      const answer = session && await Promise.race([smsc.deliver(fields, session), new Promise((resolve) => session.socket.once("close", resolve)), sleep(2_000)]);
      if (answer?.command_status === 0) return;
      await sleep(50);
    }
  };
  const run = async (thread) => {
    for (let i = 0; !stop.signal.aborted; i++) {
      const reference = i % 256;
      const parts = [`inbound ${thread}-${i} `, "and the rest of it"];
      for (const part of random(2) === 0 ? [1, 2] : [2, 1]) {
        const message = Buffer.concat([Buffer.from([5, 0, 3, reference, 2, part]), Buffer.from(parts[part - 1])]);
        await acknowledged({ source_addr: `49151${thread}`, destination_addr: "12345", esm_class: 0x40, short_message: { message } });
        await sleep(50 + random(250));
      }
      texts.push(parts.join(""));
    }
  };
  const running = Promise.all([0, 1, 2].map(run));
  return async () => {
    stop.abort();
    await running;
    return texts;
  };
}

/** Each long inbound message is there once, and whole. */
async function checkInbound(t, gateway, texts) {
  const found = [];
  for (let cursor = ""; cursor !== null;) {
    const { body } = await gateway.get(`/v1/inbound?limit=100${cursor && `&cursor=${cursor}`}`);
    found.push(...body.messages.map(({ text }) => text));
    cursor = body.cursor;
  }
  assert.deepEqual(found.toSorted(), texts.toSorted());
  t.diagnostic(`${texts.length} long inbound messages, each there once and whole`);
}

/** As an SMSC does with reports that were not acknowledged. */
async function reportAgain(smsc) {
  const done = new Set(smsc.acknowledged.filter(({ status }) => status === 0).map(({ id }) => id));
  for (const pdu of smsc.submitted) {
    const id = `id-${pdu.short_message.message}`;
    if (!done.has(id)) await smsc.deliverReport(id, "DELIVRD", pdu.destination_addr, "12345");
  }
}

/** Each accepted message once all is quiet, by its text. */
async function settle(gateway, accepted) {
  await gateway.bound();
  const all = await until("all to come to rest", async () => {
    const messages = await gateway.all();
    return messages.every(({ status }) => !["queued", "sent", "accepted"].includes(status)) && messages;
  });
  const byId = new Map(all.map((message) => [message.id, message]));
  for (const [text, id] of accepted) assert.equal(byId.get(id)?.text, text, `${text} is lost`);
  return new Map(all.map((message) => [message.text, message]));
}

/** How many messages came to each state. */
function tally(messages) {
  const counts = {};
  for (const { status } of messages.values()) counts[status] = (counts[status] ?? 0) + 1;
  return `${messages.size} messages: ${Object.entries(counts).map(([status, count]) => `${count} ${status}`).join(", ")}`;
}

function check(messages, smsc) {
  const times = new Map();
  for (const text of smsc.texts()) times.set(text, (times.get(text) ?? 0) + 1);
  for (const [text, count] of times) assert.equal(count, 1, `"${text}" was sent ${count} times`);
  for (const [text, { status, messageId }] of messages) {
    assert.ok(["delivered", "unknown"].includes(status), `"${text}" is ${status}`);
    if (status !== "delivered") continue;
    assert.equal(times.get(text), 1, `"${text}" is delivered and was never sent`);
    assert.equal(messageId, `id-${text}`);
  }
}

test(`workerd is killed ${crashes} times while messages flow`, async (t) => {
  const smsc = await Smsc.start(t);
  const receiver = await startReceiver(t);
  // What the webhook got, by the SMSC's id of the message: signatures are good for five minutes only.
  const stored = new Set();
  receiver.answer = ({ body, headers }) => {
    stored.add(new Webhook(secret).verify(body, headers).data.messageId);
    return 204;
  };
  smsc.answer = (pdu) => ({ message_id: `id-${pdu.short_message.message}`, after: random(20) });
  const vars = { SMPP_URL: smsc.url, SMPP_WEBHOOK_URL: receiver.url, SMPP_WEBHOOK_SECRET: secret, SMPP_WEBHOOK_PRIVATE: "true" };
  const directory = await bundleGateway(vars);
  const accepted = new Map();
  const sending = sender(t, accepted, smsc);
  const stopInbound = deliverLong(smsc);
  let gateway;
  for (let i = 0; i < crashes; i++) {
    gateway = await start(t, directory);
    sending.start(gateway);
    await gateway.bound();
    await sleep(200 + random(600));
    await gateway.kill();
  }
  gateway = await start(t, directory);
  sending.start(gateway);
  await gateway.bound();
  await sleep(300);
  await sending.stop();
  await checkInbound(t, gateway, await stopInbound());
  await reportAgain(smsc);

  const messages = await settle(gateway, accepted);
  assert.ok(messages.size > 20 * crashes, `only ${messages.size} messages`);
  check(messages, smsc);
  const unknown = [...messages.values()].filter(({ status }) => status === "unknown").length;
  assert.ok(unknown <= 10 * crashes, `${unknown} are unknown: more than a window a crash`);

  // What the SMSC was told is stored, was: it comes by the webhook, also for messages of which the answer was lost.
  await until("every acknowledged report", () => smsc.acknowledged.every(({ id, status }) => status !== 0 || stored.has(id)), 120_000);
  t.diagnostic(`${crashes} crashes, ${accepted.size} answered with 202, ${smsc.submitted.length} seen by the SMSC, ${smsc.acknowledged.length} reports acknowledged; ${tally(messages)}`);
});

test(`the SMSC dies ${crashes} times and comes back while messages flow`, async (t) => {
  const smsc = await Smsc.start(t);
  smsc.answer = (pdu) => ({ message_id: `id-${pdu.short_message.message}`, after: random(20) });
  const gateway = await start(t, await bundleGateway({ SMPP_URL: smsc.url }));
  await gateway.bound();
  const accepted = new Map();
  const sending = sender(t, accepted, smsc);
  const stopInbound = deliverLong(smsc);
  sending.start(gateway);
  for (let i = 0; i < crashes; i++) {
    await sleep(200 + random(300));
    smsc.stop();
    await sleep(random(300));
    await smsc.listen(smsc.port);
    await until("the next bind", () => smsc.sessions.length > 0, 90_000);
  }
  await sending.stop();
  await checkInbound(t, gateway, await stopInbound());
  await reportAgain(smsc);
  const messages = await settle(gateway, accepted);
  check(messages, smsc);
  const unknown = [...messages.values()].filter(({ status }) => status === "unknown").length;
  assert.ok(unknown <= 10 * crashes, `${unknown} are unknown: more than a window a crash`);
  t.diagnostic(`${crashes} deaths, ${accepted.size} answered with 202, ${smsc.submitted.length} seen by the SMSC; ${tally(messages)}`);
});
