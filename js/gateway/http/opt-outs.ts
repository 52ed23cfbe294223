// The list of opt-outs as NDJSON and CSV, in and out.

import type { GatewayEnv } from "../model/config.ts";
import { csvCells, csvLine } from "../model/csv.ts";
import type { OptOut } from "../model/opt-out.ts";
import { ProblemError } from "../model/problem.ts";
import { listOptOuts } from "../operations/opt-outs.ts";

const COLUMNS = ["number", "scope", "source", "word", "messageId", "at"] as const;
/** Entries read at a time. */
const PAGE = 1_000;

export const FORMATS = { csv: "text/csv", ndjson: "application/x-ndjson" } as const;
export type Format = keyof typeof FORMATS;

/** All entries, read as far as the reader does. */
export function exportOptOuts(env: GatewayEnv, format: Format): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const line = (entry: OptOut) => (format === "csv" ? csvLine(COLUMNS.map((name) => entry[name])) : `${JSON.stringify(entry)}\n`);
  let head = format === "csv" ? csvLine([...COLUMNS]) : "";
  let cursor: string | null | undefined;
  return new ReadableStream({
    pull: async (controller) => {
      const page = await listOptOuts(env, PAGE, cursor ?? undefined);
      controller.enqueue(encoder.encode(head + page.items.map(line).join("")));
      head = "";
      cursor = page.cursor;
      if (cursor === null) controller.close();
    },
  });
}

/** The entries of a body; a CSV without a line of names has numbers. */
export function readOptOuts(text: string, format: Format): unknown[] {
  const lines = text.split(/\r?\n/).filter(Boolean);
  if (format === "ndjson") return lines.map(parseLine);
  const [first = [], ...rest] = lines.map(csvCells);
  const hasNames = first.includes("number");
  const names = hasNames ? first : ["number"];
  return (hasNames ? rest : [first, ...rest]).map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]]).filter(([, value]) => value)));
}

function parseLine(line: string, i: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new ProblemError("malformed-json", `Line ${i + 1} is not JSON`);
  }
}
