import type { SmppClient } from "../../client/client.ts";
import { SmppError } from "../../client/errors.ts";
import { connect } from "../../client/index.ts";
import type { ConnectOptions } from "../../client/types.ts";
import { Failure, UsageError } from "../failure.ts";
import { flagName } from "../send/fields.ts";
import { Interrupt } from "../send/interrupt.ts";

/** Exit codes beyond those of all commands. */
export const INCOMPLETE = 3;
export const STOPPED = 130;

/** Connects, and closes the client once it was used. The first Ctrl-C ends the connecting. `why` says why the connection ended. */
export async function withClient<T>(
  { url, options }: { url: URL; options: ConnectOptions },
  log: boolean,
  use: (client: SmppClient, interrupt: Interrupt, why: () => string) => Promise<T>,
): Promise<T> {
  if (log) options.log = (line) => console.error(line);
  const interrupt = new Interrupt();
  try {
    let why = "";
    const onState: ConnectOptions["onState"] = (_, detail) => void (why = detail?.message ?? why);
    const client = await connect(url, { ...options, onState, signal: interrupt.stop });
    try {
      return await use(client, interrupt, () => why);
    } finally {
      await client.close();
    }
  } finally {
    interrupt.end();
  }
}

/** Whether the user stopped it. */
export function isAborted(error: unknown): boolean {
  return error instanceof SmppError && error.code === "aborted";
}

/** What a command throws for an error of the client: the flag at fault, or why it can't be done. Any other error stays as it is. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof SmppError)) return error;
  return error.code === "invalid-option" ? new UsageError(`--${flagName(error.message)}`) : new Failure(error.message);
}
