import { Failure } from "../failure.ts";
import { fieldNamed, NAMES, type FieldName } from "./fields.ts";

/** What a column holds: a field of the message, the user's own id, or something else, which placeholders may use. */
export type Meaning = FieldName | "id" | undefined;

/** Which field each column of a file holds. */
export class Columns {
  readonly names: readonly string[];
  readonly meanings: readonly Meaning[];
  readonly #index: Map<string, number>;

  /**
   * `map`: columns by field, as the user gave them; a mapped column has no other meaning. Throws a `Failure` if a column that is asked for
   * is not there, or if two have the same meaning.
   */
  constructor(names: readonly string[], map: ReadonlyMap<FieldName | "id", string>, used: readonly string[] = []) {
    this.names = names;
    this.#index = new Map(names.map((name, i) => [plain(name), i]));
    const mapped = new Map([...map].map(([field, column]) => [this.#find(column, `--map ${field}=${column}`), field]));
    for (const column of used) this.#find(column, `the placeholder {${column}}`);
    const meant = new Set<string>(map.keys());
    this.meanings = names.map((name, i): Meaning => {
      if (mapped.has(i)) return mapped.get(i);
      const meaning = plain(name) === "id" ? "id" : fieldNamed(name);
      // The user says where that field is.
      if (meaning === undefined || map.has(meaning)) return undefined;
      if (meant.has(meaning)) throw new Failure(`two columns hold ${meaning}: name the one to use with --map ${meaning}=COLUMN`);
      meant.add(meaning);
      return meaning;
    });
  }

  has(field: FieldName): boolean {
    return this.meanings.includes(field);
  }

  /** The cell of a column that is there. */
  cell(cells: readonly string[], column: string): string {
    return cells[this.#index.get(plain(column)) as number] as string;
  }

  /** Columns that are neither fields nor in `used`. */
  unused(used: readonly string[]): string[] {
    const others = new Set(used.map(plain));
    return this.names.filter((name, i) => this.meanings[i] === undefined && !others.has(plain(name)));
  }

  #find(column: string, where: string): number {
    const found = this.#index.get(plain(column));
    if (found === undefined) throw new Failure(`${where}: the file has no such column; its columns are ${this.names.join(", ")}`);
    return found;
  }
}

/** `FIELD=COLUMN`, as `--map` takes it; undefined if it is none. */
export function readMapping(text: string): [FieldName | "id", string] | undefined {
  const equals = text.indexOf("=");
  const [name, column] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
  const field = name === "id" ? "id" : fieldNamed(name);
  return equals < 1 || field === undefined || column === "" ? undefined : [field, column];
}

/** What a mapping may name. */
export const MAPPABLE: readonly string[] = ["id", ...NAMES];

/** Columns are compared without regard to case and outer spaces. */
function plain(name: string): string {
  return name.trim().toLowerCase();
}
