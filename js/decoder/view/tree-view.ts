// The fields of a PDU as a tree.

import type { Node } from "../model/nodes.ts";
import { Choice } from "./choice.ts";
import { h } from "./dom.ts";

const ROW_HEIGHT = 28;

export class TreeView {
  readonly #choice: Choice;
  #nodes: Node[] = [];
  #closed = new Set<Node>();
  /** Indices of the nodes that are shown. */
  #shown: number[] = [];
  readonly #choose: (node: number) => void;

  /** @param options called with the node that was chosen, or that the pointer is over (-1: none) */
  constructor(element: HTMLElement, options: { choose: (node: number) => void; point: (node: number) => void }) {
    this.#choose = options.choose;
    this.#choice = new Choice(element, {
      height: ROW_HEIGHT,
      render: (index) => this.#row(this.#nodes[this.#shown[index]!]!),
      choose: (index) => options.choose(this.#shown[index]!),
      key: (event) => this.#key(event),
    });
    element.addEventListener("pointerover", ({ target }) => {
      const row = (target as HTMLElement).closest<HTMLElement>("[data-row]");
      options.point(row ? this.#shown[Number(row.dataset["row"])]! : -1);
    });
    element.addEventListener("pointerleave", () => options.point(-1));
    element.addEventListener("click", ({ target }) => {
      const row = (target as HTMLElement).closest<HTMLElement>(".twist")?.closest<HTMLElement>("[data-row]");
      if (row) this.#toggle(this.#nodes[this.#shown[Number(row.dataset["row"])]!]!);
    });
  }

  show(nodes: Node[]): void {
    this.#nodes = nodes;
    // Bit fields that are all zero say nothing new.
    this.#closed = new Set(nodes.filter(({ hasChildren, value, flagged }) => hasChildren && value === "0" && !flagged));
    this.#choice.set(-1);
    this.#list();
    this.#choice.rows.reset(this.#shown.length);
  }

  /** Shows which node is chosen, opening what it is in. */
  set(node: number): void {
    let opened = false;
    for (let at = this.#nodes[node]?.parent ?? -1; at >= 0; at = this.#nodes[at]!.parent) opened = this.#closed.delete(this.#nodes[at]!) || opened;
    if (opened) {
      this.#list();
      this.#choice.rows.refresh(this.#shown.length);
    }
    this.#choice.set(this.#shown.indexOf(node));
  }

  /** Marks what the pointer is over. */
  point(node: number): void {
    const rows = this.#choice.rows;
    rows.element.querySelector(".pointed")?.classList.remove("pointed");
    if (node >= 0) rows.row(this.#shown.indexOf(node))?.classList.add("pointed");
  }

  #list(): void {
    const hidden = new Set<Node>();
    this.#shown = [];
    this.#nodes.forEach((node, index) => {
      const parent = this.#nodes[node.parent];
      if (parent && (hidden.has(parent) || this.#closed.has(parent))) hidden.add(node);
      else this.#shown.push(index);
    });
  }

  #toggle(node: Node): void {
    const chosen = this.#shown[this.#choice.chosen];
    if (!this.#closed.delete(node)) this.#closed.add(node);
    this.#list();
    this.#choice.rows.refresh(this.#shown.length);
    this.#choice.set(chosen === undefined ? -1 : this.#shown.indexOf(chosen), false);
  }

  #key({ key }: KeyboardEvent): boolean {
    const index = this.#shown[this.#choice.chosen];
    const node = index === undefined ? undefined : this.#nodes[index];
    if (index === undefined || !node) return false;
    if (key === "ArrowRight" && node.hasChildren) {
      if (this.#closed.has(node)) this.#toggle(node);
      else this.#go(index + 1);
    } else if (key === "ArrowLeft" && node.hasChildren && !this.#closed.has(node)) this.#toggle(node);
    else if (key === "ArrowLeft" && node.parent >= 0) this.#go(node.parent);
    else if (key === "Enter" && node.hasChildren) this.#toggle(node);
    else return key === "ArrowRight" || key === "ArrowLeft";
    return true;
  }

  #go(node: number): void {
    this.set(node);
    this.#choose(node);
  }

  #row(node: Node): HTMLElement {
    const open = !this.#closed.has(node);
    const value = node.value === "" && !node.hasChildren ? h("span", { class: "empty" }, "empty") : node.value;
    return h(
      "div",
      { role: "treeitem", class: `tree-row level-${node.level}`, "aria-level": node.level, "aria-posinset": node.position + 1, "aria-setsize": node.siblings, "aria-expanded": node.hasChildren ? String(open) : undefined },
      h("span", { class: "twist", "aria-hidden": "true" }, node.hasChildren ? (open ? "▾" : "▸") : ""),
      h("span", { class: `swatch kind-${node.kind}`, "aria-hidden": "true" }),
      h("span", { class: "name" }, node.name),
      node.flagged && h("span", { class: "flag", title: "see the remarks above" }, "!"),
      h("span", { class: "value" }, value),
      node.meaning !== "" && h("span", { class: "meaning" }, node.meaning),
    );
  }
}
