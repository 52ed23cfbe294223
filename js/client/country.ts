/** How a country's numbers are written inside it. */
export interface Country {
  /** The calling code. */
  readonly code: string;
  /** What is dialled before a number of the country, `""` if nothing is. */
  readonly trunk: string;
  /** What is dialled before a number of another country. */
  readonly abroad: readonly string[];
  /** The most digits of a number behind the calling code. */
  readonly longest: number;
}

/** Returns the country of a two-letter code (ISO 3166); undefined for an unknown code. */
export type FindCountry = (letters: string) => Country | undefined;

/** Numbers of so few digits are short codes, which belong to no country, unless the country's own numbers are as short. */
const SHORT_CODE = 6;

/** A number without `+` as an international one, without `+` too; undefined if it is none of the country's nor of another. */
export function international(digits: string, { code, trunk, abroad, longest }: Country): string | undefined {
  if (digits.length <= Math.min(SHORT_CODE, longest - 1)) return undefined;
  const out = abroad.find((prefix) => digits.startsWith(prefix));
  if (out !== undefined) return digits.slice(out.length);
  if (trunk !== "" && digits.startsWith(trunk) && digits.length - trunk.length <= longest) return code + digits.slice(trunk.length);
  if (digits.startsWith(code) && (trunk !== "" || digits.length > longest)) return digits;
  return digits.length <= longest ? code + digits : undefined;
}
