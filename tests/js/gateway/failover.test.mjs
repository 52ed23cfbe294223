// Messages that move between links which go down and come back in any order, over calls that are lost before or after they did their work:
// each message is in one place, is found by its id, and is sent at most once. SEED runs one simulation again, ROUNDS more of them.

import assert from "node:assert/strict";
import test from "node:test";
import { seeded } from "../seeded.ts";
import { createTables, Database } from "../../../js/gateway/link/database.ts";
import { Failover } from "../../../js/gateway/link/failover.ts";
import { Handover } from "../../../js/gateway/link/store/handover.ts";
import { MessageLists } from "../../../js/gateway/link/store/lists.ts";
import { MessageQueue } from "../../../js/gateway/link/store/queue.ts";
import { sqliteStorage } from "./sqlite.mjs";

const rounds = Number(process.env.ROUNDS ?? 20);
const seeds = process.env.SEED ? [Number(process.env.SEED)] : Array.from({ length: rounds }, (_, i) => i + 1);
const START = Date.parse("2026-11-29T12:00:00Z");

/** Three accounts with a link each, and what their SMSCs got. */
class World {
  links = new Map();
  sent = new Map();
  now = START;

  constructor(random) {
    this.random = random;
    this.settings = { accounts: ["a", "b", "c"].map((name) => ({ name, links: 1, options: {} })) };
    for (const { name } of this.settings.accounts) this.links.set(`${name}/0`, this.start({ account: name, link: 0 }, sqliteStorage()));
  }

  start(place, storage, up = false) {
    const db = new Database(storage);
    createTables(db, `${place.account}/0`);
    const queue = new MessageQueue(db, place, () => {});
    const link = { place, storage, queue, up, retired: false, lists: new MessageLists(db, place, (n) => queue.sentAt(n)), handover: new Handover(db, place, queue) };
    link.failover = new Failover({
      settings: this.settings, place, queue, handover: link.handover, retired: false,
      isDown: () => !link.up, taken: () => false, linkNamed: (name) => this.stub(name),
    });
    queue.recover(this.now);
    return link;
  }

  /** Calls by RPC, some of which are lost on the way there or back. */
  stub(name) {
    const call = (method) => async (...values) => {
      if (this.random() < 0.15) throw new Error("lost on the way there");
      const result = this[method](this.links.get(name), ...values);
      if (this.random() < 0.15) throw new Error("lost on the way back");
      return result;
    };
    return { enqueue: call("enqueue"), existing: call("existing") };
  }

  /** As RunningLink does it. */
  enqueue(link, messages, ifUp) {
    const here = messages.filter(({ id, hops }) => (link.lists.row(id)?.hops ?? 0) >= hops).map(({ id }) => id);
    if (here.length < messages.length && ifUp && !link.up) return { taken: false, why: "down", known: here };
    return { taken: true, ids: link.queue.insert(messages, this.now) };
  }

  existing(link, ids) {
    return ids.filter((id) => link.lists.row(id));
  }

  send(link) {
    const due = link.queue.due(this.now, 2);
    const all = [...due, ...link.queue.fresh(link.queue.sent, 2 - due.length).messages];
    if (all.length === 0) return;
    link.queue.markSent(all, 0, this.now);
    for (const message of all) {
      this.sent.set(message.id, (this.sent.get(message.id) ?? 0) + 1);
      link.queue.answered(message, "accepted", [{ index: 0, messageId: message.id, key: message.id, status: "accepted" }], this.now);
    }
  }

  /** Where a message is that is looked for at the link its id names. */
  find(id) {
    let link = this.links.get(`${/-([abc])-0$/.exec(id)[1]}/0`);
    for (let hops = 0; hops < 100; hops++) {
      const row = link.lists.row(id);
      if (!row) return undefined;
      if (row.status !== "moved") return { link, row };
      link = this.links.get(row.moved);
    }
    return undefined;
  }

  restart(name) {
    const { place, storage, up } = this.links.get(name);
    this.links.set(name, this.start(place, storage, up));
  }
}

for (const seed of seeds) {
  test(`seed ${seed}`, async (t) => {
    t.mock.method(console, "error", () => {});
    const random = seeded(seed);
    const world = new World(random);
    const ids = [];
    const names = [...world.links.keys()];
    const any = () => world.links.get(names[Math.floor(random() * names.length)]);
    for (let step = 0; step < 120; step++) {
      world.now += 1000;
      const link = any();
      const what = random();
      if (what < 0.25) link.up = !link.up;
      else if (what < 0.5 && ids.length < 60) {
        const later = random() < 0.2;
        const due = world.now + (later ? 20_000 : 0);
        const input = { to: `+49151${Math.floor(random() * 9)}`, text: `m${ids.length}`, ...(random() < 0.1 ? { account: link.place.account } : {}), ...(later ? { scheduleAt: new Date(due).toISOString() } : {}) };
        ids.push(...link.queue.insert([{ id: "", input, encoding: "gsm7", segments: 1, caller: "", due, expires: null }], world.now));
      } else if (what < 0.65) {
        if (link.up) world.send(link);
      } else if (what < 0.72) world.restart(`${link.place.account}/0`);
      else if (what < 0.95) await link.failover.run(world.now);
      else await Promise.all([...world.links.values()].map((each) => each.failover.run(world.now)));

      for (const [id, count] of world.sent) assert.equal(count, 1, `${id} was sent ${count} times`);
      for (const id of ids) {
        assert.ok(world.find(id), `${id} is not found`);
        const held = [...world.links.values()].filter((each) => each.lists.row(id)?.status === "queued");
        assert.ok(held.length <= 1, `${id} waits at ${held.map(({ place }) => place.account)}`);
      }
    }
    // All is well again, and no call is lost: everything goes.
    world.random = () => 1;
    for (let round = 0; round < 60; round++) {
      world.now += 30_000;
      for (const link of world.links.values()) {
        link.up = true;
        await link.failover.run(world.now);
        world.send(link);
        world.send(link);
      }
    }
    for (const id of ids) {
      assert.equal(world.sent.get(id), 1, `${id} was sent ${world.sent.get(id) ?? 0} times`);
      assert.equal(world.find(id).row.status, "accepted");
    }
    for (const link of world.links.values()) assert.equal(link.queue.waiting, 0);
  });
}

test("a link whose call fails keeps what it was offered, and the others go to the next one in the same run; one that is full gives all back", async (t) => {
  t.mock.method(console, "error", () => {});
  const world = new World(() => 1);
  const link = world.links.get("a/0");
  const input = (i) => ({ to: "+491511", text: `m${i}` });
  const ids = link.queue.insert(Array.from({ length: 250 }, (_, i) => ({ id: "", input: input(i), encoding: "gsm7", segments: 1, caller: "", due: 0, expires: null })), world.now);
  const offered = { "b/0": [], "c/0": [] };
  const answers = { "b/0": () => Promise.reject(new Error("lost")), "c/0": () => ({ taken: true }) };
  world.stub = (name) => ({
    enqueue: async (messages, ifUp) => {
      assert.equal(ifUp, true);
      offered[name].push(...messages.map(({ id }) => id));
      return answers[name]();
    },
    existing: async () => [],
  });
  await link.failover.run(world.now);
  assert.deepEqual([offered["b/0"].filter((id, i, all) => all.indexOf(id) === i), offered["c/0"]], [ids.slice(0, 200), ids.slice(200)]);
  // Those are offered to that link alone until it has answered; then they may go elsewhere.
  offered["c/0"] = [];
  answers["b/0"] = () => ({ taken: false, why: "full" });
  await link.failover.run(world.now);
  assert.deepEqual(offered["c/0"].toSorted(), ids.slice(0, 200));
  assert.equal(link.queue.waiting, 0);
  assert.ok(!link.failover.hasWork);
});

test("what a link has from an offer whose answer was lost stays there, also when it takes no more", async (t) => {
  t.mock.method(console, "error", () => {});
  for (const answer of ["known", "existing"]) {
    const world = new World(() => 1);
    const link = world.links.get("a/0");
    const ids = link.queue.insert(["one", "two"].map((text) => ({ id: "", input: { to: "+491511", text, account: undefined }, encoding: "gsm7", segments: 1, caller: "", due: 0, expires: null })), world.now);
    let lost = true;
    world.stub = (name) => ({
      enqueue: async () => {
        if (name !== "b/0") return { taken: false, why: "down", known: [] };
        if (lost) throw new Error("lost on the way back");
        return { taken: false, why: "full", ...(answer === "known" ? { known: [ids[0]] } : {}) };
      },
      existing: async (asked) => asked.filter((id) => id === ids[0]),
    });
    await link.failover.run(world.now);
    lost = false;
    await link.failover.run(world.now);
    assert.deepEqual(ids.map((id) => [link.lists.row(id).status, link.lists.row(id).moved]), [["moved", "b/0"], ["queued", null]], answer);
    assert.equal(link.queue.waiting, 1);
  }
});

const text = (i, to, more) => ({ id: "", input: { to, text: `m${i}`, ...more }, encoding: "gsm7", segments: 1, caller: "", due: 0, expires: null });

test("what waits on a link that is gone waits while no other takes it, and fails only without any link to go to", async (t) => {
  t.mock.method(console, "error", () => {});
  const world = new World(() => 1);
  const settings = { accounts: [{ name: "b", links: 1, options: {} }] };
  const db = new Database(sqliteStorage());
  createTables(db, "gone/0");
  const place = { account: "gone", link: 0 };
  const ended = [];
  const queue = new MessageQueue(db, place, (id, status, error) => status !== "queued" && ended.push([id, status, error?.detail]));
  const lists = new MessageLists(db, place, (n) => queue.sentAt(n));
  queue.recover(world.now);
  const answers = [() => ({ taken: false, why: "down" }), () => ({ taken: false, why: "full" }), () => Promise.reject(new Error("lost")), () => ({ taken: true })];
  let answer;
  const failover = new Failover({
    settings, place, queue, handover: new Handover(db, place, queue), retired: true, isDown: () => true, taken: () => false,
    linkNamed: () => ({ enqueue: async () => answer(), existing: async () => [] }),
  });
  const later = new Date(world.now + 60_000).toISOString();
  const [one, two, pinned] = queue.insert([text(0, "+491511"), { ...text(1, "+491512", { scheduleAt: later }), due: world.now + 60_000 }, text(2, "+491513", { account: "gone" })], world.now);
  const states = [];
  for (answer of answers) {
    await failover.run(world.now);
    states.push([one, two].map((id) => lists.row(id).status));
  }
  assert.deepEqual(states, [["queued", "queued"], ["queued", "queued"], ["moving", "moving"], ["moved", "moved"]]);
  assert.deepEqual([lists.row(pinned).status, ended], ["failed", [[pinned, "failed", "Its account is not in the settings any more"]]]);
  assert.ok(!failover.hasWork);
});

for (const later of [false, true]) {
  test(`messages that their link does not take hold up none behind them${later ? ", those sent again later neither" : ""}`, async (t) => {
    t.mock.method(console, "error", () => {});
    const world = new World(() => 1);
    world.settings.accounts.splice(0, 3, { name: "a", links: 1, options: {} }, { name: "b", links: 2, options: {} });
    const link = world.links.get("a/0");
    const input = (i) => text(i, `+4915${i % 8 === 0 ? 10 : 11}`, later ? { scheduleAt: new Date(world.now - 1000).toISOString() } : {});
    const ids = link.queue.insert(Array.from({ length: 2_000 }, (_, i) => input(i)), world.now);
    const taken = new Set();
    let full;
    world.stub = (name) => ({
      enqueue: async (messages) => {
        full ??= name;
        if (name === full) return { taken: false, why: "full" };
        for (const { id } of messages) taken.add(id);
        return { taken: true };
      },
      existing: async () => [],
    });
    await link.failover.run(world.now);
    assert.equal(link.queue.waiting + taken.size, ids.length);
    assert.ok(taken.size > 0 && link.queue.waiting > 200, `${taken.size} taken, ${link.queue.waiting} wait`);
    const rows = ids.map((id) => link.lists.row(id));
    assert.deepEqual(rows.map(({ status }) => status === "moved"), ids.map((id) => taken.has(id)));
    const recipients = (status) => new Set(rows.filter((row) => row.status === status).map(({ recipient }) => recipient));
    assert.deepEqual([...recipients("moved")].filter((to) => recipients("queued").has(to)), []);
  });
}

test("where no other link takes anything, the queue is not looked through", async () => {
  const world = new World(() => 1);
  world.settings.accounts.splice(2, 1);
  const link = world.links.get("a/0");
  link.queue.insert(Array.from({ length: 2_000 }, (_, i) => text(i, `+4915${i}`)), world.now);
  let seen = 0;
  const start = link.handover.start.bind(link.handover);
  link.handover.start = (...values) => {
    const rows = start(...values);
    seen += rows;
    return rows;
  };
  await link.failover.run(world.now);
  assert.equal(link.queue.waiting, 2_000);
  assert.ok(seen < 500, `${seen} rows`);
});
