// Octets in hex and as characters, a field's kind by its colour, one range marked.

import { hexPair } from "../input/hex.ts";
import type { Kind } from "../model/nodes.ts";
import { h } from "./dom.ts";
import { VirtualRows } from "./virtual.ts";

const ROW_HEIGHT = 24;
/** Less room than this, in pixels, has eight octets a row. */
const NARROW = 540;

export interface Range {
  start: number;
  end: number;
}

export class HexView {
  readonly #element: HTMLElement;
  readonly #rows: VirtualRows;
  #octets: Uint8Array = new Uint8Array(0);
  #kinds: (Kind | undefined)[] = [];
  #width = 16;
  #marked: Range = { start: 0, end: 0 };
  #pointed: Range = { start: 0, end: 0 };

  /** @param options called with the octet that was chosen, or that the pointer is over (-1: none) */
  constructor(element: HTMLElement, options: { choose: (offset: number) => void; point: (offset: number) => void; step: (by: 1 | -1) => void }) {
    this.#element = element;
    element.tabIndex = 0;
    this.#rows = new VirtualRows(element, ROW_HEIGHT, (index) => this.#row(index));
    const offsetOf = (target: EventTarget | null) => Number((target as HTMLElement).dataset["at"] ?? -1);
    element.addEventListener("click", ({ target }) => {
      const offset = offsetOf(target);
      if (offset >= 0) options.choose(offset);
    });
    element.addEventListener("pointerover", ({ target }) => options.point(offsetOf(target)));
    element.addEventListener("pointerleave", () => options.point(-1));
    element.addEventListener("keydown", (event) => {
      const step = ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 } as const)[event.key];
      if (step === undefined) return;
      event.preventDefault();
      options.step(step);
    });
    new ResizeObserver(() => this.#fit()).observe(element);
  }

  show(octets: Uint8Array, kinds: (Kind | undefined)[]): void {
    this.#octets = octets;
    this.#kinds = kinds;
    this.#marked = this.#pointed = { start: 0, end: 0 };
    this.#width = this.#fitting();
    this.#rows.reset(Math.ceil(octets.length / this.#width));
  }

  /** Marks the chosen range and scrolls to it. */
  mark(range: Range): void {
    this.#marked = range;
    this.#paint();
    if (range.end > range.start) this.#rows.reveal(Math.floor(range.start / this.#width));
  }

  /** Marks what the pointer is over, lightly. */
  point(range: Range): void {
    this.#pointed = range;
    this.#paint();
  }

  #fit(): void {
    const width = this.#fitting();
    if (width === this.#width || this.#element.clientWidth === 0) return;
    this.#width = width;
    this.#rows.reset(Math.ceil(this.#octets.length / width));
  }

  /** Octets a row for the room there is. */
  #fitting(): number {
    const narrow = this.#element.clientWidth < NARROW;
    this.#element.classList.toggle("narrow", narrow);
    return narrow ? 8 : 16;
  }

  #paint(): void {
    for (const cell of this.#element.querySelectorAll<HTMLElement>("[data-at]")) this.#state(cell, Number(cell.dataset["at"]));
  }

  #state(cell: HTMLElement, at: number): void {
    cell.classList.toggle("marked", at >= this.#marked.start && at < this.#marked.end);
    cell.classList.toggle("pointed", at >= this.#pointed.start && at < this.#pointed.end);
  }

  #row(index: number): HTMLElement {
    const first = index * this.#width;
    const part = this.#octets.subarray(first, first + this.#width);
    const cells = (name: string, show: (octet: number) => string) =>
      h("span", { class: name }, ...Array.from(part, (octet, i) => {
        const cell = h("span", { class: `kind-${this.#kinds[first + i] ?? "none"}`, "data-at": first + i }, show(octet));
        this.#state(cell, first + i);
        return cell;
      }));
    const offset = h("span", { class: "hex-offset" }, first.toString(16).padStart(4, "0"));
    return h("div", { class: "hex-row" }, offset, cells("hex-octets", hexPair), cells("hex-chars", (octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : "·")));
  }
}
