// The console: what the gateway is doing, live, and a form to send with.

import { nextTheme, showTheme } from "../../decoder/view/theme.ts";
import type { InboundView, LinkView, PduView } from "../model/views.ts";
import { ApiError, call, follow, key, type StreamEvent } from "./api.ts";
import { countSoon, startCompose } from "./compose.ts";
import { byId, setText } from "./dom.ts";
import { clearInbound, loadInbound, showInbound } from "./inbound.ts";
import { countAccepted, showLinks } from "./links.ts";
import { clearMessages, loadMessages, messageChanged, messageSent } from "./messages.ts";
import { clearPdus, notePdus, showPdu } from "./pdus.ts";

/** Milliseconds between two looks at the links' figures. */
const LOOK = 2_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;

const live = byId("live");
const keyForm = byId<HTMLFormElement>("key-form");
const keyField = byId<HTMLInputElement>("key");
const keySaid = byId("key-said");

let lastEventId: string | undefined;
let stop = new AbortController();

function setLive(state: "live" | "connecting" | "lost" | "locked", words: string): void {
  live.dataset["state"] = state;
  setText(live, words);
}

function take({ id, type, data }: StreamEvent): void {
  lastEventId = id;
  const at = new Date(Number(id));
  if (type === "message") {
    const change = data as { id: string; status: string };
    const [, account, link] = change.id.split("-");
    if (change.status === "accepted") countAccepted(`${account}/${link}`, at.getTime());
    messageChanged(change, at.getTime());
  } else if (type === "inbound") showInbound(data as InboundView, at);
  else if (type === "pdu") showPdu(data as PduView, at);
  else if (type === "link") void look();
}

async function look(): Promise<void> {
  const { links } = await call<{ links: LinkView[] }>("GET", "v1/links");
  showLinks(links, Date.now());
}

/** Follows the events; a key that may not see PDUs gets the others. */
async function stream(signal: AbortSignal): Promise<void> {
  try {
    await read("v1/events?pdus=true", signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.status !== 403) throw error;
    notePdus("To see PDUs the key needs the scope “admin”.");
    await read("v1/events", signal);
  }
}

async function read(path: string, signal: AbortSignal): Promise<void> {
  for await (const event of follow(path, lastEventId, signal)) {
    if (live.dataset["state"] !== "live") {
      setLive("live", "Live");
      openGate();
      await Promise.all([look(), loadMessages(), loadInbound()]);
    }
    if (event) take(event);
  }
}

/** Stays connected until `stop`. */
async function run(): Promise<void> {
  const { signal } = stop;
  setLive("connecting", "Connecting …");
  for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(LONGEST_WAIT, 2 * wait)) {
    const began = Date.now();
    try {
      await stream(signal);
      setLive("connecting", "Connecting …");
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && [401, 403].includes(error.problem.status)) return closeGate(error);
      setLive("lost", error instanceof ApiError ? error.message : "The gateway can't be reached; trying again");
    }
    if (Date.now() - began > LONGEST_WAIT) wait = FIRST_WAIT;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** A key is needed, or another one. */
function closeGate({ problem, message }: ApiError): void {
  const wrong = problem.status === 401 ? "The gateway does not know this key." : message;
  setLive("locked", "An API key is needed");
  setText(keySaid, key.get() === "" ? "This gateway asks for an API key." : wrong);
  keyField.setAttribute("aria-invalid", String(key.get() !== ""));
  document.body.dataset["gate"] = "closed";
  keyField.focus();
}

function openGate(): void {
  setText(keySaid, key.get() === "" ? "" : "The key is kept until this tab is closed.");
  keyField.setAttribute("aria-invalid", "false");
  document.body.dataset["gate"] = "open";
}

keyForm.addEventListener("submit", (event) => {
  event.preventDefault();
  key.set(keyField.value.trim());
  stop.abort();
  stop = new AbortController();
  lastEventId = undefined;
  notePdus("");
  for (const clear of [clearMessages, clearInbound, clearPdus]) clear();
  countSoon();
  void run();
});

showTheme();
byId("theme").addEventListener("click", nextTheme);
keyField.value = key.get();
startCompose(messageSent);
setInterval(() => {
  if (live.dataset["state"] === "live" && document.visibilityState === "visible") look().catch(() => {});
}, LOOK);
void run();
