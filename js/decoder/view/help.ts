// The keys, and what can be pasted.

import { button, byId, h } from "./dom.ts";

export const KEYS: [key: string, does: string][] = [
  ["j, k", "next and previous PDU"],
  ["n", "next PDU with a fault or a refusal"],
  ["arrow keys", "in lists: move; in the tree: open and close; in the octets: field by field"],
  ["/", "filter the PDUs"],
  ["i", "to the input"],
  ["o", "open a file"],
  ["e", "edit this PDU"],
  ["c", "compare this PDU with the next one chosen"],
  ["y", "copy as hex"],
  ["s", "share by link"],
  ["a", "statistics of all PDUs"],
  ["t", "theme: auto, light, dark"],
  ["Esc", "leave editing or comparing"],
  ["?", "this help"],
];

export function fillHelp(dialog: HTMLDialogElement): void {
  const row = ([key, does]: [string, string]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, does));
  const close = button("Close", () => dialog.close());
  const forms = byId("forms").cloneNode(true) as HTMLElement;
  forms.removeAttribute("id");
  dialog.replaceChildren(h("h2", { id: "help-title" }, "Keys"), h("table", {}, h("tbody", {}, ...KEYS.map(row))), h("h2", {}, "What is read"), forms, h("p", {}, close));
}
