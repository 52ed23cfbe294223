// Messages on their way: the newest first, each with its state, and its history one click away.

import { addressText } from "../model/address.ts";
import type { MessageView } from "../model/views.ts";
import { call } from "./api.ts";
import { byId, count, duration, element, setText, stateChip, timeOf, trim } from "./dom.ts";

/** Messages shown. */
const SHOWN = 100;
/** Least milliseconds between two requests for what changed. */
const PAUSE = 300;
/** With more changes than this the newest are asked for in one request. */
const SINGLE = 5;
/** In these states nothing is read out: another follows at once. */
const PASSING = new Set(["queued", "sent"]);
/** In these states a message may still be cancelled. */
const CANCELLABLE = new Set(["queued", "accepted"]);

const list = byId<HTMLUListElement>("messages");
const announced = byId("announced");
const rows = new Map<string, HTMLDetailsElement>();
/** Messages sent from this page, each with the state that was read out last. */
const own = new Map<string, string>();
const changed = new Set<string>();
let planned = false;

/** Shows the newest messages. */
export async function loadMessages(): Promise<void> {
  const { messages } = await call<{ messages: MessageView[] }>("GET", `v1/messages?limit=${SHOWN}`);
  for (const message of messages.reverse()) show(message);
}

/** A message came to a state at a time: the event names both, the rest is requested. */
export function messageChanged({ id, status }: { id: string; status: string }, at: number): void {
  const row = rows.get(id);
  if (row) setState(row, status, at);
  refreshSoon(id);
}

/** A message was sent from here. */
export function messageSent(id: string): void {
  own.set(id, "queued");
  refreshSoon(id);
}

/** Takes all messages away. */
export function clearMessages(): void {
  rows.clear();
  list.replaceChildren();
}

function refreshSoon(id: string): void {
  changed.add(id);
  if (planned) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    void refresh();
  }, PAUSE);
}

async function refresh(): Promise<void> {
  const ids = [...changed];
  changed.clear();
  try {
    if (ids.length > SINGLE) await loadMessages();
    else for (const id of ids) show(await call<MessageView>("GET", `v1/messages/${id}`));
  } catch {
    // The stream says when the gateway can't be reached, and all is loaded again when it can.
  }
}

function show(message: MessageView): void {
  const row = rows.get(message.id) ?? add(message);
  setState(row, message.status, Date.parse(message.updatedAt));
  if (row.open) showHistory(row, message);
  else row.addEventListener("toggle", () => void open(row, message.id), { once: true });
}

function add(message: MessageView): HTMLDetailsElement {
  const row = element("details", { "data-id": message.id },
    element("summary", {},
      timeOf(new Date(message.createdAt)),
      element("span", { class: "address" }, addressText(message.to)),
      element("span", { class: "text" }, message.text ?? `${(message.binary ?? "").length / 2} octets`),
      stateChip(message.status)),
    element("div", { class: "history" }));
  rows.set(message.id, row);
  list.prepend(element("li", {}, row));
  trim(list, SHOWN);
  for (const [id, { isConnected }] of rows) if (!isConnected) rows.delete(id);
  return row;
}

/** Shows the state of a time, unless a later one is shown: an answer to an earlier request may come last. */
function setState(row: HTMLDetailsElement, status: string, at: number): void {
  if (at >= Number(row.dataset["at"] ?? 0)) {
    row.dataset["at"] = String(at);
    const chip = row.querySelector<HTMLElement>(".chip")!;
    chip.dataset["state"] = status;
    setText(chip, status);
  }
  announce(row);
}

/** Reads out what became of a message that was sent from here, once. */
function announce(row: HTMLDetailsElement): void {
  const id = row.dataset["id"]!;
  const status = row.querySelector<HTMLElement>(".chip")!.dataset["state"]!;
  const said = own.get(id);
  if (said === undefined || said === status || PASSING.has(status)) return;
  own.set(id, status);
  setText(announced, `Message to ${row.querySelector(".address")!.textContent}: ${status}`);
}

async function open(row: HTMLDetailsElement, id: string): Promise<void> {
  if (!row.open) return;
  try {
    showHistory(row, await call<MessageView>("GET", `v1/messages/${id}`));
  } catch (error) {
    row.querySelector(".history")!.replaceChildren(element("p", { class: "fault" }, (error as Error).message));
  }
}

function showHistory(row: HTMLDetailsElement, message: MessageView): void {
  if (message.updatedAt < (row.dataset["updated"] ?? "")) return;
  row.dataset["updated"] = message.updatedAt;
  const facts: [string, string][] = [
    ["From", addressText(message.from ?? "")], ["To", addressText(message.to)], ["Text", message.text ?? message.binary ?? ""],
    ["Encoding", `${message.encoding}, ${count(message.segments, "segment")}`],
    ["SMSC's id", message.parts.map(({ messageId }) => messageId).filter(Boolean).join(", ")],
    ["Scheduled for", message.scheduledAt === undefined ? "" : new Date(message.scheduledAt).toLocaleString()],
    ["Route", message.route ?? ""], ["Tag", message.tag ?? ""],
    ["Link", `${message.account}/${message.link}`], ["Id", message.id],
    ["Reason", [message.error?.smpp?.name, message.error?.detail].filter(Boolean).join(": ")],
  ];
  const shown = facts.filter(([, value]) => value !== "").map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  const steps = message.history.map(({ status, at, segment }, i) => {
    const which = segment === undefined || message.segments === 1 ? [] : [element("span", { class: "quiet" }, `segment ${segment + 1}`)];
    const since = i === 0 ? [] : [element("span", { class: "quiet" }, `+ ${duration(Date.parse(at) - Date.parse(message.history[i - 1]!.at))}`)];
    return element("li", {}, stateChip(status), ...which, timeOf(new Date(at)), ...since);
  });
  const actions = CANCELLABLE.has(message.status) ? [cancelButton(row, message.id)] : [];
  row.querySelector(".history")!.replaceChildren(element("ol", { class: "steps", "aria-label": "States" }, ...steps), element("dl", { class: "facts" }, ...shown), ...actions);
}

function cancelButton(row: HTMLDetailsElement, id: string): HTMLElement {
  const button = element("button", { type: "button", class: "small" }, "Cancel this message");
  button.addEventListener("click", () => {
    button.disabled = true;
    call<MessageView>("DELETE", `v1/messages/${id}`).then((message) => showHistory(row, message), (error: Error) => {
      button.replaceWith(element("p", { class: "fault", role: "alert" }, error.message));
    });
  });
  return button;
}
