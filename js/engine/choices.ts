// Settings that cross the boundary as the number of their value: the order is that of src/text/names.rs.

import type { Alphabet, Concat } from "./types.ts";

export const ALPHABETS: readonly Alphabet[] = ["gsm7", "gsm7-packed", "latin1", "ascii", "utf8"];

export const CONCATS: readonly Concat[] = ["udh8", "udh16", "sar", "payload"];
