import type { ConnectOptions, SmsMessage } from "../../client/types.ts";
import { HELP as CONNECTION, integer, OPTIONS, parse, readConnectionOf, type Connection, type FlagTable } from "../connection/flags.ts";
import { UsageError } from "../failure.ts";
import { readMessage } from "../send/flags.ts";
import { number } from "../send/tally.ts";

/** Most messages whose reports a client waits for at a time. */
const MOST_REPORTS = 100_000;
/** The recipient, where it is certain to be nobody's. */
const TO = "+15550000001";

/** What the command line asks for. */
export interface BenchCommand {
  /** Without a URL: the simulator. */
  connection: Connection;
  message: SmsMessage;
  messages: number;
  /** How long reports are waited for after the last answer, in milliseconds; undefined: none are asked for. */
  wait: number | undefined;
  json: boolean;
  quiet: boolean;
  log: boolean;
}

export const HELP = `smpp-edge bench [flags] [url]

Sends messages to an SMSC as fast as it answers, and prints messages a second,
CPU time a message, latency, and the outcomes. Without a URL it starts the
simulator, as a process of its own, and sends to that. Any other SMSC sends
real SMS: unless its host is this machine, --yes and --to are needed.

${CONNECTION}
  --bind TYPE           transmitter (default; with --reports transceiver) or
                        transceiver

Messages
  --messages N          how many; default 10000
  --to NUMBER           default ${TO} on this machine
  --from ADDRESS        number, short code, or name
  --text TEXT           default "Hello World"
  --reports             asks for delivery reports, waits for them and counts them
  --wait SECONDS        for how long after the last answer; default 10
  --yes                 sends to a host that is not this machine

  --json                one JSON document
  --quiet               no progress bar
  --log                 a line for each PDU on standard error: slower
  --help

Latency is the time from the call of sendSms to the answer, which with --rate
includes the wait for a turn. Ctrl-C stops: the answers to messages in flight
are awaited, and what was measured is printed.

Exit codes: 0 all accepted (with --reports: delivered), 1 it can't be done,
2 wrong flags, 3 not all were, 130 stopped.
`;

export const FLAGS = {
  ...OPTIONS,
  bind: { type: "string", choices: ["transmitter", "transceiver"] },
  messages: { type: "string" },
  to: { type: "string" },
  from: { type: "string" },
  text: { type: "string" },
  reports: { type: "boolean" },
  wait: { type: "string" },
  yes: { type: "boolean" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  log: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies FlagTable;

/** Reads the flags; undefined if help is asked for. Throws a `UsageError`. */
export function readFlags(args: string[]): BenchCommand | undefined {
  const { values, positionals } = parse(args, FLAGS);
  if (values["help"] === true) return undefined;
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const messages = integer("messages", text("messages")) ?? 10_000;
  if (messages === 0) throw new UsageError("--messages 0: expected at least 1");
  const reports = values["reports"] === true;
  const wait = integer("wait", text("wait"));
  if (wait !== undefined && !reports) throw new UsageError("--wait is for --reports");
  if (reports && messages > MOST_REPORTS) throw new UsageError(`--messages ${messages}: with --reports expected at most ${MOST_REPORTS}`);
  const connection = readConnectionOf(values, positionals);
  connection.url ??= process.env["SMPP_URL"];
  connection.options.bind = readBind(text("bind"), reports);
  const message = readMessage(values);
  const remote = hostElsewhere(connection.url);
  if (remote !== undefined) {
    if (message.to === undefined) throw new UsageError(`--to is missing: ${remote} is not this machine, and sends real SMS`);
    if (values["yes"] !== true) throw new UsageError(`${remote} is not this machine: add --yes to send ${number(messages)} real SMS to ${text("to")}`);
  }
  return {
    connection,
    message: { to: TO, text: "Hello World", ...message, report: reports ? "always" : "none" },
    messages,
    wait: reports ? (wait ?? 10) * 1_000 : undefined,
    json: values["json"] === true,
    quiet: values["quiet"] === true,
    log: values["log"] === true,
  };
}

function readBind(given: string | undefined, reports: boolean): ConnectOptions["bind"] {
  const bind = given ?? (reports ? "transceiver" : "transmitter");
  if (bind === "receiver") throw new UsageError("--bind receiver: a receiver can't send");
  if (bind === "transmitter" && reports) throw new UsageError("--bind transmitter: it gets no --reports");
  return bind as ConnectOptions["bind"];
}

/** The host of the URL, if it is another than this one. */
function hostElsewhere(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, host } = new URL(url);
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname) ? undefined : host;
}
