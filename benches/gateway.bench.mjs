// The gateway: 10,000 messages by HTTP and by RPC, one at a time and a hundred, from the first request until the SMSC has accepted the
// last; a link that has a rate; and 100,000 messages that wait. `--messages` and `--waiting` take other numbers. Beside it the floor: a Worker
// and an object that only store; and with `--beside <folder>` the gateway of another checkout, built there.

import { basename, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { messages } from "./clients/messages.mjs";
import { budgets, digits, table } from "./support/figures.mjs";
import { each, startFloor, startGateway } from "./support/gateway.mjs";
import { startResponder } from "./support/processes.mjs";

const { values } = parseArgs({ options: { beside: { type: "string" }, kept: { type: "string", default: "100000" }, messages: { type: "string", default: "10000" }, waiting: { type: "string", default: "100000" } }, strict: false });
const COUNT = Number(values.messages);
const WAITING = Number(values.waiting);
const KEPT = Number(values.kept);
const CONCURRENCY = 32;
const RATE = 500;

const responder = await startResponder();
const settings = { SMPP_URL: `smpp://bench:secret@127.0.0.1:${responder.port}`, SMPP_OPTIONS: '{"window":100}' };
const batch = (size) => Array.from({ length: size }, (_, i) => ({ ...messages[i % messages.length], report: "none" }));
const batches = (count, size) => Array.from({ length: count / size }, () => batch(size));
const accept = async (response) => {
  if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
};

/** CPU and wall time a message, in microseconds, until all are accepted. */
async function measure(gateway, count, send) {
  const cpu = gateway.cpu();
  const began = performance.now();
  await send();
  await gateway.empty();
  return { cpu: (gateway.cpu() - cpu) / count, wall: ((performance.now() - began) * 1000) / count };
}

/** What it costs to store messages and no more. */
async function floor() {
  const worker = await startFloor();
  const measured = async (count, size, concurrency) => {
    const cpu = worker.cpu();
    await each(batches(count, size), concurrency, async (some) => accept(await worker.post("/", size === 1 ? some[0] : some)));
    return (worker.cpu() - cpu) / count;
  };
  for (const size of [1, 100]) await measured(COUNT / 10, size, 4);
  const [single, hundred] = [await measured(COUNT, 1, CONCURRENCY), await measured(COUNT, 100, 4)];
  worker.end();
  return { single, hundred };
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

async function load(start, title) {
  const gateway = await start(settings);
  await gateway.bound();
  const ways = {
    "HTTP, one a request": (count) => each(batches(count, 1), CONCURRENCY, async ([message]) => accept(await gateway.post("/v1/messages", message))),
    "HTTP, 100 a request": (count) => each(batches(count, 100), 4, async (some) => accept(await gateway.post("/v1/messages", some))),
    "RPC, `sendSms`": (count) => each(batches(count, 100), 1, async (some) => accept(await gateway.post("/rpc", { messages: some }))),
    "RPC, `sendMany` of 100": (count) => each(batches(count, 100), 4, async (some) => accept(await gateway.post("/rpc", { messages: some, many: true }))),
  };
  for (const send of Object.values(ways)) await send(COUNT / 10);
  await gateway.empty();
  const rows = [];
  const costs = [];
  for (const [name, send] of Object.entries(ways)) {
    const { cpu, wall } = await measure(gateway, COUNT, () => send(COUNT));
    costs.push(cpu);
    rows.push([name, digits(cpu), digits(1e6 / wall)]);
  }
  gateway.end();
  table(`${title}: ${COUNT.toLocaleString("en")} messages, stored, sent and accepted, window 100`, ["", "CPU µs a message", "messages a second"], rows);
  return { single: costs[0], hundred: costs[1], rpc: costs[3] };
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

const least = await floor();
const here = await load(startGateway, "The gateway");
const there = values.beside ? await load((await import(`${resolve(values.beside)}/benches/support/gateway.mjs`)).startGateway, `The gateway in ${basename(values.beside)}`) : undefined;
const stored = await storage(startGateway, KEPT);
table("What storing costs", ["", "CPU µs a message"], [
  ["A Worker and an object that store one message", digits(least.single)], ["… and 100 a request", digits(least.hundred)],
  ["The gateway, 5,000 by hundreds, with few stored", digits(stored.few)], [`… with ${KEPT.toLocaleString("en")} scheduled`, digits(stored.scheduled)],
  [`… with ${KEPT.toLocaleString("en")} sent ones kept as well`, digits(stored.stored)],
]);
const rate = await limit();
const growth = await waiting();
responder.end();
budgets([
  ["HTTP, one a request: CPU, of the floor's", here.single / least.single, 1.3],
  ...(there ? [["HTTP, 100 a request: CPU, of that of the other checkout", here.hundred / there.hundred, 0.333], ["RPC, `sendMany` of 100, likewise", here.rpc / there.rpc, 0.333]] : []),
  ["Rows written a message without its report", stored.written, 4],
  [`CPU a message with ${KEPT.toLocaleString("en")} scheduled, of that with few`, stored.scheduled / stored.few, 1.2],
  [`… with as many kept`, stored.stored / stored.few, 1.2],
  [`A link with a rate of ${RATE} PDUs a second: messages a second, of that`, rate / RATE, 1.02],
  [`Memory with ${WAITING.toLocaleString("en")} messages waiting, of that with a tenth of them`, growth, 2],
]);
