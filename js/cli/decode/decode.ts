import { existsSync, readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { init } from "../../engine/init.ts";
import { LARGEST_FILE, refuseSize } from "../../decoder/input/file.ts";
import { Refusal } from "../../decoder/input/given.ts";
import { csvLines, jsonPieces } from "../../decoder/model/export.ts";
import { readingOfFile, readingOfText, type Reading } from "../../decoder/model/reading.ts";
import { statisticsOf } from "../../decoder/model/statistics.ts";
import type { FlagTable } from "../connection/flags.ts";
import { Failure, UsageError } from "../failure.ts";
import { explainEntry, explainFinding } from "./explain.ts";
import { explainStatistics } from "./statistics.ts";

const HELP = `smpp-edge decode [flags] FILE | - | TEXT ...

Explains PDUs field by field, from a file, from standard input (-), or from the text in the arguments. It reads hex in
any spelling, base64, dumps of xxd, hexdump, od, tcpdump and Wireshark, arrays and strings of programs, log lines, and
captures (.pcap and .pcapng, also .gz). It also explains a status, the text of a receipt, a user data header, and a GSM
TPDU.

  --json        print a JSON document: the input's format, and each PDU with all its fields
  --csv         print one line per PDU
  --stats       print a summary by command, status, latency and rate; with --json as JSON
  --ports LIST  read these TCP ports of a capture, such as 2775,2776; default 2775 and all that look like SMPP
  --strict      also report errors that tolerant readers accept
  --help

Exit codes: 0 all PDUs are well-formed, 1 a PDU is malformed or incomplete, 2 nothing can be read, or wrong flags.
`;

export const FLAGS = {
  json: { type: "boolean" },
  csv: { type: "boolean" },
  stats: { type: "boolean" },
  strict: { type: "boolean" },
  ports: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const satisfies FlagTable;

/** `smpp-edge decode`. */
export async function decode(args: string[]): Promise<number> {
  const { values, positionals } = flags(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (positionals.length === 0 && process.stdin.isTTY) throw new UsageError("a file, - or hex is expected");
  if (values.json && values.csv) throw new UsageError("--json and --csv are two forms: choose one");
  if (values.csv && values.stats) throw new UsageError("--stats has no form in CSV");
  const strict = values.strict ?? false;
  await init();
  const reading = read(positionals, portsOf(values.ports));
  if (values.stats) await write([values.json ? `${JSON.stringify(statisticsOf(reading.entries), undefined, 2)}\n` : explainStatistics(reading, statisticsOf(reading.entries))]);
  else await write(values.json ? jsonPieces(reading, { strict }) : values.csv ? csvLines(reading) : lines(reading, strict));
  return reading.entries.every(({ valid }) => valid) ? 0 : 1;
}

function flags(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: FLAGS });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function portsOf(list = ""): number[] {
  const ports = list.split(/[\s,;]+/).filter((port) => port !== "");
  const wrong = ports.find((port) => !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535);
  if (wrong !== undefined) throw new UsageError(`--ports: ${wrong} is no port`);
  return ports.map(Number);
}

/** Throws a `UsageError` for what can't be read. */
function read(given: string[], ports: number[]): Reading {
  try {
    const file = given.length === 0 || (given.length === 1 && given[0] === "-") ? 0 : given.length === 1 && isFile(given[0]!) ? given[0]! : undefined;
    const work = file === undefined ? readingOfText(given.join(" ")) : readingOfFile(octetsOf(file), ports);
    for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new UsageError((given.length === 1 && noFile(given[0]!)) || error.message);
  }
}

/** What is wrong with a name that looks like a file's, or is a folder's. */
function noFile(name: string): string | undefined {
  if (name.length >= 4_096 || name.includes("\0")) return undefined;
  if (existsSync(name)) return statSync(name).isDirectory() ? `${name} is a folder` : undefined;
  return /^(?:[\w./\\-]+\.\w{1,7}|\.{0,2}[/\\].*)$/.test(name) ? `there is no file ${name}` : undefined;
}

function isFile(name: string): boolean {
  return name.length < 4_096 && !name.includes("\0") && existsSync(name) && !statSync(name).isDirectory();
}

function octetsOf(file: string | 0): Uint8Array {
  if (file !== 0 && statSync(file).size > LARGEST_FILE) throw refuseSize(statSync(file).size);
  const octets = readFileSync(file);
  if (octets[0] !== 0x1f || octets[1] !== 0x8b) return new Uint8Array(octets);
  try {
    return new Uint8Array(gunzipSync(octets, { maxOutputLength: LARGEST_FILE }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw refuseSize(LARGEST_FILE + 1);
    throw new Failure(`the file can't be unpacked: ${(error as Error).message}`);
  }
}

function* lines(reading: Reading, strict: boolean): Generator<string> {
  const { entries, findings, form, streams, notes } = reading;
  if (findings.length > 0) yield `${findings.map(explainFinding).join("\n\n")}\n`;
  // Plain hex needs no introduction.
  if (entries.length > 0 && (form !== "hex" || notes.length > 0)) yield `# ${form}${streams.length > 0 ? `: ${streams.join(", ")}` : ""}\n${notes.map((note) => `# ${note}\n`).join("")}\n`;
  for (const index of entries.keys()) yield `${index > 0 ? "\n" : ""}${explainEntry(index, entries, reading, strict)}\n`;
}

/** Writes text as fast as its reader takes it. */
async function write(pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    if (!process.stdout.write(piece)) await new Promise<void>((fulfil) => process.stdout.once("drain", fulfil));
  }
}
