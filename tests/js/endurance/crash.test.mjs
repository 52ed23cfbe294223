// Killed, cut off and deployed anew at random moments: no message that was answered with 202 is lost, and none is sent twice in silence; nothing
// that an SMSC was told is stored is lost. ROUNDS sets the number of rounds of each: ROUNDS=200 is the full form.

import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { random, World } from "./crash-world.mjs";

const rounds = Number(process.env.ROUNDS ?? 4);
/** Messages that a crash or a lost link may leave in doubt: a window of each of the four links. */
const IN_DOUBT = 40;

test(`workerd is killed ${rounds} times while messages flow, links are cut and code is deployed`, async (t) => {
  const world = await World.start(t);
  for (let i = 0; i < rounds; i++) {
    const gateway = await world.startGateway();
    await sleep(200 + random(600));
    if (i % 3 === 1) await world.cut();
    if (i % 4 === 2) await world.deploy();
    await sleep(random(200));
    await gateway.kill();
  }
  await world.startGateway();
  await rest(t, world);
});

test(`connections are cut ${rounds} times while messages flow and code is deployed`, async (t) => {
  const world = await World.start(t);
  await world.startGateway();
  for (let i = 0; i < rounds; i++) {
    await sleep(200 + random(500));
    await world.cut();
    if (i % 5 === 3) await world.deploy();
    if (i % 2 === 1) await world.bound();
  }
  await rest(t, world);
});

async function rest(t, world) {
  await sleep(300);
  await world.finish();
  const counts = await world.check();
  await world.checkInbound();
  const reports = await world.checkEvents();
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  assert.ok(total >= rounds, `only ${total} messages`);
  assert.ok((counts.unknown ?? 0) <= IN_DOUBT * rounds, `${counts.unknown} are unknown`);
  t.diagnostic(`${rounds} rounds, ${world.accepted.size} messages answered with 202, ${total} stored: ${Object.entries(counts).map(([status, count]) => `${count} ${status}`).join(", ")}; ` +
    `${world.taken.size} segments accepted by the SMSCs, ${reports} reports acknowledged, ${world.inbound.length} long inbound messages`);
}
