// The gateway: five rounds of 10,000 messages in hundreds and of 1,000 one by one, by HTTP and by RPC, from the first request until the SMSC
// has accepted the last; a link that has a rate; 100,000 messages that wait; 1,000,000 that are kept, while others are purged; 13,000 receipts of unknown ids.
// `--messages`, `--waiting`, `--kept`, `--old`, `--receipts` take other numbers. Beside it the floor: a Worker and an object that only store;
// and with `--beside <folder>` the gateway of another checkout, built there.

import { basename, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messages } from "./clients/messages.mjs";
import { budgets, digits, table } from "./support/figures.mjs";
import { addCopies, age, countBefore } from "./support/gateway-storage.mjs";
import { each, startFloor, startGateway } from "./support/gateway.mjs";
import { optionsOf } from "./support/options.mjs";
import { startResponder } from "./support/processes.mjs";

const { beside, kept: KEPT, messages: COUNT, old: OLD, receipts: RECEIPTS, waiting: WAITING } = optionsOf(import.meta.filename);
const DAY = 86_400_000;
const CONCURRENCY = 32;
const RATE = 500;
const ROUNDS = 5;

const responder = await startResponder();
const settings = { SMPP_URL: `smpp://bench:secret@127.0.0.1:${responder.port}`, SMPP_OPTIONS: '{"window":100}' };
const batch = (size) => Array.from({ length: size }, (_, i) => ({ ...messages[i % messages.length], report: "none" }));
const batches = (count, size) => Array.from({ length: count / size }, () => batch(size));
const accept = async (response) => {
  if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** CPU and wall time a message, in microseconds, until all are accepted. */
async function measure(gateway, count, send) {
  const cpu = gateway.cpu();
  const began = performance.now();
  await send();
  await gateway.empty();
  return { cpu: (gateway.cpu() - cpu) / count, wall: ((performance.now() - began) * 1000) / count };
}

/** Rows written a message whose report comes, and what a further message costs while `kept` are there. */
async function storage(start, kept) {
  const gateway = await start({ ...settings, SMPP_MAX_QUEUE: 10_000_000 });
  await gateway.bound();
  const later = new Date(Date.now() + 86_400_000).toISOString();
  const send = (count) => each(batches(count, 100), 4, async (some) => accept(await gateway.post("/v1/messages", some)));
  const cost = async (waiting) => {
    const cpu = gateway.cpu();
    await send(5_000);
    for (let state = await gateway.link(); state.queued > waiting || state.inFlight > 0; state = await gateway.link()) await sleep(50);
    return (gateway.cpu() - cpu) / 5_000;
  };
  await cost(0);
  const few = await cost(0);
  const rows = await gateway.metric("smpp_sql_rows_written_total");
  await cost(0);
  const written = (await gateway.metric("smpp_sql_rows_written_total") - rows) / 5_000;
  await each(batches(kept, 500), 2, async (some) => accept(await gateway.post("/v1/messages", some.map((message) => ({ ...message, scheduleAt: later })))));
  await cost(kept);
  const scheduled = await cost(kept);
  await each(batches(kept, 500), 2, async (some) => accept(await gateway.post("/v1/messages", some)));
  await cost(kept);
  const stored = await cost(kept);
  const rss = gateway.rss();
  gateway.end();
  return { few, scheduled, stored, written, rss };
}

/** Each way in: sends that many messages to a gateway, or to the floor if that has the way. */
const ways = {
  "HTTP, one a request": (to, count) => each(batches(count, 1), CONCURRENCY, async ([message]) => accept(await to.post("/v1/messages", message))),
  "HTTP, 100 a request": (to, count) => each(batches(count, 100), 4, async (some) => accept(await to.post("/v1/messages", some))),
  "RPC, `sendSms`": (to, count) => each(batches(count, 100), 1, async (some) => accept(await to.post("/rpc", { messages: some }))),
  "RPC, `sendMany` of 100": (to, count) => each(batches(count, 100), 4, async (some) => accept(await to.post("/rpc", { messages: some, many: true }))),
};
const [SINGLE, HUNDRED, , MANY] = Object.keys(ways);

/**
 * What a message costs by each way, here, in the other checkout if there is one, and on the floor, which only stores. Rounds alternate, so
 * that what else the machine does falls on all alike, and ratios are taken within a round. The first round warms up.
 */
async function load() {
  const floor = await startFloor();
  const subjects = [
    { title: "The gateway", gateway: await startGateway(settings), ways: Object.keys(ways) },
    ...(beside ? [{ title: `The gateway in ${basename(beside)}`, gateway: await (await import(`${resolve(beside)}/benches/support/gateway.mjs`)).startGateway(settings), ways: Object.keys(ways) }] : []),
    { title: "The floor", gateway: { ...floor, empty: async () => {}, bound: async () => {} }, ways: [SINGLE, HUNDRED] },
  ];
  for (const { gateway } of subjects) await gateway.bound();
  const rounds = new Map(subjects.map((subject) => [subject, Object.fromEntries(subject.ways.map((way) => [way, []]))]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [way, send] of Object.entries(ways)) {
      // Hundreds take so little time that fewer would be measured while V8 still compiles.
      const count = way === HUNDRED || way === MANY ? COUNT : COUNT / 10;
      for (const subject of subjects.filter((one) => one.ways.includes(way))) {
        const measured = await measure(subject.gateway, count, () => send(subject.gateway, count));
        if (round > 0) rounds.get(subject)[way].push(measured);
      }
    }
  }
  for (const subject of subjects) {
    subject.gateway.end();
    const rows = subject.ways.map((way) => [way, digits(median(rounds.get(subject)[way].map(({ cpu }) => cpu))), digits(1e6 / median(rounds.get(subject)[way].map(({ wall }) => wall)))]);
    table(`${subject.title}: messages ${subject.gateway.link ? "stored, sent and accepted, window 100" : "stored"}`, ["", "CPU µs a message", "messages a second"], rows);
  }
  const ratio = (way, to) => median(rounds.get(subjects[0])[way].map(({ cpu }, round) => cpu / rounds.get(to)[way][round].cpu));
  const [there] = beside ? subjects.slice(1) : [];
  return { single: ratio(SINGLE, subjects.at(-1)), ...(there ? { hundred: ratio(HUNDRED, there), many: ratio(MANY, there) } : {}) };
}

/** Whether the link's own rate is what limits it. */
async function limit() {
  const gateway = await startGateway({ ...settings, SMPP_OPTIONS: `{"window":100,"rate":${RATE}}` });
  await gateway.bound();
  const count = 10 * RATE;
  const { wall } = await measure(gateway, count, () => each(batches(count, 100), 4, async (some) => accept(await gateway.post("/v1/messages", some))));
  gateway.end();
  return 1e6 / wall;
}

/** Memory while messages wait, and the answer to one more. */
async function waiting() {
  const gateway = await startGateway({ ...settings, SMPP_URL: "smpp://bench:secret@127.0.0.1:9", SMPP_MAX_QUEUE: WAITING });
  const samples = [];
  for (let queued = WAITING / 10; queued <= WAITING; queued += WAITING / 10) {
    const cpu = gateway.cpu();
    await each(batches(WAITING / 10, 500), 4, async (some) => accept(await gateway.post("/v1/messages", some)));
    samples.push({ queued, rss: gateway.rss(), cpu: (gateway.cpu() - cpu) / (WAITING / 10) });
  }
  const refused = await gateway.post("/v1/messages", batch(1)[0]);
  gateway.end();
  const mebibytes = (octets) => digits(octets / 2 ** 20);
  table("The gateway: messages that wait", ["Waiting", "workerd's memory (RSS), MiB", "CPU µs to take one"], samples.map(({ queued, rss, cpu }) => [queued.toLocaleString("en"), mebibytes(rss), digits(cpu)]));
  console.log(`\nOne more is answered ${refused.status}, Retry-After: ${refused.headers.get("retry-after")}`);
  if (refused.status !== 429 || !(Number(refused.headers.get("retry-after")) > 0)) throw new Error("The bound does not hold");
  return samples.at(-1).rss / samples[0].rss;
}

/** Memory and the cost of a further message with `OLD` messages kept, and how fast they go while others are sent once they are too old. */
async function keeping() {
  const own = { ...settings, SMPP_RETENTION_DAYS: 1 };
  let gateway = await startGateway(own);
  await gateway.bound();
  const send = (count) => each(batches(count, 100), 4, async (some) => accept(await gateway.post("/v1/messages", some)));
  const cost = async () => {
    await send(1_000);
    await gateway.empty();
    return (await measure(gateway, 5_000, () => send(5_000))).cpu;
  };
  const few = await cost();
  const change = async (work) => {
    gateway.end();
    await sleep(1_000);
    work(gateway.directory);
    gateway = await startGateway(own, gateway.directory);
    await gateway.bound();
  };
  await change((directory) => addCopies(directory, OLD));
  const many = await cost();
  await gateway.get("/v1/messages?status=queued");
  const rss = gateway.rss();
  await change((directory) => age(directory, 2 * DAY));
  const before = Date.now() - DAY;
  const left = () => countBefore(gateway.directory, before);
  const start = left();
  const sending = new AbortController();
  const load = (async () => {
    let sent = 0;
    for (; !sending.signal.aborted; sent += 100) await send(100);
    return sent;
  })();
  let now = start;
  for (const patience = performance.now() + 60_000; now === start && performance.now() < patience; now = left()) await sleep(250);
  const began = performance.now();
  while (left() > 0 && performance.now() < began + 20_000) await sleep(1_000);
  const seconds = (performance.now() - began) / 1000;
  const purged = (now - left()) / seconds;
  sending.abort();
  const rate = await load / seconds;
  gateway.end();
  return { few, many, rss, purged, rate };
}

/** Seconds until receipts of ids that nobody knows are all stored and acknowledged. */
async function receipts() {
  const gateway = await startGateway({ ...settings, SMPP_URL: `smpp://${RECEIPTS}%2F100:secret@127.0.0.1:${responder.port}` });
  const began = performance.now();
  const before = gateway.waited();
  await gateway.bound();
  while (await gateway.metric("smpp_reports_total") < RECEIPTS) await sleep(100);
  const seconds = (performance.now() - began) / 1000;
  const cpu = gateway.cpu() / RECEIPTS;
  const waited = gateway.waited() - before;
  gateway.end();
  return { seconds, cpu, waited };
}

const ratios = await load();
const stored = await storage(startGateway, KEPT);
table("What storing costs", ["", "CPU µs a message"], [
  ["The gateway, 5,000 by hundreds, with few stored", digits(stored.few)], [`… with ${KEPT.toLocaleString("en")} scheduled`, digits(stored.scheduled)],
  [`… with ${KEPT.toLocaleString("en")} sent ones kept as well`, digits(stored.stored)],
]);
const kept = await keeping();
const unknown = await receipts();
table(`What a link does with ${OLD.toLocaleString("en")} messages kept`, ["", ""], [
  ["CPU µs a message with few", digits(kept.few)], ["… with all", digits(kept.many)], ["workerd's memory (RSS), MiB", digits(kept.rss / 2 ** 20)],
  ["Rows purged a second once they are too old", digits(kept.purged)], ["… while so many messages a second are accepted", digits(kept.rate)],
  [`Seconds for ${RECEIPTS.toLocaleString("en")} receipts of unknown ids, the bind included`, digits(unknown.seconds)], ["… of them it waited for a CPU that other processes had", digits(unknown.waited)], ["… CPU µs a receipt", digits(unknown.cpu)],
]);
const rate = await limit();
const growth = await waiting();
responder.end();
budgets([
  ["HTTP, one a request: CPU, of the floor's", ratios.single, 1.3],
  ...(beside ? [["HTTP, 100 a request: CPU, of that of the other checkout", ratios.hundred, 0.333], ["RPC, `sendMany` of 100, likewise", ratios.many, 0.333]] : []),
  ["Rows written a message without its report", stored.written, 4],
  [`CPU a message with ${KEPT.toLocaleString("en")} scheduled, of that with few`, stored.scheduled / stored.few, 1.2],
  [`… with as many kept`, stored.stored / stored.few, 1.2],
  [`CPU a message with ${OLD.toLocaleString("en")} kept, of that with few`, kept.many / kept.few, 1.2],
  [`Memory of workerd with them, of 128 MiB`, kept.rss / 2 ** 27, 1],
  ["1,000 rows a second, of those purged", 1000 / kept.purged, 1],
  [`Seconds for ${RECEIPTS.toLocaleString("en")} unknown receipts, of 5`, unknown.seconds / 5, 1],
  [`A link with a rate of ${RATE} PDUs a second: messages a second, of that`, rate / RATE, 1.02],
  [`Memory with ${WAITING.toLocaleString("en")} messages waiting, of that with a tenth of them`, growth, 2],
]);
