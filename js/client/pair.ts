import type { OpenTransport } from "../engine/transport.ts";
import type { BindType, CloseDetail, EngineConfig, EngineStats, LinkSink, LinkState, PduInput, SmsFields, SmsPlan } from "../engine/types.ts";
import type { ClientLink, MakeLink } from "./client.ts";

/** What adds up over several links. */
export const COUNTS = [
  "inFlight", "queued", "unacknowledged", "sent", "responses", "received", "throttled", "timeouts", "lost", "late", "unmatched", "refused", "undecodable", "binds",
  "octetsIn", "octetsOut",
] as const satisfies (keyof EngineStats)[];

interface Half {
  link: ClientLink;
  bind: BindType;
  state: LinkState;
  bound: boolean;
  ended: boolean;
}

/**
 * One link, or two: where the SMSC has no bind_transceiver it goes on as a transmitter, and a receiver is bound beside it. To the
 * client they are one: bound when both are, ended when one of them is for good. The requests of the receiver's peer have negative
 * numbers here.
 */
export class Pair implements ClientLink {
  readonly #make: MakeLink;
  readonly #config: EngineConfig;
  readonly #sink: LinkSink;
  readonly #open: OpenTransport;
  readonly #first: Half;
  #second: Half | undefined;
  #shown: LinkState = "closed";
  #closing = false;
  /** Why the first half to end did so. */
  #end: CloseDetail | undefined;

  constructor(make: MakeLink, config: EngineConfig, sink: LinkSink, open: OpenTransport) {
    this.#make = make;
    this.#config = config;
    this.#sink = sink;
    this.#open = open;
    this.#first = this.#half(config.bind ?? "transceiver", { ...config, fallBack: true }, 1);
  }

  start(): void {
    this.#first.link.start();
  }

  sendSms(ticket: number, sms: SmsFields): Readonly<SmsPlan> {
    return this.#first.link.sendSms(ticket, sms);
  }

  request(ticket: number, pdu: PduInput): void {
    this.#first.link.request(ticket, pdu);
  }

  respond(request: number, status: number): boolean {
    const { link } = request < 0 ? (this.#second as Half) : this.#first;
    return link.respond(Math.abs(request), status);
  }

  cancel(tickets: readonly number[]): void {
    this.#first.link.cancel(tickets);
  }

  close(): void {
    this.#closing = true;
    for (const { link } of this.#halves) link.close();
  }

  destroy(): void {
    this.#closing = true;
    for (const { link } of this.#halves) link.destroy();
  }

  stats(): EngineStats {
    const stats = this.#first.link.stats();
    const others = this.#second?.link.stats();
    if (others !== undefined) for (const name of COUNTS) stats[name] += others[name];
    return { ...stats, state: this.#shown, bound: this.#halves.filter(({ state }) => state === "bound").length };
  }

  get #halves(): Half[] {
    return this.#second === undefined ? [this.#first] : [this.#first, this.#second];
  }

  /** `sign`: what marks the sequence numbers of its peer's requests. */
  #half(bind: BindType, config: EngineConfig, sign: 1 | -1): Half {
    const half: Half = { link: undefined as never, bind, state: "closed", bound: false, ended: false };
    const sink = this.#sink;
    half.link = this.#make(config, {
      state: (state, detail) => this.#state(half, state, detail),
      bound: (peer) => {
        half.bound = true;
        if (this.#halves.every(({ bound }) => bound)) sink.bound(peer);
      },
      noTransceiver: () => this.#addReceiver(half),
      settled: (...result) => sink.settled(...result),
      late: (...result) => sink.late?.(...result),
      report: (report, request, key) => sink.report(report, sign * request, key),
      message: (message, request) => sink.message(message, sign * request),
      segment: (segment, request) => sink.segment?.(segment, sign * request),
      withdrawn: (request) => sink.withdrawn?.(sign * request),
      request: (frame, request, error) => sink.request(frame, sign * request, error),
      bindRequest: (bindRequest, request) => sink.bindRequest(bindRequest, sign * request),
      log: (line) => sink.log(line),
      closed: (detail) => this.#ended(half, detail),
    }, this.#open);
    return half;
  }

  #addReceiver(transmitter: Half): void {
    transmitter.bind = "transmitter";
    if (this.#closing || this.#second !== undefined) return;
    this.#second = this.#half("receiver", { ...this.#config, bind: "receiver" }, -1);
    this.#second.link.start();
  }

  /** Reports the state of the half that is not bound. */
  #state(half: Half, state: LinkState, detail: CloseDetail | undefined): void {
    half.state = state;
    // The end is reported once, when both have ended.
    if (state === "closed") return;
    const { state: first } = this.#first;
    const shown = this.#second !== undefined && (first === "bound" || first === "closed") ? this.#second.state : first;
    if (shown === "closed" || (shown === this.#shown && shown !== state)) return;
    this.#shown = shown;
    this.#sink.state(shown, shown === state ? named(detail, half) : undefined);
  }

  #ended(half: Half, detail: CloseDetail): void {
    half.ended = true;
    this.#end ??= named(detail, half);
    const left = this.#halves.filter(({ ended }) => !ended);
    if (left.length > 0) {
      // Not from within a call of the link that has ended.
      if (!this.#closing || detail.kind === "panic") queueMicrotask(() => this.destroy());
      return;
    }
    this.#shown = "closed";
    this.#sink.state("closed", this.#end);
    this.#sink.closed(this.#end);
  }
}

function named<Detail extends CloseDetail | undefined>(detail: Detail, { bind }: Half): Detail {
  return detail && { ...detail, bind };
}
