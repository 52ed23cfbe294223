import { readRecipient } from "../../client/address.ts";
import type { Country } from "../../client/country.ts";
import type { SmsMessage } from "../../client/types.ts";
import { Failure } from "../failure.ts";
import { openInput } from "./input.ts";
import { lines } from "./lines.ts";

/** Why a message of the file is left out. */
export type Skipped = "duplicate" | "excluded";

/** The recipients that get no message, or no second one. */
export class Recipients {
  readonly #excluded: ReadonlySet<string>;
  readonly #seen: Set<string> | undefined;
  readonly #country: Country | undefined;

  /** `once`: a number gets the first of its messages only. `country`: that of numbers without `+`. */
  constructor(excluded: ReadonlySet<string>, once: boolean, country?: Country) {
    this.#excluded = excluded;
    this.#country = country;
    this.#seen = once ? new Set() : undefined;
  }

  /** Why the message is left out; undefined if it is to be sent, which is remembered. */
  skips({ to }: SmsMessage): Skipped | undefined {
    const number = digits(to, this.#country);
    if (number === undefined) return undefined;
    if (this.#excluded.has(number)) return "excluded";
    if (this.#seen?.has(number) === true) return "duplicate";
    this.#seen?.add(number);
    return undefined;
  }
}

/** The numbers of a file: one a line, or in the first column of a CSV file, whose first line may be a heading. */
export async function readNumbers(name: string, country?: Country): Promise<Set<string>> {
  const { stream } = await openInput(name);
  const numbers = new Set<string>();
  for await (const { number, text } of lines(stream)) {
    const cell = (text.split(/[,;\t]/)[0] as string).replaceAll('"', "").trim();
    if (cell === "") continue;
    const found = digits(cell, country);
    if (found !== undefined) numbers.add(found);
    else if (number > 1) throw new Failure(`--exclude ${name}, line ${number}: ${JSON.stringify(cell)} is not a phone number`);
  }
  return numbers;
}

/** A recipient as its digits, by which spellings of one number compare; undefined if it is no number. */
function digits(to: SmsMessage["to"], country: Country | undefined): string | undefined {
  const address = { ton: 0, npi: 0, addr: "" };
  try {
    readRecipient(to, address, "to", country);
    return address.addr.replace(/^00/, "");
  } catch {
    return undefined;
  }
}
