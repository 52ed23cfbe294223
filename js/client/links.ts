import { Act } from "#boundary";
import type { Link } from "../engine/link.ts";
import type { OpenTransport } from "../engine/transport.ts";
import type { BindType, CloseDetail, EngineConfig, EngineStats, LinkSink, LinkState, PduInput, SmsFields, SmsPlan } from "../engine/types.ts";
import type { ClientLink } from "./client.ts";
import { COUNTS } from "./pair.ts";
import { SegmentJoiner } from "./segment-joiner.ts";

type MakeSession = (config: EngineConfig, sink: LinkSink, open: OpenTransport) => Link;

/** The states without a bind, the most promising first. */
const UNBOUND: readonly LinkState[] = ["unbinding", "unbound", "binding", "open", "connecting", "waiting"];
/** The states of a connection that is being made. */
const MAKING: readonly LinkState[] = ["binding", "open", "connecting"];
/** What `maxQueue` is by default, and the most it can be. */
const MAX_QUEUE = 100_000;
const MOST_QUEUED = 0xffff_ffff;
/** A connection that is not to be made again: it only waits for its queue to be taken. */
const NEVER = { min: 3_600_000, max: 3_600_000 };
/** Prefers one of several connections that have as much room, always the same one for a recipient. */
const SPREAD = 31;

/** One connection, and its successors. */
interface Member {
  readonly link: Link;
  /** From 1; the two of a pair have the same. */
  readonly number: number;
  bind: BindType;
  state: LinkState;
  bound: boolean;
  /** Segments and requests on it that have no result. */
  load: number;
  /** The receiver of this transmitter, or the other way round. */
  partner: Member | undefined;
  /** It ends for good, or has. */
  over: boolean;
  ended: boolean;
}

/** A recipient with messages that have no result. */
interface Recipient {
  readonly number: string;
  /** Where its messages go, so that they stay in order. */
  member: Member;
  messages: number;
}

/** A message or request that has no result. */
interface Flight {
  recipient: Recipient | undefined;
  /** Segments without a result. */
  left: number;
}

/**
 * Several connections of one account. To the client they are one link:
 *
 * ```text
 *  start ──▶ the first connects ──▶ it is bound ──▶ the others connect, each on its own
 *              │ fails                                │ the client is bound as long as one of them is
 *              ▼                                      ▼
 *            the client ends ◀── the last of them has ended for good, or close() has ended all
 * ```
 *
 * A message goes to the bound connection with the fewest messages in flight and queued; messages to a recipient that has some without a
 * result go where those went. What a lost connection has queued goes to another one, or waits until one is bound. Segments that come in are joined by one
 * {@link SegmentJoiner}, whichever connection they come by.
 */
export class Links implements ClientLink {
  readonly #make: MakeSession;
  readonly #config: EngineConfig;
  readonly #sink: LinkSink;
  readonly #open: OpenTransport;
  /** How many connections, or pairs of them, there are to be. */
  readonly #binds: number;
  /** How many of them there are. */
  #count = 1;
  readonly #reconnects: boolean;
  readonly #members: Member[] = [];
  /** Holds what waits while none is bound: a connection that is refused for good takes its queue along. It never connects. */
  readonly #room: Member;
  readonly #joiner: SegmentJoiner | undefined;
  #joinerEnded = false;
  readonly #recipients = new Map<string, Recipient>();
  /** By ticket. */
  readonly #flights: (Flight | undefined)[] = [];
  /** The SMSC's requests that have no answer: the numbers that the client knows, and those of each session. */
  readonly #requests = new Map<number, { link: Link; request: number }>();
  readonly #numbers = new Map<Link, Map<number, number>>();
  #lastRequest = 0;
  #shown: LinkState = "closed";
  #closing = false;
  /** Why the last connection to end did so. */
  #end: CloseDetail | undefined;

  constructor(binds: number, fallback: boolean, make: MakeSession, config: EngineConfig, sink: LinkSink, open: OpenTransport) {
    this.#binds = binds;
    this.#make = make;
    this.#sink = sink;
    this.#open = open;
    const joins = config.reassemble !== false && config.segments !== true && config.bind !== "transmitter";
    this.#config = { ...config, fallBack: fallback, segments: joins || config.segments === true, reconnect: config.reconnect ?? NEVER };
    if (joins) this.#joiner = this.#makeJoiner(config);
    this.#reconnects = config.reconnect !== null;
    const bind = this.#config.bind ?? "transceiver";
    // It has the room of all.
    this.#room = this.#member(0, bind, { maxQueue: Math.min((config.maxQueue ?? MAX_QUEUE) * binds, MOST_QUEUED) });
    this.#add(1, bind);
  }

  start(): void {
    this.#first.link.start();
  }

  sendSms(ticket: number, sms: SmsFields): Readonly<SmsPlan> {
    const number = sms.to.addr;
    let recipient = this.#recipients.get(number);
    const member = recipient?.member ?? this.#roomiest(hash(number));
    const plan = member.link.sendSms(ticket, sms);
    if (recipient === undefined) this.#recipients.set(number, (recipient = { number, member, messages: 0 }));
    recipient.messages++;
    this.#depart(ticket, member, recipient, plan.segments);
    return plan;
  }

  request(ticket: number, pdu: PduInput): void {
    const member = this.#roomiest(0);
    member.link.request(ticket, pdu);
    this.#depart(ticket, member, undefined, 1);
  }

  respond(request: number, status: number): boolean {
    const found = this.#requests.get(request);
    if (found === undefined) return false;
    this.#forget(found.link, found.request);
    return found.link.respond(found.request, status);
  }

  cancel(tickets: readonly number[]): void {
    for (const { link } of this.#all) link.cancel(tickets);
  }

  close(): void {
    this.#closing = true;
    this.#end = undefined;
    // A connection that is being made sends what waits.
    const heir = this.#members.find((member) => !member.over && this.#carries(member) && MAKING.includes(member.state));
    if (heir !== undefined) this.#move(this.#room, heir);
    for (const { link } of this.#all) link.close();
  }

  destroy(): void {
    this.#closing = true;
    for (const { link } of this.#all) link.destroy();
  }

  stats(): EngineStats {
    const stats = { ...this.#first.link.stats(), rtt: 0, rate: undefined as number | undefined, state: this.#shown };
    for (const name of COUNTS) stats[name] = 0;
    let responses = 0;
    for (const { link, bound } of this.#all) {
      const own = link.stats();
      for (const name of COUNTS) stats[name] += own[name];
      if (own.rate !== undefined && bound) stats.rate = (stats.rate ?? 0) + own.rate;
      responses += own.responses;
      if (own.responses > 0) stats.rtt += ((own.rtt - stats.rtt) * own.responses) / responses;
    }
    return { ...stats, bound: this.#members.filter(({ bound }) => bound).length };
  }

  get #all(): Member[] {
    return [...this.#members, this.#room];
  }

  get #first(): Member {
    return this.#members[0] as Member;
  }

  get #isBound(): boolean {
    const { bind } = this.#config;
    const bound = this.#members.filter((member) => member.bound);
    return (bind === "receiver" || bound.some(sends)) && (bind === "transmitter" || bound.some(receives));
  }

  #makeJoiner(config: EngineConfig): SegmentJoiner {
    const number = (request: number): number => this.#number((this.#joiner as SegmentJoiner).link, request);
    return new SegmentJoiner(this.#make, config, {
      report: (report, request, key) => this.#sink.report(report, number(request), key),
      message: (message, request) => this.#sink.message(message, number(request)),
      withdrawn: (request) => this.#withdrawn((this.#joiner as SegmentJoiner).link, request),
      request: (frame, request, error) => this.#sink.request(frame, request, error),
      closed: (detail) => {
        this.#joinerEnded = true;
        if (this.#all.every(({ ended }) => ended)) return this.#finish();
        // The engine failed.
        this.#end = detail;
        queueMicrotask(() => this.destroy());
      },
    });
  }

  #add(number: number, bind: BindType): Member {
    const member = this.#member(number, bind, {});
    this.#members.push(member);
    return member;
  }

  #member(number: number, bind: BindType, more: Partial<EngineConfig>): Member {
    const member: Member = { link: undefined as never, number, bind, state: "closed", bound: false, load: 0, partner: undefined, over: false, ended: false };
    const sink = this.#sink;
    const request = (own: number): number => this.#number(member.link, own);
    const link = this.#make({ ...this.#config, ...more, bind }, {
      state: (state, detail) => this.#state(member, state, detail),
      bound: (peer) => {
        member.bound = true;
        if (this.#isBound) sink.bound(peer);
      },
      noTransceiver: () => this.#addReceiver(member),
      settled: (ticket, ...result) => {
        this.#arrive(ticket, member);
        sink.settled(ticket, ...result);
      },
      late: (...result) => sink.late?.(...result),
      report: (report, own, key) => sink.report(report, request(own), key),
      message: (message, own) => sink.message(message, request(own)),
      segment: (segment, own) => {
        if (this.#joiner === undefined) sink.segment?.(segment, request(own));
        else this.#joiner.add(segment, (status) => void link.respond(own, status));
      },
      withdrawn: (own) => this.#withdrawn(link, own),
      request: (frame, own, error) => sink.request(frame, request(own), error),
      bindRequest: (bindRequest, own) => sink.bindRequest(bindRequest, request(own)),
      log: (line) => sink.log(line),
      closed: (detail) => this.#ended(member, detail),
    }, this.#open);
    (member as { link: Link }).link = link;
    return member;
  }

  #addReceiver(transmitter: Member): void {
    transmitter.bind = "transmitter";
    if (this.#closing || transmitter.partner !== undefined) return;
    const receiver = this.#add(transmitter.number, "receiver");
    [transmitter.partner, receiver.partner] = [receiver, transmitter];
    receiver.link.start();
  }

  /** The one with the fewest segments and requests of those that are bound; if none is, where messages wait. */
  #roomiest(preferred: number, except?: Member): Member {
    const members = this.#members;
    let best: Member | undefined;
    for (let i = 0; i < members.length; i++) {
      const member = members[(preferred + i) % members.length] as Member;
      if (member === except || !member.bound || !this.#carries(member)) continue;
      if (best === undefined || member.load < best.load) best = member;
    }
    return best ?? this.#room;
  }

  #carries(member: Member): boolean {
    return sends(member) || this.#config.bind === "receiver";
  }

  #depart(ticket: number, member: Member, recipient: Recipient | undefined, segments: number): void {
    member.load += segments;
    this.#flights[ticket] = { recipient, left: segments };
  }

  /** A segment or a request has its result. */
  #arrive(ticket: number, member: Member): void {
    member.load--;
    const flight = this.#flights[ticket];
    if (flight === undefined || --flight.left > 0) return;
    const { recipient } = flight;
    this.#flights[ticket] = undefined;
    if (recipient !== undefined && --recipient.messages === 0) this.#recipients.delete(recipient.number);
  }

  /** What `from` has queued goes by `to` from now on. */
  #move(from: Member, to: Member): void {
    if (from === to) return;
    const given = from.link.act(Act.GiveQueue);
    if (given > 0 && to.link.act(Act.TakeQueue) < given) from.link.act(Act.TakeQueue);
    from.load -= given;
    to.load += given;
    for (const recipient of this.#recipients.values()) if (recipient.member === from) recipient.member = to;
  }

  /** The number that the client knows a request by. */
  #number(link: Link, request: number): number {
    if (request === 0) return 0;
    let numbers = this.#numbers.get(link);
    if (numbers === undefined) this.#numbers.set(link, (numbers = new Map()));
    let number = numbers.get(request);
    if (number === undefined) {
      number = ++this.#lastRequest;
      numbers.set(request, number);
      this.#requests.set(number, { link, request });
    }
    return number;
  }

  #forget(link: Link, request: number): number | undefined {
    const numbers = this.#numbers.get(link);
    const number = numbers?.get(request);
    if (number !== undefined) this.#requests.delete(number);
    numbers?.delete(request);
    return number;
  }

  #withdrawn(link: Link, request: number): void {
    const number = this.#forget(link, request);
    if (number !== undefined) this.#sink.withdrawn?.(number);
  }

  #state(member: Member, state: LinkState, detail: CloseDetail | undefined): void {
    const wasBound = member.bound;
    if (member === this.#room) return;
    member.state = state;
    member.bound = state === "bound";
    // Its end is reported by #ended.
    if (state === "closed" || this.#closing) return this.#show(member, undefined);
    const lost = state === "waiting" && detail !== undefined && detail.retryIn !== 0;
    if (lost && !this.#reconnects) {
      member.over = true;
      this.#end = named(without(detail), member);
    }
    if (lost || wasBound) this.#move(member, this.#roomiest(0, member));
    // Not from within a call of the link.
    if (member.over) queueMicrotask(() => member.link.destroy());
    if (state === "bound" && this.#carries(member)) {
      this.#move(this.#room, member);
    }
    this.#show(member, state === "waiting" ? detail && (member.over ? without(detail) : detail) : undefined);
    if (this.#isBound && !this.#closing) this.#startOthers();
  }

  #startOthers(): void {
    const { bind, partner } = this.#first;
    while (this.#count < this.#binds) {
      const member = this.#add(++this.#count, bind);
      member.link.start();
      if (partner !== undefined) this.#addReceiver(member);
    }
  }

  /** Reports the state of all, and what happened to one of them while others are bound. */
  #show(member: Member, detail: CloseDetail | undefined): void {
    const shown = this.#stateOfAll;
    if (shown === "closed") return;
    const reported = detail && named(detail, member);
    if (shown === "bound") {
      if (this.#shown !== "bound") this.#sink.state((this.#shown = shown), undefined);
      if (reported !== undefined) this.#sink.state(shown, { ...reported, connection: member.number });
    } else if (shown !== this.#shown || (reported !== undefined && this.#members.length === 1)) {
      this.#sink.state((this.#shown = shown), shown === member.state ? reported : undefined);
    }
  }

  /** Bound, or the state of the most promising of those that are missing for it. */
  get #stateOfAll(): LinkState {
    if (this.#isBound) return "bound";
    const { bind } = this.#config;
    const missing = bind === "receiver" || this.#members.some((member) => member.bound && sends(member)) ? receives : sends;
    const states = this.#members.filter((member) => !member.over && missing(member)).map(({ state }) => state);
    return UNBOUND.find((state) => states.includes(state)) ?? "closed";
  }

  #ended(member: Member, detail: CloseDetail): void {
    const own = member.over;
    member.over = member.ended = true;
    if (member === this.#room) {
      // The engine failed, or all have ended.
      if (detail.kind === "panic") queueMicrotask(() => this.destroy());
      if (this.#members.every(({ ended }) => ended)) this.#endJoiner();
      return;
    }
    member.bound = false;
    if (!own && (detail.kind !== "closed" || this.#end === undefined)) this.#end = named(detail, member);
    const left = this.#members.filter(({ ended }) => !ended);
    if (left.length === 0) {
      if (this.#room.ended) this.#endJoiner();
      else this.#room.link.destroy();
      return;
    }
    if (!own && !this.#closing && this.#isBound) this.#sink.state("bound", { ...named(detail, member), connection: member.number });
    // Not from within a call of the link that has ended.
    if (detail.kind === "panic") queueMicrotask(() => this.destroy());
    else if (member.partner?.over === false) queueMicrotask(() => member.partner?.link.destroy());
    if (this.#closing) return;
    this.#show(member, undefined);
  }

  #endJoiner(): void {
    if (this.#joiner === undefined || this.#joinerEnded) this.#finish();
    else this.#joiner.link.destroy();
  }

  #finish(): void {
    const end = this.#end as CloseDetail;
    this.#shown = "closed";
    this.#sink.state("closed", end);
    this.#sink.closed(end);
  }
}

const sends = ({ bind }: Member): boolean => bind !== "receiver";
const receives = ({ bind }: Member): boolean => bind !== "transmitter";

function named(detail: CloseDetail, { bind, partner }: Member): CloseDetail {
  return partner === undefined && bind !== "transmitter" ? detail : { ...detail, bind };
}

/** Why a connection ended that is not made again. */
function without({ retryIn: _, ...detail }: CloseDetail): CloseDetail {
  return detail;
}

function hash(number: string): number {
  let sum = 0;
  for (let i = Math.max(0, number.length - 4); i < number.length; i++) sum = sum * SPREAD + number.charCodeAt(i);
  return sum;
}
