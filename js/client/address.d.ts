import type { Address } from "./types.ts";
/**
 * Writes `input` into `out`. A string tells its own type of number: `+` and digits is an international E.164 number
 * (the `+` itself is not sent), up to 11 characters with a letter are alphanumeric, and digits without `+` (also `*`
 * and `#`) go as they are with the type unknown. An absent address is the empty one: the SMSC puts its own.
 */
export declare function readAddress(input: string | Address | undefined, out: Address, field: string): void;
/** An address as one writes it: an international number with its `+`, anything else as it is. */
export declare function formatAddress(address: Address): string;
