import { BIND_TYPES } from "#boundary";
import { connect } from "../../client/index.ts";
import { SmppError } from "../../client/errors.ts";
import { HELP as CONNECTION, OPTIONS, parse, type FlagTable, readConnectionOf, readTarget } from "../connection/flags.ts";
import { UsageError } from "../failure.ts";
import { flagName } from "../send/fields.ts";
import { readCertificate, type Certificate } from "./certificate.ts";

const HELP = `smpp-edge check [flags] [url]

Binds to an SMSC and prints who it is: its name and version, how fast it
answers, its certificate. If it can't, says at which step and what to look at.
Nothing is sent but the bind, enquire_link and unbind.

${CONNECTION}
  --bind TYPE           transceiver (default), transmitter or receiver
  --json                one JSON document
  --help

Exit codes: 0 bound, 1 not, 2 wrong flags.
`;

export const FLAGS = {
  ...OPTIONS,
  bind: { type: "string", choices: BIND_TYPES },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies FlagTable;

/** How often the round trip is measured. */
const ROUNDS = 5;

/** What `check` found out. */
export interface Checked {
  url: string;
  bound: boolean;
  certificate?: Certificate;
  /** The SMSC's system_id, as it names itself in the answer to the bind. */
  systemId?: string;
  /** The version that the session has: the SMSC's own (sc_interface_version), else the one that is assumed. */
  version?: string;
  /** Milliseconds from the start until the bind was answered. */
  bindTime?: number;
  /** Milliseconds of each enquire_link. */
  roundTrips?: number[];
  error?: { code: string | number; message: string };
}

/** `smpp-edge check`. */
export async function check(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, FLAGS);
  if (values["help"] === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const target = await readTarget(readConnectionOf(values, positionals));
  const found = await attempt(target.url, { ...target.options, bind: (values["bind"] ?? "transceiver") as "transceiver", reconnect: false });
  if (values["json"] === true) console.log(JSON.stringify(found, undefined, 2));
  else print(found);
  return found.bound ? 0 : 1;
}

async function attempt(url: URL, options: Parameters<typeof connect>[1]): Promise<Checked> {
  const shown = new URL(url);
  shown.password = "";
  const found: Checked = { url: shown.href, bound: false };
  if (url.protocol === "smpps:") {
    const certificate = await readCertificate(url, typeof options?.tls === "object" ? options.tls : {});
    if (certificate !== undefined) found.certificate = certificate;
  }
  try {
    const started = performance.now();
    const client = await connect(url, options);
    try {
      found.bindTime = elapsed(started);
      found.bound = true;
      const { systemId, version } = client.peer;
      if (systemId !== "") found.systemId = systemId;
      if (version !== 0) found.version = `${version >> 4}.${version & 15}`;
      found.roundTrips = [];
      for (let round = 0; round < ROUNDS; round++) {
        const from = performance.now();
        await client.request({ command: "enquire_link" });
        found.roundTrips.push(elapsed(from));
      }
    } finally {
      await client.close();
    }
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    if (error.code === "invalid-option") throw new UsageError(`--${flagName(error.message)}`);
    found.error = { code: typeof error.code === "number" ? error.name : error.code, message: error.message };
  }
  return found;
}

/** In milliseconds, to a hundredth. */
function elapsed(started: number): number {
  return Math.round((performance.now() - started) * 100) / 100;
}

function print({ url, certificate, bound, systemId, version, bindTime, roundTrips = [], error }: Checked): void {
  const rows: [string, string][] = [["SMSC", url]];
  if (certificate !== undefined) {
    rows.push(["certificate", `${certificate.subject}, by ${certificate.issuer}, until ${certificate.validTo} (${certificate.daysLeft} days)`]);
    rows.push(["trusted", certificate.problem === undefined ? "yes" : `no: ${certificate.problem}`]);
  }
  if (bound) {
    rows.push(["bound", `in ${bindTime} ms`], ["system_id", systemId ?? "it names none"], ["version", version ?? "unknown"]);
  }
  if (roundTrips.length > 0) {
    const sorted = [...roundTrips].sort((a, b) => a - b);
    rows.push(["round trip", `${sorted[Math.floor(sorted.length / 2)]} ms (${sorted[0]} to ${sorted.at(-1)} ms, ${sorted.length} × enquire_link)`]);
  }
  if (error !== undefined) rows.push([bound ? "then" : "not bound", error.message]);
  for (const [name, value] of rows) console.log(`${name.padEnd(12)} ${value}`);
}
