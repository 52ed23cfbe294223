// What the crash tests run on: two SMSCs, each with an account of two links; a webhook and a Queue that fail at random; messages out, short,
// long and scheduled, with keys that are repeated until they have their answer; long inbound messages; and the count of what became of all.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { LOCAL } from "../../../benches/support/gateway.mjs";
import { bundle, startWorkerd } from "../../../benches/support/workerd.mjs";
import { Gateway, root, Smsc, startReceiver, until } from "../gateway/support.mjs";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ESME_RTHROTTLED = 0x58;
const ESME_RMSGQFUL = 0x14;
/** How many messages may wait: more would only make the end long. */
const AHEAD = 300;
/** The end may take this long: an event that failed a few times waits for minutes. */
const PATIENCE = 600_000;

export const random = (below) => Math.floor(Math.random() * below);
const oneIn = (count) => random(count) === 0;

/** A segment by its message's name and its number. */
const segmentOf = (pdu) => {
  const name = /(?:^| )(message-\d+)(?= |$)/.exec(pdu.short_message.message.toString())?.[1];
  const part = pdu.short_message.udh?.[0]?.at(-1) ?? 1;
  return `${name}.${part}`;
};

export class World {
  /** Ids of what was answered with 202, by the message's name. */
  accepted = new Map();
  /** How often each segment was accepted by an SMSC. */
  taken = new Map();
  /** SMSC's ids of the reports that the webhook and the Queue got. */
  webhook = new Set();
  queue = new Set();
  #stop = new AbortController();
  #names = 0;
  #versions = 0;

  static async start(t) {
    const world = new World();
    world.t = t;
    world.smscs = await Promise.all([0, 1].map(() => world.#smsc()));
    const receiver = await startReceiver(t);
    receiver.answer = ({ body, headers }) => {
      if (world.#fails()) return [[500], [503, { "retry-after": "1" }], ["nothing"]][random(3)];
      const { type, data } = new Webhook(SECRET).verify(body, headers);
      if (type === "message.report") world.webhook.add(data.messageId);
      return 204;
    };
    const queue = await world.#queueServer();
    const account = (smsc) => ({ url: smsc.url, links: 2 });
    world.directory = await bundleGateway({
      SMPP_ACCOUNTS: JSON.stringify({ main: account(world.smscs[0]), spare: account(world.smscs[1]) }), SMPP_FAILOVER_SECONDS: "1",
      SMPP_WEBHOOK_URL: receiver.url, SMPP_WEBHOOK_SECRET: SECRET, SMPP_WEBHOOK_PRIVATE: "true", SMPP_DEVELOPMENT: "true",
    }, queue);
    t.after(() => world.#stop.abort());
    return world;
  }

  /** Starts workerd by itself, so that many rounds take no longer than they must. */
  async startGateway() {
    const { url, kill } = await startWorkerd(this.directory);
    this.t.after(kill);
    this.gateway = new Gateway(url, { kill, headers: LOCAL });
    this.#running ??= [this.#send(), this.#send(), ...this.smscs.flatMap((smsc, at) => [0, 1].map((thread) => this.#deliver(smsc, `${at}${thread}`)))];
    await this.bound();
    return this.gateway;
  }

  #running;

  /** Waits until a link of each account is bound. */
  async bound() {
    await until("the binds", async () => {
      // A bind that was lost a few times waits: one of the links is enough to go on.
      const links = await this.gateway.get("/v1/links").then(({ body }) => body.links, () => []);
      return ["main", "spare"].every((account) => links.some((link) => link.account === account && link.state === "bound"));
    }, 120_000);
  }

  /** Tells the links of newer code, which they drain and start anew for. */
  async deploy() {
    const version = ++this.#versions;
    await this.gateway.get(`/deploy?id=v${version}&timestamp=2026-02-01T00:00:${String(version % 60).padStart(2, "0")}Z`).catch(() => {});
  }

  /** Cuts some of the connections of one of the SMSCs, or ends it for a moment. */
  async cut() {
    const smsc = this.smscs[random(2)];
    if (oneIn(2)) {
      for (const session of smsc.sessions.filter(() => oneIn(2))) session.socket.destroy();
      return;
    }
    smsc.stop();
    await sleep(random(300));
    await smsc.listen(smsc.port);
  }

  /** Ends the flow; what waits then comes to rest. */
  async finish() {
    await this.bound();
    this.#stop.abort();
    this.inbound = (await Promise.all(this.#running)).flat().filter((text) => text !== undefined);
    // As an SMSC does with reports that were not acknowledged.
    for (const smsc of this.smscs) await this.#reportAgain(smsc);
  }

  /** Every message is there once, in a state that what the SMSCs saw bears out. Returns the counts. */
  async check() {
    const all = await until("all to come to rest", async () => {
      const messages = await this.gateway.all().catch(() => undefined);
      return messages?.every(({ status }) => !["queued", "sent", "accepted"].includes(status)) && messages;
    }, PATIENCE);
    for (const [segment, count] of this.taken) assert.equal(count, 1, `${segment} was accepted ${count} times`);
    const byId = new Map(all.map((message) => [message.id, message]));
    assert.equal(byId.size, all.length);
    const names = new Set(all.map(({ text }) => text.split(" ")[0]));
    assert.equal(names.size, all.length, "a message is stored twice");
    for (const [name, id] of this.accepted) assert.equal(byId.get(id)?.text.split(" ")[0], name, `${name} is lost`);
    const counts = {};
    for (const { text, status, segments, history } of all) {
      counts[status] = (counts[status] ?? 0) + 1;
      const name = text.split(" ")[0];
      const taken = Array.from({ length: segments }, (_, i) => this.taken.get(`${name}.${i + 1}`) ?? 0);
      assert.ok(["delivered", "unknown", "failed"].includes(status), `${name} is ${status}`);
      // Of a long message the SMSC may take a part, and the gateway may be killed before it knows of the others.
      if (status === "failed") assert.ok(segments > 1 && taken.includes(0), `${name} is failed: ${JSON.stringify(history)}`);
      if (status === "delivered") assert.ok(!taken.includes(0), `${name} is delivered and was never sent: ${taken}`);
    }
    return counts;
  }

  /** Each long inbound message is there once, and whole. */
  async checkInbound() {
    const found = [];
    for (let cursor = ""; cursor !== null;) {
      const { body } = await this.gateway.get(`/v1/inbound?limit=100${cursor && `&cursor=${cursor}`}`);
      found.push(...body.messages.map(({ text }) => text));
      cursor = body.cursor;
    }
    assert.deepEqual(found.toSorted(), this.inbound.toSorted());
  }

  /** What an SMSC was told is stored, was: it comes to each target. */
  async checkEvents() {
    const acknowledged = this.smscs.flatMap((smsc) => smsc.acknowledged.filter(({ status }) => status === 0).map(({ id }) => id));
    for (const target of ["webhook", "queue"]) {
      await until(`every acknowledged report at the ${target}`, () => acknowledged.every((id) => this[target].has(id)), PATIENCE);
    }
    return acknowledged.length;
  }

  /** Whether a target fails now: at the end none does, since a retry may be minutes away. */
  #fails() {
    return !this.#stop.signal.aborted && oneIn(12);
  }

  async #smsc() {
    const smsc = await Smsc.start(this.t);
    /** Recipients of the segments that it accepted. */
    smsc.taken = new Map();
    smsc.answer = (pdu) => {
      if (oneIn(150)) return { status: ESME_RMSGQFUL };
      if (oneIn(500)) return { status: ESME_RTHROTTLED };
      const segment = segmentOf(pdu);
      this.taken.set(segment, (this.taken.get(segment) ?? 0) + 1);
      smsc.taken.set(segment, pdu.destination_addr);
      return { message_id: `id-${segment}`, after: random(20) };
    };
    // A report comes in on any link of the account.
    smsc.reporter = (session) => (oneIn(2) ? smsc.sessions[random(smsc.sessions.length)] : undefined) ?? session;
    return smsc;
  }

  /** Where workerd posts what is sent to the Queue. */
  async #queueServer() {
    const server = createServer(async (request, response) => {
      const chunks = [];
      try {
        for await (const chunk of request) chunks.push(chunk);
      } catch {
        return;
      }
      if (this.#fails()) return void response.writeHead(500).end();
      const { type, data } = JSON.parse(Buffer.concat(chunks).toString());
      if (type === "message.report") this.queue.add(data.messageId);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return server.address().port;
  }

  /** Sends until stopped, a few at a time. */
  async #send() {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const names = Array.from({ length: 1 + random(8) }, () => `message-${this.#names++}`);
      const later = oneIn(4) ? { scheduleAt: new Date(Date.now() + random(3_000)).toISOString() } : {};
      // A long one has its name in each of its segments.
      const request = names.map((name) => ({ from: "12345", to: `+4915${random(40)}`, text: oneIn(5) ? Array(25).fill(name).join(" ") : name, ...later }));
      // With its key a request is repeated until it has its answer, over the crashes, and counts once.
      const key = oneIn(2) ? { "idempotency-key": `key-${names[0]}` } : undefined;
      for (let again = true; again && !signal.aborted;) {
        again = key !== undefined;
        try {
          const { status, body } = await this.gateway.post("/v1/messages", request, key);
          if (status === 202) {
            body.forEach(({ id }, i) => id !== undefined && this.accepted.set(names[i], id));
            // Once in a while also where the answer came.
            again &&= oneIn(5);
          } else await sleep(20);
        } catch {
          await sleep(20); // The gateway is down: nobody was told that these were taken.
        }
      }
      do {
        await sleep(random(15));
      } while (this.accepted.size > this.taken.size + AHEAD && !signal.aborted);
    }
  }

  /** Sends inbound messages of two or three segments, 50 to 300 ms apart, each segment until it is acknowledged, as an SMSC does, on any link. */
  async #deliver(smsc, thread) {
    const texts = [];
    for (let i = 0; !this.#stop.signal.aborted; i++) {
      const parts = [`inbound ${thread}-${i} `, "and the rest of it", ...(oneIn(2) ? [", in three parts"] : [])];
      const numbers = parts.map((_, at) => at + 1).sort(() => Math.random() - 0.5);
      for (const part of numbers) {
        const message = Buffer.concat([Buffer.from([5, 0, 3, i % 256, parts.length, part]), Buffer.from(parts[part - 1])]);
        await this.#acknowledged(smsc, { source_addr: `49151${thread}`, destination_addr: "12345", esm_class: 0x40, short_message: { message } });
        await sleep(50 + random(250));
      }
      texts.push(parts.join(""));
    }
    return texts;
  }

  async #acknowledged(smsc, fields) {
    for (;;) {
      const session = smsc.sessions[random(smsc.sessions.length)];
      const gone = new AbortController();
      const closed = session && once(session.socket, "close", { signal: gone.signal }).catch(() => {});
      const answer = session && await Promise.race([smsc.deliver(fields, session), closed, sleep(2_000, undefined, { signal: gone.signal }).catch(() => {})]);
      gone.abort();
      if (answer?.command_status === 0) return;
      await sleep(50);
    }
  }

  async #reportAgain(smsc) {
    const isDone = (id) => smsc.acknowledged.some((report) => report.id === id && report.status === 0);
    for (const [segment, recipient] of smsc.taken) {
      while (!isDone(`id-${segment}`)) {
        await until("a session", () => smsc.sessions.length > 0, PATIENCE);
        await Promise.race([smsc.deliverReport(`id-${segment}`, "DELIVRD", recipient, "12345"), sleep(2_000)]);
      }
    }
  }
}

/** A directory with the gateway for `startWorkerd`; `queue` is the port where what is sent to the Queue goes. */
async function bundleGateway(settings, queue) {
  const texts = Object.entries(settings).map(([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`);
  const version = JSON.stringify(JSON.stringify({ id: "first", timestamp: "2026-01-01T00:00:00Z" }));
  const directory = await bundle(join(root, "tests/js/gateway/crash-worker.ts"), {
    services: `, (name = "disk", disk = (path = "disk", writable = true)), (name = "queue", external = (address = "127.0.0.1:${queue}", http = ()))`,
    worker: `
  durableObjectNamespaces = [(className = "SmppLink", uniqueKey = "link", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "SMPP_LINK", durableObjectNamespace = "SmppLink"), (name = "SMPP_QUEUE", queue = "queue"),
    (name = "CF_VERSION_METADATA", json = ${version}), ${texts.join(", ")}],
`,
  });
  mkdirSync(join(directory, "disk"));
  return directory;
}
