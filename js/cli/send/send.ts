import { readFileSync } from "node:fs";
import type { SmppClient } from "../../client/client.ts";
import { SmppError } from "../../client/errors.ts";
import { connect } from "../../client/index.ts";
import type { ConnectOptions, SmsMessage, TlsOptions } from "../../client/types.ts";
import { Failure, UsageError } from "../failure.ts";
import { dryRun } from "./dry.ts";
import { flagName } from "./fields.ts";
import { FileRun } from "./file.ts";
import { HELP, readFlags, type SendCommand } from "./flags.ts";
import { openInput, type Input } from "./input.ts";
import { Interrupt } from "./interrupt.ts";
import { findPassword } from "./password.ts";
import { Results } from "./results.ts";

/** Exit codes beyond those of all commands. */
const INCOMPLETE = 3;
const STOPPED = 130;

/** `smpp-edge send`. */
export async function send(args: string[]): Promise<number> {
  const command = readFlags(args);
  if (command === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const input = command.file && (await openInput(command.file.name));
  try {
    if (command.dryRun) return (await dryRun(command, input)) === 0 ? 0 : INCOMPLETE;
    const { url, options } = await readTarget(command);
    const interrupt = new Interrupt();
    try {
      let why = "";
      const onState: ConnectOptions["onState"] = (_, detail) => void (why = detail?.message ?? why);
      const client = await connect(url, { ...options, onState, signal: interrupt.stop });
      try {
        return await (input === undefined ? sendOne(client, command, interrupt) : sendAll(client, input, command, interrupt, () => why));
      } finally {
        await client.close();
      }
    } finally {
      interrupt.end();
    }
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    if (error.code === "aborted") {
      console.error("send: stopped");
      return STOPPED;
    }
    if (error.code === "invalid-option") throw new UsageError(`--${flagName(error.message)}`);
    throw new Failure(error.message);
  } finally {
    input?.stream.destroy();
  }
}

async function sendOne(client: SmppClient, { message }: SendCommand, { giveUp }: Interrupt): Promise<number> {
  try {
    const { messageId, encoding, status, segments } = await client.sendSms({ ...(message as SmsMessage), signal: giveUp });
    console.log(`${status === "accepted" ? "accepted" : "accepted in part"} as ${messageId} (${encoding}, ${segments.length} ${segments.length === 1 ? "segment" : "segments"})`);
    return status === "accepted" ? 0 : INCOMPLETE;
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    console.log(`${error.outcome === "not-sent" ? "not sent" : error.outcome}: ${error.message}`);
    return giveUp.aborted ? STOPPED : INCOMPLETE;
  }
}

async function sendAll(client: SmppClient, input: Input, command: SendCommand, interrupt: Interrupt, why: () => string): Promise<number> {
  const results = command.results === undefined ? undefined : await Results.create(command.results);
  const run = new FileRun(client, input, command, interrupt, results, why);
  try {
    const { total, counts } = await run.run();
    if (run.cut) return interrupt.stop.aborted ? STOPPED : 1;
    return counts.accepted === total ? 0 : INCOMPLETE;
  } finally {
    await results?.close();
  }
}

/** Where to connect to, with the password. */
async function readTarget(command: SendCommand): Promise<{ url: string; options: ConnectOptions }> {
  const url = command.url ?? process.env["SMPP_URL"];
  if (url === undefined) throw new UsageError("--url is missing, or the variable SMPP_URL");
  if (!URL.canParse(url)) throw new UsageError("--url: smpp://system_id@host:port is expected");
  const { protocol, username, password, host } = new URL(url);
  const options: ConnectOptions = { ...command.connect };
  const tls = readTls(command);
  if (Object.keys(tls).length > 0) {
    if (protocol !== "smpps:") throw new UsageError("--ca, --cert, --key and --servername need an smpps:// URL");
    options.tls = tls;
  }
  if (password === "") options.password = await findPassword(`${decodeURIComponent(username)}@${host}`, command.file?.name === "-");
  if (command.log) options.log = (line) => console.error(line);
  return { url, options };
}

function readTls({ ca, cert, key, connect: { tls } }: SendCommand): TlsOptions {
  const found: TlsOptions = typeof tls === "object" ? { ...tls } : {};
  for (const [name, file] of Object.entries({ ca, cert, key })) {
    if (file === undefined) continue;
    try {
      found[name as "ca" | "cert" | "key"] = readFileSync(file, "utf8");
    } catch (error) {
      throw new Failure(`--${name} ${file} can't be read: ${(error as Error).message}`);
    }
  }
  return found;
}
