// Virtual rows of which one is chosen, with the keys of a list: the base of the list of PDUs and of the tree.

import { VirtualRows } from "./virtual.ts";

export interface ChoiceOptions {
  height: number;
  /** Fills in a row; its id and whether it is chosen are set for it. */
  render: (index: number) => HTMLElement;
  /** Another row was chosen by key or click. */
  choose: (index: number) => void;
  /** Keys that are not a list's; true if it is done with. */
  key?: (event: KeyboardEvent) => boolean;
}

export class Choice {
  readonly rows: VirtualRows;
  chosen = -1;
  readonly #element: HTMLElement;
  readonly #options: ChoiceOptions;

  /** @param element with a role, an id and a label */
  constructor(element: HTMLElement, options: ChoiceOptions) {
    this.#element = element;
    this.#options = options;
    element.tabIndex = 0;
    this.rows = new VirtualRows(element, options.height, (index) => this.#row(index));
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("click", ({ target }) => {
      const row = (target as HTMLElement).closest<HTMLElement>("[data-row]");
      if (row) this.#choose(Number(row.dataset["row"]));
    });
  }

  /** Shows which row is chosen, without calling the listener. */
  set(index: number, reveal = true): void {
    const before = this.rows.row(this.chosen);
    before?.setAttribute("aria-selected", "false");
    this.chosen = index;
    if (index < 0) return this.#element.removeAttribute("aria-activedescendant");
    if (reveal) this.rows.reveal(index);
    this.rows.row(index)?.setAttribute("aria-selected", "true");
    this.#element.setAttribute("aria-activedescendant", `${this.#element.id}-${index}`);
  }

  #row(index: number): HTMLElement {
    const row = this.#options.render(index);
    row.id = `${this.#element.id}-${index}`;
    row.dataset["row"] = String(index);
    row.setAttribute("aria-selected", String(index === this.chosen));
    return row;
  }

  #choose(index: number): void {
    if (this.rows.count === 0) return;
    const within = Math.max(0, Math.min(this.rows.count - 1, index));
    this.set(within);
    this.#options.choose(within);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: this.rows.page, PageUp: -this.rows.page, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step !== undefined) this.#choose(this.chosen < 0 ? 0 : this.chosen + step);
    else if (!this.#options.key?.(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}
