import { once } from "node:events";
import type { SmsMessage } from "../../client/types.ts";
import { init } from "../../engine/init.ts";
import type { SendCommand } from "./flags.ts";
import type { Input } from "./input.ts";
import { readMessages, type Format, type Row } from "./messages.ts";
import { preview, type Preview } from "./preview.ts";
import { number } from "./tally.ts";

/** Tells of each message how it would go out. Resolves with the number of those that could not. */
export async function dryRun(command: SendCommand, input: Input | undefined): Promise<number> {
  await init();
  const { defaultAlphabet } = command.connect;
  if (input === undefined) {
    const found = preview(command.message as SmsMessage, defaultAlphabet);
    console.log(described(found));
    return 0;
  }
  const encodings = new Map<string, number>();
  let [messages, segments, unfit, skipped] = [0, 0, 0, 0];
  for await (const row of readMessages(input.stream, (command.file as { format: Format }).format, command.message)) {
    if (skipped < command.skip) {
      skipped++;
      continue;
    }
    messages++;
    const found = attempt(row, defaultAlphabet);
    if (found instanceof Error) {
      unfit++;
    } else {
      segments += found.segments;
      encodings.set(found.encoding, (encodings.get(found.encoding) ?? 0) + 1);
    }
    const line = `line ${row.line}: ${found instanceof Error ? found.message : described(found)}\n`;
    if (!process.stdout.write(line)) await once(process.stdout, "drain");
  }
  const kinds = [...encodings].map(([encoding, count]) => `${number(count)} ${encoding}`);
  if (unfit > 0) kinds.push(`${number(unfit)} can't be sent`);
  console.log(`${number(messages)} messages, ${number(segments)} segments: ${kinds.join(", ") || "none"}`);
  return unfit;
}

function attempt({ message, error }: Row, defaultAlphabet: SendCommand["connect"]["defaultAlphabet"]): Preview | Error {
  if (message === undefined) return error as Error;
  try {
    return preview(message, defaultAlphabet);
  } catch (reason) {
    return reason as Error;
  }
}

function described({ to, encoding, segments, remaining }: Preview): string {
  return `${to}  ${encoding}, ${segments} ${segments === 1 ? "segment" : "segments"}, ${remaining} left`;
}
