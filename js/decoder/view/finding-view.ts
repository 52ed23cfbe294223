// What an input is that has no PDU: a card for each thing found.

import type { Finding } from "../model/finding.ts";
import { h } from "./dom.ts";

export function findingCards(findings: Finding[]): HTMLElement[] {
  return findings.map(({ title, rows, advice }) => {
    const list = h("dl", {});
    for (const [name, value] of rows) list.append(h("dt", {}, name), h("dd", { dir: "auto" }, value));
    return h("section", { class: "card finding" }, h("h2", {}, title), list, advice !== "" && h("p", { class: "quiet" }, advice));
  });
}
