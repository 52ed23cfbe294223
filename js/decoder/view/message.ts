// What a message says: text, other readings, joined parts, receipt.

import type { DecodedPdu, Report } from "../../engine/explained.ts";
import { contentOf, otherReadings } from "../model/content.ts";
import type { Entry } from "../model/entry.ts";
import { joinedText } from "../model/join.ts";
import { receiptRows } from "../model/receipt.ts";
import { button, h } from "./dom.ts";

/** @param doubtful whether other readings are to be open at once */
export function messageCards(pdu: DecodedPdu, entry: Entry, entries: Entry[], doubtful: boolean, go: (entry: number) => void): HTMLElement[] {
  const cards: HTMLElement[] = [];
  if (entry.join) cards.push(joinedCard(entry, entries, go));
  const content = contentOf(pdu);
  if (pdu.text && content && content.body.length > 0) {
    const { value, encoding } = pdu.text;
    const readings = otherReadings(content, value);
    const others = readings.length > 0 && h(
      "details",
      { class: "readings", open: doubtful },
      h("summary", {}, "Other readings of these octets"),
      h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Coding"), h("th", { scope: "col" }, "Text"))), h("tbody", {}, ...readings.map(({ name, text }) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { dir: "auto" }, text))))),
    );
    const body = encoding === "binary" ? h("p", { class: "quiet" }, `${content.body.length} octets that are no text`) : h("p", { class: "message-text", dir: "auto" }, value);
    cards.push(card("Text", encoding, body, others));
  }
  if (pdu.receipt) cards.push(receiptCard(pdu.receipt));
  return cards;
}

function card(title: string, aside: string, ...children: (HTMLElement | false)[]): HTMLElement {
  return h("section", { class: "card" }, h("h3", {}, title, aside !== "" && h("span", { class: "aside" }, aside)), ...children);
}

function joinedCard(entry: Entry, entries: Entry[], go: (entry: number) => void): HTMLElement {
  const { parts, total } = entry.join!;
  const there = parts.filter((part) => part !== undefined).length;
  const texts = joinedText(entry.join!, entries);
  const text = h("p", { class: "message-text", dir: "auto" }, ...texts.map((part) => (part === undefined ? h("mark", { class: "missing" }, "[part missing]") : part)));
  const links = h("p", { class: "parts" }, ...parts.map((part, i) => {
    const label = `part ${i + 1}`;
    if (part === undefined) return h("span", { class: "quiet" }, `${label} missing`);
    const current = entries[part] === entry;
    return button(current ? `${label} (this)` : label, () => go(part), { class: "chip", "aria-current": current ? "true" : undefined });
  }));
  return card("Joined message", there === total ? `all ${total} parts` : `${there} of ${total} parts`, text, links);
}

function receiptCard(receipt: Report): HTMLElement {
  const list = h("dl", {});
  for (const [name, value] of receiptRows(receipt)) list.append(h("dt", {}, name), h("dd", {}, value));
  return card("Delivery receipt", receipt.status, list);
}
