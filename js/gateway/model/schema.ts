import * as boundary from "#boundary";
import * as v from "valibot";

/** A whole number in a range. */
export const whole = (min: number, max: number) =>
  v.pipe(v.number(), v.check((value) => Number.isInteger(value) && value >= min && value <= max, `a whole number from ${min} to ${max} is expected`));

/** A number in a range. */
export const between = (min: number, max: number) => v.pipe(v.number(), v.check((value) => value >= min && value <= max, `a number from ${min} to ${max} is expected`));

export const CONCATS = v.picklist(boundary.CONCATS);
