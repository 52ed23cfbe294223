// Statistics as tables of text.

import type { Reading } from "../../decoder/model/reading.ts";
import { duration } from "../../decoder/model/pair.ts";
import type { Statistics } from "../../decoder/model/statistics.ts";

export function explainStatistics({ form, streams, notes }: Reading, { pdus, octets, faulty, commands, statuses, receipts, rate }: Statistics): string {
  const parts = [
    [`${form}: ${pdus} PDUs, ${octets} octets${faulty > 0 ? `, ${faulty} with faults` : ""}`, ...streams.map((stream) => `  ${stream}`), ...notes.map((note) => `  ${note}`)].join("\n"),
    table(
      ["command", "PDUs", "octets", "faulty", "unanswered", "median", "p95", "p99", "max"],
      commands.map(({ command, count, octets, faulty, unanswered, latency }) => [command, count, octets, faulty, unanswered, ...(latency ? [latency.median, latency.p95, latency.p99, latency.max].map(duration) : ["", "", "", ""])]),
    ),
    table(["response", "status", "count"], statuses.map(({ command, status, name, count }) => [command, name === "unknown" ? `0x${status.toString(16).padStart(8, "0")}` : name, count])),
    table(["receipt", "count"], receipts.map(({ status, count }) => [status, count])),
    rate ? `rate: ${rate.perSecond.toFixed(1)} PDUs a second over ${duration(rate.to - rate.from)}, at most ${rate.peakPerSecond} in one second` : "",
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** The first column to the left, numbers to the right; nothing without rows. */
function table(head: string[], rows: (string | number)[][]): string {
  if (rows.length === 0) return "";
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ").trimEnd()).join("\n");
}
