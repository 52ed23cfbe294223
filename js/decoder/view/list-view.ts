// The PDUs, a row each.

import type { Entry } from "../model/entry.ts";
import { isResponse } from "../model/entry.ts";
import { duration } from "../model/pair.ts";
import { printable } from "../model/nodes.ts";
import { Choice } from "./choice.ts";
import { h } from "./dom.ts";

const ROW_HEIGHT = 52;

export class ListView {
  readonly #choice: Choice;
  #entries: Entry[] = [];
  #directed = false;
  #start: number | undefined;
  /** Indices of the entries that the filter lets through. */
  #shown: number[] = [];

  constructor(element: HTMLElement, choose: (entry: number) => void) {
    this.#choice = new Choice(element, {
      height: ROW_HEIGHT,
      render: (index) => this.#row(this.#shown[index]!, index),
      choose: (index) => choose(this.#shown[index]!),
    });
  }

  get shown(): readonly number[] {
    return this.#shown;
  }

  show(entries: Entry[], directed: boolean): void {
    this.#entries = entries;
    this.#directed = directed;
    this.#start = entries.find(({ time }) => time !== undefined)?.time;
    this.filter("");
  }

  /** Leaves the entries that have all words. */
  filter(query: string): void {
    const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
    this.#shown = [];
    this.#entries.forEach((entry, index) => {
      if (words.length === 0 || matches(entry, words)) this.#shown.push(index);
    });
    this.#choice.set(-1);
    this.#choice.rows.reset(this.#shown.length);
  }

  /** Shows which entry is chosen. */
  set(entry: number): void {
    this.#choice.set(this.#shown.indexOf(entry));
  }

  /** The entry so many rows further; undefined if there is none. */
  beside(entry: number, by: number): number | undefined {
    return this.#shown[this.#shown.indexOf(entry) + by];
  }

  refresh(): void {
    this.#choice.rows.refresh();
  }

  #row(number: number, position: number): HTMLElement {
    const entry = this.#entries[number]!;
    const partner = entry.partner === undefined ? undefined : this.#entries[entry.partner];
    const took = isResponse(entry) && partner?.time !== undefined && entry.time !== undefined ? duration(entry.time - partner.time) : "";
    const arrow = this.#directed ? (entry.direction === 0 ? "→" : "←") : "";
    const when = entry.time === undefined ? "" : `+${duration(entry.time - this.#start!)}`;
    return h(
      "div",
      { role: "option", class: "list-row", "aria-posinset": position + 1, "aria-setsize": this.#shown.length },
      h("div", { class: "list-first" }, h("span", { class: "list-number" }, `${number + 1}`), arrow !== "" && h("span", { class: "arrow", title: arrow === "←" ? "from the server" : "from the client" }, arrow), h("span", { class: "command" }, entry.command === "" ? "octets" : entry.command), badge(entry), h("span", { class: "when" }, took === "" ? when : `after ${took}`)),
      h("div", { class: "list-second" }, h("span", { class: "sequence" }, entry.command === "" ? "" : `seq ${entry.sequence}`), refusal(entry), h("span", { class: "gist" }, gist(entry))),
    );
  }
}

/** What is the matter with an entry, in a word. */
function badge(entry: Entry): HTMLElement | undefined {
  if (!entry.valid) return h("span", { class: "badge bad" }, entry.broken ? "✕ incomplete" : "✕ faulty");
  if (entry.join) return h("span", { class: "badge" }, `part of ${entry.join.total}`);
  return entry.related !== undefined && entry.command === "deliver_sm" ? h("span", { class: "badge" }, "receipt") : undefined;
}

/** The status of a response that refuses. It is on the second line, because the first has no room for a long name. */
function refusal({ status, statusName, ...entry }: Entry): HTMLElement | undefined {
  if (status === 0 || !isResponse(entry)) return undefined;
  return h("span", { class: "badge warn" }, statusName === "unknown" ? `0x${status.toString(16)}` : statusName);
}

function gist({ from, to, text, messageId, commandId }: Entry): string {
  const way = [from, to].filter((address) => address !== "").join(" → ");
  const words = text === "" ? messageId : printable(text.slice(0, 120));
  return [way, commandId >= 0x80000000 ? messageId : words].filter((part) => part !== "").join("  ");
}

function matches(entry: Entry, words: string[]): boolean {
  const text = `${entry.command} ${entry.statusName} ${entry.sequence} ${entry.from} ${entry.to} ${entry.messageId} ${entry.text} ${entry.valid ? "" : "faulty"} stream:${entry.stream + 1}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
