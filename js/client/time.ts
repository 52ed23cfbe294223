import { smppTime } from "../engine/codec.ts";
import { invalid } from "./errors.ts";

/** 99 days, in seconds. */
const LONGEST_RELATIVE = 99 * 86_400;

/** `validity` as the engine takes it: whole seconds from now, or the point in time as an SMPP time. */
export function readValidity(value: number | Date | undefined): number | string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return Math.ceil(value);
  return pointInTime(value, "validity");
}

/** `scheduleAt` as an SMPP time: absolute for a Date, relative for seconds from now as far as that form reaches. */
export function readSchedule(value: number | Date | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value > 0)) return pointInTime(value, "scheduleAt");
  return value <= LONGEST_RELATIVE ? smppTime(Math.ceil(value)) : pointInTime(new Date(Date.now() + value * 1_000), "scheduleAt");
}

function pointInTime(value: unknown, field: string): string {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw invalid("invalid-field", field, "a Date or a number of seconds above 0 is expected");
  const year = value.getUTCFullYear();
  if (year < 2000 || year > 2099) throw invalid("invalid-field", field, "a time from 2000 to 2099 is expected: SMPP writes two digits of the year");
  return smppTime(value);
}
