import type { SmsMessage } from "../../client/index.ts";
import type { Address } from "./address.ts";

/** What a message may be for. */
export const CLASSES = ["otp", "transactional", "marketing"] as const;

type TlvValue = number | string | { hex: string };

/** A message as POST /v1/messages takes it, checked. Octets are hexadecimal, points in time ISO 8601. */
export interface MessageInput extends Omit<PreviewInput, "to"> {
  to: Address;
  /** Of an application's message, in place of its content: the submit_sm or data_sm, hexadecimal. It is sent as it came. */
  pdu?: string | undefined;
  /** The bind that it came by. */
  bind?: string | undefined;
  /** The id of its submit_multi. */
  group?: string | undefined;
  /** What limits counted it by. */
  counted?: number | undefined;
}

/** What POST /v1/messages/preview takes: a message, of which only the content matters. */
export interface PreviewInput extends Pick<SmsMessage,
  "text" | "encoding" | "language" | "concat" | "maxSegments" | "transliterate" | "substitute" | "flash" | "reference" | "report" | "priority" | "serviceType" | "protocolId" | "replaceIfPresent" | "smDefaultMsgId"
> {
  to?: Address | undefined;
  from?: Address | undefined;
  binary?: string | undefined;
  udh?: string | undefined;
  validity?: number | string | undefined;
  scheduleAt?: string | undefined;
  tlvs?: Record<string, TlvValue | TlvValue[]> | undefined;
  account?: string | undefined;
  /** Where its events are posted to, in place of the webhook. */
  callbackUrl?: string | undefined;
  /** Keeps no content once the message has left the queue. */
  store?: "none" | undefined;
  /** The caller's own word for it. */
  tag?: string | undefined;
  /** What it is for: routes, limits and statistics look at it. */
  class?: (typeof CLASSES)[number] | undefined;
  /** The gateway's: it goes to recipients who have opted out, too. */
  optOut?: "ignore" | undefined;
  /** The gateway's: the rule that decided. `from`: the sender before the rule replaced it. */
  route?: { name: string; from?: Address | null } | undefined;
}

/** A message by RPC: octets may be a Uint8Array and points in time a Date. */
export type RpcMessage = Omit<SmsMessage, "dataCoding" | "esmClass" | "signal"> & Pick<PreviewInput, "account" | "callbackUrl" | "class" | "store">;
