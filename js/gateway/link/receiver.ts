import { joinSegments, type JoinOptions, type Message, type Report } from "../../client/index.ts";
import { addressText } from "../model/address.ts";
import { fromHex, toHex } from "../model/hex.ts";
import type { ApplicationOrigin } from "../model/delivery-event.ts";
import { messageId, ulid, type Place } from "../model/ids.ts";
import type { InboundDecision } from "../model/inbound-routes.ts";
import type { OptOutRequest } from "../model/opt-out.ts";
import type { StoredMessage } from "../model/views.ts";
import type { Deliveries } from "./deliveries.ts";
import type { InboundSegment, InboundSegments } from "./store/inbound-segments.ts";
import type { InboundStore, Orphan } from "./store/inbound.ts";
import type { Match, ReportStore } from "./store/reports.ts";

/** Waits before a report without a message is looked for again: on other links, and for an answer that it overtook. */
const SEARCHES = [1_000, 4_000, 10_000, 20_000];
const SEARCH_TIME = SEARCHES.reduce((sum, wait) => sum + wait);
/** Reports looked for at a time. */
const SEARCHED_AT_ONCE = 200;

/** A report in JSON: octets are hexadecimal, dates ISO 8601. */
export type StoredReport = Omit<Report, "raw" | "pdu" | "submittedAt" | "doneAt"> & { raw: string; pdu: string; submittedAt?: string; doneAt?: string };
/** A report as `smppReport` gets it. */
export interface GatewayReport extends Report {
  /** The gateway's id of the message; undefined if it is not one of the gateway's. */
  id: string | undefined;
  account: string;
}

/** An inbound message as `smppMessage` gets it. */
export interface GatewayMessage extends Message {
  /** The gateway's id of it. */
  id: string;
  account: string;
  /** What the text asks for, where `SMPP_OPT_OUT` is set. */
  optOut?: OptOutRequest;
  /** The rules of `SMPP_INBOUND_ROUTES` that matched; the first word, plain, and what follows it, where a rule looks at that. */
  routes?: string[];
  keyword?: string;
  rest?: string;
}

/** A report on its way to the link that sent the message. */
export interface ReportOffer {
  /** Of the event that it becomes. */
  event: string;
  key: string;
  report: StoredReport;
}

export interface ReceiverParts {
  place: Place;
  store: InboundStore;
  segments: InboundSegments;
  /** What joining segments has to know of the account. */
  joinOptions: JoinOptions;
  reports: ReportStore;
  deliveries: Deliveries;
  /** The SMSC's id of a report in the form that ids are compared by. */
  keyOf: (rawMessageId: string) => string;
  /** Whose a message is that was sent, by its id, and one that came in, by its recipient; undefined if it is no application's. */
  origin?: (id: string) => ApplicationOrigin | undefined;
  inboundFor?: (to: string) => ApplicationOrigin | undefined;
  arrived: (message: StoredMessage & { id: string }) => void;
  /** With opt-outs: what a message asks for, and what has to be done for it before it is acknowledged. */
  optOut?: ((message: StoredMessage, id: string) => { request: OptOutRequest; act?: () => Promise<unknown> } | undefined) | undefined;
  /** With inbound routes: where a message goes. */
  route?: ((message: StoredMessage) => InboundDecision) | undefined;
  /** Has the SMSC's answers stored that came before: they may name the message of a report. */
  storeAnswers: () => void;
  /** Whether the account has no other link that a report could be for. */
  isOnly: boolean;
  /** Offers reports to the other links of the account; returns for each whether one took it. */
  offer: (offers: { offer: ReportOffer; recipient: string }[]) => Promise<boolean[]>;
  /** Called when {@link Receiver.nextDue} may have changed. */
  wake: () => void;
}

/** What comes in at one link. Everything is in SQLite when a method returns or resolves: only then may the SMSC have its answer. */
export class Receiver {
  readonly #parts: ReceiverParts;
  #searching = false;
  /** Reports of this turn, and when they are stored. */
  #gathered: ReportOffer[] = [];
  #storing: Promise<void> | undefined;
  reports = 0;
  messages = 0;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  /** Takes a delivery report in. Those of one turn are stored together. */
  report(report: Report, now: number): Promise<void> {
    this.#gathered.push(this.#offerOf(report, now));
    this.#storing ??= Promise.resolve().then(() => {
      const offers = this.#gathered;
      this.#gathered = [];
      this.#storing = undefined;
      this.#take(offers, now);
    });
    return this.#storing;
  }

  #offerOf(report: Report, now: number): ReportOffer {
    this.reports++;
    return { event: this.#newId(now), key: this.#parts.keyOf(report.rawMessageId), report: storeReport(report) };
  }

  /** Applies reports to the messages of this link, and keeps the others to look for theirs. */
  #take(offers: ReportOffer[], now: number): void {
    const { reports, store, isOnly, storeAnswers, wake } = this.#parts;
    storeAnswers();
    const known = offers.length === 1 ? undefined : reports.known(offers.map(({ key }) => key));
    const orphans = offers.filter((offer) => known?.has(offer.key) === false || !this.claim(offer, now));
    if (orphans.length === 0) return;
    // Where there is no other link only an answer that comes late can bring the message.
    const [tries, due] = isOnly ? [SEARCHES.length, now + SEARCH_TIME] : [0, now];
    store.addOrphans(orphans.map(({ event, key, report }) => ({ id: event, key, tries, due, report })));
    wake();
  }

  /** Applies a report if its message is of this link; false if it is not. */
  claim(offer: ReportOffer, now: number): boolean {
    const { status, final, errorCode, doneAt } = offer.report;
    const match = this.#parts.reports.apply({ key: offer.key, status, final, errorCode, doneAt: doneAt === undefined ? undefined : Date.parse(doneAt) }, now);
    if (!match) return false;
    this.#handOn(offer, match, now);
    return true;
  }

  /** Applies the reports that came before the answers which gave messages these ids. */
  answered(keys: string[], now: number): void {
    for (const key of keys) {
      for (const orphan of this.#parts.store.orphansOf(key)) {
        if (this.claim(offerOf(orphan), now)) this.#parts.store.removeOrphan(orphan);
      }
    }
  }

  /** Looks on the other links for the messages of reports; one that is not found in the end is handed on without a message. */
  async search(now: number): Promise<void> {
    if (this.#searching) return;
    this.#searching = true;
    try {
      await this.#search(now);
    } finally {
      this.#searching = false;
    }
  }

  /** When a search is due; undefined while one goes on. */
  nextDue(): number | undefined {
    return this.#searching ? undefined : this.#parts.store.nextDue();
  }

  /** Takes an inbound message in. */
  message(message: Message, now: number): void | Promise<void> {
    const id = this.#newId(now);
    const stored = storeMessage(message);
    const asked = this.#parts.optOut?.(stored, id);
    if (asked) stored.optOut = asked.request;
    if (!asked?.act) return this.#store(id, stored, now);
    return asked.act().then(() => this.#store(id, stored, now));
  }

  #store(id: string, stored: StoredMessage, now: number): void {
    this.messages++;
    this.#parts.store.add(id, stored);
    const { account } = this.#parts.place;
    const { only, urls, applications, ...decision } = this.#parts.route?.(stored) ?? { only: undefined, urls: [], applications: [] };
    const event = { id, account, ...stored, ...decision };
    const { deliveries, inboundFor } = this.#parts;
    deliveries.add(id, "message.received", event, now, undefined, only);
    for (const url of urls) deliveries.add(this.#newId(now), "message.received", event, now, url, []);
    // An application gets what comes to its numbers, wherever else that goes.
    const own = inboundFor?.(stored.to.addr)?.name;
    for (const name of new Set(own === undefined ? applications : [...applications, own])) deliveries.addFor({ name }, this.#newId(now), "message.received", event, now);
    this.#parts.arrived({ id, ...stored });
  }

  /** Stores a segment of a long message, and takes in what is whole now. */
  async segment(segment: InboundSegment, now: number): Promise<void> {
    await Promise.all(this.#parts.segments.add(segment, now).map((pdus) => this.#join(pdus, now)));
  }

  /** Takes in what is left of long messages whose other segments did not come. */
  giveUpSegments(now: number): void {
    for (const pdus of this.#parts.segments.overdue(now)) this.#join(pdus, now)?.catch((error: unknown) => console.error(JSON.stringify({ event: "opt-outs", detail: String(error) })));
  }

  /** Stores what segments make up. A promise where more has to be done before the last one is acknowledged. */
  #join(pdus: Uint8Array[], now: number): Promise<unknown> | undefined {
    const joined = joinSegments(pdus, this.#parts.joinOptions);
    if (!joined) return undefined;
    if ("report" in joined) {
      this.#take([this.#offerOf(joined.report, now)], now);
      return undefined;
    }
    const id = this.#newId(now);
    const stored = storeMessage(joined.message);
    const asked = joined.message.complete ? this.#parts.optOut?.(stored, id) : undefined;
    if (asked) stored.optOut = asked.request;
    this.#store(id, stored, now);
    return asked?.act && repeated(asked.act);
  }

  async #search(now: number): Promise<void> {
    const { store } = this.#parts;
    const orphans = store.orphansDue(now, SEARCHED_AT_ONCE);
    if (orphans.length === 0) return;
    const last = orphans.map(({ tries }) => tries >= SEARCHES.length);
    orphans.forEach((orphan, i) => {
      if (!last[i]) store.postpone(orphan, now + SEARCHES[orphan.tries]!);
    });
    const offers = orphans.map((orphan) => ({ offer: offerOf(orphan), recipient: recipientOf(orphan) }));
    const taken = await this.#parts.offer(offers);
    orphans.forEach((orphan, i) => {
      if (!taken[i] && !last[i]) return;
      if (store.removeOrphan(orphan) && !taken[i]) this.#handOn(offers[i]!.offer, undefined, now);
    });
  }

  /** A report that says nothing new was handed on before. */
  #handOn(offer: ReportOffer, match: Match | undefined, now: number): void {
    if (match && !match.fresh) return;
    const { deliveries, origin, place } = this.#parts;
    const event = { ...offer.report, id: match?.id ?? null, account: place.account };
    deliveries.add(offer.event, "message.report", event, now, match?.callbackUrl ?? undefined);
    const application = match && origin?.(match.id);
    if (application) deliveries.addFor(application, this.#newId(now), "message.report", event, now);
  }

  #newId(now: number): string {
    return messageId(ulid(now), this.#parts.place);
  }
}

function offerOf({ id, key, report }: Orphan): ReportOffer {
  return { event: id, key, report: JSON.parse(report) as StoredReport };
}

/** A report comes from the number that its message went to. */
function recipientOf({ report }: Orphan): string {
  return addressText((JSON.parse(report) as StoredReport).from);
}

function storeReport(report: Report): StoredReport {
  const { raw, pdu, submittedAt, doneAt, ...rest } = report;
  return {
    ...rest, raw: toHex(raw), pdu: toHex(pdu),
    ...(submittedAt === undefined ? {} : { submittedAt: submittedAt.toISOString() }),
    ...(doneAt === undefined ? {} : { doneAt: doneAt.toISOString() }),
  };
}

/** A stored report as a handler gets it. */
export function reviveReport(stored: StoredReport & { id: string | null; account: string }): GatewayReport {
  const { raw, pdu, submittedAt, doneAt, id, ...rest } = stored;
  return {
    ...rest, id: id ?? undefined, raw: fromHex(raw), pdu: fromHex(pdu),
    submittedAt: submittedAt === undefined ? undefined : new Date(submittedAt),
    doneAt: doneAt === undefined ? undefined : new Date(doneAt),
  };
}

function storeMessage(message: Message): StoredMessage {
  const { binary, udh, pdus, ...rest } = message;
  return {
    ...rest, pdus: pdus.map(toHex),
    ...(binary === undefined ? {} : { binary: toHex(binary) }),
    ...(udh === undefined ? {} : { udh: toHex(udh) }),
  };
}

/** A stored message as a handler gets it. */
export function reviveMessage(stored: StoredMessage & { id: string; account: string }): GatewayMessage {
  const { binary, udh, pdus, ...rest } = stored;
  return {
    ...rest, pdus: pdus.map(fromHex),
    binary: binary === undefined ? undefined : fromHex(binary),
    udh: udh === undefined ? undefined : fromHex(udh),
  };
}

/** Does work until it is done, or has failed four times: nothing else would do it again. */
async function repeated(work: () => Promise<unknown>): Promise<unknown> {
  for (const pause of [1_000, 5_000, 25_000]) {
    try {
      return await work();
    } catch {
      await scheduler.wait(pause);
    }
  }
  return work();
}
