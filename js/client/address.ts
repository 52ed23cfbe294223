import { invalid } from "./errors.ts";
import type { Address } from "./types.ts";

const UNKNOWN = 0;
const INTERNATIONAL = 1;
const ALPHANUMERIC = 5;
const ISDN = 1;
const LETTER = /\p{L}/u;

/**
 * Writes `input` into `out`. A string tells its own type of number: `+` and digits is an international E.164 number
 * (the `+` itself is not sent), up to 11 characters with a letter are alphanumeric, and digits without `+` (also `*`
 * and `#`) go as they are with the type unknown. An absent address is the empty one: the SMSC puts its own.
 */
export function readAddress(input: string | Address | undefined, out: Address, field: string): void {
  if (typeof input === "string") {
    infer(input, out, field);
  } else if (input === undefined) {
    set(out, UNKNOWN, 0, "");
  } else if (input !== null && typeof input === "object" && typeof input.addr === "string") {
    set(out, input.ton, input.npi, input.addr);
  } else {
    throw invalid("invalid-field", field, "a string or { ton, npi, addr } is expected");
  }
}

/** An address as one writes it: an international number with its `+`, anything else as it is. */
export function formatAddress(address: Address): string {
  const international = address.ton === INTERNATIONAL && !address.addr.startsWith("+");
  return international ? `+${address.addr}` : address.addr;
}

function infer(input: string, out: Address, field: string): void {
  const plus = input.charCodeAt(0) === 0x2b;
  if (isDigits(input, plus ? 1 : 0)) {
    if (plus && input.length > 1) set(out, INTERNATIONAL, ISDN, input.slice(1));
    else if (!plus) set(out, UNKNOWN, 0, input);
    else throw unusable(field);
  } else if (input.length <= 11 && hasLetter(input)) {
    set(out, ALPHANUMERIC, 0, input);
  } else if (/^[0-9*#]+$/.test(input)) {
    set(out, UNKNOWN, 0, input);
  } else {
    throw unusable(field);
  }
}

function isDigits(input: string, from: number): boolean {
  for (let i = from; i < input.length; i++) {
    const unit = input.charCodeAt(i);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

function hasLetter(input: string): boolean {
  for (let i = 0; i < input.length; i++) {
    const lower = input.charCodeAt(i) | 0x20;
    if (lower >= 0x61 && lower <= 0x7a) return true;
  }
  return LETTER.test(input);
}

function set(out: Address, ton: number, npi: number, addr: string): void {
  out.ton = ton;
  out.npi = npi;
  out.addr = addr;
}

function unusable(field: string): Error {
  return invalid("invalid-field", field,
    "a number (digits, with + if international) or up to 11 characters with a letter is expected; for anything else pass { ton, npi, addr }");
}
