import type { SmsMessage } from "../../client/types.ts";
import { Failure } from "../failure.ts";
import { csvRecords } from "./csv.ts";
import { fieldNamed, NAMES, setField } from "./fields.ts";
import { lines, type Line } from "./lines.ts";

export type Format = "csv" | "jsonl";

/** A message of a file. */
export interface Row {
  /** The line that it stands on, from 1. */
  line: number;
  /** The user's own word for it, from the column `id`. */
  id: string;
  /** The message, or why it is none. */
  message: SmsMessage | undefined;
  error: Error | undefined;
  /** Octets of the file up to its end. */
  end: number;
}

/** Reads messages, one in memory at a time. What a message leaves out is taken from `defaults`. */
export function readMessages(input: AsyncIterable<Uint8Array>, format: Format, defaults: Partial<SmsMessage>): AsyncGenerator<Row> {
  return format === "csv" ? readCsv(lines(input), defaults) : readJsonLines(lines(input), defaults);
}

async function* readCsv(source: AsyncIterable<Line>, defaults: Partial<SmsMessage>): AsyncGenerator<Row> {
  let columns: string[] | undefined;
  for await (const { number, cells, end } of csvRecords(source)) {
    if (columns === undefined) {
      columns = cells().map((cell) => known(cell.trim(), "the first line has to name the columns"));
      continue;
    }
    const names = columns;
    const entries = (): [string, unknown][] => {
      const found = cells();
      if (found.length !== names.length) throw new Error(`${found.length} cells stand under ${names.length} columns`);
      return found.map((cell, i): [string, unknown] => [names[i] as string, cell]).filter(([, cell]) => cell !== "");
    };
    yield row(number, end, defaults, entries);
  }
  if (columns === undefined) throw new Failure("the file is empty: the first line has to name the columns");
}

async function* readJsonLines(source: AsyncIterable<Line>, defaults: Partial<SmsMessage>): AsyncGenerator<Row> {
  for await (const { number, text, end } of source) {
    if (text.trim() === "") continue;
    yield row(number, end, defaults, () => {
      const value: unknown = JSON.parse(text);
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("a JSON object is expected");
      return Object.entries(value).map(([name, each]) => [known(name), each]);
    });
  }
}

function row(line: number, end: number, defaults: Partial<SmsMessage>, entries: () => [string, unknown][]): Row {
  const message: Partial<SmsMessage> = { ...defaults };
  let id = "";
  try {
    for (const [name, value] of entries()) {
      if (name === "id") id = String(value);
      else setField(message, name as (typeof NAMES)[number], value);
    }
    return { line, id, end, message: message as SmsMessage, error: undefined };
  } catch (error) {
    return { line, id, end, message: undefined, error: error as Error };
  }
}

/** The field's own name for a column or member. */
function known(name: string, hint = ""): string {
  const found = name === "id" ? name : fieldNamed(name);
  if (found === undefined) throw new Failure(`${hint === "" ? "" : `${hint}: `}there is no field ${JSON.stringify(name)}; there are id, ${NAMES.join(", ")}`);
  return found;
}
