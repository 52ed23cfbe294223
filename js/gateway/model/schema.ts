import * as boundary from "#boundary";
import * as v from "valibot";

/** A whole number in a range. */
export const whole = (min: number, max: number) =>
  v.pipe(v.number(), v.check((value) => Number.isInteger(value) && value >= min && value <= max, `a whole number from ${min} to ${max} is expected`));

/** A number in a range. */
export const between = (min: number, max: number) => v.pipe(v.number(), v.check((value) => value >= min && value <= max, `a number from ${min} to ${max} is expected`));

/** Whether it is an object of fields: neither an array nor a Map, a Date or the like, which RPC and variables can be as well. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

export const record = v.check(isRecord, "an object is expected");

/** An object of these fields. As `strictObject`, which takes a field named `constructor` or `toString` for a known one, and an array for an object. */
export function strict<E extends v.ObjectEntries>(entries: E) {
  return v.pipe(v.unknown(), record, v.strictObject(Object.setPrototypeOf({ ...entries }, null) as E));
}

export const CONCATS = v.picklist(boundary.CONCATS);
