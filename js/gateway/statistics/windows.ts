// Windows of time: minutes, hours and days of a time zone.

import { localTime } from "../model/time-zone.ts";

export const STEPS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
export type Step = keyof typeof STEPS;

/** The last day before the year 10000. */
const LAST = Date.UTC(9999, 11, 31);

/** Milliseconds by which the time zone is ahead of UTC. */
function offsetOf(time: number, timeZone: string): number {
  // No message is older; and years of five digits are written differently.
  if (timeZone === "UTC" || time < 0 || time > LAST) return 0;
  const second = Math.floor(time / 1000) * 1000;
  return Date.parse(`${localTime(second, timeZone).replace(" ", "T")}Z`) - second;
}

/** When the window begins that a time lies in. */
export function startOf(time: number, step: Step, timeZone: string): number {
  const indexOf = (at: number) => Math.floor((at + offsetOf(at, timeZone)) / STEPS[step]);
  const start = indexOf(time) * STEPS[step] - offsetOf(time, timeZone);
  if (step !== "day") return start;
  // The clock may have been set since the day began.
  const own = start + offsetOf(time, timeZone) - offsetOf(start, timeZone);
  // It has two midnights if it is set back to the first.
  return indexOf(own - 1) === indexOf(own) ? startOf(own - 1, step, timeZone) : own;
}

/** When the windows begin from the one with `since` on, and when the last one ends, which has the time before `until`. */
export function windowsOf(since: number, until: number, step: Step, timeZone: string): number[] {
  const starts = [startOf(since, step, timeZone)];
  // A day has 23 to 25 hours.
  for (let next = starts[0]!; next < until;) starts.push(next = startOf(next + STEPS[step] * 1.3, step, timeZone));
  return starts;
}
