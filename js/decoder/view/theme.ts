// Light or dark: as the system has it, or as chosen.

import { byId } from "./dom.ts";

const THEMES = ["auto", "light", "dark"];
const KEY = "theme";

function chosen(): string {
  try {
    return localStorage.getItem(KEY) ?? "auto";
  } catch {
    return "auto"; // storage is off
  }
}

export function showTheme(theme = chosen()): void {
  document.documentElement.dataset["theme"] = theme;
  byId("theme").textContent = `Theme: ${theme}`;
}

export function nextTheme(): void {
  const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset["theme"] ?? "auto") + 1) % THEMES.length]!;
  showTheme(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds for this visit.
  }
}
