import type { SmsMessage } from "../../client/types.ts";
import { Failure } from "../failure.ts";
import { Columns } from "./columns.ts";
import { csvRecords } from "./csv.ts";
import { fieldNamed, NAMES, setField, type FieldName } from "./fields.ts";
import { lines, type Line } from "./lines.ts";
import type { Template } from "./template.ts";

export type Format = "csv" | "jsonl";

/** A file of messages, and how to read it. */
export interface MessageFile {
  /** "-" is standard input. */
  name: string;
  format: Format;
  /** Undefined: UTF-8, or what a byte order mark says. */
  charset: string | undefined;
  /** Columns by field, where their names do not say it. */
  map: ReadonlyMap<FieldName | "id", string>;
  /** The text of messages that have none of their own. */
  template: Template | undefined;
}

/** A message of a file. */
export interface Row {
  /** The line that it stands on, from 1. */
  line: number;
  /** The user's own word for it, from the column `id`. */
  id: string;
  /** The message, or why it is none. */
  message: SmsMessage | undefined;
  error: Error | undefined;
  /** Bytes of the file up to its end. */
  end: number;
}

/**
 * Reads messages, one in memory at a time. What a message leaves out is taken from `defaults`. `unused` is called with the columns that
 * hold nothing of a message.
 */
export function readMessages(input: AsyncIterable<Uint8Array>, file: MessageFile, defaults: Partial<SmsMessage>, unused?: (columns: string[]) => void): AsyncGenerator<Row> {
  const source = lines(input, file.charset);
  return file.format === "csv" ? readCsv(source, file, defaults, unused) : readJsonLines(source, file, defaults);
}

async function* readCsv(source: AsyncIterable<Line>, { map, template }: MessageFile, defaults: Partial<SmsMessage>, unused?: (columns: string[]) => void): AsyncGenerator<Row> {
  let columns: Columns | undefined;
  for await (const { number, cells, end } of csvRecords(source)) {
    if (columns === undefined) {
      columns = new Columns(cells().map((cell) => cell.trim()), map, template?.columns);
      const named = `the columns are ${columns.names.join(", ")}`;
      if (!columns.has("to") && defaults.to === undefined) {
        throw new Failure(`the first line has to name the columns, and none is named to; ${named}. Name the one with the recipients: --map to=COLUMN`);
      }
      if (!columns.has("text") && !columns.has("binary") && template === undefined && defaults.binary === undefined) {
        throw new Failure(`no column is named text; ${named}. Name the one with the texts: --map text=COLUMN, or give one text for all: --text`);
      }
      const others = columns.unused(template?.columns ?? []);
      if (others.length > 0) unused?.(others);
      continue;
    }
    const known = columns;
    const entries = (): [FieldName | "id", unknown][] => {
      const found = cells();
      if (found.length !== known.names.length) throw new Error(`${found.length} cells stand under ${known.names.length} columns`);
      const own = found.flatMap((cell, i): [FieldName | "id", unknown][] => {
        const meaning = known.meanings[i];
        return meaning === undefined || cell === "" ? [] : [[meaning, cell]];
      });
      return withText(own, template, (column) => known.cell(found, column));
    };
    yield row(number, end, defaults, entries);
  }
  if (columns === undefined) throw new Failure("the file is empty: the first line has to name the columns");
}

async function* readJsonLines(source: AsyncIterable<Line>, { map, template }: MessageFile, defaults: Partial<SmsMessage>): AsyncGenerator<Row> {
  const fields = new Map([...map].map(([field, member]) => [member, field]));
  const others = new Set(template?.columns);
  for await (const { number, text, end } of source) {
    if (text.trim() === "") continue;
    yield row(number, end, defaults, () => {
      const value: unknown = JSON.parse(text);
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("a JSON object is expected");
      const members = Object.entries(value);
      const own = members.flatMap(([name, each]): [FieldName | "id", unknown][] => {
        const meaning = fields.get(name) ?? (name === "id" ? name : fieldNamed(name));
        if (meaning !== undefined) return [[meaning, each]];
        if (others.has(name)) return [];
        throw new Error(`there is no field ${JSON.stringify(name)}; there are id, ${NAMES.join(", ")}`);
      });
      const cells = new Map(members);
      return withText(own, template, (column) => String(cells.get(column) ?? ""));
    });
  }
}

/** The entries with the template's text, unless the message has a content of its own. */
function withText(entries: [FieldName | "id", unknown][], template: Template | undefined, cell: (column: string) => string): [FieldName | "id", unknown][] {
  if (template === undefined || entries.some(([name]) => name === "text" || name === "binary")) return entries;
  return [...entries, ["text", template.fill(cell)]];
}

function row(line: number, end: number, defaults: Partial<SmsMessage>, entries: () => [FieldName | "id", unknown][]): Row {
  const message: Partial<SmsMessage> = { ...defaults };
  let id = "";
  try {
    for (const [name, value] of entries()) {
      if (name === "id") id = String(value);
      else setField(message, name, value);
    }
    return { line, id, end, message: message as SmsMessage, error: undefined };
  } catch (error) {
    return { line, id, end, message: undefined, error: error as Error };
  }
}
