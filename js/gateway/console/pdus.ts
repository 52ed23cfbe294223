// The PDUs as they pass, the newest first. Each opens in the decoder.

import type { PduView } from "../model/views.ts";
import { byId, element, setText, timeOf, trim, withNextFrame } from "./dom.ts";

const SHOWN = 300;
/** Longest PDU that goes into an address, in hexadecimal digits: some programs cut off longer addresses. */
const LONGEST = 8_000;

const list = byId<HTMLUListElement>("pdus");
const note = byId("pdus-note");
const pause = byId<HTMLButtonElement>("pause");
let waiting: { pdu: PduView; at: Date }[] = [];
let paused = false;

const draw = withNextFrame(() => {
  if (paused) return;
  list.prepend(...waiting.reverse().map(line));
  waiting = [];
  trim(list, SHOWN);
});

pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  draw();
});

export function showPdu(pdu: PduView, at: Date): void {
  waiting.push({ pdu, at });
  if (waiting.length > SHOWN) waiting.shift();
  draw();
}

/** Says why there are none. */
export function notePdus(text: string): void {
  setText(note, text);
}

export function clearPdus(): void {
  waiting = [];
  list.replaceChildren();
}

function line({ pdu, at }: { pdu: PduView; at: Date }): HTMLElement {
  const out = pdu.direction === "out";
  const refused = pdu.status === 0 ? [] : [element("span", { class: "fault" }, pdu.statusName)];
  const parts = [
    timeOf(at),
    element("span", { class: out ? "way out" : "way in" }, out ? "to SMSC" : "from SMSC"),
    element("span", { class: "command" }, pdu.command),
    ...refused,
    element("span", { class: "quiet" }, `#${pdu.sequence} · ${pdu.pdu.length / 2} octets`),
  ];
  if (pdu.pdu.length > LONGEST) return element("li", {}, element("span", { class: "pdu" }, ...parts));
  return element("li", {}, element("a", { class: "pdu", href: `decoder/#pdu=${base64Url(pdu.pdu)}`, target: "_blank", rel: "noopener" }, ...parts));
}

/** As the decoder takes PDUs behind the #. */
function base64Url(hex: string): string {
  const octets = String.fromCharCode(...hex.match(/../g)!.map((digits) => parseInt(digits, 16)));
  return btoa(octets).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
