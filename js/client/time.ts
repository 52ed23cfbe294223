import { smppTime } from "../engine/codec.ts";
import { invalid, TimeoutError } from "./errors.ts";

/** 99 days, in seconds. */
const LONGEST_RELATIVE = 99 * 86_400;

/** The most milliseconds that are passed to the engine. */
const LONGEST_WAIT = 0xffff_ffff;

/** `validity` as the engine takes it: whole seconds from now, or the point in time as an SMPP time. */
export function readValidity(value: number | Date | undefined): number | string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return Math.ceil(value);
  return pointInTime(value, "validity");
}

/** Milliseconds from now to the end of a `validity` that {@link readValidity} has read. */
export function timeLeft(validity: number | Date | undefined): number | undefined {
  // An own getTime() could say anything.
  return validity instanceof Date ? Date.prototype.getTime.call(validity) - Date.now() : validity && validity * 1_000;
}

/**
 * The time that a message may wait, as the engine takes it: undefined beyond its count of milliseconds (49 days).
 * @throws {TimeoutError} No time is left: the message must not be sent.
 */
export function expiresIn(left: number | undefined): number | undefined {
  if (left === undefined) return undefined;
  if (left <= 0) {
    throw new TimeoutError("validity has passed: the message is not sent", { code: "timeout", command: "submit_sm", outcome: "not-sent", field: "validity" });
  }
  return left < LONGEST_WAIT ? Math.max(1, Math.floor(left)) : undefined;
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
