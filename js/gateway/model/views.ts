// What the API and the console show, as JSON.

import type { countSegments, Message } from "../../client/index.ts";
import type { Address } from "./address.ts";
import type { CLASSES, MessageInput } from "./message-input.ts";
import type { OptOutRequest } from "./opt-out.ts";
import type { Problem } from "./problem.ts";

/** The link's state as /v1/links shows it. `waiting`: until the next attempt; `misconfigured`: its account can't be used, see `error`. */
export type BindState = "down" | "connecting" | "bound" | "waiting" | "misconfigured";

/** A link as /v1/links shows it. */
export interface LinkView {
  account: string;
  link: number;
  state: BindState;
  /** Host and port of the SMSC. */
  smsc: string;
  systemId: string;
  boundAt?: string;
  retryAt?: string;
  error?: string;
  window: number;
  rate?: number;
  inFlight: number;
  queued: number;
  /** Smoothed time from request to answer in milliseconds. */
  rtt: number;
}

/** A bind of an application. */
export interface BindView {
  type: string;
  /** The peer's address and port; port 0 behind a tunnel. */
  address: string;
  since: string;
  /** Requests that came in, its bind included, and went out, and those that wait for the application's answer. */
  received: number;
  sent: number;
  inFlight: number;
}

/** An application as `GET /v1/applications` shows it. Counters start anew with its object. */
export interface ApplicationView {
  name: string;
  systemId: string;
  binds: BindView[];
  /** Messages that were stored, and that were refused. */
  taken: number;
  refused: number;
  /** Receipts and inbound messages that it acknowledged, and attempts that failed. */
  delivered: number;
  failed: number;
  /** Receipts and inbound messages that wait, and that were given up. */
  waiting: number;
  dead: number;
}

/**
 * A message's life: `queued → sent → accepted` and then what the report says; `failed`: refused; `unknown`: it was on the wire when the
 * link or the object died, and may have been sent or not. `deleted` is also what was cancelled, `expired` what was too old to be sent.
 */
export type MessageStatus =
  | "queued" | "sent" | "accepted" | "delivered" | "undeliverable" | "expired" | "rejected" | "deleted" | "skipped" | "failed" | "unknown";
export const STATUSES: readonly MessageStatus[] =
  ["queued", "sent", "accepted", "delivered", "undeliverable", "expired", "rejected", "deleted", "skipped", "failed", "unknown"];

/** Why a message ended, or waits. */
export interface MessageError {
  detail: string;
  /** `opted-out`: the recipient opted out while the message waited. */
  reason?: string;
  smpp?: { code: number; name: string };
}

/** One segment as the SMSC has it. */
export interface Part {
  index: number;
  messageId: string;
  status: string;
  errorCode?: string;
  doneAt?: string;
}

/** A step of a message's life. Its fields are named one by one: over RPC the type of `unknown` is `never`. */
export interface MessageStep {
  status: string;
  at: string;
  /** Of a report: its segment. */
  segment?: number;
  errorCode?: string;
  /** The SMSC's id, once it has accepted the message. */
  messageId?: string;
  /** Why the message ended, or waits. */
  detail?: string;
  smpp?: { code: number; name: string };
  /** Of `"moved"`: the link that it moved to. */
  account?: string;
  link?: number;
}

/** A message as GET /v1/messages/:id shows it. */
export interface MessageView {
  id: string;
  status: MessageStatus;
  to: Address;
  from?: Address;
  text?: string;
  binary?: string;
  encoding: string;
  segments: number;
  /** The SMSC's id of the first segment. */
  messageId?: string;
  /** What is known of each segment once the SMSC has answered. */
  parts: Part[];
  error?: MessageError;
  account: string;
  link: number;
  /** Name of the API key that sent it. */
  key?: string;
  tag?: string;
  class?: (typeof CLASSES)[number];
  /** Name of the rule of `SMPP_ROUTES` that decided. */
  route?: string;
  /** Whether `SMPP_LIMITS` counted it. */
  counted?: boolean;
  createdAt: string;
  updatedAt: string;
  scheduledAt?: string;
  expiresAt?: string;
  history: MessageStep[];
}

/** An inbound message in JSON: octets are hexadecimal. */
export type StoredMessage = Omit<Message, "binary" | "udh" | "pdus"> & { binary?: string; udh?: string; pdus: string[]; optOut?: OptOutRequest };

/** An inbound message as GET /v1/inbound shows it. */
export type InboundView = Omit<StoredMessage, "pdus"> & { id: string; account: string; link: number; at: string };

export type Direction = "in" | "out";

/** A PDU that passed, as server-sent events show it. */
export interface PduView {
  direction: Direction;
  /** `"submit_sm"`; `"unknown"` for a command_id without a name. */
  command: string;
  status: number;
  statusName: string;
  sequence: number;
  /** The whole PDU, hexadecimal. The password of a bind is masked. */
  pdu: string;
}

/** What one check of `SMPP_LIMITS` says to a message. */
export interface LimitView {
  check: "block" | "allow" | "country" | "recipient" | "prefix" | "duplicate" | "unverified" | "spend";
  /** False if the message would be refused. */
  ok: boolean;
  /** Seconds after which it would pass. */
  retryAfter?: number;
  country?: string;
}

/** What a text comes to, as `countSegments` of the client has it, and the route it would take. */
export type Preview = ReturnType<typeof countSegments> & {
  route?: RoutePreview;
  /** Whether the recipient has opted out of it. */
  optedOut?: boolean;
  /** What limits say to it, in their order; the first that is not ok decides. */
  limits?: LimitView[];
};

/** What the rules of `SMPP_ROUTES` make of a message now. */
export interface RoutePreview {
  /** The rule that matches. */
  name?: string;
  /** Which of its tiers the account is in, from 1. */
  tier?: number;
  /** The account that would take it: the first one that is bound, else the first one. */
  account?: string;
  from?: Address;
  tlvs?: MessageInput["tlvs"];
  /** Why it would be refused by the rules. */
  error?: Problem;
  /** The rules before it, with the field that kept each from matching. */
  passed: { name: string; field: string }[];
}
