// All PDUs of an input for other programs: as CSV, a line each, or as JSON.

import type { DecodedPdu, Field } from "../../engine/explained.ts";
import { toHex } from "../input/hex.ts";
import { decodeEntry, isResponse, type Entry } from "./entry.ts";
import type { Reading } from "./reading.ts";

const COLUMNS = ["number", "time", "stream", "direction", "command", "sequence", "status", "status_name", "from", "to", "text", "message_id", "valid", "octets", "answers", "latency_ms", "bytes"];

/** Where an entry stands among all, and those. */
interface Place {
  entry: Entry;
  index: number;
  entries: Entry[];
}

/** Milliseconds from a request to this response. */
function latencyOf({ entry, entries }: Place): number | undefined {
  const request = isResponse(entry) && entry.partner !== undefined ? entries[entry.partner] : undefined;
  return request?.time === undefined || entry.time === undefined ? undefined : Math.round((entry.time - request.time) * 1_000) / 1_000;
}

const directionOf = ({ direction }: Entry, directed: boolean) => (directed ? (direction === 0 ? "from-client" : "from-server") : undefined);

/** The lines of a CSV file, its head first; times in UTC. @param shown indices of the entries, all unless given */
export function* csvLines({ entries, directed }: Pick<Reading, "entries" | "directed">, shown: Iterable<number> = entries.keys()): Generator<string> {
  yield `${COLUMNS.join(",")}\r\n`;
  for (const index of shown) {
    const entry = entries[index]!;
    const answers = isResponse(entry) && entry.partner !== undefined ? entry.partner + 1 : "";
    const cells = [index + 1, timeText(entry.time), entry.stream + 1, directionOf(entry, directed) ?? "", entry.command, entry.sequence, entry.status, entry.statusName, entry.from, entry.to, entry.text, entry.messageId, entry.valid, entry.octets.length, answers, latencyOf({ entry, index, entries }) ?? "", toHex(entry.octets)];
    yield `${cells.map((cell) => csvCell(String(cell))).join(",")}\r\n`;
  }
}

/** RFC 4180; and what a spreadsheet would take for a formula is not to be one. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function timeText(time: number | undefined): string {
  if (time === undefined) return "";
  const text = new Date(time).toISOString();
  return time < 86_400_000 ? text.slice(11, -1) : text;
}

/** A JSON document in pieces: what was read, and each PDU with all its fields. @param strict names also what a tolerant reader lets pass */
export function* jsonPieces(reading: Reading, { strict = false, shown = reading.entries.keys() as Iterable<number> } = {}): Generator<string> {
  const { form, notes, streams, entries, findings, directed } = reading;
  const head = JSON.stringify({ form, notes, streams, ...(findings.length > 0 ? { findings: findings.map(({ kind, title, rows, advice }) => ({ kind, title, ...(advice === "" ? {} : { advice }), values: Object.fromEntries(rows) })) } : {}) });
  yield `${head.slice(0, -1)},"pdus":[`;
  let first = true;
  for (const index of shown) {
    const entry = entries[index]!;
    const object = { number: index + 1, ...placeObject({ entry, index, entries }, directed, streams.length > 0), ...pduObject(entry, strict) };
    yield `${first ? "" : ","}\n${JSON.stringify(object)}`;
    first = false;
  }
  yield "\n]}\n";
}

function placeObject(place: Place, directed: boolean, captured: boolean): object {
  const { entry } = place;
  const { partner, related, time } = entry;
  return {
    ...(time === undefined ? {} : { time: timeText(time) }),
    ...(captured ? { stream: entry.stream + 1 } : { offset: entry.offset }),
    direction: directionOf(entry, directed),
    ...(partner === undefined ? {} : isResponse(entry) ? { answers: partner + 1, latency: latencyOf(place) } : { answeredBy: partner + 1 }),
    ...(related === undefined ? {} : { related: related + 1 }),
  };
}

function pduObject(entry: Entry, strict: boolean): object {
  const pdu = decodeEntry(entry);
  return pdu ? asObject(pdu, strict) : { command: null, valid: false, faults: entry.broken ? [entry.broken] : [], bytes: toHex(entry.octets) };
}

/** Names and values, octets as hex. */
export function asObject(pdu: DecodedPdu, strict = true): object {
  const { command, commandId, status, statusName, sequence, text, receipt, valid } = pdu;
  const tlvs = pdu.tlvs.map((tlv) => ({ tag: tlv.tag, name: tlv.name, value: plain(tlv.value) }));
  const { raw: _raw, pdu: _pdu, ...rest } = receipt ?? { raw: undefined, pdu: undefined };
  const faults = pdu.faults.filter(({ severity }) => strict || severity === "error");
  return { command, commandId, status, statusName, sequence, valid, ...named(pdu.fields), tlvs, text, udh: pdu.udh && named(pdu.udh), receipt: receipt && rest, faults, bytes: toHex(pdu.bytes) };
}

function named(fields: Field[]): object {
  return Object.fromEntries(fields.map((field) => [field.name, plain(field.children && field.value instanceof Uint8Array ? field.children : field.value)]));
}

function plain(value: Field["value"]): unknown {
  return value instanceof Uint8Array ? toHex(value) : Array.isArray(value) ? value.map((item) => (Array.isArray(item.value) ? named(item.value) : plain(item.value))) : value;
}
