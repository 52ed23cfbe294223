import { international, type Country } from "./country.ts";
import { invalid } from "./errors.ts";
import type { Address } from "./types.ts";

const UNKNOWN = 0;
const INTERNATIONAL = 1;
const NATIONAL = 2;
const ALPHANUMERIC = 5;
const ISDN = 1;
const LETTER = /\p{L}/u;

/** The most digits of an international number (E.164), and of any other that fits the field. */
const LONGEST_INTERNATIONAL = 15;
const LONGEST_NUMBER = 20;
/** The most characters of an alphanumeric sender (3GPP TS 23.040). */
const LONGEST_NAME = 11;

/** What people write between the digits of a number: blanks, dashes, and marks of writing direction that come along when it is copied. */
const BETWEEN = /[\s\p{Zs}\p{Pd}./()\u2212\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
/** `+49 (0)171`: the digit that is only dialled inside the country. */
const TRUNK = /\(\s*0\s*\)/;

const EXPONENT = /^[+'"=\s]*\d([.,]\d*)?[eE]\+?\d{1,3}["\s]*$/;
const DECIMALS = /^[+'"=\s]*\d{5,}[.,]0+["\s]*$/;
const FORMULA = /^\s*['"=]+\s*\+?[\d\s"]+$/;
/** What a value that is missing becomes when it is put into a text. */
const MISSING = /^(undefined|null|NaN|None|\[object Object\])$/;

/**
 * Writes a recipient into `out`. A string is a number: `+` and digits is an international E.164 number (the `+` itself is not sent),
 * digits alone go as they are with the type unknown, or as `country` has them. Blanks, dashes, dots, slashes and parentheses between
 * the digits are dropped. Whoever means something else gives an object.
 * @throws {SmppError} `"invalid-field"`
 */
export function readRecipient(input: string | Address | undefined, out: Address, field: string, country?: Country): void {
  if (typeof input !== "string") return readObject(input, out, field);
  if (!readPlain(input, out, country)) readNumber(input, out, field, country);
}

/**
 * Writes a sender into `out`: a number as of {@link readRecipient} (also with `*` and `#`), or up to 11 characters with a letter, which
 * are alphanumeric. An absent one is empty: the SMSC puts its own.
 * @throws {SmppError} `"invalid-field"`
 */
export function readAddress(input: string | Address | undefined, out: Address, field: string, country?: Country): void {
  if (typeof input !== "string") readObject(input, out, field);
  else if (input === "") set(out, UNKNOWN, 0, "");
  else if (input === lastName) set(out, ALPHANUMERIC, 0, input);
  else if (readPlain(input, out, country)) return;
  else if (LETTER.test(input)) readName(input, out, field);
  else if (/^[0-9*#]+$/.test(input) && input.length <= LONGEST_NUMBER) set(out, UNKNOWN, 0, input);
  else if (/[\d*#]/.test(input)) readNumber(input, out, field, country);
  else throw fault(field, input, `is neither a number nor a name; expected digits with an optional leading +, or up to ${LONGEST_NAME} characters with a letter`);
}

/** An address as people write it: an international number with its `+`, anything else as it is. */
export function formatAddress(address: Address): string {
  const plus = address.ton === INTERNATIONAL && !address.addr.startsWith("+");
  return plus ? `+${address.addr}` : address.addr;
}

/**
 * Returns the number of an address, to compare with the numbers sent to: with a `+` if its TON is international or `country` makes it
 * international, else the digits as they came. Returns undefined for a name.
 */
export function numberOf({ ton, addr }: Address, country?: Country): string | undefined {
  const plus = addr.charCodeAt(0) === 0x2b;
  if (!isDigits(addr, plus ? 1 : 0) || addr.length === (plus ? 1 : 0)) return undefined;
  if (plus) return addr;
  if (ton === INTERNATIONAL) return `+${addr}`;
  if (country === undefined || (ton !== UNKNOWN && ton !== NATIONAL)) return addr;
  const whole = international(addr, country);
  return whole === undefined ? addr : `+${whole}`;
}

/** An address that came in, with its number. An object of its own: to add a field to one that has none to spare takes longer. */
export function withNumber(address: Address, country?: Country): Address {
  const { ton, npi, addr } = address;
  return { ton, npi, addr, number: numberOf(address, country) };
}

/** The usual case, straight on: digits, perhaps with a `+`. */
function readPlain(input: string, out: Address, country: Country | undefined): boolean {
  const plus = input.charCodeAt(0) === 0x2b;
  const digits = input.length - (plus ? 1 : 0);
  if (digits === 0 || !isDigits(input, plus ? 1 : 0)) return false;
  if (plus && digits <= LONGEST_INTERNATIONAL) set(out, INTERNATIONAL, ISDN, input.slice(1));
  else if (!plus && digits <= LONGEST_NUMBER && country === undefined) set(out, UNKNOWN, 0, input);
  else return false;
  return true;
}

function readNumber(input: string, out: Address, field: string, country: Country | undefined): void {
  const damage = damaged(input);
  if (damage !== undefined) throw fault(field, input, damage);
  const plus = /^[^\d+]*\+/.test(input);
  const dropped = (plus ? input.replace(TRUNK, "") : input).replace(BETWEEN, "");
  const digits = plus ? dropped.slice(1) : dropped;
  if (digits === "" || !isDigits(digits, 0)) throw fault(field, input, notANumber(input));
  if (plus && digits.length > LONGEST_INTERNATIONAL) {
    throw fault(field, input, `has ${digits.length} digits; an international number has at most ${LONGEST_INTERNATIONAL}`);
  }
  if (digits.length > LONGEST_NUMBER) throw fault(field, input, `has ${digits.length} digits; a number has at most ${LONGEST_NUMBER}`);
  if (plus) return set(out, INTERNATIONAL, ISDN, digits);
  const whole = country && international(digits, country);
  if (whole === undefined) set(out, UNKNOWN, 0, digits);
  else if (whole.length > LONGEST_INTERNATIONAL) throw fault(field, input, `has too many digits for a number of the default country`);
  else set(out, INTERNATIONAL, ISDN, whole);
}

/** What a program did to a number before it came here. */
function damaged(input: string): string | undefined {
  if (EXPONENT.test(input)) return "is a number that a spreadsheet has rounded; its digits are lost, format the column as text";
  if (DECIMALS.test(input)) return "is a number with decimals, as a spreadsheet or a data frame writes it; expected digits with an optional leading +";
  if (FORMULA.test(input)) return "has the marks of a spreadsheet's text cell; expected digits with an optional leading +";
  return undefined;
}

function notANumber(input: string): string {
  if (MISSING.test(input)) return "is a value that is missing, written as text; expected digits with an optional leading +";
  if (/[,;|]/.test(input) && /\d{5,}\D+\d{5,}/.test(input)) return "is more than one number; send a message for each";
  if (/^tel:|^sms:|^smsto:/i.test(input)) return "is a link, not a phone number; expected digits with an optional leading +";
  if (/\d{4,}\D*(ext|x|#|;|,)/i.test(input)) return "has an extension, which an SMS can't reach; expected digits with an optional leading +";
  return "is not a phone number; expected digits with an optional leading +";
}

/** The last name that was found usable: most messages have the sender of the one before. */
let lastName = "";

function readName(input: string, out: Address, field: string): void {
  if (EXPONENT.test(input) && /\+/.test(input)) throw fault(field, input, damaged(input) as string);
  if (MISSING.test(input)) throw fault(field, input, "is a value that is missing, written as text; leave it out for the SMSC's own sender");
  for (const char of input) {
    const code = char.codePointAt(0) as number;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) throw fault(field, input, `has the control character U+${hex(code)}; expected letters, digits and blanks`);
    if (code > 0xff) throw fault(field, input, `has "${char}" (U+${hex(code)}), which a sender can't have; expected letters, digits and blanks of Latin-1`);
  }
  if (input.length > LONGEST_NAME) throw fault(field, input, `has ${input.length} characters; an alphanumeric sender has at most ${LONGEST_NAME}`);
  lastName = input;
  set(out, ALPHANUMERIC, 0, input);
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, "0");
}

function readObject(input: Address | undefined, out: Address, field: string): void {
  if (input === undefined) set(out, UNKNOWN, 0, "");
  else if (input !== null && typeof input === "object" && typeof input.addr === "string") set(out, input.ton, input.npi, input.addr);
  else if (typeof input === "number" || typeof input === "bigint") {
    throw invalid("invalid-field", field, "a phone number has to be a string, such as \"+1234567890\": a number loses its + and its leading zeros");
  } else throw invalid("invalid-field", field, "a string or { ton, npi, addr } is expected");
}

function isDigits(input: string, from: number): boolean {
  for (let i = from; i < input.length; i++) {
    const unit = input.charCodeAt(i);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

function set(out: Address, ton: number, npi: number, addr: string): void {
  out.ton = ton;
  out.npi = npi;
  out.addr = addr;
}

/** Longer input is shown by its beginning. */
const SHOWN = 40;

function fault(field: string, input: string, problem: string): Error {
  const shown = JSON.stringify(input.length > SHOWN ? `${input.slice(0, SHOWN)}…` : input);
  return invalid("invalid-field", field, `${shown} ${problem}; for anything else pass { ton, npi, addr }`);
}
