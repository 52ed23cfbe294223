import { CONCATS, ENCODING_OPTIONS, LANGUAGES } from "#boundary";
import { extname } from "node:path";
import { findCountry } from "../../client/countries.ts";
import { SmppError } from "../../client/errors.ts";
import type { SmsMessage } from "../../client/types.ts";
import { HELP as CONNECTION, integer, OPTIONS, parse, readConnection, type Connection, type FlagTable } from "../connection/flags.ts";
import { UsageError } from "../failure.ts";
import { checkCharset } from "./charset.ts";
import { MAPPABLE, readMapping } from "./columns.ts";
import { FIELDS, flagName, NAMES, setField, type FieldName } from "./fields.ts";
import type { MessageFile } from "./messages.ts";
import { Template } from "./template.ts";

/** What the command line asks for. */
export interface SendCommand {
  connection: Connection;
  /** The message, or what the messages of the file leave out. */
  message: Partial<SmsMessage>;
  file: MessageFile | undefined;
  skip: number;
  /** Only the first message of each recipient. */
  dedupe: boolean;
  /** A file of numbers that get none. */
  exclude: string | undefined;
  results: string | undefined;
  /** The results of an earlier run. */
  resume: string | undefined;
  /** How long reports are waited for after the last answer, in milliseconds; undefined: not at all. */
  wait: number | undefined;
  /** Of a segment. */
  price: number | undefined;
  dryRun: boolean;
  quiet: boolean;
  log: boolean;
}

export const HELP = `smpp-edge send [flags]          one message, by --to and --text
smpp-edge send [flags] <file>   many messages; - is standard input

A file is CSV whose first line names the columns, or JSON lines. Columns and
members are named as the flags of a message are, and id is your own word for
it. What a message leaves out is taken from the flags.

${CONNECTION}
  --bind TYPE           transmitter (default; with --wait transceiver) or
                        transceiver

Message
  --to NUMBER           +1234567890 is international
  --default-country CC  of numbers without +: with DE, 0171 1234567 is
                        +491711234567
  --from ADDRESS        number, short code, or name
  --text TEXT           or --binary HEX. With a file {Name} is the cell of the
                        column Name, {Name|you} has a word for an empty one
  --encoding E          auto (default), gsm7, ucs2, latin1 ...
  --language L          national table of the GSM alphabet, such as turkish
  --concat C            how a long text is split: udh8 (default), udh16, sar,
                        payload
  --max-segments N      refuse a longer one
  --report WHEN         always, failure, success, none (default)
  --validity SECONDS
  --schedule-at TIME    2026-12-31T09:00:00Z, or seconds from now
  --transliterate       similar characters for those that the encoding lacks
  --substitute CHAR     or this one for each
  --flash  --priority N  --service-type T  --protocol-id N
  --replace-if-present  --sm-default-msg-id N
  --data-coding N  --esm-class N  sent as they are

Files
  --format F            csv or jsonl, if the file's name does not show it
  --charset NAME        such as windows-1252; default UTF-8, or what a byte
                        order mark says
  --map FIELD=COLUMN    the column that holds a field; may be repeated
  --dedupe              a number gets only the first of its messages
  --exclude FILE        numbers that get none, one a line
  --skip N              passes over the first N messages
  --results FILE        writes the outcome of each message, as CSV
  --resume FILE         goes on with the results of an earlier run, whatever
                        ended it; nothing is sent twice

Sending
  --dry-run             only shows encoding and segments of each message
  --price P             of a segment: shows the cost
  --wait SECONDS        asks for delivery reports, and waits for them this long
                        after the last answer
  --quiet               no progress bar
  --log                 a line for each PDU, without texts and numbers
  --help

Ctrl-C stops: the answers to what is on the wire are awaited, and the last
line shows how to go on.

Exit codes: 0 all accepted (with --wait: delivered), 1 it can't be done,
2 wrong flags, 3 not all were, 130 stopped.
`;

const value = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** The values of those fields that have few. */
const CHOICES: { [name in FieldName]?: readonly string[] } = {
  report: ["always", "failure", "success", "none"],
  concat: CONCATS,
  encoding: ENCODING_OPTIONS,
  language: LANGUAGES,
};

export const FLAGS: FlagTable = {
  ...Object.fromEntries(NAMES.map((name) => [flagName(name), FIELDS[name] === "flag" ? flag : { ...value, ...(name in CHOICES ? { choices: CHOICES[name] } : {}) }])),
  ...OPTIONS,
  bind: { ...value, choices: ["transmitter", "transceiver"] },
  "default-country": value,
  format: { ...value, choices: ["csv", "jsonl"] },
  charset: value,
  map: { ...value, multiple: true },
  dedupe: flag,
  exclude: value,
  skip: value,
  results: value,
  resume: value,
  "dry-run": flag,
  price: value,
  wait: value,
  quiet: flag,
  log: flag,
  help: { ...flag, short: "h" },
};

/** Flags that only make sense for a file. */
const FOR_FILES = ["format", "charset", "map", "dedupe", "exclude", "skip", "results", "resume"];

/** Reads the flags; undefined if help is asked for. Throws a `UsageError`. */
export function readFlags(args: string[]): SendCommand | undefined {
  const { values, positionals } = parse(args, FLAGS);
  if (values["help"] === true) return undefined;
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const flag = (name: string): boolean => values[name] === true;
  const message = readMessage(values);
  const file = readFile(positionals, values, message);
  if (file === undefined) {
    if (message.to === undefined) throw new UsageError("--to is missing, or a file of messages");
    if (message.text === undefined && message.binary === undefined) throw new UsageError("--text is missing");
    const wrong = FOR_FILES.find((name) => values[name] !== undefined);
    if (wrong !== undefined) throw new UsageError(`--${wrong} is for a file of messages`);
  }
  const results = ["results", "resume"].filter((name) => values[name] !== undefined);
  if (flag("dry-run") && results[0] !== undefined) throw new UsageError(`--${results[0]} and --dry-run do not go together`);
  if (results.length > 1) throw new UsageError("--resume takes the file of results: --results can't be given as well");
  const wait = integer("wait", text("wait"));
  if (wait !== undefined) {
    if (message.report !== undefined && message.report !== "always") throw new UsageError("--wait asks for all reports: leave --report out");
    message.report = "always";
  }
  const connection = readConnection(values);
  const bind = text("bind") ?? (wait === undefined ? "transmitter" : "transceiver");
  if (bind === "receiver") throw new UsageError("--bind receiver: a receiver can't send");
  if (bind === "transmitter" && wait !== undefined) throw new UsageError("--bind transmitter: it gets no reports to --wait for");
  connection.options.bind = bind as "transmitter";
  const country = text("default-country");
  if (country !== undefined && findCountry(country) === undefined) throw new UsageError(`--default-country ${country}: expected the two letters of a country, such as DE`);
  connection.options.defaultCountry = country;
  return {
    connection,
    message,
    file,
    skip: integer("skip", text("skip")) ?? 0,
    dedupe: flag("dedupe"),
    exclude: text("exclude"),
    results: text("results"),
    resume: text("resume"),
    wait: wait === undefined ? undefined : wait * 1_000,
    price: readPrice(text("price")),
    dryRun: flag("dry-run"),
    quiet: flag("quiet"),
    log: flag("log"),
  };
}

/** Reads the flags of a message, those that are given. Throws a `UsageError`. */
export function readMessage(values: Record<string, unknown>): Partial<SmsMessage> {
  const message: Partial<SmsMessage> = {};
  for (const name of NAMES) {
    const value = values[flagName(name)];
    if (value === undefined) continue;
    try {
      setField(message, name, value);
    } catch (error) {
      if (error instanceof SmppError) throw new UsageError(`--${flagName(name)}${error.message.slice(name.length)}`);
      throw error;
    }
  }
  return message;
}

/** The file, and how it is read. Its template takes the message's text. */
function readFile(names: string[], values: Record<string, unknown>, message: Partial<SmsMessage>): MessageFile | undefined {
  const [name, ...more] = names;
  const [format, charset] = [values["format"], values["charset"]] as (string | undefined)[];
  if (more.length > 0) throw new UsageError(`one file of messages is expected, not ${names.length}`);
  if (name === undefined) return undefined;
  if (format !== undefined && format !== "csv" && format !== "jsonl") throw new UsageError(`--format ${format}: csv or jsonl is expected`);
  const extension = extname(name).toLowerCase();
  const found = format ?? ([".csv", ".tsv", ".txt"].includes(extension) ? "csv" : [".jsonl", ".ndjson"].includes(extension) ? "jsonl" : undefined);
  if (found === undefined) throw new UsageError(`${name === "-" ? "standard input" : name}: --format csv or --format jsonl is missing`);
  const template = message.text === undefined ? undefined : new Template(message.text);
  if (template !== undefined) delete message.text;
  return { name, format: found, charset: charset === undefined ? undefined : checkCharset(charset), map: readMap(values["map"] as string[] | undefined), template };
}

function readMap(given: string[] = []): Map<FieldName | "id", string> {
  const map = new Map<FieldName | "id", string>();
  for (const text of given) {
    const [field, column] = readMapping(text) ?? [];
    if (field === undefined || column === undefined) throw new UsageError(`--map ${text}: expected FIELD=COLUMN; the fields are ${MAPPABLE.join(", ")}`);
    if (map.has(field)) throw new UsageError(`--map ${text}: ${field} is mapped already`);
    map.set(field, column);
  }
  return map;
}

function readPrice(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}([.,]\d{1,9})?$/.test(text)) throw new UsageError(`--price ${text}: expected the price of a segment, such as 0.045`);
  return Number(text.replace(",", "."));
}
