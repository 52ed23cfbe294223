// Two PDUs side by side, field by field.

import type { Node } from "./nodes.ts";

export interface Row {
  name: string;
  level: number;
  left: string;
  right: string;
  same: boolean;
}

/** The rows of both, in the order of the first; what only the second has comes behind what is before it there. */
export function compare(left: Node[], right: Node[]): Row[] {
  const keys = (nodes: Node[]) => {
    const paths: string[] = [];
    const seen = new Map<string, number>();
    for (const { name, parent } of nodes) {
      const path = `${paths[parent] ?? ""}/${name}`;
      const count = seen.get(path) ?? 0;
      seen.set(path, count + 1);
      paths.push(`${path}#${count}`);
    }
    return paths;
  };
  const [leftKeys, rightKeys] = [keys(left), keys(right)];
  const inRight = new Map(rightKeys.map((key, index) => [key, index]));
  const order = leftKeys.slice();
  rightKeys.forEach((key, index) => {
    if (leftKeys.includes(key)) return;
    const before = index === 0 ? -1 : order.indexOf(rightKeys[index - 1]!);
    order.splice(before + 1, 0, key);
  });
  const inLeft = new Map(leftKeys.map((key, index) => [key, index]));
  return order.map((key) => {
    const [a, b] = [left[inLeft.get(key) ?? -1], right[inRight.get(key) ?? -1]];
    const [leftText, rightText] = [show(a), show(b)];
    return { name: (a ?? b)!.name, level: (a ?? b)!.level, left: leftText, right: rightText, same: leftText === rightText || (a ?? b)!.level === 1 };
  });
}

function show(node: Node | undefined): string {
  if (!node) return "—";
  if (node.value === "" && node.hasChildren) return "";
  return [node.value === "" ? "empty" : node.value, node.meaning].filter((text) => text !== "").join(" · ");
}
