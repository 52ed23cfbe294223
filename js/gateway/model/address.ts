/** An address as it is given: a text, or the three fields of a PDU. */
export type Address = string | { ton: number; npi: number; addr: string };

/** The address as one text: as one reads it, for the index by recipient, and for comparing senders. */
export function addressText(address: Address): string {
  if (typeof address === "string") return address;
  return address.ton === 1 && !address.addr.startsWith("+") ? `+${address.addr}` : address.addr;
}
