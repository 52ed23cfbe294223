// A PDU for pasting elsewhere.

import type { DecodedPdu } from "../../engine/explained.ts";
import { hexPair, toHex } from "../input/hex.ts";
import { asObject } from "./export.ts";

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
