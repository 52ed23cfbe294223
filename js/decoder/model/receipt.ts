// A delivery receipt as names and values.

import type { Report } from "../../engine/explained.ts";

/** What a receipt says, without what it doesn't say. */
export function receiptRows(receipt: Report): [name: string, value: string][] {
  const rows: [string, string | undefined][] = [
    ["Message", receipt.messageId],
    ["Status", `${receipt.status}${receipt.final ? ", final" : ", not final"}`],
    ["Error code", receipt.errorCode],
    ["Network error", receipt.networkError && `${receipt.networkError.code} (network type ${receipt.networkError.type})`],
    ["Submitted", when(receipt.submittedAt)],
    ["Done", when(receipt.doneAt)],
    ["Sent / delivered", receipt.submitted === undefined ? undefined : `${receipt.submitted} / ${receipt.delivered ?? "?"}`],
    ["Text", receipt.text],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== "");
}

/** A receipt's time has no zone. */
function when(date: Date | undefined): string | undefined {
  return date && Number.isFinite(date.getTime()) ? date.toISOString().replace("T", " ").replace(/(:\d\d)?\.000Z$/, "$1") : undefined;
}
