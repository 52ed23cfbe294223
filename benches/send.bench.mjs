// Sending: CPU time a message of `sendSms` and `sendMany`, of npm `smpp`, and of bare sockets, by window.

import { compare } from "./support/compare.mjs";
import { budgets, ratio } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { report } from "./support/report.mjs";

optionsOf(import.meta.filename);

const names = {
  "send-sms": "`sendSms`",
  "send-many": "`sendMany`",
  "npm-smpp": "npm `smpp`",
  "bare-pdu": "bare socket, one write a PDU",
  "bare-read": "bare socket, one write a read",
};
const counts = { 1: 4_000, 10: 20_000, 100: 30_000, 1_000: 30_000 };
const windows = Object.keys(counts).map(Number);

const results = await compare({ clients: Object.keys(names), counts });
report({ title: "Sending", what: "message", names, windows, results, npm: "npm-smpp", floor: "bare-read" });

const sms = results["send-sms"];
budgets([
  ["`sendSms`, window 100, CPU, of npm `smpp`'s", ratio(sms[100].cpu, results["npm-smpp"][100].cpu), 1 / 10],
  ["`sendSms`, window 100, CPU, of a bare socket's with one write a read", ratio(sms[100].cpu, results["bare-read"][100].cpu), 4],
  ["`sendSms`, window 1, latency, of a bare socket's", ratio(sms[1].wall, results["bare-read"][1].wall), 1.2],
]);
