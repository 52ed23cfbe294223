import { ConnectionLostError, SmppError } from "../../client/index.ts";
import { readMeta, writeMeta, type Database } from "../link/database.ts";
import { Deliveries, type EventTarget } from "../link/deliveries.ts";
import { DeliveryError } from "../link/delivery-error.ts";
import { createEventTables, type PendingEvent } from "../link/event-store.ts";
import { HAS_NUMBER } from "../link/store/erasure.ts";
import type { GatewayEnded } from "../link/worker-handlers.ts";
import type { ApplicationEvent, ApplicationOrigin, DeadLetter, Envelope } from "../model/delivery-event.ts";
import { ulidFrom } from "../model/ids.ts";
import type { Binds } from "./binds.ts";
import { pdusOf } from "./outbound.ts";

const HOUR = 3_600_000;
/** How long what nobody fetches is kept. */
const KEPT = 7 * 24 * HOUR;
/** How long the ids of events are kept: longer than a link offers one. */
const KNOWN = 48 * HOUR;
/** How long a message whose outcome is unknown waits for its report before the receipt says so. */
const UNKNOWN_AFTER = HOUR;
/** Rows removed at a time. */
const AT_ONCE = 1_000;
/** Events that one row marks as handed out. */
const AHEAD = 64;
const TIMEOUT = 60_000;
const HANDED = "handed";

/** The answers that ask for another try. */
const TEMPORARY = new Set(["ESME_RX_T_APPN", "ESME_RTHROTTLED", "ESME_RMSGQFUL", "ESME_RSYSERR"]);

const TABLES = [
  "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS taken (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS unknown (message TEXT PRIMARY KEY, due INTEGER NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL) WITHOUT ROWID",
];

/** The receipts and inbound messages of an application, kept until a bind of it has acknowledged them. */
export class Mailbox {
  readonly #db: Database;
  readonly #binds: Binds | undefined;
  readonly #deliveries: Deliveries;
  /** Up to this number events may have been sent: before this life of the object, and so far. */
  readonly #handedBefore: number;
  #handed: number;

  constructor(db: Database, binds: Binds | undefined, wake: () => void, log: (entry: object) => void) {
    for (const table of TABLES) db.exec(table);
    createEventTables(db);
    this.#db = db;
    this.#binds = binds;
    this.#handedBefore = this.#handed = Number(readMeta(db, HANDED) ?? 0);
    this.#deliveries = new Deliveries(db, [new BindsTarget(binds, (event) => this.#deliver(event))], wake, log);
  }

  /** Takes events in; those that came before are here already. */
  take(events: ApplicationEvent[], now: number): void {
    for (const event of events) {
      if (this.#db.all("INSERT OR IGNORE INTO taken (id, at) VALUES (?, ?) RETURNING 1", event.id, now).length > 0) this.#take(event, now);
    }
  }

  run(now: number): void {
    this.#deliveries.run(now);
  }

  nextDue(): number | undefined {
    return this.#deliveries.nextDue();
  }

  count(): { waiting: number; dead: number } {
    return this.#deliveries.count();
  }

  /** Attempts to deliver, since the object started. */
  metrics(): { delivered: number; failed: number } {
    return this.#deliveries.metrics()[0]!;
  }

  dead(before: string | undefined, limit: number): DeadLetter[] {
    return this.#deliveries.dead(before, limit);
  }

  replay(id: string, now: number): boolean {
    return this.#deliveries.replay(id, now);
  }

  /** Removes what has a phone number as a value. */
  erase(number: string): void {
    this.#deliveries.erase(number);
    this.#db.exec(`DELETE FROM unknown WHERE ${HAS_NUMBER("payload")}`, number);
  }

  /** Sends what waited for a report in vain, and removes what is too old. Returns when there is something to do again; undefined for never. */
  tidy(now: number): number | undefined {
    for (const { id, payload } of this.#db.all<{ id: string; payload: string }>("DELETE FROM unknown WHERE due <= ? RETURNING id, payload", now)) this.#add({ id, type: "message.ended", payload }, now);
    this.#db.exec("DELETE FROM taken WHERE id IN (SELECT id FROM taken WHERE id < ? ORDER BY id LIMIT ?)", ulidFrom(now - KNOWN), AT_ONCE);
    this.#db.exec(`INSERT OR IGNORE INTO dead_letters (id, target, payload, type, attempts, error)
      SELECT id, 'application', payload, type, 0, 'Nobody fetched it for 7 days' FROM (SELECT * FROM events ORDER BY number LIMIT ?) WHERE added < ?`, AT_ONCE, now - KEPT);
    this.#deliveries.purge(ulidFrom(now - 2 * KEPT), now - KEPT);
    const isEmpty = this.#db.first("SELECT 1 FROM taken LIMIT 1") === undefined && this.count().waiting === 0;
    return isEmpty ? undefined : this.#db.first<{ due: number }>("SELECT min(due) AS due FROM unknown HAVING due IS NOT NULL")?.due ?? now + HOUR;
  }

  #take(event: ApplicationEvent, now: number): void {
    const { data } = JSON.parse(event.payload) as Envelope;
    const { id, status } = data as GatewayEnded;
    if (event.type === "message.ended" && status === "unknown") {
      // What it became may still be reported.
      this.#db.exec("INSERT OR REPLACE INTO unknown (message, due, id, payload) VALUES (?, ?, ?, ?)", id, now + UNKNOWN_AFTER, event.id, event.payload);
      return;
    }
    if (event.type !== "message.received") this.#db.exec("DELETE FROM unknown WHERE message = ?", id);
    this.#add(event, now);
  }

  #add({ id, type, payload }: ApplicationEvent, now: number): void {
    this.#deliveries.add(id, type, (JSON.parse(payload) as Envelope).data, now);
  }

  async #deliver({ number, attempts, payload }: PendingEvent): Promise<boolean> {
    const event = JSON.parse(payload) as Envelope;
    const { application } = event.data as { application: ApplicationOrigin };
    for (const pdu of pdusOf(event, attempts > 0 || number <= this.#handedBefore)) {
      const session = this.#binds?.choose(application.bind);
      if (session === undefined) throw new DeliveryError("No bind takes messages", { lost: true });
      if (number > this.#handed) writeMeta(this.#db, HANDED, String(this.#handed = number + AHEAD));
      try {
        await session.request(pdu);
      } catch (error) {
        throw failed(error);
      }
    }
    return true;
  }
}

/** The binds of an application as the target of its events: while none takes messages, events wait without an attempt. */
class BindsTarget implements EventTarget {
  readonly name = "application";
  readonly timeout = TIMEOUT;
  readonly oldest = KEPT;
  readonly deliver: (event: PendingEvent) => Promise<boolean>;
  readonly #binds: Binds | undefined;

  constructor(binds: Binds | undefined, deliver: (event: PendingEvent) => Promise<boolean>) {
    this.#binds = binds;
    this.deliver = deliver;
  }

  get places(): number {
    return this.#binds?.room ?? 0;
  }

  get fault(): string | undefined {
    return this.places === 0 ? "No bind takes messages" : undefined;
  }

  accepts(): boolean {
    return true;
  }
}

/** Whether another try may help. */
function failed(error: unknown): DeliveryError {
  const isFinal = error instanceof SmppError && error.outcome === "rejected" && !TEMPORARY.has(error.name);
  return new DeliveryError(error instanceof Error ? error.message : String(error), { final: isFinal, lost: error instanceof ConnectionLostError });
}
