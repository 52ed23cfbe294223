import type { Address } from "./wire.ts";

/** An address as one reads it. */
export function addressText(address: Address | undefined): string {
  if (address === undefined) return "";
  if (typeof address === "string") return address;
  return address.ton === 1 && !address.addr.startsWith("+") ? `+${address.addr}` : address.addr;
}
