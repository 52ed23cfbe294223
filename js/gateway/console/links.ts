// The links: state, window, rate and round trip.

import type { LinkView } from "../model/views.ts";
import { byId, duration, element, setText } from "./dom.ts";

/** Seconds over which the rate is taken. */
const SPAN = 10;

const list = byId<HTMLUListElement>("links");
const accepted: { link: string; at: number }[] = [];

/** Counts a message that the SMSC accepted on a link: for the rate. */
export function countAccepted(link: string, now: number): void {
  accepted.push({ link, at: now });
  if (accepted.length > 100_000) accepted.splice(0, 50_000);
}

/** Shows the links as they are. */
export function showLinks(links: LinkView[], now: number): void {
  while (accepted.length > 0 && accepted[0]!.at < now - SPAN * 1000) accepted.shift();
  for (const view of links) show(view, now);
  const present = new Set(links.map(nameOf));
  for (const item of [...list.children] as HTMLElement[]) if (!present.has(item.dataset["link"] ?? "")) item.remove();
}

function show(view: LinkView, now: number): void {
  const name = nameOf(view);
  const item = [...list.children].find((child) => (child as HTMLElement).dataset["link"] === name) as HTMLElement | undefined ?? add(name);
  const part = (wanted: string) => item.querySelector<HTMLElement>(`[data-part="${wanted}"]`)!;
  const chip = part("state");
  chip.dataset["state"] = view.state;
  setText(chip, view.state);
  setText(part("smsc"), `${view.systemId} at ${view.smsc}`);
  const meter = part("window") as HTMLMeterElement;
  meter.max = view.window;
  meter.value = view.inFlight;
  setText(part("in-flight"), `${view.inFlight} of ${view.window}`);
  setText(part("queued"), String(view.queued));
  const rate = accepted.filter(({ link }) => link === name).length / SPAN;
  setText(part("rate"), `${rate.toFixed(rate < 10 ? 1 : 0)}/s${view.rate === undefined ? "" : ` of ${view.rate}/s`}`);
  setText(part("rtt"), view.state === "bound" && view.rtt > 0 ? (view.rtt < 10 ? `${view.rtt.toFixed(1)} ms` : duration(view.rtt)) : "–");
  setText(part("error"), view.error === undefined ? "" : `${view.error}${retry(view, now)}`);
}

function retry({ retryAt }: LinkView, now: number): string {
  return retryAt === undefined ? "" : ` – next attempt in ${duration(Math.max(0, Math.ceil((Date.parse(retryAt) - now) / 1000) * 1000))}`;
}

function add(name: string): HTMLElement {
  const figure = (label: string, ...value: (Node | string)[]) => element("div", {}, element("dt", {}, label), element("dd", {}, ...value));
  const part = (wanted: string) => element("span", { "data-part": wanted });
  const item = element("li", { "data-link": name, class: "link" },
    element("div", { class: "link-name" }, element("strong", {}, name), element("span", { class: "chip", "data-part": "state" })),
    element("p", { class: "quiet", "data-part": "smsc" }),
    element("dl", { class: "figures" },
      figure("Window", part("in-flight"), element("meter", { "data-part": "window", min: "0", "aria-label": `Unanswered requests of link ${name}` })),
      figure("Waiting", part("queued")),
      figure("Rate", part("rate")),
      figure("Round trip", part("rtt"))),
    element("p", { class: "fault", "data-part": "error" }));
  list.append(item);
  return item;
}

function nameOf({ account, link }: { account: string; link: number }): string {
  return `${account}/${link}`;
}
