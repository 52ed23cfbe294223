// A fleet in one workerd: four accounts of sixteen links, receipts that come in on other links than their messages left by, links cut and an
// account dead at random. No message is lost or sent twice, each receipt is at its message, and the links of an account share the load.
// MESSAGES=200000 is the full form: `npm run build && MESSAGES=200000 node --test tests/js/fleet/fleet.test.mjs`, with Node 24.

import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { each, startGateway } from "../../../benches/support/gateway.mjs";
import { Smsc, until } from "../gateway/support.mjs";

const MESSAGES = Number(process.env.MESSAGES ?? 800);
const ACCOUNTS = ["a", "b", "c", "d"];
const LINKS = 16;
const WINDOW = 10;
const BATCH = 100;
/** Milliseconds between two incidents, and how long an account is dead. */
const INCIDENT_EVERY = 300;
const DEAD = 1_500;
const PATIENCE = 120_000 + MESSAGES * 20;

let seed = Number(process.env.SEED ?? 1);
/** A whole number below `limit`, by xorshift. */
function random(limit) {
  for (const [left, by] of [[true, 13], [false, 17], [true, 5]]) seed ^= left ? seed << by : seed >>> by;
  return (seed >>> 0) % limit;
}
const pick = (items) => items[random(items.length)];

const recipient = (i) => `+4915${String(10_000_000 + i * 7_919).slice(-8)}`;
/** Three of four messages name their account, in turns; the others take the first that is up. */
const messageOf = (i) => ({ from: "12345", to: recipient(i), text: `message ${i}`, ...(i % 4 === 0 ? {} : { account: ACCOUNTS[i % 4] }) });

async function post(gateway, messages) {
  const response = await gateway.post("/v1/messages", messages);
  assert.equal(response.status, 202);
  return response.json();
}

/** The messages with these ids: each is where its id says, or where that link handed it to. A list would ask all links for each page. */
async function stored(gateway, ids) {
  const messages = new Map();
  await each(ids, 8, async (id) => messages.set(id, await gateway.get(`/v1/messages/${id}`)));
  return messages;
}

async function startFleet(t, accounts, links) {
  const smscs = new Map();
  for (const name of accounts) {
    const smsc = await Smsc.start(t);
    let next = 1;
    smsc.given = new Map();
    smsc.answer = (pdu) => {
      const id = `${name}${next++}`;
      const text = pdu.short_message.message.toString();
      smsc.given.set(text, [...smsc.given.get(text) ?? [], id]);
      return { message_id: id };
    };
    smsc.reporter = () => pick(smsc.sessions);
    smscs.set(name, smsc);
  }
  const settings = Object.fromEntries([...smscs].map(([name, { url }]) => [name, { url, links, window: WINDOW }]));
  const gateway = await startGateway({ SMPP_ACCOUNTS: JSON.stringify(settings), SMPP_FAILOVER_SECONDS: 1 });
  t.after(() => gateway.end());
  const state = async () => (await gateway.get("/v1/links")).links;
  await until("all binds", async () => (await state()).every((link) => link.state === "bound"), PATIENCE);
  return { smscs, gateway, state };
}

/** Sends messages in batches; resolves with their ids once nothing waits any more. `cost` is CPU and memory of workerd. */
async function load({ gateway, state }, count) {
  const ids = new Array(count);
  const cpu = gateway.cpu();
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, i) => i * BATCH);
  await each(batches, 4, async (from) => {
    const accepted = await post(gateway, Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => messageOf(from + i)));
    accepted.forEach(({ id }, i) => (ids[from + i] = id));
  });
  await until("the queues to empty", async () => (await state()).every(({ queued, inFlight }) => queued + inFlight === 0), PATIENCE);
  return { ids, cost: `${((gateway.cpu() - cpu) / count).toFixed(0)} µs CPU a message, ${(gateway.rss() / 2 ** 20).toFixed(0)} MiB` };
}

test(`${MESSAGES} messages through 4 accounts of 16 links, with links cut and an account dead at random`, async (t) => {
  const fleet = await startFleet(t, ACCOUNTS, LINKS);
  const { smscs, gateway } = fleet;
  const incidents = { cuts: 0, deaths: 0 };
  const over = new AbortController();
  const trouble = (async () => {
    while (!over.signal.aborted) {
      await sleep(INCIDENT_EVERY);
      const smsc = smscs.get(pick(ACCOUNTS));
      if (random(8) > 0) {
        pick(smsc.sessions)?.socket.destroy();
        incidents.cuts++;
        continue;
      }
      const { port } = smsc;
      await smsc.stop();
      await sleep(DEAD);
      await smsc.listen(port);
      incidents.deaths++;
    }
  })();
  const { ids, cost } = await load(fleet, MESSAGES).finally(() => over.abort());
  await trouble;
  assert.equal(new Set(ids).size, MESSAGES);

  // A receipt that was cut off comes again, or its message stays accepted.
  const acknowledged = () => [...smscs.values()].reduce((sum, smsc) => sum + smsc.acknowledged.filter(({ status }) => status === 0).length, 0);
  for (let before = -1; before !== acknowledged();) {
    before = acknowledged();
    await sleep(2_000);
  }
  let open = ids;
  const messages = new Map();
  await until("the receipts", async () => {
    for (const [id, message] of await stored(gateway, open)) messages.set(id, message);
    const given = [...smscs.values()].reduce((sum, smsc) => sum + smsc.given.size, 0);
    open = ids.filter((id) => !["delivered", "unknown"].includes(messages.get(id).status));
    return open.every((id) => messages.get(id).status === "accepted") && open.length <= given - acknowledged();
  }, PATIENCE);
  const counts = {};
  for (const [i, id] of ids.entries()) {
    const message = messages.get(id);
    const { text, to } = messageOf(i);
    assert.deepEqual([message.text, message.to], [text, to], `${id} is lost`);
    const given = [...smscs.values()].flatMap((smsc) => smsc.given.get(text) ?? []);
    assert.ok(given.length <= 1, `${text} was sent ${given.length} times`);
    assert.ok(["delivered", "accepted", "unknown"].includes(message.status), `${id} is ${message.status}`);
    if (message.status !== "unknown") assert.deepEqual([message.messageId], given, `${id} has the receipt of another message`);
    counts[message.status] = (counts[message.status] ?? 0) + 1;
  }

  // What a cut can leave in doubt is a window.
  assert.ok((counts.unknown ?? 0) <= WINDOW * (incidents.cuts + LINKS * incidents.deaths), `${counts.unknown} are unknown`);
  const share = new Map();
  for (const { account, link } of messages.values()) share.set(`${account}/${link}`, (share.get(`${account}/${link}`) ?? 0) + 1);
  const uneven = ACCOUNTS.map((account) => Array.from({ length: LINKS }, (_, link) => share.get(`${account}/${link}`) ?? 0));
  for (const links of uneven) {
    const mean = links.reduce((sum, n) => sum + n) / LINKS;
    assert.ok(Math.max(...links) <= 2 * mean + 10 && Math.min(...links) >= mean / 2 - 10, `the links of an account have ${links.join(", ")} messages`);
  }
  t.diagnostic(`${incidents.cuts} links cut, ${incidents.deaths} times an account dead: ${Object.entries(counts).map(([status, n]) => `${n} ${status}`).join(", ")}; ${cost}`);

  const one = await startFleet(t, ["a"], 1);
  const single = Array.from({ length: Math.min(MESSAGES, 20_000) });
  const { cost: alone } = await load({ ...one, gateway: { ...one.gateway, post: (path, some) => one.gateway.post(path, some.map(({ account: _, ...message }) => message)) } }, single.length);
  t.diagnostic(`one link, ${single.length} messages: ${alone}`);
});
