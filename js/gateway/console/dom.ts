// The few things that are done to the page again and again.

/** The element of that id, which the page has. */
export function byId<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

type Child = Node | string;

/** A new element. Text is only ever set as text. */
export function element<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** Text that only changes when it has to: what is selected or announced stays so. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Keeps the first `most` children. */
export function trim(list: HTMLElement, most: number): void {
  while (list.children.length > most) list.lastElementChild!.remove();
}

/** Does `work` with the next picture, once for all calls until then. */
export function withNextFrame(work: () => void): () => void {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      work();
    });
  };
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** The time of day, as `<time>`. */
export function timeOf(at: Date): HTMLTimeElement {
  return element("time", { datetime: at.toISOString(), title: at.toLocaleString() }, clock.format(at));
}

/** A state as a word on its colour. */
export function stateChip(state: string): HTMLElement {
  return element("span", { class: "chip", "data-state": state }, state);
}

/** Milliseconds as one reads them. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** "1 segment", "2 segments". */
export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
