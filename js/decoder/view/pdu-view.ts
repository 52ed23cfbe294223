// One PDU: its title, remarks, fields beside octets, and what can be done with it.

import type { DecodedPdu } from "../../engine/explained.ts";
import { hexPair } from "../input/hex.ts";
import { decodeEntry, isResponse, type Entry } from "../model/entry.ts";
import { lint } from "../model/lint.ts";
import { kindsOf, nodeAt, nodesOf, type Node } from "../model/nodes.ts";
import { duration } from "../model/pair.ts";
import { comparison, type Side } from "./comparison.ts";
import { button, byId, h } from "./dom.ts";
import { editor } from "./editor.ts";
import { HexView } from "./hex-view.ts";
import { messageCards } from "./message.ts";
import { MOST_REMARKS, remarks } from "./remarks.ts";
import { TreeView } from "./tree-view.ts";

export interface PduViewOptions {
  go: (entry: number) => void;
  /** Puts an edited PDU in the place of the one that is shown. */
  replace: (octets: Uint8Array) => void;
}

export class PduView {
  readonly #options: PduViewOptions;
  readonly #tree: TreeView;
  readonly #hex: HexView;
  #entries: Entry[] = [];
  #index = -1;
  #pdu: DecodedPdu | undefined;
  #nodes: Node[] = [];
  #node = -1;
  #pinned: Side | undefined;

  constructor(options: PduViewOptions) {
    this.#options = options;
    this.#tree = new TreeView(byId("tree"), { choose: (node) => this.#choose(node), point: (node) => this.#point(node) });
    this.#hex = new HexView(byId("hex"), {
      choose: (offset) => this.#choose(nodeAt(this.#nodes, offset)),
      point: (offset) => this.#point(offset < 0 ? -1 : nodeAt(this.#nodes, offset)),
      step: (by) => this.#step(by),
    });
  }

  get pdu(): DecodedPdu | undefined {
    return this.#pdu;
  }

  get editing(): boolean {
    return !byId("editor").hidden;
  }

  show(entries: Entry[], index: number): void {
    this.#entries = entries;
    this.#index = index;
    this.#closeEditor();
    const entry = entries[index]!;
    this.#display(entry.octets, decodeEntry(entry));
    byId("pdu-links").replaceChildren(...this.#links(entry));
    byId("pdu-facts").textContent = this.#facts(entry);
    this.#compare();
  }

  /** Fields, octets, remarks and message of a PDU, which may be a draft. */
  #display(octets: Uint8Array, pdu: DecodedPdu | undefined): void {
    const entry = this.#entries[this.#index]!;
    const hints = pdu ? lint(pdu) : [];
    this.#pdu = pdu;
    this.#nodes = pdu ? nodesOf(pdu, [...hints, ...pdu.faults.slice(0, MOST_REMARKS)]) : [];
    this.#node = -1;
    this.#tree.show(this.#nodes);
    this.#hex.show(octets, kindsOf(this.#nodes, octets.length));
    byId("pdu-title").textContent = pdu ? (pdu.command === "unknown" ? `unknown command 0x${pdu.commandId.toString(16).padStart(8, "0")}` : pdu.command) : "Octets that are no PDU";
    byId("remarks").replaceChildren(...(pdu ? remarks(pdu, hints, (field, offset) => this.#showField(field, offset)) : entry.broken ? [h("li", { class: "remark error" }, "Too few octets for a header")] : []));
    const doubtful = hints.some(({ field }) => field === "data_coding" || field === "esm_class");
    byId("message").replaceChildren(...(pdu ? messageCards(pdu, entry, this.#entries, doubtful, this.#options.go) : []));
    this.#describe(-1);
  }

  #links(entry: Entry): HTMLElement[] {
    const link = (label: string, index: number) => button(label, () => this.#options.go(index), { class: "link" });
    const links: HTMLElement[] = [];
    if (entry.partner !== undefined) {
      const other = this.#entries[entry.partner]!;
      const took = entry.time !== undefined && other.time !== undefined ? duration(Math.abs(entry.time - other.time)) : undefined;
      const label = isResponse(entry) ? `answers ${other.command} (${entry.partner + 1})` : `answered by ${other.command} (${entry.partner + 1}), ${other.status === 0 ? "ESME_ROK" : other.statusName}`;
      links.push(link(took === undefined ? label : `${label}, after ${took}`, entry.partner));
    } else if (this.#entries.length > 1 && entry.command !== "" && !isResponse(entry) && entry.command !== "alert_notification" && entry.command !== "outbind") {
      links.push(h("span", { class: "quiet" }, "no answer to it here"));
    }
    if (entry.related !== undefined) links.push(link(entry.command === "submit_sm" ? `its receipt (${entry.related + 1})` : `receipt for ${this.#entries[entry.related]!.command} (${entry.related + 1})`, entry.related));
    return links;
  }

  #facts(entry: Entry): string {
    const time = entry.time === undefined ? "" : new Date(entry.time).toISOString().replace("T", " ").replace("Z", " UTC");
    return [`${entry.octets.length} octets`, entry.spread > 1 ? `over ${entry.spread} segments` : "", time].filter((part) => part !== "").join(" · ");
  }

  #choose(node: number): void {
    if (node < 0) return;
    this.#node = node;
    this.#tree.set(node);
    this.#hex.mark(this.#nodes[node]!);
    this.#describe(node);
  }

  #point(node: number): void {
    this.#tree.point(node);
    this.#hex.point(this.#nodes[node] ?? { start: 0, end: 0 });
  }

  /** To the field before or behind. */
  #step(by: 1 | -1): void {
    const leaf = (node: Node | undefined) => node !== undefined && !node.hasChildren;
    let next = this.#node;
    do next += by;
    while (next >= 0 && next < this.#nodes.length && !leaf(this.#nodes[next]));
    if (this.#nodes[next]) this.#choose(next);
  }

  #showField(field: string | undefined, offset: number): void {
    const named = this.#nodes.findIndex(({ name, start, end }) => name === field && start <= offset && offset <= end);
    const node = named >= 0 ? named : nodeAt(this.#nodes, Math.min(offset, (this.#pdu?.bytes.length ?? 1) - 1));
    this.#choose(node);
  }

  #describe(index: number): void {
    const node = this.#nodes[index];
    if (!node) return void byId("field").replaceChildren(h("p", { class: "quiet" }, "Choose a field or an octet to see more of it."));
    const octets = this.#pdu!.bytes.subarray(node.start, node.end);
    const number = node.kind !== "text" && /^\d+$/.test(node.value) && octets.length <= 4 ? Number(node.value) : undefined;
    const other = number === undefined ? "" : `0x${number.toString(16).padStart(octets.length * 2, "0")} · ${octets.length === 1 ? `binary ${number.toString(2).padStart(8, "0")}` : `decimal ${number}`}`;
    byId("field").replaceChildren(
      h("h3", {}, node.name, h("span", { class: "aside" }, node.end - node.start === 1 ? `octet ${node.start}` : `octets ${node.start} to ${node.end - 1}`)),
      h("p", {}, h("span", { class: "field-value" }, node.value), node.meaning !== "" && h("span", { class: "meaning" }, node.meaning)),
      other !== "" && h("p", { class: "quiet" }, other) || "",
      h("p", { class: "field-octets" }, Array.from(octets.subarray(0, 64), hexPair).join(" ") + (octets.length > 64 ? " …" : "")),
    );
  }

  edit(): void {
    if (!this.#pdu || this.editing) return;
    const entry = this.#entries[this.#index]!;
    const form = editor(this.#pdu, {
      change: (octets) => octets && this.#display(octets, decodeEntry({ octets })),
      keep: (octets) => this.#options.replace(octets),
      cancel: () => {
        this.#closeEditor();
        this.#display(entry.octets, decodeEntry(entry));
        byId("edit").focus();
      },
    });
    byId("editor").replaceChildren(form);
    byId("editor").hidden = false;
    byId("tree").hidden = true;
    form.querySelector<HTMLElement>("textarea, input")?.focus();
  }

  #closeEditor(): void {
    byId("editor").hidden = true;
    byId("editor").replaceChildren();
    byId("tree").hidden = false;
  }

  /** Leaves editing, or else comparing; false if there was nothing to leave. */
  leave(): boolean {
    if (this.editing) byId("editor").querySelectorAll("button")[1]?.click();
    else if (this.#pinned) this.pin();
    else return false;
    return true;
  }

  /** Keeps this PDU to be compared with the next ones that are shown; a second time ends it. */
  pin(): void {
    this.#pinned = this.#pinned ? undefined : { title: `${this.#index + 1}: ${this.#pdu?.command ?? "octets"}`, nodes: this.#nodes };
    this.#compare();
  }

  /** Nothing of what was shown before is there any more. */
  unpin(): void {
    this.#pinned = undefined;
  }

  #compare(): void {
    const pinned = this.#pinned;
    byId("compare").setAttribute("aria-pressed", String(pinned !== undefined));
    byId("comparison").hidden = pinned === undefined;
    if (!pinned) return void byId("comparison-table").replaceChildren();
    const current = { title: `${this.#index + 1}: ${this.#pdu?.command ?? "octets"}`, nodes: this.#nodes };
    const table = pinned.nodes === current.nodes || pinned.title === current.title ? h("p", { class: "quiet" }, "Now choose another PDU in the list.") : comparison(pinned, current);
    byId("comparison-table").replaceChildren(table);
  }
}
