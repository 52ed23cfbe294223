// What can be explained though it is no PDU: a status, the text of a receipt, a user data header, a TPDU of GSM.

import { statusMeaning, statusName } from "../../engine/codec.ts";
import { decodePdus, parseReceipt, type Field, type Report } from "../../engine/explained.ts";
import { encodePdu } from "../../engine/codec.ts";
import { toHex } from "../input/hex.ts";
import { statusAdvice } from "./advice.ts";
import { otherReadings } from "./content.ts";
import { receiptRows } from "./receipt.ts";
import { readTpdu } from "./tpdu.ts";

export interface Finding {
  kind: "status" | "receipt" | "udh" | "tpdu";
  title: string;
  rows: [name: string, value: string][];
  /** What it means, and what to do. */
  advice: string;
}

/** Statuses have no more than these numbers, but for those of a vendor beyond. */
const LAST_STATUS = 0x4ff;

/** A text that is nothing but a status: its number, or its name with or without `ESME_`. */
export function statusIn(text: string): Finding[] {
  const given = text.trim().replace(/^["']|["',;]+$/g, "");
  const number = /^(?:command_?status|status|error|err|code)?\s*[:=]?\s*(0x[0-9a-f]{1,8}|0000[0-9a-f]{4}|[1-9]\d{0,3}|0)$/i.exec(given)?.[1];
  if (number !== undefined) return [byNumber(number.startsWith("0000") ? Number.parseInt(number, 16) : Number(number), number)];
  const name = /^(?:ESME_)?(R[A-Z_]{2,})$/i.exec(given)?.[1];
  const status = name === undefined ? undefined : numberOf(`ESME_${name.toUpperCase()}`);
  return status === undefined ? [] : [byNumber(status, given)];
}

/** Statuses that a text names, with other words around them. */
export function statusesWithin(text: string): Finding[] {
  const names = [...text.matchAll(/\bESME_R\w+/gi)].map(([name]) => numberOf(name.toUpperCase()));
  const numbers = [...text.matchAll(/(?:command_?status|status_?code|status|response|error(?: code)?)["']?\s*[:=]?\s*(0x[0-9a-f]{1,8}|0000[0-9a-f]{4})\b/gi)].map(([, number]) => Number.parseInt(number!.replace(/^0x/i, ""), 16));
  const found = new Set([...names, ...numbers].filter((status) => status !== undefined));
  return [...found].map((status) => byNumber(status, ""));
}

function numberOf(name: string): number | undefined {
  for (let status = 0; status <= LAST_STATUS; status++) if (statusName(status) === name) return status;
  return undefined;
}

function byNumber(status: number, given: string): Finding {
  const name = statusName(status);
  const rows: Finding["rows"] = [
    ["Number", `0x${status.toString(16).padStart(8, "0")}, ${status} in decimal`],
    ["Name", name === "unknown" ? "none in the specification" : name],
    ["Meaning", statusMeaning(status)],
  ];
  // 58 may be decimal, or hex that lost its prefix.
  const other = /^[1-9]\d{1,3}$/.test(given) ? Number.parseInt(given, 16) : undefined;
  if (other !== undefined && statusName(other) !== "unknown") rows.push(["If it is hexadecimal", `0x${other.toString(16).padStart(8, "0")}: ${statusName(other)}, ${statusMeaning(other)}`]);
  return { kind: "status", title: name === "unknown" ? `Status 0x${status.toString(16).padStart(8, "0")}` : name, rows: rows.filter(([, value]) => value !== ""), advice: statusAdvice(status, name)?.advice ?? "" };
}

const RECEIPT_KEY = /(?:^|[\s{"'[,|;(])(?:id|msgid|stat|sub|dlvrd|submit date|done date)["']?\s*[:=]/i;

/** The receipts whose text is given: one, or one a line. */
export function receiptsIn(text: string): Finding[] {
  const trimmed = text.trim();
  if (trimmed.length > 100_000 || !RECEIPT_KEY.test(trimmed)) return [];
  const lines = trimmed.split(/\r?\n/).filter((line) => line.trim() !== "");
  const each = lines.map(receiptOf);
  if (lines.length > 1 && each.every((receipt) => receipt !== undefined)) return each.map(fromReceipt);
  const one = receiptOf(lines.join(" ")) ?? each.find((receipt) => receipt !== undefined);
  return one ? [fromReceipt(one)] : [];
}

/** What stands in front of the first key, as the time of a log, is no part of the receipt. */
function receiptOf(line: string): Report | undefined {
  const start = line.search(/\b(?:id|msgid)["']?\s*[:=]/i);
  const texts = start > 0 ? [line.slice(start), line] : [line];
  return texts.map((text) => parseReceipt(text.trim())).find((receipt) => receipt !== undefined);
}

function fromReceipt(receipt: Report): Finding {
  return { kind: "receipt", title: `Delivery receipt: ${receipt.status}`, rows: receiptRows(receipt), advice: "" };
}

/** What octets are that hold no PDU. */
export function findingIn(octets: Uint8Array): Finding | undefined {
  return udhIn(octets) ?? tpduIn(octets);
}

/** A user data header, with its length in front or not, and with a message behind it or not. */
function udhIn(octets: Uint8Array): Finding | undefined {
  for (const data of [octets, Uint8Array.of(octets.length, ...octets)]) {
    const length = data[0]!;
    if (length < 2 || length >= data.length || !fits(data.subarray(1, length + 1))) continue;
    const pdu = encodePdu({ command: "data_sm", esm_class: 0x40, data_coding: 4, tlvs: { message_payload: data } });
    const elements = decodePdus(pdu, { maxPdu: pdu.length }).pdus[0]?.udh;
    if (!elements) continue;
    const body = data.subarray(length + 1);
    const known = elements.slice(1).some(({ name }) => !/unknown|reserved/i.test(name));
    if (!known) continue;
    const rows: Finding["rows"] = elements.flatMap((element) => elementRows(element));
    if (body.length > 0) {
      rows.push(["Message behind it", `${body.length} octets: ${toHex(body.subarray(0, 64), " ")}${body.length > 64 ? " …" : ""}`]);
      for (const { name, text } of otherReadings({ dataCoding: 4, header: data.subarray(0, length + 1), body, offset: 0 }, "").slice(0, 3)) rows.push([`read as ${name}`, text]);
    }
    return { kind: "udh", title: body.length > 0 ? "User data header and message" : "User data header", rows, advice: "This is a part of a message, and no PDU: short_message or message_payload begin so if esm_class has bit 0x40." };
  }
  return undefined;
}

/** Whether elements fill the header from its first octet to its last. */
function fits(header: Uint8Array): boolean {
  let at = 0;
  while (at + 2 <= header.length) at += 2 + header[at + 1]!;
  return at === header.length;
}

function elementRows({ name, value, meaning, children = [] }: Field): Finding["rows"] {
  const list = Array.isArray(value) ? value : children;
  const shown = (one: Field) => [one.value instanceof Uint8Array ? toHex(one.value, " ") : Array.isArray(one.value) ? "" : String(one.value), one.meaning ?? ""].filter((part) => part !== "").join(" · ");
  if (list.length === 0) return [[name, [value instanceof Uint8Array ? toHex(value, " ") : String(value), meaning ?? ""].filter((part) => part !== "").join(" · ")]];
  return [[name, list.map((child) => `${child.name} ${shown(child)}`).join(", ")]];
}

function tpduIn(octets: Uint8Array): Finding | undefined {
  const tpdu = readTpdu(octets);
  if (!tpdu) return undefined;
  const rows = tpdu.text === undefined ? tpdu.fields : [...tpdu.fields, ["Text", tpdu.text] as [string, string]];
  return { kind: "tpdu", title: `GSM TPDU: ${tpdu.type}`, rows, advice: "This is a TPDU of GSM, as modems send and receive it, and no PDU of SMPP." };
}
