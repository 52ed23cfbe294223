// A form with a line for each field; each change is encoded at once.

import { encodeDraft, draftOf, InvalidDraft, type Draft, type DraftField } from "../model/draft.ts";
import type { DecodedPdu } from "../../engine/explained.ts";
import { countSegments } from "../../engine/segments.ts";
import { EngineError } from "../../engine/types.ts";
import { toHex } from "../input/hex.ts";
import { contentOf } from "../model/content.ts";
import { button, h } from "./dom.ts";

export interface EditorOptions {
  /** The octets after each change; undefined while they can't be written. */
  change: (octets: Uint8Array | undefined) => void;
  keep: (octets: Uint8Array) => void;
  cancel: () => void;
}

export function editor(pdu: DecodedPdu, options: EditorOptions): HTMLElement {
  const draft = draftOf(pdu);
  const problem = h("p", { class: "problem", role: "alert" });
  const inputs = new Map<string, HTMLInputElement | HTMLTextAreaElement>();
  let octets: Uint8Array | undefined;
  const keep = button("Use it", () => octets && options.keep(octets), { class: "primary" });

  const encode = () => {
    octets = undefined;
    let wrong: string | undefined;
    problem.textContent = "";
    try {
      octets = encodeDraft(draft);
    } catch (error) {
      wrong = error instanceof InvalidDraft || error instanceof EngineError ? error.field : undefined;
      problem.textContent = error instanceof InvalidDraft ? `${error.field} ${error.message}.` : `${(error as Error).message}.`;
    }
    for (const [name, input] of inputs) input.setAttribute("aria-invalid", String(name === wrong));
    keep.disabled = octets === undefined;
    options.change(octets);
  };

  const row = (label: string, text: string, set: (text: string) => void, long: boolean, extra?: HTMLElement) => {
    const id = `edit-${inputs.size}`;
    const attributes = { id, spellcheck: "false", autocomplete: "off", oninput: () => (set(input.value), encode()) };
    const input: HTMLInputElement | HTMLTextAreaElement = long ? h("textarea", { ...attributes, rows: 2 }) : h("input", attributes);
    input.value = text;
    inputs.set(inputs.has(label) ? id : label, input);
    return h("div", { class: "edit-row" }, h("label", { for: id }, label), input, extra);
  };
  const fieldRow = (field: DraftField, extra?: HTMLElement) => row(field.name === "unknown" ? `TLV 0x${field.tag!.toString(16)}` : field.name, field.text, (text) => (field.text = text), field.type === "octets" || field.type === "list", extra);

  const tlvRows = h("div", {}, ...draft.tlvs.map(tlvRow));
  function tlvRow(tlv: DraftField): HTMLElement {
    const line = fieldRow(tlv, button("Remove", () => {
      draft.tlvs.splice(draft.tlvs.indexOf(tlv), 1);
      line.remove();
      encode();
    }, { "aria-label": `Remove ${tlv.name}` }));
    return line;
  }
  const tag = h("input", { id: "new-tag", placeholder: "0x1400", size: 8, autocomplete: "off" });
  const addTlv = h("div", { class: "edit-row" }, h("label", { for: "new-tag" }, "Tag of a new TLV"), tag, button("Add", () => {
    const number = Number(tag.value);
    if (tag.value.trim() === "" || !Number.isInteger(number) || number < 0 || number > 0xffff) return void (problem.textContent = "A tag is a number up to 0xffff.");
    const tlv: DraftField = { name: "unknown", type: "octets", text: "", tag: number };
    draft.tlvs.push(tlv);
    tlvRows.append(tlvRow(tlv));
    encode();
  }));

  const form = h(
    "section",
    { class: "editor", "aria-label": "Edit the PDU" },
    h("div", { class: "edit-tools" }, keep, button("Cancel", options.cancel)),
    problem,
    textEditor(pdu, draft, inputs, encode),
    row("command_status", draft.status, (text) => (draft.status = text), false),
    row("sequence_number", draft.sequence, (text) => (draft.sequence = text), false),
    ...draft.fields.map((field) => fieldRow(field)),
    tlvRows,
    addTlv,
  );
  encode();
  return form;
}

/** The text as characters: writing it sets short_message or message_payload, and data_coding. */
function textEditor(pdu: DecodedPdu, draft: Draft, inputs: Map<string, HTMLInputElement | HTMLTextAreaElement>, encode: () => void): HTMLElement | undefined {
  const content = contentOf(pdu);
  const target = [...draft.fields, ...draft.tlvs].find(({ name }) => name === (draft.fields.some((field) => field.name === "short_message") && !pdu.tlvs.some((tlv) => tlv.name === "message_payload") ? "short_message" : "message_payload"));
  const coding = draft.fields.find(({ name }) => name === "data_coding");
  if (!target || !coding || (pdu.text?.encoding === "binary" && content)) return undefined;
  const counter = h("output", { for: "edit-text" });
  const input = h("textarea", {
    id: "edit-text",
    rows: 3,
    dir: "auto",
    oninput: () => {
      const { encoding, dataCoding, segments, units, parts } = countSegments(input.value, content?.header ? { udh: content.header.slice(1) } : {});
      counter.textContent = `${encoding}, ${units} units, ${segments === 1 ? "one SMS" : `${segments} SMS: only the first is put into this PDU`}`;
      target.text = toHex(parts[0]?.octets ?? new Uint8Array(0), " ");
      coding.text = String(dataCoding);
      inputs.get(target.name)!.value = target.text;
      inputs.get("data_coding")!.value = coding.text;
      encode();
    },
  });
  input.value = pdu.text?.value ?? "";
  return h("div", { class: "edit-row" }, h("label", { for: "edit-text" }, "text"), input, counter);
}
