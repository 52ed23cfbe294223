// A decoded PDU as a tree of ranges of octets, one row each.

import { statusMeaning } from "../../engine/codec.ts";
import type { DecodedPdu, Field } from "../../engine/explained.ts";
import { toHex } from "../input/hex.ts";

/** What a field is about, for its colour. */
export type Kind = "frame" | "address" | "text" | "time" | "name" | "option" | "tlv";

export interface Node {
  name: string;
  /** The octets from `start` up to `end`, from the start of the PDU. */
  start: number;
  end: number;
  /** Empty where the children say it. */
  value: string;
  meaning: string;
  kind: Kind;
  /** From 1. */
  level: number;
  /** Index of the node this one is in; -1 if none. */
  parent: number;
  hasChildren: boolean;
  /** Index among its siblings, from 0. */
  position: number;
  siblings: number;
  /** A fault or hint is about it. */
  flagged: boolean;
}

interface Draft {
  name: string;
  start: number;
  end: number;
  value?: string;
  meaning?: string | undefined;
  kind: Kind;
  children?: Draft[];
}

/** All nodes, parents before their children. */
export function nodesOf(pdu: DecodedPdu, flagged: { field?: string | undefined; offset: number }[]): Node[] {
  const fields = pdu.fields.map((field) => fromField(field, kindOf(field.name), pdu));
  const tlvs = pdu.tlvs.map((tlv) => {
    const draft = fromField(tlv, "tlv", pdu);
    const tag = `0x${tlv.tag.toString(16).padStart(4, "0")}`;
    // Tag and length are the four octets before the value.
    return { ...draft, name: tlv.name === "unknown" ? `TLV ${tag}` : tlv.name, meaning: draft.meaning ?? (tlv.name === "unknown" ? "" : tag), start: tlv.offset - 4 };
  });
  const roots: Draft[] = [header(pdu)];
  if (fields.length > 0) roots.push(group("body", fields));
  if (tlvs.length > 0) roots.push(group("optional parameters", tlvs));
  const nodes: Node[] = [];
  add(nodes, roots, 1, -1);
  for (const { field, offset } of flagged) {
    const node = nodes.find((node) => node.name === field && node.start <= offset && offset <= node.end) ?? nodes.find((node) => node.name === field);
    for (let at = node ? nodes.indexOf(node) : -1; at >= 0; at = nodes[at]!.parent) nodes[at]!.flagged = true;
  }
  return nodes;
}

function header(pdu: DecodedPdu): Draft {
  const part = (name: string, start: number, value: string, meaning: string): Draft => ({ name, start, end: Math.min(start + 4, pdu.bytes.length), value, meaning, kind: "frame" });
  const hex = (value: number) => `0x${value.toString(16).padStart(8, "0")}`;
  return group("header", [
    part("command_length", 0, String(pdu.commandLength), ""),
    part("command_id", 4, hex(pdu.commandId), pdu.command),
    part("command_status", 8, hex(pdu.status), [pdu.statusName, statusMeaning(pdu.status)].filter((text) => text !== "").join(": ")),
    part("sequence_number", 12, String(pdu.sequence), ""),
  ]);
}

function group(name: string, children: Draft[]): Draft {
  return { name, start: children[0]!.start, end: children.at(-1)!.end, kind: "frame", children };
}

function fromField(field: Field, kind: Kind, pdu: DecodedPdu): Draft {
  const list = Array.isArray(field.value) ? field.value : (field.children ?? []);
  const end = field.offset + field.length;
  const children = [...list.map((child) => fromField(child, kind, pdu)), ...contentOf(field, pdu)];
  return { name: field.name, start: field.offset, end, value: valueText(field.value), meaning: meaningOf(field), kind, children };
}

/** What a field's value means, in words. A value whose name is also its meaning is named once. */
export function meaningOf({ meaning }: Field): string | undefined {
  return meaning?.replace(/^(.+): \1$/, "$1");
}

/** The user data header and text of the field that carries the message. */
function contentOf({ name, offset, length }: Field, pdu: DecodedPdu): Draft[] {
  if (length === 0 || (name !== "short_message" && name !== "message_payload") || !pdu.text) return [];
  const udh = pdu.udh ?? [];
  const inside = udh.length > 0 && udh[0]!.offset === offset;
  if (udh.length > 0 && !inside) return [];
  const parts = inside ? [group("user data header", udh.map((element) => fromField(element, "option", pdu)))] : [];
  const start = inside ? offset + 1 + Number(udh[0]!.value) : offset;
  if (pdu.text.encoding === "binary") return parts;
  return [...parts, { name: "text", start, end: offset + length, value: printable(pdu.text.value), meaning: pdu.text.encoding, kind: "text" }];
}

function valueText(value: Field["value"]): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return value === "" ? "" : printable(value);
  return value instanceof Uint8Array ? toHex(value.subarray(0, 4_096), " ") : `${value.length}`;
}

/** Control and format characters made visible. */
export function printable(text: string): string {
  return text.replace(/\n/g, "↵").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, "0")}`);
}

const KINDS: [Kind, RegExp][] = [
  ["text", /^(short_message|message_payload|sm_length|data_coding|text)$/],
  ["time", /time|period|date/],
  ["address", /addr|_ton$|_npi$|^dest_|^number_of_dests|^no_unsuccess|^unsuccess/],
  ["name", /^(system_id|password|system_type|message_id|service_type|interface_version)$/],
];

export function kindOf(name: string): Kind {
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? "option";
}

function add(nodes: Node[], drafts: Draft[], level: number, parent: number): void {
  drafts.forEach((draft, position) => {
    const { name, start, end, value = "", meaning = "", kind, children = [] } = draft;
    const index = nodes.push({ name, start, end, value, meaning, kind, level, parent, hasChildren: children.length > 0, position, siblings: drafts.length, flagged: false }) - 1;
    add(nodes, children, level + 1, index);
  });
}

/** The node that says most about an octet: the smallest around it, but the field where bit fields share it; -1 if none does. */
export function nodeAt(nodes: Node[], offset: number): number {
  let best = -1;
  nodes.forEach(({ start, end }, index) => {
    if (start > offset || offset >= end) return;
    if (best < 0 || nodes[best]!.level === 1 || end - start < nodes[best]!.end - nodes[best]!.start) best = index;
  });
  return best;
}

/** For each octet the kind of its node, for colours. */
export function kindsOf(nodes: Node[], length: number): (Kind | undefined)[] {
  const kinds = new Array<Kind | undefined>(length).fill(undefined);
  // Children come after their parents and paint over them.
  for (const { start, end, kind } of nodes) kinds.fill(kind, start, end);
  return kinds;
}
