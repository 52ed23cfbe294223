import { findCountry } from "../../client/countries.ts";
import type { SmppClient } from "../../client/client.ts";
import { SmppError } from "../../client/errors.ts";
import type { Sent } from "../../client/sent.ts";
import type { SmsMessage } from "../../client/types.ts";
import { failureOf, INCOMPLETE, isAborted, STOPPED, withClient } from "../connection/client.ts";
import { readTarget } from "../connection/flags.ts";
import { dryRun } from "./dry.ts";
import { FileRun, type RunOptions } from "./file.ts";
import { HELP, readFlags, type SendCommand } from "./flags.ts";
import { openInput } from "./input.ts";
import type { Interrupt } from "./interrupt.ts";
import { cost } from "./price.ts";
import { readNumbers, Recipients } from "./recipients.ts";
import { Results } from "./results.ts";

export { FLAGS } from "./flags.ts";

/** `smpp-edge send`. */
export async function send(args: string[]): Promise<number> {
  const command = readFlags(args);
  if (command === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const input = command.file && (await openInput(command.file.name));
  try {
    const { defaultCountry } = command.connection.options;
    const country = defaultCountry === undefined ? undefined : findCountry(defaultCountry);
    const recipients = new Recipients(command.exclude === undefined ? new Set() : await readNumbers(command.exclude, country), command.dedupe, country);
    if (command.dryRun) return (await dryRun(command, input, recipients)) === 0 ? 0 : INCOMPLETE;
    const target = await readTarget(command.connection, command.file?.name === "-");
    return await withClient(target, command.log, (client, interrupt, why) =>
      input === undefined ? sendOne(client, command, interrupt) : sendAll(client, { input, command, interrupt, recipients, why }),
    );
  } catch (error) {
    if (!isAborted(error)) throw failureOf(error);
    console.error("send: stopped");
    return STOPPED;
  } finally {
    input?.stream.destroy();
  }
}

async function sendOne(client: SmppClient, command: SendCommand, interrupt: Interrupt): Promise<number> {
  let sent: Sent;
  try {
    sent = await client.sendSms({ ...(command.message as SmsMessage), signal: interrupt.giveUp });
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    console.log(`${error.outcome === "not-sent" ? "not sent" : error.outcome}: ${error.message}`);
    return interrupt.giveUp.aborted ? STOPPED : INCOMPLETE;
  }
  const { messageId, encoding, status, segments } = sent;
  const costs = command.price === undefined ? "" : `, ${cost(segments.length, command.price)}`;
  console.log(`${status === "accepted" ? "accepted" : "accepted in part"} as ${messageId} (${encoding}, ${segments.length} ${segments.length === 1 ? "segment" : "segments"}${costs})`);
  if (command.wait === undefined) return status === "accepted" ? 0 : INCOMPLETE;
  return awaitReport(sent, command.wait, interrupt);
}

async function awaitReport(sent: Sent, timeout: number, { stop }: Interrupt): Promise<number> {
  try {
    const { status, errorCode } = await sent.delivered({ timeout, signal: stop });
    console.log(errorCode ? `${status}, error ${errorCode}` : status);
    return status === "delivered" ? 0 : INCOMPLETE;
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    console.log(`no report: ${error.message}`);
    return stop.aborted ? STOPPED : INCOMPLETE;
  }
}

async function sendAll(client: SmppClient, options: Omit<RunOptions, "results">): Promise<number> {
  const { command, interrupt } = options;
  const results = command.resume !== undefined ? await Results.resume(command.resume) : command.results !== undefined ? await Results.create(command.results) : undefined;
  const run = new FileRun(client, { ...options, results });
  try {
    const tally = await run.run();
    if (run.cut) return interrupt.stop.aborted ? STOPPED : 1;
    return tally.complete ? 0 : INCOMPLETE;
  } finally {
    results?.close();
  }
}
