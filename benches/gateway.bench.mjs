// The gateway: 10,000 messages by HTTP and by RPC, one at a time and a hundred, from the first request until the SMSC has accepted the
// last; a link that has a rate; and 100,000 messages that wait. `--messages` and `--waiting` take other numbers.

import { parseArgs } from "node:util";
import { messages } from "./clients/messages.mjs";
import { budgets, digits, table } from "./support/figures.mjs";
import { each, startGateway } from "./support/gateway.mjs";
import { startResponder } from "./support/processes.mjs";

const { values } = parseArgs({ options: { messages: { type: "string", default: "10000" }, waiting: { type: "string", default: "100000" } }, strict: false });
const COUNT = Number(values.messages);
const WAITING = Number(values.waiting);
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

async function load() {
  const gateway = await startGateway(settings);
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
  for (const [name, send] of Object.entries(ways)) {
    const { cpu, wall } = await measure(gateway, COUNT, () => send(COUNT));
    rows.push([name, digits(cpu), digits(1e6 / wall)]);
  }
  gateway.end();
  table(`The gateway: ${COUNT.toLocaleString("en")} messages, stored, sent and accepted, window 100`, ["", "CPU µs a message", "messages a second"], rows);
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

await load();
const rate = await limit();
const growth = await waiting();
responder.end();
budgets([
  [`A link with a rate of ${RATE} PDUs a second: messages a second, of that`, rate / RATE, 1.02],
  [`Memory with ${WAITING.toLocaleString("en")} messages waiting, of that with a tenth of them`, growth, 2],
]);
