// Decoded PDUs as lines of text, for terminals and logs.

import type { DecodedPdu, Fault, Field } from "../../engine/explained.ts";
import { toHex } from "../../decoder/input/hex.ts";
import { decodeEntry, isResponse, type Entry } from "../../decoder/model/entry.ts";
import type { Finding } from "../../decoder/model/finding.ts";
import { meaningOf } from "../../decoder/model/nodes.ts";
import { duration } from "../../decoder/model/pair.ts";
import type { Reading } from "../../decoder/model/reading.ts";

/** An entry as text: its number if it is one of several, where it was, its PDU as far as it goes, and what belongs to it. */
export function explainEntry(index: number, entries: Entry[], { directed, streams }: Pick<Reading, "directed" | "streams">, strict: boolean): string {
  const entry = entries[index]!;
  const pdu = decodeEntry(entry);
  const facts = [
    directed ? (entry.direction === 0 ? "from the client" : "from the server") : "",
    streams.length > 1 ? `stream ${entry.stream + 1}` : "",
    entry.time === undefined ? "" : timeText(entry.time),
    partnerText(entry, entries),
  ].filter((fact) => fact !== "");
  // The number that "answered by PDU 4" refers to.
  const number = entries.length > 1 ? `PDU ${index + 1}: ` : "";
  if (!pdu) return [`${number}${entry.octets.length} octets that are no PDU: ${toHex(entry.octets.subarray(0, 32), " ")}`, ...(entry.broken ? [`  ${explainFault(entry.broken)}`] : [])].join("\n");
  return [`${number}${explain(pdu, streams.length > 0 ? 0 : entry.offset, strict)}`, ...(facts.length > 0 ? [`  ${facts.join(", ")}`] : [])].join("\n");
}

function partnerText({ partner, time, ...entry }: Entry, entries: Entry[]): string {
  if (partner === undefined) return "";
  const other = entries[partner]!;
  const took = time === undefined || other.time === undefined ? "" : ` after ${duration(Math.abs(time - other.time))}`;
  return isResponse(entry) ? `answers PDU ${partner + 1}${took}` : `answered by PDU ${partner + 1}${took}`;
}

function timeText(time: number): string {
  const text = new Date(time).toISOString();
  return time < 86_400_000 ? text.slice(11, -1) : text;
}

/** What is no PDU, as text. */
export function explainFinding({ title, rows, advice }: Finding): string {
  return [title, ...rows.map(([name, value]) => `  ${name}: ${escape(value)}`), ...(advice === "" ? [] : [`  ${advice}`])].join("\n");
}

/** A PDU as text: a line for the header, each field and TLV, what the message says, and each fault. */
function explain(pdu: DecodedPdu, offset: number, strict: boolean): string {
  const lines = [`${pdu.command}  sequence ${pdu.sequence}  ${pdu.statusName}  ${pdu.commandLength} octets${offset === 0 ? "" : `  at ${offset}`}`];
  for (const field of [...pdu.fields, ...pdu.tlvs]) lines.push(...fieldLines(field, "  "));
  if (pdu.text) lines.push(`  text (${pdu.text.encoding}): ${quote(pdu.text.value)}`);
  if (pdu.udh?.length) lines.push("  user data header:", ...pdu.udh.flatMap((field) => fieldLines(field, "    ")));
  if (pdu.receipt) lines.push(`  receipt: message ${escape(pdu.receipt.messageId)} is ${pdu.receipt.status}${pdu.receipt.final ? "" : ", not final"}`);
  lines.push(...pdu.faults.filter(({ severity }) => strict || severity === "error").map((fault) => `  ${explainFault(fault)}`));
  return lines.join("\n");
}

/** A fault as a line: where, what, and what the specification says. */
function explainFault({ severity, kind, field, offset, expected, found, section }: Fault): string {
  const place = field ? `${offset}, ${field}` : `${offset}`;
  const detail = [expected && `expected ${expected}`, found && `found ${escape(found)}`, section && `see ${section}`].filter(Boolean);
  return `${severity} at ${place}: ${[kind, ...detail].join(", ")}`;
}

function fieldLines(field: Field, indent: string): string[] {
  const tag = "tag" in field ? ` (0x${Number(field.tag).toString(16).padStart(4, "0")})` : "";
  const value = field.value instanceof Uint8Array ? toHex(field.value, " ") : typeof field.value === "object" ? "" : typeof field.value === "string" ? quote(field.value) : String(field.value);
  const meaning = field.meaning ? `  ${meaningOf(field)}` : "";
  const children = field.children ?? (Array.isArray(field.value) ? field.value : []);
  return [`${indent}${String(field.offset).padStart(5)}  ${field.name}${tag}: ${value}${meaning}`, ...children.flatMap((child) => fieldLines(child, `${indent}  `))];
}

/** Quoted, with control characters escaped: what came off a wire must not command a terminal. */
function quote(text: string): string {
  return escape(JSON.stringify(text));
}

function escape(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
