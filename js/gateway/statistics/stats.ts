import { linkAt } from "../link/stub.ts";
import type { GatewayEnv } from "../model/config.ts";
import { csvLine } from "../model/csv.ts";
import { ProblemError } from "../model/problem.ts";
import { everyLink } from "../operations/read.ts";
import { add, ENDED, LATENCIES, NO_RECEIPT, percentile, UNREPORTED, type Counters, type Latency } from "./contribution.ts";
import { DIMENSIONS, type Dimension, type Part } from "./link-statistics.ts";
import { startOf, STEPS, windowsOf, type Step } from "./windows.ts";

/** Most windows of a response, and most groups in each. */
const MOST_WINDOWS = 1_500;
const MOST_GROUPS = 200;
/** Windows by default. */
const WINDOWS = 24;
const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 };

export interface StatsQuery {
  since?: string | undefined;
  until?: string | undefined;
  step: Step;
  by: (Dimension | "reason")[];
  tz: string;
}

/** Messages that were accepted in a window, and what has become of them. */
export interface Group extends Partial<Record<Dimension | "reason", string>> {
  accepted: number;
  segments: number;
  delivered: number;
  /** Delivered of accepted; null without any. */
  rate: number | null;
  pending: number;
  /** The SMSC accepted them a day ago, and there is no receipt. */
  noReceipt: number;
  /** The SMSC accepted them, and no receipt is asked for. */
  unreported: number;
  /** Messages that ended otherwise, by their state, and why. */
  ended: Record<string, number>;
  reasons: Record<string, number>;
  /** Seconds: the upper bound of the bucket; null without any and beyond 24 hours. */
  latency: Record<Latency, Record<keyof typeof SHARES, number | null>>;
}

/** One window of time of {@link Stats}. */
export interface StatsWindow {
  /** When it begins, ISO 8601. */
  at: string;
  /** More is to come. */
  filling?: true;
  groups: Group[];
}

/** What became of messages, by time. */
export interface Stats {
  /** How long each window is. */
  step: Step;
  /** The time zone that days begin in. */
  tz: string;
  /** What the windows are divided by. */
  by: string[];
  /** The windows, in order of time. */
  windows: StatsWindow[];
}

/** Statistics of all links. */
export async function readStats(env: GatewayEnv, { since, until, step, by, tz }: StatsQuery, now = Date.now()): Promise<Stats> {
  const end = until === undefined ? now + 1 : Date.parse(until);
  const start = since === undefined ? end - (WINDOWS + 1) * STEPS[step] : Date.parse(since);
  if (start >= end) throw new ProblemError("invalid-query", "since has to be before until");
  if ((end - start) / STEPS[step] > MOST_WINDOWS) throw new ProblemError("invalid-query", `At most ${MOST_WINDOWS} windows are expected: choose a longer step`);
  const starts = windowsOf(start, end, step, tz).slice(since === undefined ? -WINDOWS - 1 : 0);
  // More is to come to the last two.
  const current = startOf(now, step, tz);
  const filling = [startOf(current - 1, step, tz), current];
  const dimensions = DIMENSIONS.filter((dimension) => by.includes(dimension));
  const found = (await Promise.all((await everyLink(env)).map((at) => linkAt(env, at).extend("parts", starts, dimensions) as Promise<Part[]>))).flat();
  const byReason = by.includes("reason");
  const parts = byReason ? found.flatMap(reasonsOf) : found;
  const divided = byReason ? [...dimensions, "reason"] : dimensions;
  const names = namesOf(parts, divided.length === 0);
  const sums = new Map<string, Counters>();
  for (const { window, values, counters } of parts) {
    const key = JSON.stringify([window, values]);
    const sum = sums.get(key) ?? {};
    sums.set(key, sum);
    add(sum, counters);
  }
  const windows = starts.slice(0, -1).map((at, window): StatsWindow => {
    const groups = names.map((values) => groupOf(sums.get(JSON.stringify([window, values])) ?? {}, Object.fromEntries(divided.map((name, i) => [name, values[i]]))));
    return { at: new Date(at).toISOString(), ...(filling.includes(at) && { filling: true }), groups };
  });
  return { step, tz, by, windows };
}

/** The groups that there are in any window, those with the most messages first. Without dimensions there is one. */
function namesOf(parts: Part[], isWhole: boolean): string[][] {
  const sums = new Map<string, number>(isWhole ? [["[]", 0]] : []);
  for (const { values, counters } of parts) sums.set(JSON.stringify(values), (sums.get(JSON.stringify(values)) ?? 0) + (counters["n"] ?? counters["a"] ?? 0));
  return [...sums].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).slice(0, MOST_GROUPS).map(([name]) => JSON.parse(name) as string[]);
}

/** Parts for each reason why messages of the part ended, which is the last of the values. `n`: how many those are. */
function reasonsOf({ window, values, counters }: Part): Part[] {
  return Object.entries(counters).filter(([name]) => name.startsWith("f.")).map(([name, n]) => {
    const [status, reason] = endOf(name);
    return { window, values: [...values, reason], counters: { n, [name]: n, [`st.${status}`]: n } };
  });
}

/** The state and the reason of a counter's name. */
function endOf(name: string): [string, string] {
  const [, status = ""] = name.split(".", 2);
  return [status, name.slice(`f.${status}.`.length)];
}

function groupOf(counters: Counters, names: object): Group {
  const count = (name: string) => counters[name] ?? 0;
  const reasons: Counters = {};
  for (const [name, value] of Object.entries(counters)) if (name.startsWith("f.")) add(reasons, { [endOf(name)[1]]: value });
  const [accepted, delivered, noReceipt, unreported] = [count("a"), count("st.delivered"), count(NO_RECEIPT), count(`st.${UNREPORTED}`)];
  const ended = Object.fromEntries(ENDED.filter((status) => status !== "delivered" && count(`st.${status}`) > 0).map((status) => [status, count(`st.${status}`)]));
  const done = delivered + unreported + noReceipt + Object.values(ended).reduce((sum, value) => sum + value, 0);
  const latency = Object.fromEntries(Object.keys(LATENCIES).map((name) => [name, Object.fromEntries(Object.entries(SHARES).map(([share, of]) => [share, percentile(counters, name as Latency, of) ?? null]))]));
  return {
    ...names, accepted, segments: count("s"), delivered, rate: accepted === 0 ? null : Math.round(1e4 * delivered / accepted) / 1e4, pending: Math.max(0, accepted - done),
    noReceipt, unreported, ended, reasons, latency: latency as Group["latency"],
  };
}

/** A line for each group of each window. */
export function statsCsv({ by, windows }: Stats): string {
  const latencies = Object.keys(LATENCIES).flatMap((name) => Object.keys(SHARES).map((share) => [name, share] as const));
  const columns = ["at", "filling", ...by, "accepted", "segments", "delivered", "rate", "pending", "noReceipt", "unreported", ...ENDED.slice(1), "reasons", ...latencies.map(([name, share]) => `${name}_${share}`)];
  const lines = windows.flatMap(({ at, filling, groups }) => groups.map((group) => [
    at, filling ?? "", ...by.map((name) => group[name as Dimension]), group.accepted, group.segments, group.delivered, group.rate, group.pending, group.noReceipt, group.unreported,
    ...ENDED.slice(1).map((status) => group.ended[status] ?? 0), Object.entries(group.reasons).map(([reason, count]) => `${reason}=${count}`).join(" "),
    ...latencies.map(([name, share]) => group.latency[name as Latency][share as keyof typeof SHARES]),
  ]));
  return [columns, ...lines].map(csvLine).join("");
}
