// Keys, and what can be pasted.

import { button, h } from "./dom.ts";

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
  ["t", "theme: auto, light, dark"],
  ["Esc", "leave editing or comparing"],
  ["?", "this help"],
];

const FORMS = [
  "Hex in any spelling: 0000001080…, 00 00 00 10, 00:00:00:10, 0x00, 0x00",
  "Base64",
  "Dumps with offsets: Wireshark (packet bytes, “Follow TCP stream”), xxd, hexdump -C",
  "Arrays and escaped strings of C and other languages",
  "Log lines with hex in them, also Kannel's dumps",
  "Captures: .pcap and .pcapng, also .gz, with TCP put together",
];

export function fillHelp(dialog: HTMLDialogElement): void {
  const row = ([key, does]: [string, string]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, does));
  const close = button("Close", () => dialog.close());
  const forms = h("ul", {}, ...FORMS.map((form) => h("li", {}, form)));
  dialog.replaceChildren(h("h2", { id: "help-title" }, "Keys"), h("table", {}, h("tbody", {}, ...KEYS.map(row))), h("h2", {}, "What can be read"), forms, h("p", {}, close));
}
