// What one message adds to statistics: counters, from what its row says that happened to it. Without storage and clock.

import type { HistoryEntry } from "../link/store/rows.ts";
import { STEPS } from "./windows.ts";

/**
 * Counters by their names. `a`, `s`: messages that the gateway accepted, and their segments; `st.<status>`: messages that are in that state,
 * `st.accepted.<hour>` for those that the SMSC accepted more than a minute after the gateway, in that hour;
 * `f.<status>.<reason>`: why messages ended otherwise than delivered; `q.<bucket>`, `r.<bucket>`, `d.<bucket>`: latencies of the queue, of the SMSC's
 * response, and of the receipt.
 */
export type Counters = Record<string, number>;

/** What is looked at of a message. */
export interface Life {
  /** When the gateway accepted it. */
  accepted: number;
  /** Of a message that another link accepted. */
  moved: boolean;
  segments: number;
  /** Whether a receipt is asked for. */
  isReported: boolean;
  history: HistoryEntry[];
}

export const LATENCIES = { queue: "q", response: "r", receipt: "d" } as const;
export type Latency = keyof typeof LATENCIES;

/** The upper bounds of the buckets in seconds: powers of two up to 24 hours. What is longer has one more. */
export const BUCKETS = [...Array.from({ length: 17 }, (_, i) => 2 ** i), 86_400];

/** States that nothing follows, a late report apart. */
export const ENDED = ["delivered", "undeliverable", "expired", "rejected", "deleted", "skipped", "failed", "unknown"] as const;
const isEnded = (status: string) => (ENDED as readonly string[]).includes(status);
/** The state of a message that the SMSC accepted and no receipt is asked for. */
export const UNREPORTED = "unreported";
const ACCEPTED = "st.accepted";
/** Messages that have waited too long for their receipt. */
export const NO_RECEIPT = "st.noReceipt";
/** For how long a message may wait for its receipt, in milliseconds. */
const RECEIPT_TIME = STEPS.day;

/** Longest name of a reason. */
const LONGEST_REASON = 40;

/** What a message counts for by what happened before `until`. */
export function contribution({ accepted, moved, segments, isReported, history }: Life, until = Infinity): Counters {
  const counters: Counters = moved ? {} : { a: 1, s: segments };
  let status = "queued";
  let sentAt: number | undefined;
  let acceptedAt: number | undefined;
  let reason: string | undefined;
  let isReceived = false;
  const delivered = new Set<number>();
  for (const entry of history) {
    if (entry.at >= until) break;
    const next = entry.segment === undefined ? entry.status : afterReport(status, entry, segments, delivered);
    if (next === undefined) continue;
    if (next === "sent") sentAt = entry.at;
    if (next === "accepted" && acceptedAt === undefined) {
      acceptedAt = entry.at;
      const left = sentAt ?? entry.at;
      add(counters, { [`q.${bucketOf(left - accepted)}`]: 1, [`r.${bucketOf(entry.at - left)}`]: 1 });
    }
    if (entry.segment !== undefined && !isReceived && acceptedAt !== undefined) {
      isReceived = true;
      add(counters, { [`d.${bucketOf(entry.at - acceptedAt)}`]: 1 });
    }
    status = next;
    reason = entry.smpp?.name ?? (entry.errorCode === undefined ? undefined : `error ${entry.errorCode}`);
  }
  const isLate = acceptedAt !== undefined && acceptedAt - accepted > STEPS.minute;
  if (isEnded(status)) add(counters, { [`st.${status}`]: 1 });
  else if (status === "accepted") add(counters, { [!isReported ? `st.${UNREPORTED}` : isLate ? `${ACCEPTED}.${Math.floor(acceptedAt! / STEPS.hour)}` : ACCEPTED]: 1 });
  if (isEnded(status) && status !== "delivered") add(counters, { [`f.${status}.${(reason ?? status).slice(0, LONGEST_REASON)}`]: 1 });
  return counters;
}

/** The state after a report on a segment, if that changes it: as the link decides it. */
function afterReport(status: string, { status: reported, segment }: HistoryEntry, segments: number, delivered: Set<number>): string | undefined {
  if (isEnded(status) && status !== "unknown") return undefined;
  if (reported !== "delivered") return isEnded(reported) ? reported : undefined;
  delivered.add(segment!);
  return delivered.size >= segments ? "delivered" : undefined;
}

/** Counters of messages that the gateway accepted in the minute that begins `at`, or before; what waits for a receipt divided by how long that is. */
export function aged(counters: Counters, at: number, now: number): Counters {
  const divided: Counters = {};
  for (const [name, count] of Object.entries(counters)) {
    const isWaiting = name.startsWith(ACCEPTED);
    const hour = name.slice(ACCEPTED.length + 1);
    const acceptedBefore = hour === "" ? at + 2 * STEPS.minute : (Number(hour) + 1) * STEPS.hour;
    add(divided, { [!isWaiting ? name : acceptedBefore <= now - RECEIPT_TIME ? NO_RECEIPT : ACCEPTED]: count });
  }
  return divided;
}

/** Adds counters to others, which it changes: those that become zero go. */
export function add(sum: Counters, more: Counters, sign = 1): void {
  for (const [name, count] of Object.entries(more)) {
    const value = (sum[name] ?? 0) + sign * count;
    if (value === 0) delete sum[name];
    else sum[name] = value;
  }
}

function bucketOf(milliseconds: number): number {
  const found = BUCKETS.findIndex((seconds) => milliseconds <= seconds * 1000);
  return found < 0 ? BUCKETS.length : found;
}

/** The upper bound in seconds of the bucket that has the share `of` of the times; undefined without any, and beyond the last bound. */
export function percentile(counters: Counters, latency: Latency, of: number): number | undefined {
  const counts = Array.from({ length: BUCKETS.length + 1 }, (_, i) => counters[`${LATENCIES[latency]}.${i}`] ?? 0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let sum = 0;
  return BUCKETS[counts.findIndex((count) => (sum += count) >= of * all)];
}
