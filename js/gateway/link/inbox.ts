import type { Message, Report } from "../../client/index.ts";
import { fromHex, toHex } from "../model/hex.ts";
import { messageId, timeOf, ulid, type Place } from "../model/ids.ts";
import type { InboundView, StoredMessage } from "../model/views.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Match, Outbox, SegmentReport } from "./outbox.ts";

/** Waits before a report without a message is looked for again: on other links, and for an answer that it overtook. */
const SEARCHES = [1_000, 4_000, 10_000, 20_000];

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
}

/** A report on its way to the link that sent the message. */
export interface ReportOffer {
  /** Of the event that it becomes. */
  event: string;
  key: string;
  report: StoredReport;
}

/** Offers reports to the other links of the account; answers for each whether a link took it. */
export type OfferElsewhere = (offers: ReportOffer[]) => Promise<boolean[]>;

/** What comes in at one link. Everything is in SQLite when a method returns: only then may the SMSC have its answer. */
export class Inbox {
  readonly #sql: SqlStorage;
  readonly #place: Place;
  readonly #outbox: Outbox;
  readonly #deliveries: Deliveries;
  readonly #keyOf: (rawMessageId: string) => string;
  readonly #arrived: (message: StoredMessage & { id: string }) => void;
  readonly #offer: OfferElsewhere;
  readonly #wake: () => void;
  reports = 0;
  messages = 0;

  constructor(parts: {
    sql: SqlStorage; place: Place; outbox: Outbox; deliveries: Deliveries; keyOf: (rawMessageId: string) => string;
    arrived: (message: StoredMessage & { id: string }) => void; offer: OfferElsewhere; wake: () => void;
  }) {
    this.#sql = parts.sql;
    this.#place = parts.place;
    this.#outbox = parts.outbox;
    this.#deliveries = parts.deliveries;
    this.#keyOf = parts.keyOf;
    this.#arrived = parts.arrived;
    this.#offer = parts.offer;
    this.#wake = parts.wake;
  }

  /** Takes a delivery report in. */
  report(report: Report, now: number): void {
    this.reports++;
    const offer = { event: this.#newId(now), key: this.#keyOf(report.rawMessageId), report: storeReport(report) };
    if (this.claim(offer, now)) return;
    this.#sql.exec("INSERT INTO orphans (id, key, report, tries, due) VALUES (?, ?, ?, 0, ?)", offer.event, offer.key, JSON.stringify(offer.report), now);
    this.#wake();
  }

  /** Applies a report if its message is of this link; false if it is not. */
  claim(offer: ReportOffer, now: number): boolean {
    const { status, final, errorCode, doneAt } = offer.report;
    const report: SegmentReport = { key: offer.key, status, final, errorCode, doneAt: doneAt === undefined ? undefined : Date.parse(doneAt) };
    const match = this.#outbox.report(report, now);
    if (!match) return false;
    this.#handOn(offer, match, now);
    return true;
  }

  /** Ids that messages got just now: reports may have come before them. */
  answered(keys: string[], now: number): void {
    for (const key of keys) {
      const rows = this.#sql.exec<{ id: string; report: string }>("SELECT id, report FROM orphans WHERE key = ? ORDER BY id", key).toArray();
      for (const row of rows) {
        if (this.claim({ event: row.id, key, report: JSON.parse(row.report) as StoredReport }, now)) this.#sql.exec("DELETE FROM orphans WHERE id = ?", row.id);
      }
    }
  }

  /** Looks on the other links for the messages of reports, and gives up in the end: then a report goes out without a message. */
  async search(now: number): Promise<void> {
    const rows = this.#sql.exec<{ id: string; key: string; report: string; tries: number }>(
      "SELECT id, key, report, tries FROM orphans WHERE due <= ? ORDER BY id LIMIT 200", now).toArray();
    if (rows.length === 0) return;
    for (const row of rows) {
      this.#sql.exec("UPDATE orphans SET tries = tries + 1, due = ? WHERE id = ?", now + (SEARCHES[row.tries] ?? SEARCHES.at(-1)!), row.id);
    }
    const offers = rows.map((row) => ({ event: row.id, key: row.key, report: JSON.parse(row.report) as StoredReport }));
    const taken = await this.#offer(offers);
    rows.forEach((row, i) => {
      const given = taken[i]! || row.tries >= SEARCHES.length;
      if (!given) return;
      const left = this.#sql.exec("DELETE FROM orphans WHERE id = ? RETURNING id", row.id).toArray().length > 0;
      if (left && !taken[i]) this.#handOn(offers[i]!, undefined, now);
    });
  }

  /** When a search is due. */
  nextDue(): number | undefined {
    return this.#sql.exec<{ due: number | null }>("SELECT min(due) AS due FROM orphans").one().due ?? undefined;
  }

  /** Takes an inbound message in. */
  message(message: Message, now: number): void {
    this.messages++;
    const id = this.#newId(now);
    const stored = storeMessage(message);
    this.#sql.exec("INSERT INTO inbound (id, message) VALUES (?, ?)", id, JSON.stringify(stored));
    this.#deliveries.add(id, "message.received", { id, account: this.#place.account, ...stored }, now);
    this.#arrived({ id, ...stored });
  }

  /** Inbound messages, the newest first. */
  list(before: string | undefined, limit: number): InboundView[] {
    return this.#sql.exec<{ id: string; message: string }>("SELECT id, message FROM inbound WHERE id < ? ORDER BY id DESC LIMIT ?", before ?? "~", limit)
      .toArray().map(({ id, message }) => {
        const { pdus: _, ...rest } = JSON.parse(message) as StoredMessage;
        return { id, ...this.#place, at: new Date(timeOf(id)).toISOString(), ...rest };
      });
  }

  /** Removes inbound messages from before `ulid`. */
  purge(ulid: string): void {
    this.#sql.exec("DELETE FROM inbound WHERE id < ?", ulid);
  }

  /** A report that says nothing new was handed on before. */
  #handOn(offer: ReportOffer, match: Match | undefined, now: number): void {
    if (match && !match.fresh) return;
    this.#deliveries.add(offer.event, "message.report", { ...offer.report, id: match?.id ?? null, account: this.#place.account }, now);
  }

  #newId(now: number): string {
    return messageId(ulid(now), this.#place);
  }
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
