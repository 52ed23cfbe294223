import { parseArgs } from "node:util";
import { states } from "../../server/receipt.ts";
import { faults, parseFault } from "../../simulator/faults.ts";
import type { SimulatedOutcome, SimulatorOptions } from "../../simulator/index.ts";
import type { FlagTable } from "../connection/flags.ts";
import { UsageError } from "../failure.ts";

const outcomes = Object.keys(states).filter((state) => state !== "scheduled") as SimulatedOutcome[];

const receiptFormats: NonNullable<SimulatorOptions["receiptFormat"]>[] = ["text", "tlv", "both"];

/** What the command line asks for. */
export interface Command {
  help: boolean;
  quiet: boolean;
  /** Files in PEM form. */
  certificate: { cert: string; key: string } | undefined;
  options: SimulatorOptions;
}

export const HELP = `smpp-edge simulator [flags]

A simulated SMSC for development and tests.

  --port N              default 2775; 0 takes a free one
  --host ADDRESS        default 127.0.0.1
  --system-id NAME      who may bind; default smppclient1
  --password WORD       default password
  --account NAME:WORD   one more who may bind; may be repeated
  --tls-cert FILE       certificate and key in PEM form: TLS on the port
  --tls-key FILE
  --delay MS            from a submission to its end; default 1000
  --outcome STATUS      that end: delivered (default), undeliverable, expired,
                        rejected, deleted, accepted, unknown, skipped;
                        enroute: it never comes
  --receipt-format F    text, tlv or both (default)
  --hex-ids             message_id in hex in responses, in decimal in receipts
  --idle MS             a quiet session is ended after this; default 300000
  --fault NAME[=N]      a fault for every (Nth) submission; may be repeated
  --late MS             how late a late response is; default 5000
  --max-messages N      messages kept; default 10000
  --control-port N      HTTP control on 127.0.0.1: POST /deliver with
                        {"from","to","text"} sends an inbound message,
                        GET /messages lists what was submitted
  --quiet               no line for each PDU
  --show-texts          texts and numbers in those lines
  --help

Faults, also for a number that ends in 99900 and the two digits:

${Object.entries(faults)
  .map(([name, { digits, does }]) => `  ${digits}  ${name.padEnd(18)}  ${does}`)
  .join("\n")}

Exit codes: 0 stopped by a signal, 1 it can't run, 2 wrong flags.
`;

export const FLAGS = {
  port: { type: "string" },
  host: { type: "string" },
  "system-id": { type: "string" },
  password: { type: "string" },
  account: { type: "string", multiple: true },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  delay: { type: "string" },
  outcome: { type: "string", choices: outcomes },
  "receipt-format": { type: "string", choices: receiptFormats },
  "hex-ids": { type: "boolean" },
  idle: { type: "string" },
  fault: { type: "string", multiple: true, choices: Object.keys(faults) },
  late: { type: "string" },
  "max-messages": { type: "string" },
  "control-port": { type: "string" },
  quiet: { type: "boolean" },
  "show-texts": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies FlagTable;

/** Reads the flags. Throws a `UsageError`. */
export function readFlags(args: string[]): Command {
  const flags = parse(args);
  const accounts: Record<string, string> = { [flags["system-id"] ?? "smppclient1"]: flags.password ?? "password" };
  for (const account of flags.account ?? []) {
    const colon = account.indexOf(":");
    if (colon < 1) throw new UsageError(`--account ${account}: NAME:WORD is expected`);
    accounts[account.slice(0, colon)] = account.slice(colon + 1);
  }
  const { "tls-cert": cert, "tls-key": key } = flags;
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--tls-cert and --tls-key go together");
  const bad = flags.fault?.find((fault) => !parseFault(fault));
  if (bad !== undefined) throw new UsageError(`--fault ${bad}: there is ${Object.keys(faults).join(", ")}, each with or without =N`);
  const options: SimulatorOptions = {
    host: flags.host,
    port: integer(flags, "port", 65_535),
    accounts,
    delay: integer(flags, "delay"),
    outcome: oneOf(flags, "outcome", outcomes),
    receiptFormat: oneOf(flags, "receipt-format", receiptFormats),
    hexIds: flags["hex-ids"],
    inactivity: integer(flags, "idle"),
    faults: flags.fault as SimulatorOptions["faults"],
    late: integer(flags, "late"),
    maxMessages: integer(flags, "max-messages"),
    controlPort: integer(flags, "control-port", 65_535),
    logTexts: flags["show-texts"],
  };
  return {
    help: flags.help ?? false,
    quiet: flags.quiet ?? false,
    certificate: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    options,
  };
}

type Flags = ReturnType<typeof parse>;

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: FLAGS,
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function integer(flags: Flags, name: "port" | "delay" | "idle" | "late" | "max-messages" | "control-port", max = 2 ** 31 - 1) {
  const text = flags[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || Number(text) > max) throw new UsageError(`--${name} ${text}: a number from 0 to ${max} is expected`);
  return Number(text);
}

function oneOf<T extends string>(flags: Flags, name: "outcome" | "receipt-format", allowed: T[]): T | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw new UsageError(`--${name} ${text}: one of ${allowed.join(", ")} is expected`);
  return found;
}
