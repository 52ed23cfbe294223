// Decoded PDUs as lines of text, for terminals and logs.

import type { DecodedPdu, Fault, Field } from "../../engine/explained.ts";

/** A PDU as text: a line for the header, each field and TLV, what the message says, and each fault. */
export function explain(pdu: DecodedPdu): string {
  const lines = [`${pdu.command}  sequence ${pdu.sequence}  ${pdu.statusName}  ${pdu.commandLength} octets  at ${pdu.offset}`];
  for (const field of [...pdu.fields, ...pdu.tlvs]) lines.push(...fieldLines(field, "  "));
  if (pdu.text) lines.push(`  text (${pdu.text.encoding}): ${quote(pdu.text.value)}`);
  if (pdu.udh?.length) lines.push("  user data header:", ...pdu.udh.flatMap((field) => fieldLines(field, "    ")));
  if (pdu.receipt) lines.push(`  receipt: message ${escape(pdu.receipt.messageId)} is ${pdu.receipt.status}${pdu.receipt.final ? "" : ", not final"}`);
  lines.push(...pdu.faults.map((fault) => `  ${explainFault(fault)}`));
  return lines.join("\n");
}

/** A fault as a line: where, what, and what the specification says. */
export function explainFault({ severity, kind, field, offset, expected, found, section }: Fault): string {
  const place = field ? `${offset}, ${field}` : `${offset}`;
  const detail = [expected && `expected ${expected}`, found && `found ${escape(found)}`, section && `see ${section}`].filter(Boolean);
  return `${severity} at ${place}: ${[kind, ...detail].join(", ")}`;
}

function fieldLines(field: Field, indent: string): string[] {
  const tag = "tag" in field ? ` (0x${Number(field.tag).toString(16).padStart(4, "0")})` : "";
  const value = field.value instanceof Uint8Array ? hex(field.value) : typeof field.value === "object" ? "" : typeof field.value === "string" ? quote(field.value) : String(field.value);
  const meaning = field.meaning ? `  ${field.meaning}` : "";
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

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
}
