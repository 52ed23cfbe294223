import { extname } from "node:path";
import { parseArgs } from "node:util";
import { SmppError } from "../../client/errors.ts";
import type { ConnectOptions, SmsMessage } from "../../client/types.ts";
import { UsageError } from "../failure.ts";
import { FIELDS, flagName, NAMES, setField } from "./fields.ts";
import type { Format } from "./messages.ts";

/** What the command line asks for. */
export interface SendCommand {
  /** Undefined: $SMPP_URL. */
  url: string | undefined;
  connect: ConnectOptions;
  /** Files in PEM form. */
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  /** The message, or what the messages of the file leave out. */
  message: Partial<SmsMessage>;
  /** A file of messages; "-" is standard input. */
  file: { name: string; format: Format } | undefined;
  skip: number;
  results: string | undefined;
  dryRun: boolean;
  quiet: boolean;
  log: boolean;
}

export const HELP = `smpp-edge send [flags]          one message, by --to and --text
smpp-edge send [flags] <file>   many messages; - is standard input

A file is CSV whose first line names the columns, or JSON lines. Columns and
members are named as the flags of a message are, and id is your own word for
it. What a message leaves out is taken from the flags.

Connection
  --url URL             smpp://system_id@host:port, or smpps:// for TLS;
                        default $SMPP_URL
                        The password is in $SMPP_PASSWORD, or asked for.
  --bind TYPE           transmitter (default) or transceiver
  --version V           3.3, 3.4 (default) or 5.0
  --system-type TYPE
  --window N            unanswered requests; default 10
  --rate N              PDUs a second; default: no limit
  --default-alphabet A  what data_coding 0 means there: gsm7 (default), latin1,
                        ascii, utf8, gsm7-packed
  --ca FILE             authorities to trust, PEM
  --cert FILE           client certificate and key, PEM
  --key FILE
  --servername NAME     name in the SMSC's certificate, if not the host's

Message
  --to NUMBER           +1234567890 is international
  --from ADDRESS        number, short code, or name
  --text TEXT           or --binary HEX
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

Sending
  --dry-run             only tells encoding and segments of each message
  --format F            csv or jsonl, if the file's name does not tell
  --skip N              passes over the first N messages
  --results FILE        writes what became of each message, as CSV
  --quiet               no progress bar
  --log                 a line for each PDU, without texts and numbers
  --help

Ctrl-C stops: what is on the wire is finished, and the rest is told.

Exit codes: 0 all accepted, 1 it can't be done, 2 wrong flags, 3 not all were
accepted, 130 stopped.
`;

/** Reads the flags; undefined if help is asked for. Throws a `UsageError`. */
export function readFlags(args: string[]): SendCommand | undefined {
  const { values, positionals } = parse(args);
  if (values["help"] === true) return undefined;
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const message = readMessage(values);
  const file = readFile(positionals, text("format"));
  if (file === undefined) {
    if (message.to === undefined) throw new UsageError("--to is missing, or a file of messages");
    if (message.text === undefined && message.binary === undefined) throw new UsageError("--text is missing");
    for (const name of ["format", "skip", "results"]) if (values[name] !== undefined) throw new UsageError(`--${name} is for a file of messages`);
  }
  if (values["dry-run"] === true && values["results"] !== undefined) throw new UsageError("--results and --dry-run do not go together");
  if ((text("cert") === undefined) !== (text("key") === undefined)) throw new UsageError("--cert and --key go together");
  const connect: ConnectOptions = {
    bind: (text("bind") ?? "transmitter") as ConnectOptions["bind"],
    version: text("version") as ConnectOptions["version"],
    systemType: text("system-type"),
    window: integer("window", text("window")),
    rate: integer("rate", text("rate")),
    defaultAlphabet: text("default-alphabet") as ConnectOptions["defaultAlphabet"],
  };
  if (connect.bind === "receiver") throw new UsageError("--bind receiver: a receiver can't send");
  const servername = text("servername");
  if (servername !== undefined) connect.tls = { servername };
  return {
    url: text("url"),
    connect,
    ca: text("ca"),
    cert: text("cert"),
    key: text("key"),
    message,
    file,
    skip: integer("skip", text("skip")) ?? 0,
    results: text("results"),
    dryRun: values["dry-run"] === true,
    quiet: values["quiet"] === true,
    log: values["log"] === true,
  };
}

function parse(args: string[]): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  const value = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const fields = Object.fromEntries(NAMES.map((name) => [flagName(name), FIELDS[name] === "flag" ? flag : value]));
  const others = {
    url: value, bind: value, version: value, "system-type": value, window: value, rate: value, "default-alphabet": value, ca: value, cert: value, key: value, servername: value,
    "dry-run": flag, format: value, skip: value, results: value, quiet: flag, log: flag, help: { ...flag, short: "h" },
  };
  try {
    return parseArgs({ args, allowPositionals: true, options: { ...fields, ...others } }) as ReturnType<typeof parse>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readMessage(values: Record<string, unknown>): Partial<SmsMessage> {
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

function readFile(names: string[], format: string | undefined): SendCommand["file"] {
  const [name, ...more] = names;
  if (more.length > 0) throw new UsageError(`one file of messages is expected, not ${names.length}`);
  if (name === undefined) return undefined;
  if (format !== undefined && format !== "csv" && format !== "jsonl") throw new UsageError(`--format ${format}: csv or jsonl is expected`);
  const extension = extname(name).toLowerCase();
  const found = format ?? (extension === ".csv" ? "csv" : [".jsonl", ".ndjson"].includes(extension) ? "jsonl" : undefined);
  if (found === undefined) throw new UsageError(`${name === "-" ? "standard input" : name}: --format csv or --format jsonl is missing`);
  return { name, format: found };
}

function integer(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} ${text}: a number is expected`);
  return Number(text);
}
