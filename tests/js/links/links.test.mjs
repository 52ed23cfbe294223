// Several links and accounts: messages are spread, reports find their message on any link, and another account steps in.

import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeSmsc } from "../client/smsc.ts";
import { Smsc, startGateway, temporary, until } from "../gateway/support.mjs";

const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
const numbers = Array.from({ length: 40 }, (_, i) => `+49151000${String(i).padStart(4, "0")}`);

test("two links of one account", async (t) => {
  const smsc = await Smsc.start(t);
  const by = new Map();
  smsc.answer = (pdu, session) => {
    by.set(pdu.destination_addr, session);
    return {};
  };
  // Each report comes on the link that its message did not leave by.
  smsc.reporter = (session) => smsc.sessions.find((other) => other !== session) ?? session;
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_LINKS: "2" } });
  await until("both binds", async () => (await gateway.get("/healthz")).body.status === "ok");
  assert.equal(smsc.sessions.length, 2);

  await t.test("messages are spread by destination, and each is delivered by a report on the other link", async () => {
    const { body } = await gateway.post("/v1/messages", numbers.map((to) => ({ ...hello, to })));
    for (const { id } of body) await gateway.message(id, "delivered");
    const counts = smsc.sessions.map((session) => [...by.values()].filter((other) => other === session).length);
    assert.ok(counts.every((count) => count >= 5), `${counts}`);
    assert.equal(new Set(body.map(({ id }) => id.split("-")[2])).size, 2);
  });

  await t.test("messages to one destination stay on one link, in order", async () => {
    const texts = Array.from({ length: 30 }, (_, i) => `to one ${i}`);
    const { body } = await gateway.post("/v1/messages", texts.map((text) => ({ ...hello, text })));
    assert.equal(new Set(body.map(({ id }) => id.split("-")[2])).size, 1);
    await gateway.message(body.at(-1).id, "delivered");
    assert.deepEqual(smsc.texts().filter((text) => text.startsWith("to one")), texts);
  });

  await t.test("a list goes over all links, page by page, the newest first", async () => {
    const ids = [];
    let cursor = "";
    do {
      const { body } = await gateway.get(`/v1/messages?limit=9${cursor && `&cursor=${cursor}`}`);
      assert.ok(body.messages.length <= 9);
      ids.push(...body.messages.map(({ id }) => id));
      cursor = body.cursor;
    } while (cursor);
    assert.equal(ids.length, 70);
    assert.equal(new Set(ids).size, 70);
    assert.deepEqual(ids, ids.toSorted().toReversed());
    const one = await gateway.get(`/v1/messages?to=${encodeURIComponent(numbers[3])}&status=delivered`);
    assert.deepEqual(one.body.messages.map(({ to }) => to), [numbers[3]]);
    assert.deepEqual((await gateway.get("/v1/messages?status=failed")).body, { messages: [], cursor: null });
  });

  await t.test("the loss of one link leaves the other running, and it comes back", async () => {
    smsc.reporter = undefined;
    smsc.sessions[0].socket.destroy();
    const { body } = await gateway.post("/v1/messages", numbers.map((to) => ({ ...hello, to })));
    for (const { id } of body) await gateway.message(id, "delivered");
    await until("both binds", () => smsc.sessions.length === 2);
  });

  await t.test("a report that is for no message of ours is acknowledged and kept", async () => {
    await smsc.deliverReport("nobody's", "DELIVRD", "1", "2");
    assert.deepEqual(smsc.acknowledged.at(-1), { id: "nobody's", status: 0 });
  });

  await t.test("each link has its metrics", async () => {
    const { body, type } = await gateway.get("/metrics");
    assert.match(type, /^text\/plain; version=0\.0\.4/);
    for (const link of [0, 1]) {
      assert.match(body, new RegExp(`^smpp_link_up\\{account="main",link="${link}"\\} 1$`, "m"));
      assert.match(body, new RegExp(`^smpp_messages_total\\{account="main",link="${link}",status="delivered"\\} [1-9]`, "m"));
    }
    for (const line of body.trimEnd().split("\n")) assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{([a-z]+="[^"]*",?)+\} [\d.e+-]+)$/);
  });
});

test("fewer links than before: what waits on a link that is gone goes to another", async (t) => {
  const smsc = await Smsc.start(t);
  const { port } = smsc;
  const storage = temporary(t);
  await smsc.stop();
  const before = await startGateway(t, { storage, vars: { SMPP_URL: smsc.url, SMPP_LINKS: "4" } });
  const { body } = await before.post("/v1/messages", numbers.map((to) => ({ ...hello, to })));
  assert.ok(new Set(body.map(({ id }) => id.split("-")[2])).size >= 3);
  await before.kill();
  const back = await Smsc.start(t, port);
  const after = await startGateway(t, { storage, vars: { SMPP_URL: smsc.url, SMPP_LINKS: "1" } });
  await after.bound();
  for (const { id } of body) await after.message(id, "delivered");
  assert.deepEqual(back.submitted.map((pdu) => `+${pdu.destination_addr}`).sort(), numbers);
});

test("accounts with failover", async (t) => {
  const first = await Smsc.start(t);
  const second = await Smsc.start(t);
  const accounts = { first: { url: first.url }, second: { url: second.url, window: 5 } };
  const gateway = await startGateway(t, { vars: { SMPP_ACCOUNTS: JSON.stringify(accounts), SMPP_FAILOVER_SECONDS: "0" } });
  await until("both binds", async () => (await gateway.get("/healthz")).body.status === "ok");

  await t.test("the first account is preferred, and one can be chosen", async () => {
    const one = await gateway.post("/v1/messages", hello);
    assert.equal((await gateway.message(one.body.id, "delivered")).account, "first");
    const two = await gateway.post("/v1/messages", { ...hello, account: "second" });
    assert.equal((await gateway.message(two.body.id, "delivered")).account, "second");
    assert.deepEqual([first.submitted.length, second.submitted.length], [1, 1]);
  });

  await t.test("while it is down the next one sends", async () => {
    await first.stop();
    await until("the loss", async () => (await gateway.get("/v1/links")).body.links[0].state === "waiting");
    assert.equal((await gateway.get("/healthz")).body.status, "degraded");
    const { body } = await gateway.post("/v1/messages", hello, { "idempotency-key": "over" });
    assert.equal((await gateway.message(body.id, "delivered")).account, "second");
    const again = await gateway.post("/v1/messages", hello, { "idempotency-key": "over" });
    assert.equal(again.body.id, body.id);
  });

  await t.test("a message for that account alone waits", async () => {
    const { body } = await gateway.post("/v1/messages", { ...hello, account: "first" });
    await sleep(500);
    assert.equal((await gateway.get(`/v1/messages/${body.id}`)).body.status, "queued");
    const back = await Smsc.start(t, first.port);
    await gateway.message(body.id, "delivered");
    assert.equal(back.submitted.length, 1);
  });
});

test("what waits on an account that is down goes to the next, once, under its own id", async (t) => {
  const first = await Smsc.start(t);
  const second = await Smsc.start(t);
  await first.stop();
  await second.stop();
  const accounts = { first: { url: first.url }, second: { url: second.url } };
  const gateway = await startGateway(t, { vars: { SMPP_ACCOUNTS: JSON.stringify(accounts), SMPP_FAILOVER_SECONDS: "1" } });
  const { body } = await gateway.post("/v1/messages", numbers.map((to) => ({ ...hello, to })));
  assert.ok(body.every(({ id }) => id.endsWith("-first-0")));
  const back = await Smsc.start(t, second.port);
  for (const { id } of body) assert.equal((await gateway.message(id, "delivered")).account, "second");
  const { messages } = (await gateway.get("/v1/messages?limit=100")).body;
  assert.deepEqual(messages.map(({ id }) => id).sort(), body.map(({ id }) => id).sort());
  assert.equal(back.submitted.length, numbers.length);
});

test("an SMSC without transceivers, and not at its first address", async (t) => {
  const gone = await Smsc.start(t);
  await gone.stop();
  const smsc = await NodeSmsc.listen({ transceivers: false });
  t.after(() => smsc[Symbol.asyncDispose]());
  const SMPP_OPTIONS = JSON.stringify({ endpoints: [`smpp://127.0.0.1:${smsc.port}`], fallback: true });
  const gateway = await startGateway(t, { vars: { SMPP_URL: gone.url.replace("smppclient1:password", "id:secret"), SMPP_OPTIONS } });
  await until("both binds", async () => (await gateway.get("/healthz")).body.status === "ok");
  const { body } = await gateway.post("/v1/messages", hello);
  await gateway.message(body.id, "accepted");
  const receipt = { esm_class: 4, source_addr: "1234567890", destination_addr: "12345", short_message: "id:npm-1 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:" };
  assert.equal((await smsc.requestOf("bind_receiver", "deliver_sm", receipt)).command_status, 0);
  await gateway.message(body.id, "delivered");
});
