import { addressKey, type Address } from "./address.ts";
import { ProblemError } from "./problem.ts";

/**
 * What a key may do. `send`: send messages, and cancel its own. `own`: see and cancel its own messages. `read`: see all messages, inbound
 * ones, links and metrics. `admin`: cancel all messages, see PDUs and dead letters. `tunnel`: open tunnels for
 * applications.
 */
export const SCOPES = ["send", "read", "admin", "own", "tunnel"] as const;
export type Scope = (typeof SCOPES)[number];

/** On whose behalf a request is made. */
export interface Caller {
  /** Name of the API key; empty for this machine without keys, and for RPC. */
  name: string;
  rate?: number | undefined;
  senders?: Address[] | undefined;
  scopes: readonly Scope[];
  optOut?: "ignore" | undefined;
  store?: "none" | undefined;
}

/** The caller by service binding: code of the same owner. */
export const TRUSTED: Caller = { name: "", scopes: SCOPES };

/** Throws 403 unless `caller` has one of `scopes`. */
export function demand(caller: Caller, ...scopes: Scope[]): void {
  if (hasScope(caller, ...scopes)) return;
  throw new ProblemError("forbidden", `The scope ${scopes.map((scope) => `"${scope}"`).join(" or ")} is needed`);
}

export function hasScope(caller: Caller, ...scopes: Scope[]): boolean {
  return scopes.some((scope) => caller.scopes.includes(scope));
}

/** Whether the caller may use that sender: exactly one of its own, by type, plan and digits. */
export function mayUseSender(caller: Caller, from: Address): boolean {
  return caller.senders === undefined || caller.senders.some((sender) => addressKey(sender) === addressKey(from));
}

/** TLVs that name a sender, or whom to call back, beside the sender's address; message_payload may begin with a user data header that does. */
const SENDER_TLVS = new Set([0x0202 /* source_subaddress */, 0x0302 /* callback_num_pres_ind */, 0x0303 /* callback_num_atag */, 0x0381 /* callback_num */, 0x0424 /* message_payload */]);

/** The tag of the first of the encoded TLVs that a caller with senders of its own may not set. */
export function senderTlv(tlvs: Uint8Array): number | undefined {
  const view = new DataView(tlvs.buffer, tlvs.byteOffset, tlvs.byteLength);
  for (let at = 0; at + 4 <= tlvs.length; at += 4 + view.getUint16(at + 2)) {
    if (SENDER_TLVS.has(view.getUint16(at))) return view.getUint16(at);
  }
  return undefined;
}

/** The information element of a user data header that names another address to reply to (3GPP TS 23.040, 9.2.3.24.13). */
const REPLY_ADDRESS = 0x22;

/** Whether elements of a user data header, as a message has them without the length octet, name an address to reply to. */
export function hasReplyAddress(udh: Uint8Array): boolean {
  for (let at = 0; at + 1 < udh.length; at += 2 + udh[at + 1]!) {
    if (udh[at] === REPLY_ADDRESS) return true;
  }
  return false;
}
