// What users hand over, checked: each value is read once, and whatever its getters throw is reported as a fault of that value.

import { invalid, SmppError } from "./errors.ts";
import { isSignal } from "./signals.ts";

/** Returns what is expected if the value can't be used. */
export type Check = (value: unknown) => string | undefined;
export type Checks<T> = { [name in keyof Required<T>]: Check };
type Code = "invalid-option" | "invalid-field";

/** The longest time that timers take, in milliseconds. */
export const LONGEST = 0x7fff_ffff;

export const text: Check = (value) => (typeof value === "string" ? undefined : "a string is expected");
export const flag: Check = (value) => (typeof value === "boolean" ? undefined : "true or false is expected");
export const callback: Check = (value) => (typeof value === "function" ? undefined : "a function is expected");
export const signal: Check = (value) => (isSignal(value) ? undefined : "an AbortSignal is expected");
export const anything: Check = () => undefined;

export function oneOf(...values: string[]): Check {
  const expected = `one of ${values.map((value) => `"${value}"`).join(", ")} is expected`;
  return (value) => (values.includes(value as string) ? undefined : expected);
}

export function integer(min: number, max: number): Check {
  return (value) => (Number.isInteger(value) && (value as number) >= min && (value as number) <= max ? undefined : `a whole number from ${min} to ${max} is expected`);
}

export const octet = integer(0, 255);
export const milliseconds = integer(0, LONGEST);

/** Runs what reads `field`. Whatever that throws becomes the error's cause, unless it is such an error already. */
export function reading<T>(field: string, code: Code, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof SmppError && cause.code === code ? cause : invalid(code, field, "it can't be read", cause);
  }
}

/** The items of an array by their index: its own iterator may never end. */
export function itemsOf<T>(field: string, code: Code, array: readonly T[], most: number): T[] {
  return reading(field, code, () => {
    const { length } = array;
    if (!(length <= most)) throw invalid(code, field, `at most ${most} values are expected`);
    return Array.from({ length }, (_, index) => array[index] as T);
  });
}

/**
 * Returns a copy of the object, without what is undefined.
 *
 * @throws {SmppError} It is no object, has something that `checks` doesn't know, or has a value that can't be used; `field` names it.
 */
export function checked<T extends object>(what: string, given: T, checks: Checks<T>, code: Code = "invalid-option"): T {
  if (!reading(what, code, () => isObject(given))) throw invalid(code, what, "an object is expected");
  const copy: Record<string, unknown> = {};
  for (const name of reading(what, code, () => Object.keys(given))) {
    const rule = Object.hasOwn(checks, name) ? checks[name as keyof T] : undefined;
    if (rule === undefined) throw invalid(code, name, `there is no such setting in ${what}`);
    const value = reading(name, code, () => given[name as keyof T]);
    if (value === undefined) continue;
    const expected = reading(name, code, () => rule(value));
    if (expected !== undefined) throw invalid(code, name, expected);
    copy[name] = value;
  }
  return copy as T;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
