import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { decodePdus } from "../../engine/explained.ts";
import { init } from "../../engine/init.ts";
import { UsageError } from "../failure.ts";
import { explain, explainFault } from "./explain.ts";

const HELP = `smpp-edge decode [flags] [hex ...]

Explains PDUs, field by field. Without hex it reads standard input. Spaces, colons and 0x are left out.

  --strict      names also what tolerant readers let pass
  --help

Exit codes: 0 all PDUs are well-formed, 1 one is not, 2 the input is not hex, or wrong flags.
`;

/** `smpp-edge decode`. */
export async function decode(args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (positionals.length === 0 && process.stdin.isTTY) throw new UsageError("hex is expected, as arguments or on standard input");
  const input = (positionals.length > 0 ? positionals.join("") : readFileSync(0, "utf8")).replace(/0x|[^\p{L}\p{N}]/giu, "");
  if (!/^([0-9a-f]{2})+$/i.test(input)) throw new UsageError("the input is not hex: pairs of 0 to 9 and a to f are expected");

  await init();
  const { pdus, rest, error } = decodePdus(input, { strict: values.strict ?? false });
  console.log(pdus.map(explain).join("\n\n"));
  if (error) console.log(explainFault(error));
  if (rest > 0) console.log(`${rest} octets are left that are no whole PDU`);
  return error || rest > 0 || pdus.some(({ valid }) => !valid) ? 1 : 0;
}

function read(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { strict: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
