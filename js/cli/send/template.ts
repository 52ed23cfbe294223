// A text with placeholders: {Name} is the cell of the column Name, {Name|you} the word "you" where that cell is empty, {{ a brace.

import { UsageError } from "../failure.ts";

interface Placeholder {
  column: string;
  otherwise: string | undefined;
}

/** A text whose placeholders are filled from a record of the file. */
export class Template {
  readonly #parts: (string | Placeholder)[] = [];

  /** Throws a `UsageError` if a brace is not closed. */
  constructor(text: string) {
    let literal = "";
    for (let at = 0; at < text.length; at++) {
      const char = text[at] as string;
      if ((char === "{" || char === "}") && text[at + 1] === char) {
        literal += char;
        at++;
      } else if (char === "{") {
        const close = text.indexOf("}", at);
        if (close < 0) throw new UsageError("--text: a placeholder is not closed; write {{ for a brace");
        const [column = "", ...otherwise] = text.slice(at + 1, close).split("|");
        this.#parts.push(literal, { column: column.trim(), otherwise: otherwise.length > 0 ? otherwise.join("|") : undefined });
        literal = "";
        at = close;
      } else {
        literal += char;
      }
    }
    this.#parts.push(literal);
  }

  /** The columns that it names. */
  get columns(): string[] {
    return this.#parts.flatMap((part) => (typeof part === "string" ? [] : [part.column]));
  }

  /** The text for one record. Throws if a cell is empty that has no other word. */
  fill(cell: (column: string) => string): string {
    return this.#parts
      .map((part) => {
        if (typeof part === "string") return part;
        const found = cell(part.column).trim();
        if (found !== "") return found;
        if (part.otherwise === undefined) throw new Error(`text: the column ${part.column} is empty; {${part.column}|word} sends a word in its place`);
        return part.otherwise;
      })
      .join("");
  }
}
