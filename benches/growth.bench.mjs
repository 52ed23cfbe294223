// How cost grows: with the size of what a read brings, with the size of a PDU, with the number of sessions. What is linear has a flat row.

import { compare } from "./support/compare.mjs";
import { budgets, digits, median, spread, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { startResponder, startSubject } from "./support/processes.mjs";

optionsOf(import.meta.filename);

/** Runs `client` with each size for its window; `counts[size]` is the number of items of a round. */
async function grow(client, counts) {
  const { [client]: results } = await compare({ clients: [client], counts });
  const sizes = Object.keys(counts).map(Number);
  return { sizes, cpu: (size) => results[size].cpu, head: sizes.map((size) => size.toLocaleString("en")) };
}

const reads = await grow("reads", { 1: 2_000, 16: 10_000, 256: 30_000, 4_096: 30_000, 65_536: 30_000 });
table("Receipts of 190 octets, by octets a read: CPU µs", ["", ...reads.head], [
  ["a receipt", ...reads.sizes.map((size) => spread(reads.cpu(size)))],
  ["a read", ...reads.sizes.map((size) => digits(median(reads.cpu(size)) * Math.min(1, size / 190)))],
]);

const payloads = await grow("payload", { 100: 20_000, 1_000: 10_000, 10_000: 4_000, 60_000: 1_000 });
table("Binary messages in message_payload, by octets: CPU µs", ["", ...payloads.head], [
  ["a message", ...payloads.sizes.map((size) => spread(payloads.cpu(size)))],
  ["a thousand octets", ...payloads.sizes.map((size) => digits((median(payloads.cpu(size)) * 1_000) / size))],
]);

const sessions = await grow("sessions", { 1: 20_000, 10: 20_000, 100: 20_000, 1_000: 20_000 });
table("`sendSms` over many sessions, ten messages on their way in each: CPU µs a message", ["sessions", ...sessions.head], [["", ...sessions.sizes.map((size) => spread(sessions.cpu(size)))]]);

// What a session holds, with nothing under way.
const STEP = 1_000;
const responder = await startResponder();
const subject = await startSubject("open-sessions", responder.port);
const opened = [];
for (let open = 0; open <= 10 * STEP; open += STEP) opened.push({ open, ...(await subject.run({ count: open === 0 ? 0 : STEP, window: 0 })) });
subject.end();
responder.end();
/** Octets a session, of those opened between two samples. */
const each = (what, from, to) => (to[what] - from[what]) / (to.open - from.open);
const [none, some, all] = [opened[0], opened[1], opened.at(-1)];
table("Open sessions: KiB each, of the last thousand opened", ["sessions", "process (RSS)", "JavaScript heap", "wasm"], opened.slice(1).map((sample, i) => [
  sample.open.toLocaleString("en"), ...["rss", "heapUsed", "wasm"].map((what) => digits(each(what, opened[i], sample) / 1_024)),
]));

// Linear: what is larger costs no more for its size.
const perRead = (size) => (median(reads.cpu(size)) * size) / 190;
const perOctet = (size) => median(payloads.cpu(size)) / size;
budgets([
  ["CPU a read of one octet, of that of 16 octets", perRead(1) / perRead(16), 1.5],
  ["CPU an octet, 60,000-octet messages, of that of 10,000-octet ones", perOctet(60_000) / perOctet(10_000), 1.5],
  ["CPU a message, 1,000 sessions, of that with 100", median(sessions.cpu(1_000)) / median(sessions.cpu(100)), 2],
  ["The module's memory a session, 10,000 of them open", each("wasm", none, all) / 1_024, 4, " KiB"],
  ["The process's memory a session, the last 9,000, of that of the first 1,000", each("rss", some, all) / each("rss", none, some), 1.1],
]);
