// decode <hex …>: explains the PDUs in its arguments, or on standard input when there are none.
// Ends with 0 when all are well-formed, 1 when one is not, 2 when the input is not hex at all.

import { readFileSync } from "node:fs";
import { decodePdus } from "../engine/explained.ts";
import { explain, explainFault } from "./explain.ts";

const given = process.argv.slice(2);
const input = (given.length > 0 ? given.join("") : readFileSync(0, "utf8")).replace(/0x|[^\p{L}\p{N}]/giu, "");

if (!/^([0-9a-f]{2})+$/i.test(input)) {
  console.error("usage: npm run decode -- <hex>      one or more PDUs, in hex; spaces, colons and 0x are left out");
  process.exit(2);
}

const { pdus, rest, error } = decodePdus(input);
console.log(pdus.map(explain).join("\n\n"));
if (error) console.log(explainFault(error));
if (rest > 0) console.log(`${rest} octets are left that are no whole PDU`);
process.exitCode = error || rest > 0 || pdus.some(({ valid }) => !valid) ? 1 : 0;
