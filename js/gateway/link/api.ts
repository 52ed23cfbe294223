// What a link offers to Workers and other links, by RPC. It may only be extended: for minutes after a deploy new Workers call objects that
// still run the code before.

import type { DeadLetter, EventType, TargetMetrics } from "../model/delivery-event.ts";
import type { MessageInput } from "../model/message-input.ts";
import type { OptOut } from "../model/opt-out.ts";
import type { Problem } from "../model/problem.ts";
import type { Traits } from "../model/routes.ts";
import type { InboundView, LinkView, MessageStatus, MessageView } from "../model/views.ts";
import type { ReportOffer } from "./receiver.ts";
import type { InboundSegment } from "./store/inbound-segments.ts";

/** A message as it comes to its link. */
export interface NewMessage {
  /** The id that it keeps if it was handed over by another link (then `hops` is set), or if the link runs code before schema 2. */
  id: string;
  /** The random part of its id, by which it is known if the call has to be made again. */
  tag?: number;
  input: MessageInput;
  encoding: string;
  segments: number;
  /** Name of the API key. */
  caller: string;
  due: number;
  expires: number | null;
  /** Seconds of validity, from when it is accepted or is due: the link's clock says what `expires` becomes. */
  validity?: number;
  /** Its position in a request with an Idempotency-Key. */
  position?: number;
  /** How often it was handed over between links, this time included. */
  hops?: number;
}

/**
 * What a link answers to messages: that it has them, with their ids, or why not. `known`: the ids of those handed over that it has
 * nevertheless, from an earlier offer.
 */
export type EnqueueResult = { taken: true; ids?: string[] } | { taken: false; why: "full" | "down"; known?: string[] };

export interface ListQuery {
  status?: MessageStatus | undefined;
  /** Recipient, without `+`. */
  to?: string | undefined;
  /** Only messages of this API key. */
  caller?: string | undefined;
  /** Only ids before this ULID. */
  before?: string | undefined;
  limit: number;
}

/** Some of a list's items. `until`: the list goes on from this ULID, and was not looked through further. */
export interface ListPart {
  items: MessageView[];
  until?: string;
}

/** What a call of {@link LinkApi.erase} removed, and messages that it could not. `n`, `id`: where there is more. */
export interface Erased {
  erased: number;
  left: number;
  n?: number;
  id?: string;
}

/** A stored message as routes see it. `pinned`: it names its account. */
export type Traffic = Traits & { pinned: boolean };

/** A version of the deployed code, as the binding `CF_VERSION_METADATA` has it. */
export interface CodeVersion {
  id: string;
  timestamp: string;
}

/** What /metrics sums up of one link. */
export interface LinkMetrics extends LinkView {
  submitted: number;
  throttled: number;
  binds: number;
  losses: number;
  reports: number;
  inbound: number;
  waiting: number;
  dead: number;
  /** Messages by the state they came to. */
  messages: Partial<Record<MessageStatus, number>>;
  /** From here on undefined where the link runs code before schema 2. */
  targets?: TargetMetrics[];
  /** Streams of events, those open and those broken off because nobody read them. */
  streams?: { open: number; dropped: number };
  /** Rows that its SQL statements wrote, index rows included, since the object started. */
  rowsWritten?: number;
}

/** Whether a request may go on. With an idempotency key `nonce` names it; `repeated`: it came before. */
export type Admission =
  | { admitted: true; nonce?: string; created?: number; repeated?: boolean; layout?: string; legacy?: boolean }
  | { admitted: false; why: "rate"; retryAfter: number }
  | { admitted: false; why: "reused" };

/** What an idempotency key stands for, as 8554d8e stored it. */
export interface LegacyClaim {
  fingerprint: string;
  nonce: string;
  created: number;
}

/** One link: a bind with the SMSC and the messages that go by it. */
export interface LinkApi {
  /** Brings the link up if it is not, and returns how it is. `version`: of the caller's code; a newer one makes the link drain and start anew. */
  status(version?: CodeVersion): Promise<LinkView>;
  metrics(): Promise<LinkMetrics>;
  /** The stream of events, as server-sent events; `?since=` milliseconds repeats what came since, `?pdus=true` shows the PDUs too. */
  fetch(request: Request): Promise<Response>;
  /**
   * Takes messages: all or none. With `ifUp` a link that has been down for long takes none. `nonce` names the request that they come from;
   * `again`: a call whose answer was lost is repeated.
   */
  enqueue(messages: NewMessage[], ifUp: boolean, nonce?: string, again?: boolean): Promise<EnqueueResult>;
  /** Of the request `nonce`, the messages that are here: pairs of position and id. */
  known(nonce: string): Promise<[position: number, id: string][]>;
  /** Of `ids`, those that were ever here. */
  existing(ids: string[]): Promise<string[]>;
  message(id: string): Promise<MessageView | undefined>;
  /** Messages, the newest first. */
  listPart(query: ListQuery): Promise<ListPart>;
  /** Removes what is stored about a number, some rows a call: goes on from `n` and `id` of the answer before, at first 0 and `""`. */
  erase(number: string, n: number, id: string): Promise<Erased>;
  /** What routes look at, of the newest messages. */
  traffic(limit: number): Promise<Traffic[]>;
  inbound(before: string | undefined, limit: number): Promise<InboundView[]>;
  deadLetters(before: string | undefined, limit: number): Promise<DeadLetter[]>;
  replay(id: string): Promise<boolean>;
  /** Cancels what has not gone out; else asks the SMSC to. */
  cancel(id: string): Promise<{ message: MessageView } | { problem: Problem }>;
  /** Takes the reports that are for messages of this link. */
  claim(offers: ReportOffer[]): Promise<boolean[]>;
  /** Stores a segment of a long inbound message that came in on another link of the account; the link joins it. */
  takeSegment(segment: InboundSegment): Promise<void>;
  /** Delivers an event that is of no message of the link. */
  announce(type: EventType, data: object): Promise<void>;
  /** A method of an extension. */
  extend(method: string, ...values: unknown[]): Promise<unknown>;
  /** What an idempotency key stood for when links still kept them. */
  legacyClaim(caller: string, key: string): Promise<LegacyClaim | undefined>;
}

/** An object that keeps what callers may do. It is named after the caller alone, so that no change of links or accounts changes it. */
export interface AdmissionApi {
  /** Whether a caller may send `count` messages now, and what its idempotency key stands for. `layout`: the links that there are; `home`: where keys were kept before. */
  admit(caller: string, rate: number | undefined, count: number, idempotency?: { key: string; fingerprint: string; layout: string; home: string }): Promise<Admission>;
}

/** An object that knows every link that ever was, so that messages of links that the settings have no more stay in lists. */
export interface RegistryApi {
  register(link: string): Promise<void>;
  registered(): Promise<string[]>;
}

/** An object that keeps the opt-outs of some recipients: those whose digits hash to it, whatever links and accounts there are. */
export interface OptOutApi {
  /** What blocks these numbers: each with one scope. */
  blocks(numbers: string[]): Promise<[number: string, scope: string][]>;
  /** Stores entries. One by a keyword leaves an entry that is there, others replace it. */
  block(entries: OptOut[]): Promise<void>;
  /** Removes the entries of a number, or those of some scopes and a source; returns how many. */
  unblock(number: string, scopes?: string[], source?: OptOut["source"]): Promise<number>;
  /** Puts a keyed hash in the place of a number. */
  hide(number: string): Promise<void>;
  /** Entries after one, hashes apart. */
  blocked(number: string, scope: string, limit: number): Promise<OptOut[]>;
}

/** An object of an extension: its methods by their names. */
export interface ExtensionApi {
  extend(method: string, ...values: unknown[]): Promise<unknown>;
}
