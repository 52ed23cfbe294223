// What PDUs say in sum: by command, status, latency and rate.

import type { Entry } from "./entry.ts";
import { isResponse } from "./entry.ts";

export interface Latency {
  count: number;
  min: number;
  median: number;
  p95: number;
  p99: number;
  max: number;
}

export interface CommandCount {
  command: string;
  count: number;
  octets: number;
  faulty: number;
  /** Requests without a response, of those that have one. */
  unanswered: number;
  /** From request to response, in milliseconds; of requests, where the input has times. */
  latency?: Latency;
}

export interface Statistics {
  pdus: number;
  octets: number;
  faulty: number;
  commands: CommandCount[];
  /** Of responses, the most frequent first. */
  statuses: { command: string; status: number; name: string; count: number }[];
  /** Receipts by the status in them; empty where there are none. */
  receipts: { status: string; count: number }[];
  /** Where the input has times: milliseconds since 1970 of the first and last PDU, and PDUs in each step between. */
  rate?: { from: number; to: number; step: number; requests: number[]; responses: number[]; perSecond: number; peakPerSecond: number };
}

/** Steps of a rate's chart, in milliseconds. */
const STEPS = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000];
const MOST_STEPS = 60;

/** No answer is due to these. */
const UNANSWERED = new Set(["alert_notification", "outbind", ""]);

export function statisticsOf(entries: Entry[]): Statistics {
  const commands = new Map<string, CommandCount>();
  const latencies = new Map<string, number[]>();
  const statuses = new Map<string, Statistics["statuses"][number]>();
  const receipts = new Map<string, number>();
  let [octets, faulty] = [0, 0];
  for (const entry of entries) {
    const command = entry.command === "" ? "octets" : entry.command;
    const row = commands.get(command) ?? { command, count: 0, octets: 0, faulty: 0, unanswered: 0 };
    commands.set(command, row);
    row.count++;
    row.octets += entry.octets.length;
    octets += entry.octets.length;
    if (!entry.valid) {
      row.faulty++;
      faulty++;
    }
    if (entry.receipt !== undefined) receipts.set(entry.receipt, (receipts.get(entry.receipt) ?? 0) + 1);
    if (entry.command !== "" && isResponse(entry)) {
      const key = `${command} ${entry.status}`;
      const status = statuses.get(key) ?? { command, status: entry.status, name: entry.statusName, count: 0 };
      statuses.set(key, status);
      status.count++;
    } else if (entry.partner === undefined) {
      if (!UNANSWERED.has(entry.command)) row.unanswered++;
    } else {
      const response = entries[entry.partner]!;
      if (entry.time === undefined || response.time === undefined) continue;
      const times = latencies.get(command) ?? [];
      latencies.set(command, times);
      times.push(response.time - entry.time);
    }
  }
  for (const [command, times] of latencies) commands.get(command)!.latency = latencyOf(times);
  const byCount = <T extends { count: number }>(rows: Iterable<T>) => [...rows].sort((a, b) => b.count - a.count);
  const rate = rateOf(entries);
  return {
    pdus: entries.length,
    octets,
    faulty,
    commands: byCount(commands.values()),
    statuses: byCount(statuses.values()),
    receipts: byCount([...receipts].map(([status, count]) => ({ status, count }))),
    ...(rate ? { rate } : {}),
  };
}

function latencyOf(times: number[]): Latency {
  const sorted = Float64Array.from(times).sort();
  // The smallest that so many of a hundred don't exceed.
  const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
  return { count: sorted.length, min: sorted[0]!, median: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1)! };
}

function rateOf(entries: Entry[]): Statistics["rate"] {
  if (entries.length < 2) return undefined;
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { time } of entries) {
    if (time === undefined) return undefined;
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  const step = STEPS.find((step) => (to - from) / step < MOST_STEPS) ?? Math.ceil((to - from) / MOST_STEPS);
  const steps = Math.floor((to - from) / step) + 1;
  const requests = new Array<number>(steps).fill(0);
  const responses = new Array<number>(steps).fill(0);
  const seconds = new Map<number, number>();
  for (const entry of entries) {
    const past = entry.time! - from;
    (isResponse(entry) ? responses : requests)[Math.floor(past / step)]!++;
    const second = Math.floor(past / 1_000);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  // What comes within a second has a rate of a second.
  const perSecond = entries.length / Math.max(1, (to - from) / 1_000);
  let peakPerSecond = 0;
  for (const count of seconds.values()) peakPerSecond = Math.max(peakPerSecond, count);
  return { from, to, step, requests, responses, perSecond, peakPerSecond };
}
