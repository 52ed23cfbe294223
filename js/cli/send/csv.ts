import { Failure } from "../failure.ts";
import { LONGEST, type Line } from "./lines.ts";

/** A record of a CSV file. It may span lines; `number` is its first. */
export interface CsvRecord {
  number: number;
  /** Throws if it can't be taken apart. */
  cells: () => string[];
  end: number;
}

/** Excel's way to name the separator, before the columns. */
const SEPARATOR = /^sep=(.)$/i;

/** The records of a CSV file by RFC 4180; empty lines are passed over. The first one decides what separates the cells: commas, semicolons or tabs. */
export async function* csvRecords(lines: AsyncIterable<Line>): AsyncGenerator<CsvRecord> {
  let separator: string | undefined;
  let open: Line | undefined;
  for await (const line of lines) {
    const record: Line = open === undefined ? line : { number: open.number, text: `${open.text}\n${line.text}`, end: line.end };
    open = undefined;
    if (record.text === "") continue;
    if (quotes(record.text) % 2 === 1) {
      open = record;
      if (record.text.length > LONGEST) break;
      continue;
    }
    const named = separator === undefined ? SEPARATOR.exec(record.text)?.[1] : undefined;
    if (named !== undefined) {
      separator = named;
      continue;
    }
    separator ??= [",", ";", "\t"].find((each) => record.text.includes(each)) ?? ",";
    const by = separator;
    yield { number: record.number, cells: () => cells(record.text, by), end: record.end };
  }
  if (open !== undefined) throw new Failure(`line ${open.number}: a quotation mark is not closed`);
}

/** How many quotation marks a text has. */
export function quotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++;
  return count;
}

/** The cells of a record, in which quotation marks pair up. */
export function cells(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const found: string[] = [];
  let at = 0;
  while (at <= text.length) {
    let cell = "";
    if (text[at] === '"') {
      let close = text.indexOf('"', at + 1);
      while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
      if (close < 0) throw new Error("a quotation mark stands inside a cell");
      cell = text.slice(at + 1, close).replaceAll('""', '"');
      at = close + 1;
    }
    const next = text.indexOf(separator, at);
    const end = next < 0 ? text.length : next;
    found.push(cell + text.slice(at, end));
    at = end + 1;
  }
  return found;
}
