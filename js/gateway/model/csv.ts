// CSV (RFC 4180), for spreadsheets too.

/** What a spreadsheet may take for a formula: it gets an apostrophe. */
const FORMULA = /^['\s]*[=+@＝＋＠－-]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

export function csvLine(cells: unknown[]): string {
  return `${cells.map(cellOf).join()}\n`;
}

function cellOf(value: unknown): string {
  const text = String(value ?? "");
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The cells of a line; none has a line break. */
export function csvCells(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) => {
    const text = quoted?.replaceAll('""', '"') ?? plain!;
    return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
  });
}
