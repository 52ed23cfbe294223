import { once } from "node:events";
import type { SmsMessage } from "../../client/types.ts";
import { init } from "../../engine/init.ts";
import { noteUnused } from "./file.ts";
import type { SendCommand } from "./flags.ts";
import type { Input } from "./input.ts";
import { readMessages, type MessageFile, type Row } from "./messages.ts";
import { preview, type Preview } from "./preview.ts";
import { cost } from "./price.ts";
import type { Recipients } from "./recipients.ts";
import { counted, number } from "./tally.ts";

type Options = SendCommand["connection"]["options"];

/** Shows how each message would go out. Resolves with the number of those that could not. */
export async function dryRun(command: SendCommand, input: Input | undefined, recipients: Recipients): Promise<number> {
  await init();
  const { price, connection: { options } } = command;
  const costs = (segments: number): string => (price === undefined ? "" : `, ${cost(segments, price)}`);
  if (input === undefined) {
    const found = preview(command.message as SmsMessage, options);
    console.log(`${described(found)}${costs(found.segments)}`);
    return 0;
  }
  const encodings = new Map<string, number>();
  let [read, messages, segments, unfit, left] = [0, 0, 0, 0, 0];
  for await (const row of readMessages(input.stream, command.file as MessageFile, command.message, noteUnused)) {
    if (read++ < command.skip) continue;
    const why = row.message && recipients.skips(row.message);
    const found = why ?? attempt(row, options);
    messages++;
    if (typeof found === "string") {
      left++;
    } else if (found instanceof Error) {
      unfit++;
    } else {
      segments += found.segments;
      encodings.set(found.encoding, (encodings.get(found.encoding) ?? 0) + 1);
    }
    const shown = typeof found === "string" ? `skipped: ${found}` : found instanceof Error ? found.message : described(found);
    if (!process.stdout.write(`line ${row.line}: ${shown}\n`)) await once(process.stdout, "drain");
  }
  const kinds = [...encodings].map(([encoding, count]) => `${number(count)} ${encoding}`);
  if (left > 0) kinds.push(`${number(left)} skipped`);
  if (unfit > 0) kinds.push(`${number(unfit)} can't be sent`);
  console.log(`${counted(messages, "message")}, ${counted(segments, "segment")}: ${kinds.join(", ") || "none"}${costs(segments)}`);
  return unfit;
}

function attempt({ message, error }: Row, options: Options): Preview | Error {
  if (message === undefined) return error as Error;
  try {
    return preview(message, options);
  } catch (reason) {
    return reason as Error;
  }
}

function described({ to, encoding, segments, remaining }: Preview): string {
  return `${to}  ${encoding}, ${counted(segments, "segment")}, ${remaining} left`;
}
