import type { RegistryApi } from "./api.ts";
import { readMeta, writeMeta, type Database } from "./database.ts";

const LINKS = "links";

/** Knows the names of all links that ever were. */
export class Registry implements RegistryApi {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async register(link: string): Promise<void> {
    const links = this.#links();
    if (!links.includes(link)) writeMeta(this.#db, LINKS, JSON.stringify([...links, link]));
  }

  async registered(): Promise<string[]> {
    return this.#links();
  }

  #links(): string[] {
    return JSON.parse(readMeta(this.#db, LINKS) ?? "[]") as string[];
  }
}
