// Messages that came in, the newest first.

import { addressText } from "../model/address.ts";
import type { InboundView } from "../model/views.ts";
import { call } from "./api.ts";
import { byId, element, timeOf, trim } from "./dom.ts";

const SHOWN = 100;
const list = byId<HTMLUListElement>("inbound");
const known = new Set<string>();

export async function loadInbound(): Promise<void> {
  const { messages } = await call<{ messages: InboundView[] }>("GET", `v1/inbound?limit=${SHOWN}`);
  for (const message of messages.reverse()) showInbound(message, new Date(message.at ?? 0));
}

export function showInbound(message: InboundView, at: Date): void {
  if (known.has(message.id)) return;
  known.add(message.id);
  list.prepend(element("li", { class: "received" },
    timeOf(at),
    element("span", { class: "address" }, `${addressText(message.from)} → ${addressText(message.to)}`),
    element("p", {}, message.text ?? message.binary ?? "")));
  trim(list, SHOWN);
}

export function clearInbound(): void {
  known.clear();
  list.replaceChildren();
}
