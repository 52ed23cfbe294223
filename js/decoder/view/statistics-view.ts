// Statistics as tables, and the rate as bars.

import { duration } from "../model/pair.ts";
import type { Statistics } from "../model/statistics.ts";
import { h } from "./dom.ts";

const number = (value: number) => value.toLocaleString("en");

export function statisticsCards({ pdus, octets, faulty, commands, statuses, receipts, rate }: Statistics): HTMLElement[] {
  const timed = commands.some(({ latency }) => latency !== undefined);
  const cards = [
    card(
      "By command",
      `${number(pdus)} PDUs, ${number(octets)} octets${faulty > 0 ? `, ${number(faulty)} with faults` : ""}`,
      table(
        ["Command", "PDUs", "Octets", "Faulty", "Unanswered", ...(timed ? ["Median", "95 %", "99 %", "Longest"] : [])],
        commands.map(({ command, count, octets, faulty, unanswered, latency }) => [
          command,
          ...[count, octets, faulty, unanswered].map(number),
          ...(timed ? (latency ? [latency.median, latency.p95, latency.p99, latency.max].map(duration) : ["", "", "", ""]) : []),
        ]),
      ),
    ),
  ];
  if (statuses.length > 0) cards.push(card("By status", "of responses", table(["Response", "Status", "PDUs"], statuses.map(({ command, status, name, count }) => [command, name === "unknown" ? `0x${status.toString(16).padStart(8, "0")}` : name, number(count)]))));
  if (receipts.length > 0) cards.push(card("Receipts", "by what they say", table(["Status", "PDUs"], receipts.map(({ status, count }) => [status, number(count)]))));
  if (rate) cards.push(rateCard(rate));
  return cards;
}

function card(title: string, aside: string, ...children: HTMLElement[]): HTMLElement {
  return h("section", { class: "card" }, h("h3", {}, title, h("span", { class: "aside" }, aside)), ...children);
}

function table(head: string[], rows: string[][]): HTMLElement {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": `Table by ${head[0]!.toLowerCase()}` },
    h(
      "table",
      { class: "statistics" },
      h("thead", {}, h("tr", {}, ...head.map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", {}, ...rows.map(([first, ...cells]) => h("tr", {}, h("th", { scope: "row" }, first), ...cells.map((cell) => h("td", {}, cell))))),
    ),
  );
}

const WIDTH = 600;
const HEIGHT = 80;

/** A bar for each step: responses on top of requests. */
function rateCard({ from, to, step, requests, responses, perSecond, peakPerSecond }: NonNullable<Statistics["rate"]>): HTMLElement {
  const most = Math.max(...requests.map((count, i) => count + responses[i]!), 1);
  const width = WIDTH / requests.length;
  const label = `${perSecond.toFixed(1)} PDUs a second over ${duration(to - from)}, at most ${number(peakPerSecond)} in one second`;
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "rate", role: "img", "aria-label": `PDUs by time: ${label}`, preserveAspectRatio: "none" });
  requests.forEach((count, i) => {
    const [low, high] = [(count / most) * HEIGHT, (responses[i]! / most) * HEIGHT];
    const bar = (kind: string, y: number, height: number) => height > 0 && chart.append(svg("rect", { class: kind, x: i * width, y, width: Math.max(1, width - 1), height }));
    bar("requests", HEIGHT - low, low);
    bar("responses", HEIGHT - low - high, high);
  });
  const key = h("p", { class: "quiet" }, h("span", { class: "key requests" }), "requests ", h("span", { class: "key responses" }), `responses, each bar ${duration(step)}, the highest ${number(most)} PDUs`);
  return card("Rate", label, h("div", {}, chart as unknown as HTMLElement), key);
}

function svg(tag: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
