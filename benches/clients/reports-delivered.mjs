// The same, each caller awaiting `delivered()` of its message as well.

import { reporting } from "./reports.mjs";

export const open = reporting((sent) => sent.delivered());
