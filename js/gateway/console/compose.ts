// The form that sends, with a count of what the text comes to.

import type { Preview } from "../model/views.ts";
import { ApiError, call } from "./api.ts";
import { byId, count, element, setText } from "./dom.ts";

/** Milliseconds without a keystroke before the text is counted. */
const PAUSE = 120;
const NAMES: Record<string, string> = { gsm7: "GSM 7-bit", ucs2: "UCS-2", latin1: "Latin-1", ascii: "ASCII" };

const form = byId<HTMLFormElement>("compose");
const text = byId<HTMLTextAreaElement>("text");
const counter = byId("counter");
const bar = byId("segments");
const missing = byId("unencodable");
const said = byId("said");
let timer: ReturnType<typeof setTimeout> | undefined;
let counting: AbortController | undefined;

/** Starts the form. `sent` gets the id of what was stored. */
export function startCompose(sent: (id: string) => void): void {
  form.addEventListener("input", countSoon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(sent);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  countSoon();
}

/** Counts the text again: with another key it may be counted now. */
export function countSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void recount(), PAUSE);
}

function content(): Record<string, unknown> {
  const fields = new FormData(form);
  const encoding = String(fields.get("encoding"));
  return { text: text.value, ...(encoding === "auto" ? {} : { encoding }), ...(fields.has("flash") ? { flash: true } : {}) };
}

async function recount(): Promise<void> {
  counting?.abort();
  counting = new AbortController();
  try {
    show(await call<Preview>("POST", "v1/messages/preview", content(), counting.signal));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    setText(counter, error instanceof ApiError && error.problem.status !== 401 ? error.message : "");
    bar.replaceChildren();
    setText(missing, "");
  }
}

function show({ encoding, segments, units, remaining, unencodable }: Preview): void {
  const name = NAMES[encoding] ?? encoding;
  setText(counter, unencodable.length > 0 ? name : `${name} · ${count(units, "unit")} · ${count(segments, "segment")} · ${remaining} left`);
  bar.replaceChildren(...Array.from({ length: Math.min(segments, 24) }, (_, i) => {
    const full = i < segments - 1 ? 100 : Math.round(100 * units / Math.max(1, units + remaining) * segments - 100 * i);
    const segment = element("span");
    segment.style.setProperty("--full", `${Math.min(100, Math.max(0, full))}%`);
    return segment;
  }));
  text.setAttribute("aria-invalid", String(unencodable.length > 0));
  const chars = [...new Set(unencodable.map(({ char }) => char))];
  const shown = chars.slice(0, 12).map((char) => `“${char}”`).join(" ");
  setText(missing, chars.length === 0 ? "" : `${name} can't carry ${shown}${chars.length > 12 ? ` and ${chars.length - 12} more` : ""}`);
}

async function send(sent: (id: string) => void): Promise<void> {
  const fields = new FormData(form);
  const from = String(fields.get("from"));
  const body = { ...(from === "" ? {} : { from }), to: String(fields.get("to")), ...content() };
  const button = form.querySelector("button")!;
  button.disabled = true;
  try {
    const { id, segments } = await call<{ id: string; segments: number }>("POST", "v1/messages", body);
    say(`Stored in ${count(segments, "segment")}: it is on its way`, false);
    sent(id);
  } catch (error) {
    say((error as Error).message, true);
  } finally {
    button.disabled = false;
  }
}

function say(words: string, isFault: boolean): void {
  said.classList.toggle("fault", isFault);
  setText(said, words);
}
