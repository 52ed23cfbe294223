// Faults, notes, hints and status of a PDU, each leading to its octets.

import type { DecodedPdu } from "../../engine/explained.ts";
import { faultDetail, faultTitle, statusAdvice } from "../model/advice.ts";
import type { Hint } from "../model/lint.ts";
import { h } from "./dom.ts";

type Level = "error" | "note" | "hint" | "status";
const SIGNS: Record<Level, [sign: string, word: string]> = { error: ["✕", "Fault"], note: ["i", "Note"], hint: ["!", "Hint"], status: ["↩", "Refused"] };

/** More of a PDU are only counted. */
export const MOST_REMARKS = 100;

/** @param show asked to mark the field, or the octet, that a remark is about */
export function remarks(pdu: DecodedPdu, hints: Hint[], show: (field: string | undefined, offset: number) => void): HTMLElement[] {
  const status = statusAdvice(pdu.status, pdu.statusName);
  const items: HTMLElement[] = [];
  const add = (level: Level, title: string, detail: string, field: string | undefined, offset: number) => items.push(remark(level, title, detail, () => show(field, offset)));
  if (status) add("status", status.title, status.advice, "command_status", 8);
  const faults = pdu.faults.filter((fault) => !hints.some((hint) => fault.kind === "missing_user_data_header" && hint.field === "esm_class"));
  for (const fault of faults.filter(({ severity }) => severity === "error")) add("error", faultTitle(fault), faultDetail(fault), fault.field, fault.offset);
  for (const hint of hints) add("hint", hint.title, hint.advice, hint.field, hint.offset);
  for (const fault of faults.filter(({ severity }) => severity === "note")) add("note", faultTitle(fault), faultDetail(fault), fault.field, fault.offset);
  const left = items.length - MOST_REMARKS;
  return left > 0 ? [...items.slice(0, MOST_REMARKS), h("li", { class: "quiet" }, `and ${left} more`)] : items;
}

function remark(level: Level, title: string, detail: string, onclick: () => void): HTMLElement {
  const [sign, word] = SIGNS[level];
  return h(
    "li",
    { class: `remark ${level}` },
    h("span", { class: "sign", "aria-hidden": "true" }, sign),
    h("div", {}, h("button", { type: "button", class: "remark-title", onclick }, h("span", { class: "remark-word" }, `${word}: `), title), detail !== "" && h("p", {}, detail)),
  );
}
