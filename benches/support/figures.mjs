// Medians, spreads and Markdown tables.

import { appendFileSync } from "node:fs";

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A number with as many digits as it is worth: 0.123, 1.23, 12.3, 1,234. */
export function digits(value) {
  const fraction = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: fraction, maximumFractionDigits: fraction });
}

/** The median, with the lowest and the highest value behind it. */
export function spread(values) {
  return `${digits(median(values))} (${digits(Math.min(...values))}–${digits(Math.max(...values))})`;
}

/** The median of the ratios of values that were measured in the same round. */
export function ratio(values, others) {
  return median(values.map((value, round) => value / others[round]));
}

export function percent(part, whole) {
  return `${Math.round((100 * part) / whole)} %`;
}

/** Prints a Markdown table, and notes it in the file that $BENCH_TABLES names, if any. */
export function table(title, head, rows) {
  console.log(`\n### ${title}\n\n${markdown(head, rows)}`);
  if (process.env.BENCH_TABLES) appendFileSync(process.env.BENCH_TABLES, `${JSON.stringify({ title, head, rows })}\n`);
}

/** A Markdown table; all columns but the first are numbers. */
export function markdown(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** Prints each budget with what was measured: `[what, measured, limit, unit]`; met is what is not above its limit. */
export function budgets(rows) {
  table("Budgets", ["Budget", "measured", "limit", ""], rows.map(([what, value, limit, unit = ""]) => [what, `${digits(value)}${unit}`, `≤ ${digits(limit)}${unit}`, value <= limit ? "met" : "**missed**"]));
}
