// Sending, receipts, and messages with their reports on each runtime, window 100: CPU time a message of ours beside npm `smpp` on the same
// runtime.

import { at, bun, deno } from "../scripts/lib.mjs";
import { compare } from "./support/compare.mjs";
import { budgets, digits, ratio, spread, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { startSubject } from "./support/processes.mjs";
import { bundle, startWorker } from "./support/workerd.mjs";

optionsOf(import.meta.filename);

const WINDOW = 100;
const COUNT = 30_000;
const names = {
  "send-sms": "`sendSms`",
  "send-many": "`sendMany`",
  "npm-smpp": "npm `smpp`, sending",
  "bare-read": "bare socket, one write a read",
  receipts: "`onReport`",
  "npm-smpp-receipts": "npm `smpp`, receipts",
  reports: "`sendSms`, `onReport`",
  "reports-delivered": "… and `delivered()` awaited",
  "npm-smpp-reports": "npm `smpp`, messages with their receipts",
};

const worker = await bundle(at("benches", "clients", "worker.mjs"));
const runtimes = {
  Node: startSubject,
  Deno: (client, port) => startSubject(client, port, [deno(), "run", "--allow-all", "--no-lock"]),
  Bun: (client, port) => startSubject(client, port, [bun()]),
  workerd: (client, port) => startWorker(worker, client, port),
};

const results = {};
for (const [runtime, begin] of Object.entries(runtimes)) results[runtime] = await compare({ clients: Object.keys(names), counts: { [WINDOW]: COUNT }, begin });

const cpu = (runtime, client) => results[runtime][client][WINDOW].cpu;
const ofNpm = (runtime, client, npm) => ratio(cpu(runtime, client), cpu(runtime, npm));
const head = ["", ...Object.keys(runtimes)];
table(`Window ${WINDOW}: CPU µs a message, median (lowest–highest)`, head, Object.entries(names).map(([client, name]) => [name, ...Object.keys(runtimes).map((runtime) => spread(cpu(runtime, client)))]));
table("Of npm `smpp`'s on the same runtime", head, [
  ["`sendSms`", ...Object.keys(runtimes).map((runtime) => digits(ofNpm(runtime, "send-sms", "npm-smpp")))],
  ["`onReport`", ...Object.keys(runtimes).map((runtime) => digits(ofNpm(runtime, "receipts", "npm-smpp-receipts")))],
  ["`sendSms`, `onReport`", ...Object.keys(runtimes).map((runtime) => digits(ofNpm(runtime, "reports", "npm-smpp-reports")))],
  ["… and `delivered()` awaited", ...Object.keys(runtimes).map((runtime) => digits(ofNpm(runtime, "reports-delivered", "npm-smpp-reports")))],
]);
budgets([
  ["`sendSms` in workerd, window 100, CPU, of npm `smpp`'s there", ofNpm("workerd", "send-sms", "npm-smpp"), 1 / 8],
  ["A receipt in, workerd, window 100, CPU, of npm `smpp`'s there", ofNpm("workerd", "receipts", "npm-smpp-receipts"), 1 / 8],
]);
