// A file that the page made, saved by the browser.

import { h } from "./dom.ts";

export function save(name: string, type: string, pieces: Iterable<string>): void {
  const url = URL.createObjectURL(new Blob([...pieces], { type }));
  h("a", { href: url, download: name }).click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
