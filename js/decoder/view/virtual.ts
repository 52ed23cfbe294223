// Rows of one height of which only those in sight are in the document.

import { h } from "./dom.ts";

const MORE = 6;

export class VirtualRows {
  readonly element: HTMLElement;
  readonly #inner: HTMLElement;
  readonly #height: number;
  readonly #render: (index: number) => HTMLElement;
  #count = 0;
  #first = 0;
  #last = 0;

  /**
   * @param element what scrolls
   * @param height of a row, in pixels
   */
  constructor(element: HTMLElement, height: number, render: (index: number) => HTMLElement) {
    this.element = element;
    this.#height = height;
    this.#render = render;
    this.#inner = h("div", { role: "presentation", class: "rows-inner" });
    element.classList.add("rows");
    element.append(this.#inner);
    element.addEventListener("scroll", () => this.#update(), { passive: true });
    new ResizeObserver(() => this.#update()).observe(element);
  }

  get count(): number {
    return this.#count;
  }

  /** Shows other rows, from the top. */
  reset(count: number): void {
    this.#count = count;
    this.#inner.style.height = `${count * this.#height}px`;
    this.element.scrollTop = 0;
    this.refresh();
  }

  /** Shows the same place with another number of rows, or other contents. */
  refresh(count = this.#count): void {
    this.#count = count;
    this.#inner.style.height = `${count * this.#height}px`;
    this.#first = this.#last = 0;
    this.#inner.replaceChildren();
    this.#update();
  }

  /** The element of a row; undefined if it is not in the document. */
  row(index: number): HTMLElement | undefined {
    return index >= this.#first && index < this.#last ? (this.#inner.children[index - this.#first] as HTMLElement) : undefined;
  }

  /** Scrolls so that a row is in sight. */
  reveal(index: number): void {
    const [top, bottom] = [index * this.#height, (index + 1) * this.#height];
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.element.scrollTop = bottom - clientHeight;
    this.#update();
  }

  /** How many rows fit. */
  get page(): number {
    return Math.max(1, Math.floor(this.element.clientHeight / this.#height));
  }

  #update(): void {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / this.#height) - MORE);
    const last = Math.min(this.#count, Math.ceil((scrollTop + clientHeight) / this.#height) + MORE);
    if (first === this.#first && last === this.#last) return;
    [this.#first, this.#last] = [first, last];
    const rows = Array.from({ length: Math.max(0, last - first) }, (_, i) => {
      const row = this.#render(first + i);
      row.style.top = `${(first + i) * this.#height}px`;
      return row;
    });
    this.#inner.replaceChildren(...rows);
  }
}
