/// <reference lib="esnext.disposable" preserve="true" />
import { STATUSES } from "#boundary";
import { decodePdus } from "../engine/codec.ts";
import { countSegments, type SegmentCount } from "../engine/segments.ts";
import type { Link } from "../engine/link.ts";
import type { OpenTransport } from "../engine/transport.ts";
import { Outcome, type CloseDetail, type EngineConfig, type LinkSink, type LinkState, type PduInput } from "../engine/types.ts";
import { readAddress, readRecipient, withNumber } from "./address.ts";
import type { Bulk } from "./bulk.ts";
import { Callbacks, contain } from "./callbacks.ts";
import type { Country } from "./country.ts";
import { anything, checked, isObject, octet, reading, signal, text, type Checks } from "./check.ts";
import type { Deliveries, Delivery } from "./delivery.ts";
import { deadline } from "./deadline.ts";
import { aborted, invalid, setLate, SmppError, TimeoutError } from "./errors.ts";
import { Inbound, type Loop, type MakeLoop } from "./inbound.ts";
import { publicMessage } from "./inbound-message.ts";
import { UNKNOWN, type LateResult } from "./late.ts";
import { byPlainName, emptyMessage, plainAddress, readMessage, registeredDelivery, tagOf } from "./message.ts";
import { exactOctets } from "../engine/octets.ts";
import type { Settings } from "./options.ts";
import { closedError, closeError, failure, refusal } from "./outcome.ts";
import { Sent } from "./sent.ts";
import { isAborted, offAbort, onAbort } from "./signals.ts";
import { Slots, type ResultSink, type Slot } from "./slots.ts";
import { announced, tapped } from "./tapped.ts";
import { readSchedule, readValidity } from "./time.ts";
import type {
  Address, BulkOptions, BulkSummary, CancelOptions, ConnectionState, Message, MessageRef, QueryResult, Replacement, Report, RequestOptions, Response, Segment, SentSegment,
  SmsMessage, Stats,
} from "./types.ts";

const ESME_ROK = 0;
const ESME_RINVCMDID = 0x03;
const ESME_RX_T_APPN = 0x64;

/** How long a handler may take that has no time limit of its own. */
const ACKNOWLEDGE_TIMEOUT = 25_000;
/** `maxUnacknowledged` where it is not given, as the engine has it. */
const MAX_UNACKNOWLEDGED = 1_000;

const REF_CHECKS: Checks<MessageRef> = { from: anything };
const CANCEL_CHECKS: Checks<CancelOptions> = { from: anything, to: anything, serviceType: text };
const REPLACEMENT_CHECKS: Checks<Replacement> = {
  from: anything,
  text,
  binary: (value) => (exactOctets(value) === undefined ? "a Uint8Array is expected" : undefined),
  encoding: text,
  validity: anything,
  scheduleAt: anything,
  report: anything,
  smDefaultMsgId: octet,
};
const REQUEST_CHECKS: Checks<RequestOptions> = { signal };

/** The link that a client drives. */
export type ClientLink = Pick<Link, "start" | "sendSms" | "request" | "respond" | "cancel" | "close" | "destroy" | "stats">;
export type MakeLink = (config: EngineConfig, sink: LinkSink, open: OpenTransport) => ClientLink;

/** What a bundle may leave out, as the gateway's does. */
export interface ClientParts {
  /** Makes what `sendMany` runs: without it there is no `sendMany`. */
  makeBulk?: (...given: ConstructorParameters<typeof Bulk>) => Bulk;
  /** Makes the loops of `reports()` and `messages()`. */
  makeLoop?: MakeLoop;
  /** Makes what matches reports with messages: without it there is no `delivered()`, and reports are as the SMSC sent them. */
  makeDeliveries?: (...given: ConstructorParameters<typeof Deliveries>) => Deliveries;
}

/** What a promise's executor was given. One executor serves all, so that none is made for each message. */
let resolveNew: (value: never) => void;
let rejectNew: (error: SmppError) => void;
function keep(resolve: (value: never) => void, reject: (error: SmppError) => void): void {
  resolveNew = resolve;
  rejectNew = reject;
}

/** A bound session with an SMSC, and its successors when the connection is lost. Made by {@link connect}. */
export class SmppClient implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #link: ClientLink;
  readonly #slots = new Slots();
  readonly #message = emptyMessage();
  readonly #deliveries: Deliveries | undefined;
  readonly #reports: Inbound<Report>;
  readonly #messages: Inbound<Message>;
  readonly #segments: Inbound<Segment>;
  readonly #callbacks: Callbacks;
  readonly #bulks = new Set<Bulk>();
  readonly #makeBulk: ClientParts["makeBulk"];
  /** The bind request's name, for errors. */
  readonly #bind: string;
  #peer = { systemId: "", version: 0 };
  /** The promise of `connect`, until it is settled. */
  #opening: { resolve(): void; reject(error: SmppError): void } | undefined;
  /** Why the endpoints tried before did not let it bind, for the error of `connect`. */
  readonly #refusals: string[] = [];
  /** What is to be cancelled at the end of this turn. */
  readonly #aborted: { ticket: number; signal: AbortSignal }[] = [];
  #closing: Promise<void> | undefined;
  #onClosed: (() => void) | undefined;
  #closed = false;
  /** What the last connection failed with, and what ended the client, if that was not `close()`. */
  #lostBy: Error | undefined;
  #endedBy: Error | undefined;

  /** @internal Use {@link connect}. */
  constructor(settings: Settings, makeLink: MakeLink, open: OpenTransport, { makeBulk, makeLoop, makeDeliveries }: ClientParts = {}) {
    this.#makeBulk = makeBulk;
    const { options, engine } = settings;
    this.#settings = settings;
    this.#callbacks = new Callbacks(options.log);
    this.#bind = `bind_${options.bind ?? "transceiver"}`;
    const respond = (request: number, status: number): void => void this.#link.respond(request, status);
    const inbound = <T>(name: string, handler: ((item: T) => unknown) | undefined, bytes: (item: T) => number): Inbound<T> =>
      new Inbound({ handler, respond, bytes, atOnce: options.maxUnacknowledged ?? MAX_UNACKNOWLEDGED, makeLoop, complain: (error) => this.#callbacks.complain(name, error) });
    this.#deliveries = makeDeliveries?.((request, taken) => this.#reports.answer(request, taken ? ESME_ROK : ESME_RX_T_APPN), options);
    this.#reports = inbound("onReport", options.onReport, ({ pdu }) => pdu.length);
    this.#messages = inbound("onMessage", options.onMessage, ({ pdus }) => pdus.reduce((sum, { length }) => sum + length, 0));
    this.#segments = inbound("onSegment", options.onSegment, ({ pdu }) => pdu.length);
    try {
      const [sink, watched] = [this.#sink(), this.#watched(this.#tapped(open))];
      this.#link = makeLink(engine, sink, watched);
    } catch (error) {
      throw refusal(error, this.#bind);
    }
  }

  /** @internal Connects and binds; settles within the bind timeout. */
  async open(): Promise<void> {
    const { bindTimeout, fallback, signal } = this.#settings.options;
    if (signal !== undefined && isAborted(signal)) throw aborted(signal, this.#bind, "not-sent");
    let stopTimer: (() => void) | undefined;
    // The engine ends each attempt in its time; this is for all that may follow each other at once.
    const attempts = this.#settings.targets.length + (fallback ? 1 : 0);
    const limit = (bindTimeout ?? this.#settings.engine.bindTimeout ?? 0) * attempts;
    const stop = (): void => this.#failOpening(aborted(signal, this.#bind, "unknown"));
    try {
      await new Promise<void>((resolve, reject) => {
        this.#opening = { resolve, reject };
        if (limit > 0) {
          stopTimer = deadline(limit, () => this.#failOpening(new TimeoutError(this.#settings.words.timeout(this.#bind) ?? `no bind within ${limit} ms`, {
            code: "timeout", command: this.#bind, outcome: "unknown", retryable: true,
          })));
        }
        if (signal !== undefined) onAbort(signal, stop);
        this.#link.start();
      });
    } finally {
      stopTimer?.();
      if (signal !== undefined) offAbort(signal, stop);
    }
  }

  /** The system_id by which the SMSC named itself, and the version of SMPP in force (0x34 is 3.4). */
  get peer(): { readonly systemId: string; readonly version: number } {
    return this.#peer;
  }

  /**
   * Sends an SMS. Resolves when the SMSC has answered for each of its segments and accepted at least one; segments it did not
   * accept make the result `"partial"`.
   *
   * @throws {SmppError} None was accepted. `outcome` says whether the SMSC refused it, or may have taken it, or never saw it:
   * - the status of the SMSC (`"rejected"`), {@link ThrottledError} if it was too busy for as long as the message is valid;
   * - {@link TimeoutError} and {@link ConnectionLostError} (`"unknown"`, or `"not-sent"` if it was still queued);
   * - the codes `"invalid-field"`, `"unencodable"`, `"too-many-segments"`, `"bind-type"`, `"queue-full"`, `"closed"`, `"aborted"` (`"not-sent"`).
   */
  sendSms(message: SmsMessage): Promise<Sent> {
    const promise = new Promise<Sent>(keep);
    const resolve = resolveNew;
    const reject = rejectNew;
    const ticket = this.#slots.take();
    const slot = this.#slots.at(ticket);
    slot.resolve = resolve;
    slot.reject = reject;
    try {
      this.#submit(message, ticket, slot);
    } catch (error) {
      reject(error as SmppError);
    }
    return promise;
  }

  /**
   * Sends many messages, from an array, a generator or an async one, as fast as window and rate allow. `onResult` gets each
   * message's result, in the order of the messages; a message that fails does not stop the others. Memory stays bounded: of the
   * source at most 1,000 messages are taken ahead of the results.
   *
   * Resolves with the numbers. Rejects when the source or `onResult` throws (with that error), when the signal is aborted, or when the
   * client ends before the source does. Then no more messages are taken, those in flight are cancelled, and their results are reported
   * first, unless `onResult` threw or one of its promises is still pending 10 seconds later.
   */
  async sendMany(messages: Iterable<SmsMessage> | AsyncIterable<SmsMessage>, options: BulkOptions = {}): Promise<BulkSummary> {
    const submit = (message: SmsMessage, sink: ResultSink, index: number): number => {
      const ticket = this.#slots.take();
      const slot = this.#slots.at(ticket);
      slot.sink = sink;
      slot.index = index;
      this.#submit(message, ticket, slot);
      return ticket;
    };
    const bulk = this.#makeBulk!({ submit, cancel: (tickets) => this.#link.cancel(tickets) }, messages, options);
    if (this.#closed) bulk.end(closedError("submit_sm", "not-sent", this.#endedBy));
    this.#bulks.add(bulk);
    try {
      return await bulk.run();
    } finally {
      this.#bulks.delete(bulk);
    }
  }

  /**
   * Sends any request, with any fields and TLVs by the specification's names, and resolves with its response:
   * `request({ command: "data_sm", destination_addr: "491701234567", tlvs: { message_payload: octets } })`. The client sets `sequence`
   * and `status` itself, and refuses them.
   *
   * @throws {SmppError} As {@link SmppClient.sendSms}.
   */
  async request(pdu: PduInput, options: RequestOptions = {}): Promise<Response> {
    const { signal } = checked("options", options, REQUEST_CHECKS);
    const asked = readPdu(pdu);
    const response = readResponse(await this.#request(asked, signal));
    if (response === undefined) throw new SmppError("the response can't be read", { code: "protocol", command: String(asked.command), outcome: "unknown" });
    return response;
  }

  /**
   * Asks what became of a message (query_sm).
   * @param messageId as in {@link Sent.messageId} or a segment's
   * @throws {SmppError} As {@link SmppClient.sendSms}; ESME_RQUERYFAIL if the SMSC doesn't know it.
   */
  async query(messageId: string, options: MessageRef = {}): Promise<QueryResult> {
    const id = readId(messageId);
    const { from } = checked("options", options, REF_CHECKS);
    const { fields } = await this.request({ command: "query_sm", message_id: id, ...source(from) });
    return {
      messageId: String(fields["message_id"] ?? id),
      status: STATUSES[Number(fields["message_state"])] ?? "unknown",
      finalDate: String(fields["final_date"] ?? ""),
      errorCode: Number(fields["error_code"] ?? 0),
    };
  }

  /**
   * Takes back a message that the SMSC has not delivered yet (cancel_sm).
   * @throws {SmppError} As {@link SmppClient.sendSms}; ESME_RCANCELFAIL if it is too late.
   */
  async cancel(messageId: string, options: CancelOptions = {}): Promise<void> {
    const id = readId(messageId);
    const given = checked("options", options, CANCEL_CHECKS);
    const to = address(given.to, "to", this.#settings.country);
    await this.#request({
      command: "cancel_sm",
      service_type: given.serviceType ?? "",
      message_id: id,
      ...source(given.from),
      dest_addr_ton: to.ton,
      dest_addr_npi: to.npi,
      destination_addr: to.addr,
    });
  }

  /**
   * Puts another text in place of a message that the SMSC has not delivered yet (replace_sm). The PDU names no encoding: the
   * text has to be in the one the message was submitted with.
   * @throws {SmppError} As {@link SmppClient.sendSms}; ESME_RREPLACEFAIL if it is too late.
   */
  async replace(messageId: string, replacement: Replacement): Promise<void> {
    const id = readId(messageId);
    const given = checked("replacement", replacement, REPLACEMENT_CHECKS, "invalid-field");
    const validity = reading("validity", "invalid-field", () => readValidity(given.validity));
    await this.#request({
      command: "replace_sm",
      message_id: id,
      ...source(given.from),
      schedule_delivery_time: reading("scheduleAt", "invalid-field", () => readSchedule(given.scheduleAt)) ?? "",
      validity_period: typeof validity === "number" ? readSchedule(validity) : (validity ?? ""),
      registered_delivery: registeredDelivery(given.report),
      sm_default_msg_id: given.smDefaultMsgId ?? 0,
      short_message: this.#replacementText(given),
    });
  }

  /**
   * The delivery reports from now on, for `for await`. The SMSC gets its answer to a report when the loop asks for the next one. A loop that
   * is left by a throw, `break` or `return` has not taken the report it was on, unless it called {@link Loop.acknowledge}: the SMSC
   * sends that one again. The loop ends with the client, and throws if that ended by an error. Every loop, and `onReport`, gets every
   * report; an iterator that nobody reads refuses none.
   */
  reports(): Loop<Report> {
    return this.#reports.iterate();
  }

  /** The inbound messages from now on, for `for await`, with the rules of {@link SmppClient.reports}. */
  messages(): Loop<Message> {
    return this.#messages.iterate();
  }

  /** The present state and the counters. */
  stats(): Stats {
    const { sent, ...others } = this.#link.stats();
    return { bound: Number(others.state === "bound"), ...others, submitted: sent };
  }

  /**
   * Sends what is queued, waits for the answers, unbinds and closes. Resolves when the connection is closed, always, also when called again.
   * Whatever waits then is settled.
   */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#closed) return resolve();
      this.#onClosed = resolve;
      this.#link.close();
    });
    return this.#closing;
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Throws with the slot given back if the message is not taken. */
  #submit(message: SmsMessage, ticket: number, slot: Slot): void {
    const read = this.#message;
    let tag: string | undefined;
    try {
      readMessage(message, read, this.#settings.country);
      const { sms, signal } = read;
      tag = read.tag;
      if (this.#closed) throw closedError("submit_sm", "not-sent", this.#endedBy);
      if (signal !== undefined) {
        if (isAborted(signal)) throw aborted(signal, "submit_sm", "not-sent");
        this.#cancelOnAbort(ticket, slot, signal);
      }
      const { segments, encoding } = this.#link.sendSms(ticket, sms);
      slot.expected = segments;
      slot.encoding = encoding;
      slot.command = "submit_sm";
      slot.report = sms.registeredDelivery !== 0;
      slot.tag = tag;
    } catch (error) {
      this.#slots.release(ticket);
      throw tagged(refusal(byPlainName(error), "submit_sm"), tag ?? tagOf(message));
    }
    if (slot.report) this.#deliveries?.expect();
  }

  #request(pdu: PduInput, signal: AbortSignal | undefined = undefined): Promise<Uint8Array> {
    const command = String(pdu.command);
    if (this.#closed) return Promise.reject(closedError(command, "not-sent", this.#endedBy));
    if (signal !== undefined && isAborted(signal)) return Promise.reject(aborted(signal, command, "not-sent"));
    const promise = new Promise<Uint8Array>(keep);
    const ticket = this.#slots.take();
    const slot = this.#slots.at(ticket);
    slot.resolve = resolveNew;
    slot.reject = rejectNew;
    slot.command = command;
    try {
      this.#link.request(ticket, pdu);
    } catch (error) {
      this.#slots.release(ticket);
      return Promise.reject(refusal(error, command));
    }
    if (signal !== undefined) this.#cancelOnAbort(ticket, slot, signal);
    return promise;
  }

  #cancelOnAbort(ticket: number, slot: Slot, signal: AbortSignal): void {
    slot.signal = signal;
    slot.onAbort = () => {
      if (this.#aborted.push({ ticket, signal }) === 1) queueMicrotask(() => this.#cancelAborted());
    };
    onAbort(signal, slot.onAbort);
  }

  /** Cancels all that signals ended in this turn by one call, which looks through the queue once. */
  #cancelAborted(): void {
    const aborted = this.#aborted.splice(0).filter(({ ticket, signal }) => this.#slots.at(ticket).signal === signal);
    this.#link.cancel(aborted.map(({ ticket }) => ticket));
  }

  #replacementText({ text, binary, encoding = "gsm7" }: Replacement): Uint8Array {
    if ((text === undefined) === (binary === undefined)) throw invalid("invalid-field", "text", "one of text (a string) and binary (a Uint8Array) is expected");
    if (text === undefined) return exactOctets(binary) as Uint8Array;
    const { parts, segments, unencodable } = this.#counted(text, encoding);
    if (unencodable.length > 0) {
      throw new SmppError(`the encoding ${encoding} lacks ${unencodable.length} of the characters`, { code: "unencodable", command: "replace_sm", outcome: "not-sent", unencodable });
    }
    if (segments > 1) {
      throw new SmppError(`the text needs ${segments} segments, but replace_sm carries one`, { code: "too-many-segments", command: "replace_sm", outcome: "not-sent" });
    }
    return parts[0]?.octets ?? new Uint8Array(0);
  }

  #counted(text: string, encoding: string): SegmentCount {
    try {
      return countSegments(text, { encoding, defaultAlphabet: this.#settings.options.defaultAlphabet });
    } catch (error) {
      throw refusal(error, "replace_sm");
    }
  }

  /** Notes what a connection fails with, before the engine settles what was under way on it. */
  #watched(open: OpenTransport): OpenTransport {
    return (handler, signal, endpoint) => {
      this.#lostBy = undefined;
      const end = (error?: Error): void => {
        this.#lostBy = error;
        handler.end(error);
        // What another connection loses has another reason.
        queueMicrotask(() => (this.#lostBy = undefined));
      };
      return open({ data: (chunk) => handler.data(chunk), drain: () => handler.drain(), end }, signal, endpoint);
    };
  }

  #tapped(open: OpenTransport): OpenTransport {
    const { onOctets, beforeWrite } = this.#settings.options;
    const guarded = beforeWrite === undefined ? open : announced(open, (octets) => contain(beforeWrite(octets), (error) => this.#callbacks.complain("beforeWrite", error)));
    if (onOctets === undefined) return guarded;
    return tapped(guarded, (direction, octets) => this.#callbacks.call("onOctets", onOctets, direction, octets));
  }

  #sink(): LinkSink {
    return {
      state: (state, detail) => this.#state(state, detail),
      bound: (peer) => {
        this.#peer = peer;
        this.#opening?.resolve();
        this.#opening = undefined;
      },
      settled: (ticket, index, outcome, status, messageId, key, frame, info) => this.#settled(ticket, index, outcome, status, messageId, key, frame, info),
      late: (ticket, index, outcome, status, messageId, key, frame, info) => this.#late(ticket, index, outcome, status, messageId, key, frame, info),
      report: (report, request, key) => this.#report(report, request, key),
      message: (message, request) => {
        const item = publicMessage(message, this.#settings.country);
        if (!message.complete) this.#messages.offerInstead(item, request);
        else if (this.#messages.offer(item, request, message.segments > 1) === "refused") this.#link.respond(request, ESME_RX_T_APPN);
      },
      withdrawn: (request) => {
        for (const inbound of [this.#reports, this.#messages, this.#segments]) inbound.withdrawn(request);
      },
      segment: (segment, request) => void this.#segments.offer(segment, request),
      request: (frame, request) => {
        if (request !== 0) this.#link.respond(request, ESME_RINVCMDID);
        const [pdu] = this.#settings.options.onPdu === undefined ? [] : decodePdus(frame).pdus;
        if (pdu !== undefined) this.#callbacks.call("onPdu", this.#settings.options.onPdu, pdu);
      },
      bindRequest: (_bind, request) => void this.#link.respond(request, ESME_RINVCMDID),
      log: (line) => this.#callbacks.log(line),
      closed: (detail) => this.#ended(detail),
    };
  }

  /** One segment, or a request, came to its end. Nobody is called from here, and neither is the link. */
  #settled(ticket: number, index: number, outcome: Outcome, status: number, messageId: string, key: string, frame: Uint8Array | undefined, info: string | undefined): void {
    const slot = this.#slots.at(ticket);
    const ok = outcome === Outcome.Response && status === ESME_ROK;
    const error = ok ? undefined : tagged(failure(outcome, status, slot.command, slot.signal, this.#lostBy, info), slot.tag);
    if (outcome === Outcome.Timeout || outcome === Outcome.CancelledOnWire) slot.unanswered++;
    if (slot.expected === 0) {
      if (error === undefined) slot.resolve?.(frame as never);
      else slot.reject?.(error);
      if (slot.unanswered === 0) this.#slots.release(ticket);
      else this.#hold(ticket, slot, [error]);
      return;
    }
    const segment: SentSegment = error === undefined ? { index, messageId, status: "accepted" } : { index, messageId: "", status: error.outcome, error };
    if (slot.settled === 0) slot.segments = index === 0 ? [segment] : [];
    slot.segments[index] = segment;
    if (slot.report) slot.setKey(index, key);
    if (++slot.settled === slot.expected) this.#finish(ticket, slot);
  }

  /** All segments of a message came to their end. */
  #finish(ticket: number, slot: Slot): void {
    const { segments, sink, index } = slot;
    let accepted = 0;
    let first: SentSegment | undefined;
    for (const segment of segments) {
      if (segment.status !== "accepted") continue;
      first ??= segment;
      accepted++;
    }
    let sent: Sent | undefined;
    if (first !== undefined) {
      const partial = accepted < segments.length;
      sent = new Sent(first.messageId, segments, slot.encoding, partial ? "partial" : "accepted", slot.tag, this.#delivery(slot, partial));
    } else if (slot.report) {
      this.#deliveries?.forget();
    }
    const error = sent === undefined ? gravest(segments) : undefined;
    if (sink !== undefined) sink.settle(index, sent, error);
    else if (sent !== undefined) slot.resolve?.(sent as never);
    else slot.reject?.(error as SmppError);
    if (slot.unanswered === 0) this.#slots.release(ticket);
    else this.#hold(ticket, slot, segments.map((segment) => segment.error));
  }

  /** The reports to expect on the message's accepted segments; undefined if none was asked for. */
  #delivery(slot: Slot, partial: boolean): Delivery | undefined {
    if (!slot.report) return undefined;
    return (slot.delivery = this.#deliveries?.accepted(slot, partial));
  }

  /** Keeps a slot whose caller was answered, with these errors, for the late answers that may come. */
  #hold(ticket: number, slot: Slot, errors: (SmppError | undefined)[]): void {
    const { promise } = this.#slots.hold(ticket);
    for (const error of errors) if (error?.outcome === "unknown") setLate(error, () => promise);
    if (slot.report) this.#deliveries?.expect();
  }

  /** A segment, or a request, that was settled as unknown has its answer after all, or can't get one any more. Nobody is called from here. */
  #late(ticket: number, index: number, outcome: Outcome, status: number, messageId: string, key: string, frame: Uint8Array | undefined, info: string | undefined): void {
    const slot = this.#slots.at(ticket);
    slot.unanswered--;
    const answered = outcome === Outcome.Response;
    const error = answered ? tagged(failure(outcome, status, slot.command, undefined, undefined, info), slot.tag) : undefined;
    if (slot.expected > 0 && answered) {
      const segment: SentSegment = error === undefined ? { index, messageId, status: "accepted" } : { index, messageId: "", status: error.outcome, error };
      // The caller may have been given these.
      slot.segments = slot.segments.slice();
      slot.segments[index] = segment;
      slot.setKey(index, key);
    }
    // If the message has not come to its end, its result will have this.
    if (slot.late === undefined || slot.unanswered > 0) return;
    const request = answered ? lateResponse(frame, error) : UNKNOWN;
    slot.late.settle(slot.expected > 0 ? this.#lateMessage(slot) : request);
    this.#slots.release(ticket);
  }

  #lateMessage(slot: Slot): LateResult {
    const accepted = slot.segments.filter((segment) => segment.status === "accepted");
    const [first] = accepted;
    if (first === undefined) {
      if (slot.report) this.#deliveries?.forget();
      const error = gravest(slot.segments);
      return error.outcome === "rejected" ? { outcome: "rejected", error } : UNKNOWN;
    }
    const partial = accepted.length < slot.segments.length;
    if (slot.delivery === undefined) this.#delivery(slot, partial);
    else this.#deliveries?.extended(slot.delivery, slot, partial);
    const sent = new Sent(first.messageId, slot.segments, slot.encoding, partial ? "partial" : "accepted", slot.tag, slot.delivery);
    return { outcome: "accepted", sent };
  }

  #report(report: Report, request: number, key: string): void {
    const message = this.#deliveries?.find(key);
    message?.complete(key, report);
    report.from = withNumber(report.from, this.#settings.country);
    report.to = withNumber(report.to, this.#settings.country);
    const offered = this.#reports.offer(report, request);
    if (this.#deliveries) this.#deliveries.offer(key, message, report, request, offered);
    else if (!offered) this.#reports.answer(request, ESME_RX_T_APPN);
  }

  #state(state: LinkState, detail: CloseDetail | undefined): void {
    const ended = state === "waiting" || state === "closed" || detail?.connection !== undefined;
    const wanted = detail?.kind === "closed" && this.#closing !== undefined;
    const error = ended && detail !== undefined && !wanted ? closeError(detail, this.#bind, this.#settings.words) : undefined;
    // The next endpoint, or the next kind of bind, belongs to the first connection.
    if (error !== undefined && detail?.retryIn !== 0) this.#failOpening(error);
    else if (error !== undefined && this.#opening !== undefined) this.#refusals.push(this.#settings.words.placed(error.message));
    const shown = error && { message: error.message, error, retryIn: detail?.retryIn, connection: detail?.connection };
    this.#callbacks.call("onState", this.#settings.options.onState, state as ConnectionState, shown);
  }

  /** The first connection failed: it is not tried again. */
  #failOpening(error: SmppError): void {
    const opening = this.#opening;
    if (opening === undefined) return;
    this.#opening = undefined;
    if (this.#refusals.length > 0) error.message = [...this.#refusals, this.#settings.words.placed(error.message)].join("; ");
    opening.reject(error);
    // Not from within a call of the link.
    queueMicrotask(() => this.#link.destroy());
  }

  /** The link is over: settles everything. */
  #ended(detail: CloseDetail): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = closeError(detail, this.#bind, this.#settings.words);
    const wanted = this.#closing !== undefined || detail.kind === "closed";
    this.#endedBy = wanted ? undefined : error;
    this.#failOpening(error);
    for (const ticket of this.#slots.busy()) {
      const slot = this.#slots.at(ticket);
      slot.late?.settle(UNKNOWN);
      const lost = tagged(closedError(slot.command || "submit_sm", slot.command === "" ? "not-sent" : "unknown", this.#endedBy), slot.tag);
      if (slot.sink !== undefined) slot.sink.settle(slot.index, undefined, lost);
      else slot.reject?.(lost);
      this.#slots.release(ticket);
    }
    this.#deliveries?.close(closedError("submit_sm", "unknown", this.#endedBy));
    this.#reports.close(this.#endedBy);
    this.#messages.close(this.#endedBy);
    for (const bulk of this.#bulks) bulk.end(closedError("submit_sm", "not-sent", this.#endedBy));
    void this.#handedOn().then(() => this.#onClosed?.());
  }

  /** What was held is handed on when the link ends: its handlers have as long as others. */
  async #handedOn(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#settings.options.acknowledgeTimeout || ACKNOWLEDGE_TIMEOUT);
    });
    await Promise.race([Promise.all([this.#messages.settled(), this.#reports.settled()]), limit]);
    if (timer !== undefined) clearTimeout(timer);
  }
}

/** The error of a message with this tag. Each message and each segment has an error of its own. */
function tagged<E extends SmppError | undefined>(error: E, tag: string | undefined): E {
  if (tag !== undefined && error !== undefined) (error as { tag?: string }).tag = tag;
  return error;
}

/** Of a message that was not accepted at all: the error that says most, a possible delivery before a refusal before nothing sent. */
function gravest(segments: SentSegment[]): SmppError {
  const errors = segments.map(({ error }) => error as SmppError);
  const of = (outcome: string): SmppError | undefined => errors.find((error) => error.outcome === outcome);
  return of("unknown") ?? of("rejected") ?? (errors[0] as SmppError);
}

function readResponse(frame: Uint8Array): Response | undefined {
  const decoded = decodePdus(frame).pdus[0];
  if (decoded === undefined) return undefined;
  const fields: Response["fields"] = {};
  for (const { name, value } of decoded.fields) {
    if (!Array.isArray(value)) fields[name] = value;
  }
  const { command, status, statusName, sequence } = decoded;
  return { command, status, statusName, sequence, fields, pdu: decoded };
}

/** What a late response to a request other than a message says. */
function lateResponse(frame: Uint8Array | undefined, error: SmppError | undefined): LateResult {
  if (error !== undefined) return { outcome: "rejected", error };
  const response = frame && readResponse(frame);
  return response === undefined ? UNKNOWN : { outcome: "accepted", response };
}

function address(input: string | Address | undefined, field: string, country?: Country): Address {
  const out: Address = { ton: 0, npi: 0, addr: "" };
  const plain = plainAddress(input, field);
  if (field === "to" && plain !== undefined) readRecipient(plain, out, field, country);
  else readAddress(plain, out, field, country);
  return out;
}

function readId(messageId: string): string {
  if (typeof messageId === "string" && messageId !== "") return messageId;
  throw invalid("invalid-field", "messageId", "the id that the SMSC gave the message is expected");
}

/** The PDU, each of its fields read once. */
function readPdu(pdu: PduInput): PduInput {
  return reading("pdu", "invalid-field", () => {
    if (!isObject(pdu)) throw invalid("invalid-field", "pdu", "an object is expected");
    const given = Object.fromEntries(Object.entries(pdu)) as PduInput;
    if (typeof given.command !== "string" && typeof given.command !== "number") throw invalid("invalid-field", "command", "a name or a number is expected");
    return given;
  });
}

function source(from: string | Address | undefined): Record<string, unknown> {
  const { ton, npi, addr } = address(from, "from");
  return { source_addr_ton: ton, source_addr_npi: npi, source_addr: addr };
}
