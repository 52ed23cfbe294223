import type { Webhook } from "../model/config.ts";
import { post } from "./webhooks.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Waits before each further attempt: about a day together. */
export const RETRIES = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 10 * HOUR];
/** Attempts under way at a time, a link. */
const CONCURRENT = 16;

/** `message.report`: a delivery report; `message.received`: an inbound message; `message.ended`: a message ended without a report. */
export type EventType = "message.report" | "message.received" | "message.ended";

/** To whom an event goes: the Worker's own handler, the Queue, the webhook. */
export type Target = "handler" | "queue" | "webhook";

/** What is handed on: to the webhook as the body, to the Queue as the message. */
export interface Envelope {
  type: EventType;
  timestamp: string;
  data: unknown;
}

/** An event that was given up. */
export interface DeadLetter {
  id: string;
  target: Target;
  attempts: number;
  error: string;
  event: Envelope;
}

/** Hands an event to the Worker's handler; false if there is none for this type. */
export type Handle = (envelope: Envelope) => Promise<boolean>;

export interface DeliveryTargets {
  handler: Handle;
  queue: Queue | undefined;
  webhook: Webhook | undefined;
}

type Row = { id: string; target: Target; type: EventType; payload: string; attempts: number; error: string | null };

/** What waits to be handed on, in SQLite: at least once to each target, with retries over a day, then a dead letter. */
export class Deliveries {
  readonly #sql: SqlStorage;
  readonly #targets: DeliveryTargets;
  readonly #wake: () => void;
  /** By id and target. */
  readonly #running = new Set<string>();
  /** Types that the Worker has no handler for. */
  readonly #unhandled = new Set<EventType>(["message.ended"]);
  delivered = 0;
  failed = 0;

  /** `wake` is called when {@link run} has work or {@link nextDue} has changed. */
  constructor(sql: SqlStorage, targets: DeliveryTargets, wake: () => void) {
    this.#sql = sql;
    this.#targets = targets;
    this.#wake = wake;
  }

  /** Writes the event down for each target. */
  add(id: string, type: EventType, data: unknown, now: number): void {
    const targets = this.#targetsOf(type);
    if (targets.length === 0) return;
    const payload = JSON.stringify({ type, timestamp: new Date(now).toISOString(), data } satisfies Envelope);
    for (const target of targets) {
      this.#sql.exec("INSERT OR IGNORE INTO deliveries (id, target, type, payload, due) VALUES (?, ?, ?, ?, ?)", id, target, type, payload, now);
    }
    this.#wake();
  }

  /** Starts what is due, as far as there is room. */
  run(now: number): void {
    const room = CONCURRENT - this.#running.size;
    if (room <= 0) return;
    const rows = this.#sql.exec<Row>("SELECT id, target, type, payload, attempts, error FROM deliveries WHERE dead = 0 AND due <= ? ORDER BY due LIMIT ?",
      now, CONCURRENT + this.#running.size).toArray();
    for (const row of rows.filter((r) => !this.#running.has(`${r.id} ${r.target}`)).slice(0, room)) void this.#attempt(row, now);
  }

  /** When the next attempt is due, those under way apart. */
  nextDue(): number | undefined {
    if (this.#running.size >= CONCURRENT) return undefined;
    const rows = this.#sql.exec<{ id: string; target: string; due: number }>("SELECT id, target, due FROM deliveries WHERE dead = 0 ORDER BY due LIMIT ?",
      this.#running.size + 1).toArray();
    return rows.find((row) => !this.#running.has(`${row.id} ${row.target}`))?.due;
  }

  count(): { waiting: number; dead: number } {
    const count = (dead: number) => this.#sql.exec<{ n: number }>(`SELECT count(*) AS n FROM deliveries WHERE dead = ${dead}`).one().n;
    return { waiting: count(0), dead: count(1) };
  }

  dead(before: string | undefined, limit: number): DeadLetter[] {
    return this.#sql.exec<Row>("SELECT id, target, type, payload, attempts, error FROM deliveries WHERE dead = 1 AND id < ? ORDER BY id DESC LIMIT ?", before ?? "~", limit)
      .toArray().map((row) => ({ id: row.id, target: row.target, attempts: row.attempts, error: row.error ?? "", event: JSON.parse(row.payload) as Envelope }));
  }

  /** Tries a dead letter again from the start; false if there is none of that id. */
  replay(id: string, now: number): boolean {
    const rows = this.#sql.exec("UPDATE deliveries SET dead = 0, attempts = 0, due = ? WHERE id = ? AND dead = 1 RETURNING id", now, id).toArray();
    if (rows.length > 0) this.#wake();
    return rows.length > 0;
  }

  /** Removes dead letters from before `ulid`. */
  purge(ulid: string): void {
    this.#sql.exec("DELETE FROM deliveries WHERE dead = 1 AND id < ?", ulid);
  }

  async #attempt(row: Row, now: number): Promise<void> {
    const name = `${row.id} ${row.target}`;
    this.#running.add(name);
    try {
      if (await this.#deliver(row, now)) this.delivered++;
      this.#sql.exec("DELETE FROM deliveries WHERE id = ? AND target = ?", row.id, row.target);
    } catch (error) {
      this.#postpone(row, now, error instanceof Error ? error.message : String(error));
      this.failed++;
    } finally {
      this.#running.delete(name);
      this.#wake();
    }
  }

  /** False if there is nobody of that kind, and never was. */
  async #deliver(row: Row, now: number): Promise<boolean> {
    const { handler, queue, webhook } = this.#targets;
    if (row.target === "webhook") {
      if (!webhook) throw new Error("SMPP_WEBHOOK_URL is not set any more");
      await post(webhook, row.id, row.payload, now);
    } else if (row.target === "queue") {
      if (!queue) throw new Error("SMPP_QUEUE is not bound any more");
      await queue.send({ id: row.id, ...JSON.parse(row.payload) as Envelope });
    } else if (!await handler(JSON.parse(row.payload) as Envelope)) {
      this.#unhandled.add(row.type);
      return false;
    }
    return true;
  }

  #postpone(row: Row, now: number, error: string): void {
    const wait = RETRIES[row.attempts];
    this.#sql.exec("UPDATE deliveries SET attempts = attempts + 1, error = ?, due = ?, dead = ? WHERE id = ? AND target = ?",
      error.slice(0, 500), now + jitter(wait ?? 0), wait === undefined ? 1 : 0, row.id, row.target);
  }

  #targetsOf(type: EventType): Target[] {
    const targets: Target[] = [];
    if (!this.#unhandled.has(type)) targets.push("handler");
    if (this.#targets.queue) targets.push("queue");
    if (this.#targets.webhook) targets.push("webhook");
    return targets;
  }
}

/** Spread, so that what failed together is not tried together. */
function jitter(wait: number): number {
  return Math.round(wait * (0.9 + 0.2 * Math.random()));
}
