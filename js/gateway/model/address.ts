import { readAddress, readRecipient } from "../../client/address.ts";

/** An address as it is given: a text, or the three fields of a PDU. */
export type Address = string | { ton: number; npi: number; addr: string };

/** The address as one text: as one reads it, for the index by recipient. */
export function addressText(address: Address): string {
  if (typeof address === "string") return address;
  return address.ton === 1 && !address.addr.startsWith("+") ? `+${address.addr}` : address.addr;
}

/**
 * A recipient as numbers are compared: its digits, whatever stands between them, without the 00 of an international call, since no country
 * code begins with 0. What has letters, `*` or `#` is compared as it is.
 */
export function numberOf(to: Address): string {
  const text = addressText(to).replace(/^\+/, "");
  const digits = text.replace(/[^\p{L}\p{N}*#]/gu, "");
  return /^\d+$/.test(digits) ? digits.replace(/^00(?=[1-9]\d{6})/, "") : text;
}

/** Why the address can't be sent; undefined if it can. `field`: whose it is. */
export function addressFault(address: Address, field: "to" | "from"): string | undefined {
  try {
    const { addr } = fields(address, field);
    if (!/^[ -~\u00a1-\u00ff]*$/.test(addr)) return "printable Latin characters are expected";
    if (addr.length > 20) return "at most 20 characters are expected";
    if (field === "to" && addr === "") return "a recipient is expected";
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(`${field}: `, "");
  }
}

/** A recipient as it is stored, compared and listed: without what may stand between its digits. */
export function canonicalAddress(to: string): string {
  return addressText(fields(to, "to"));
}

/** The number in a recipient's fields without what may stand between its digits; what has letters, `*` or `#` as it is. */
export function withoutSeparators(addr: string): string {
  return /[\p{L}*#]/u.test(addr) || !/\d/.test(addr) ? addr : addr.replace(/(?!^\+)\D/g, "");
}

/** What two addresses have in common exactly if the SMSC gets the same three fields of them. */
export function addressKey(address: Address): string {
  const { ton, npi, addr } = fields(address, "from");
  return `${ton}/${npi}/${addr}`;
}

function fields(address: Address, field: string): { ton: number; npi: number; addr: string } {
  const out = { ton: 0, npi: 0, addr: "" };
  if (field === "to") readRecipient(address, out, field);
  else readAddress(address, out, field);
  return out;
}
