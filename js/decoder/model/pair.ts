// Which response answers which request, and which receipt is about which message.

import { isResponse, type Entry } from "./entry.ts";

const GENERIC_NACK = 0x80000000;

/** Sets `partner` of requests and responses. @param directed whether a response comes from the other side */
export function pair(entries: Entry[], directed: boolean): void {
  // The newest request of each number that is not answered yet.
  const open = new Map<string, number>();
  entries.forEach((entry, index) => {
    const side = directed ? entry.direction : 0;
    if (!isResponse(entry)) {
      if (entry.command !== "") open.set(`${entry.stream} ${side} ${entry.sequence}`, index);
      return;
    }
    const key = `${entry.stream} ${directed ? 1 - side : 0} ${entry.sequence}`;
    const found = open.get(key);
    if (found === undefined) return;
    const request = entries[found]!;
    if (entry.commandId !== GENERIC_NACK && (entry.commandId & 0x7fffffff) !== request.commandId) return;
    open.delete(key);
    request.partner = index;
    entry.partner = found;
  });
}

/** Sets `related` of receipts and of the submit_sm that got their message_id. */
export function relateReceipts(entries: Entry[]): void {
  const sent = new Map<string, number>();
  entries.forEach((entry, index) => {
    if (entry.messageId === "") return;
    if (isResponse(entry)) {
      if (entry.partner !== undefined && entry.command.endsWith("_sm_resp")) sent.set(entry.messageId, entry.partner);
      return;
    }
    const found = sent.get(entry.messageId);
    if (found === undefined || !/^(deliver|data)_sm$/.test(entry.command)) return;
    entry.related = found;
    // The last one, which is the final one.
    entries[found]!.related = index;
  });
}

/** `"0.4 ms"`, `"12 ms"`, `"3.20 s"`. */
export function duration(ms: number): string {
  if (Math.abs(ms) < 10) return `${ms.toFixed(ms === 0 ? 0 : 1)} ms`;
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)} ms`;
  return Math.abs(ms) < 120_000 ? `${(ms / 1_000).toFixed(2)} s` : `${Math.round(ms / 60_000)} min`;
}
