// A PDU for pasting elsewhere.

import type { DecodedPdu, Field } from "../../engine/explained.ts";
import { hexPair, toHex } from "../input/hex.ts";

export type Form = "hex" | "c" | "json";

export function copyAs(form: Form, octets: Uint8Array, pdu: DecodedPdu | undefined): string {
  if (form === "hex") return toHex(octets);
  return form === "c" ? asArray(octets, pdu?.command ?? "") : JSON.stringify(pdu ? asObject(pdu) : { bytes: toHex(octets) }, undefined, 2);
}

function asArray(octets: Uint8Array, command: string): string {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += 12) lines.push(`  ${Array.from(octets.subarray(at, at + 12), (octet) => `0x${hexPair(octet)},`).join(" ")}`);
  return `/* ${command === "" ? "octets" : command}, ${octets.length} octets */\nstatic const unsigned char pdu[] = {\n${lines.join("\n")}\n};`;
}

/** Names and values, octets as hex. */
function asObject(pdu: DecodedPdu): object {
  const { command, status, statusName, sequence, text, receipt, faults } = pdu;
  const tlvs = pdu.tlvs.map((tlv) => ({ tag: tlv.tag, name: tlv.name, value: plain(tlv.value) }));
  const { raw: _raw, pdu: _pdu, ...rest } = receipt ?? { raw: undefined, pdu: undefined };
  return { command, status, statusName, sequence, ...named(pdu.fields), tlvs, text, receipt: receipt && rest, faults, bytes: toHex(pdu.bytes) };
}

function named(fields: Field[]): object {
  return Object.fromEntries(fields.map(({ name, value }) => [name, plain(value)]));
}

function plain(value: Field["value"]): unknown {
  return value instanceof Uint8Array ? toHex(value) : Array.isArray(value) ? value.map((item) => (Array.isArray(item.value) ? named(item.value) : plain(item.value))) : value;
}
