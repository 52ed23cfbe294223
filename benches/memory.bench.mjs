// Memory while messages are sent in a row: 100,000 of them, or 1,000,000 with `--million`.

import { budgets, digits, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { startResponder, startSubject } from "./support/processes.mjs";

const STEP = 10_000;
const total = optionsOf(import.meta.filename).million ? 1_000_000 : 100_000;

const responder = await startResponder();
const subject = await startSubject("memory", responder.port);
const samples = [];
for (let sent = STEP; sent <= total; sent += STEP) samples.push({ sent, ...(await subject.run({ count: STEP, window: 100 })) });
subject.end();
responder.end();

const shown = samples.filter(({ sent }) => sent === STEP || sent % (total / 10) === 0);
const mebibytes = (octets) => digits(octets / 2 ** 20);
table("Memory in MiB, after a collection", ["Messages sent", "process (RSS)", "JavaScript heap", "wasm"], shown.map(({ sent, rss, heapUsed, wasm }) => [sent.toLocaleString("en"), ...[rss, heapUsed, wasm].map(mebibytes)]));

// The process takes longer to find its size: that of the second half counts.
const [second, half, last] = [samples[1], samples[samples.length / 2 - 1], samples.at(-1)];
budgets([
  ["wasm memory at the end, of that after 20,000 messages", last.wasm / second.wasm, 1],
  ["JavaScript heap at the end, of that after 20,000 messages", last.heapUsed / second.heapUsed, 1.1],
  ["RSS at the end, of that halfway", last.rss / half.rss, 1.1],
]);
