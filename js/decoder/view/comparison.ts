// Two PDUs side by side.

import { compare } from "../model/compare.ts";
import type { Node } from "../model/nodes.ts";
import { h } from "./dom.ts";

export interface Side {
  title: string;
  nodes: Node[];
}

export function comparison(left: Side, right: Side): HTMLElement {
  const rows = compare(left.nodes, right.nodes);
  const different = rows.filter(({ same }) => !same).length;
  const head = h("tr", {}, ...["Field", left.title, right.title].map((title) => h("th", { scope: "col" }, title)));
  const body = rows.map((row) =>
    h(
      "tr",
      { class: row.same ? undefined : "different" },
      h("th", { scope: "row", class: `level-${row.level}` }, row.same ? "" : h("span", { class: "differs" }, "≠ "), row.name),
      h("td", {}, row.left),
      h("td", {}, row.right),
    ),
  );
  return h("div", {}, h("p", { class: "quiet" }, different === 0 ? "No difference." : `${different} ${different === 1 ? "row differs" : "rows differ"}, marked with ≠.`), h("table", { class: "comparison" }, h("thead", {}, head), h("tbody", {}, ...body)));
}
