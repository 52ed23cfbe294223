import { once } from "node:events";
import { formatAddress } from "../../client/address.ts";
import type { SmppError } from "../../client/errors.ts";
import { connect, type ConnectOptions } from "../../client/index.ts";
import { Refusal } from "../../client/refusal.ts";
import type { Message, Report } from "../../client/types.ts";
import { failureOf, isAborted } from "../connection/client.ts";
import { HELP as CONNECTION, integer, OPTIONS, parse, type FlagTable, readConnectionOf, readTarget } from "../connection/flags.ts";
import { Failure, UsageError } from "../failure.ts";
import { Interrupt } from "../send/interrupt.ts";

const HELP = `smpp-edge listen [flags] [url]

Binds to an SMSC and prints delivery reports and inbound messages, a line
each. A line is acknowledged to the SMSC once it is written; if it can't be,
the SMSC is asked to redeliver it.

${CONNECTION}
  --bind TYPE           receiver (default) or transceiver
  --json                each line is a JSON object
  --count N             ends after N lines
  --log                 a line for each PDU on standard error
  --help

Exit codes: 0 ended by --count or a signal, 1 the connection could not be made
or was lost for good, 2 wrong flags.
`;

export const FLAGS = {
  ...OPTIONS,
  bind: { type: "string", choices: ["receiver", "transceiver"] },
  json: { type: "boolean" },
  count: { type: "string" },
  log: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies FlagTable;

/** `smpp-edge listen`. */
export async function listen(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, FLAGS);
  if (values["help"] === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const connection = readConnectionOf(values, positionals);
  const bind = (values["bind"] ?? "receiver") as ConnectOptions["bind"];
  if (bind === "transmitter") throw new UsageError("--bind transmitter: it receives nothing");
  const count = integer("count", values["count"] as string | undefined) ?? Infinity;
  const target = await readTarget(connection);
  const lines = new Lines(values["json"] === true, count);
  const interrupt = new Interrupt();
  const stopped = new Promise<void>((resolve) => interrupt.stop.addEventListener("abort", () => resolve(), { once: true }));
  let lost: SmppError | undefined;
  const ended = new Promise<void>((resolve) => {
    target.options.onState = (state, detail) => {
      if (state === "waiting") console.error(`${detail?.message ?? "the connection was lost"}; the next attempt is in ${detail?.retryIn ?? 0} ms`);
      if (detail?.connection !== undefined) console.error(`connection ${detail.connection}: ${detail.message}`);
      if (state !== "closed") return;
      lost = detail?.error;
      resolve();
    };
  });
  try {
    const client = await connect(target.url, {
      ...target.options,
      bind,
      signal: interrupt.stop,
      onReport: (report) => lines.report(report),
      onMessage: (message) => lines.message(message),
      ...(values["log"] === true ? { log: (line: string) => console.error(line) } : {}),
    });
    console.error(`bound to ${target.url.host} as ${client.peer.systemId === "" ? "an SMSC without a name" : client.peer.systemId}; Ctrl-C ends`);
    await Promise.race([lines.full, stopped, ended]);
    await client.close();
    if (lost !== undefined && !interrupt.stop.aborted) throw new Failure(lost.message);
    return 0;
  } catch (error) {
    if (isAborted(error)) return 0;
    throw failureOf(error);
  } finally {
    interrupt.end();
  }
}

/** Writes to standard output, where the reader may be slower than the SMSC. */
class Lines {
  readonly full: Promise<void>;
  readonly #json: boolean;
  #left: number;
  #isFull: () => void = () => {};

  constructor(json: boolean, count: number) {
    this.#json = json;
    this.#left = count;
    this.full = new Promise((resolve) => (this.#isFull = resolve));
  }

  report(report: Report): Promise<void> {
    if (this.#json) {
      const { raw: _, pdu, ...fields } = report;
      return this.#write(JSON.stringify({ type: "report", ...fields, from: formatAddress(report.from), to: formatAddress(report.to), pdu: hex(pdu) }));
    }
    const { messageId, status, errorCode, doneAt, from } = report;
    return this.#write(["report", at(doneAt), formatAddress(from), messageId, status, errorCode ? `error ${errorCode}` : ""].filter(Boolean).join("  "));
  }

  message(message: Message): Promise<void> {
    const { from, to, text, encoding, complete, pdus } = message;
    if (this.#json) {
      return this.#write(JSON.stringify({ type: "message", at: new Date(), from: formatAddress(from), to: formatAddress(to), text, encoding, complete, pdus: pdus.map(hex) }));
    }
    return this.#write(`message  ${at(new Date())}  ${formatAddress(from)} to ${formatAddress(to)}  ${JSON.stringify(text)}${complete ? "" : "  (parts are missing)"}`);
  }

  async #write(line: string): Promise<void> {
    // Enough lines: this one is for whoever listens next.
    if (this.#left === 0) throw new Refusal("ESME_RX_T_APPN");
    this.#left--;
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
    if (this.#left === 0) this.#isFull();
  }
}

function at(time: Date | undefined): string {
  return time?.toISOString() ?? "";
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
